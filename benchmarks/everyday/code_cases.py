"""Cases of codes, names and signs in which one wrong character is an error that nobody sees."""

from collections.abc import Callable, Iterable
from random import Random

from benchmarks.robustness.canvas import Canvas
from benchmarks.robustness.texts import ITEMS, TOWNS

_LEFT = 110
_CAPITALS = "ABCDEFGHJKLMNPRSTUVWXYZ"
_SHORT = ("so", "ox", "zoo", "cows", "was", "vow", "Cows", "Six", "Vow", "Zoo", "SO", "VOWS")
_NAMES = (
    "Antonín Dvořák", "Zoë Müller", "François Lefèvre", "Peña and Núñez", "Győző Erdős",
    "Jörg Jäger", "Renée Béart", "Søren Kjær", "Iñaki Muñoz", "Kraków and Łódź",
)  # fmt: skip
_VAT = ("DE136695976", "ATU13585627", "IE6388047V", "FR40303265045", "NL004495445B01")
_MEDICAL = (
    "5 mg/mL",
    "12 IU/L",
    "pH 7.4",
    "4.1 mmol/L",
    "HbA1c 5.6 %",
    "BP 120/80",
    "T4 1.2 ng/dl",
)
_PARTS = ("1N4148", "BC547B", "LM317T", "IC1 and R12", "5 V, 10 mA", "I2C at 0x3F", "4.7 kΩ")
_MODELS = ("RTX 4090", "Galaxy S21 FE", "WH-1000XM5", "i7-1165G7", "B550M-A", "PS5 and N64")
_MOVES = ("e4 e5", "Nf3 Nc6", "Bb5 a6", "Ba4 Nf6", "Re1 b5", "Qxd5+ Kh8", "Rxc3 Bg7", "O-O Be7")
_FILES = ("my_file_name.txt", "user_id", "row_no", "img_001.jpg", "read_all(in_file)", "max_size")
_STANDARDS = ("ISO 9001:2015", "DIN 933", "CAS 64-17-5", "ISSN 0317-8471", "ISBN 0-306-40615-2")

Lines = Callable[[Random], Iterable[str]]


def _listed(lines: Lines) -> Callable[[Canvas], None]:
    """A kind of plain lines, one below the other."""

    def draw(page: Canvas) -> None:
        for at, line in enumerate(lines(page.random)):
            page.line(_LEFT, 90 + at * page.em * 1.9, line)

    return draw


def code_table(page: Canvas) -> None:
    """Items with a number of four digits, a code of two letters and a digit, and a count."""
    source = page.random
    for at, item in enumerate(source.sample(ITEMS, 7)):
        code = f"{source.choice('ABHS')}{source.choice('AIUOSB')}{source.randint(0, 9)}"
        cells = (f"{source.randint(0, 1999):04d}", code, f"{source.randint(0, 99):02d}")
        row = [(x, text, "r") for x, text in zip((560, 740, 900), cells, strict=True)]
        page.row(90 + at * page.em * 1.9, [(_LEFT, item, "l"), *row])


def short_words(page: Canvas) -> None:
    """Words of letters that have one form in both cases, alone in cells."""
    source = page.random
    for at, item in enumerate(source.sample(ITEMS, 6)):
        words = source.sample(_SHORT, 3)
        row = [(x, text, "r") for x, text in zip((560, 740, 900), words, strict=True)]
        page.row(90 + at * page.em * 1.9, [(_LEFT, item, "l"), *row])


def _amounts(source: Random) -> Iterable[str]:
    whole, cents = source.randint(1, 9), source.randint(10, 99)
    return (f"EUR {whole}.234,{cents}", f"CHF {whole}'234.{cents}", f"{whole}2.{cents}-",
            f"kr {cents},-", f"({whole},250.{cents})", f"R$ {whole},00")  # fmt: skip


def _plates(source: Random) -> Iterable[str]:
    for _ in range(3):
        letters = "".join(source.choices("MWOIZ", k=2))
        yield f"{source.choice('BSK')}-{letters} {source.randint(9, 9999)}"
        yield f"{''.join(source.choices('ABO', k=2))}{source.randint(10, 69)} ZSB"


accented_names = _listed(lambda source: source.sample(_NAMES, 6))
amounts_abroad = _listed(_amounts)
car_plates = _listed(_plates)
chess_moves = _listed(
    lambda source: (f"{at}. {move}" for at, move in enumerate(source.sample(_MOVES, 6), 3))
)
clock_times = _listed(
    lambda source: (
        f"{source.randint(1, 12)}.30 pm", "12 a.m.", f"{source.randint(13, 22)}h30", "open 24/7",
        f"10.15\N{EN DASH}11.{source.randint(10, 59)}", "at 11.11",
    )
)  # fmt: skip
components = _listed(lambda source: source.sample(_PARTS, 6))
coordinates = _listed(
    lambda source: (
        f"{source.randint(40, 59)}.5072° N, 0.{source.randint(10, 99)}76° W",
        f"Lat. {source.randint(20, 60)}.7128, Long. -{source.randint(10, 90)}.0060",
        f"{source.randint(10, 49)}° {source.randint(10, 59)}' S",
    )
)
file_names = _listed(lambda source: source.sample(_FILES, 5))
inch_sizes = _listed(
    lambda source: (
        '3/4" pipe', f"{source.randint(5, 6)}'11\" tall", f'{source.randint(13, 32)}" screen',
        '1/2" bolts', f"{source.randint(4, 9)}'{source.randint(2, 9)}\" long",
    )
)  # fmt: skip
initials = _listed(
    lambda source: (
        f"{'. '.join(source.sample('ABCEFGHIJKLMOST', 2))}. {town}"
        for town in source.sample(TOWNS, 5)
    )
)
key_combinations = _listed(
    lambda source: source.sample(
        ("Press Ctrl+C", "Alt+F4 closes it", "Shift+Tab", "Cmd+Q to quit", "F11 and Esc", "Win+L"),
        5,
    )
)
licence_keys = _listed(
    lambda source: (
        "-".join("".join(source.choices(_CAPITALS + "3467899", k=5)) for _ in range(3))
        for _ in range(5)
    )
)
marked_terms = _listed(
    lambda source: (
        "Acme\N{REGISTERED SIGN} bricks", f"\N{COPYRIGHT SIGN} {source.randint(1990, 2025)} Hill",
        "Blue Star\N{TRADE MARK SIGN} Soap", f"Price* of {source.randint(2, 9)} lamps",
        "* without tax", "Rates(1) apply",
    )
)  # fmt: skip
medical_values = _listed(lambda source: source.sample(_MEDICAL, 6))
model_names = _listed(lambda source: source.sample(_MODELS, 5))
ordinals = _listed(
    lambda source: (
        "1st, 2nd and 3rd", f"{source.choice((21, 31, 101))}st Street", "4th of July",
        f"the {source.randint(11, 19)}th hour", "31st Dec., 1st Jan.",
    )
)  # fmt: skip
standards = _listed(lambda source: source.sample(_STANDARDS, 5))
tax_numbers = _listed(lambda source: (f"VAT {number}" for number in source.sample(_VAT, 5)))
page_ranges = _listed(
    lambda source: (
        f"pp. {source.randint(2, 9)}\N{EN DASH}{source.randint(11, 19)}", "1914\N{EN DASH}1918",
        "from A\N{EN DASH}Z", f"ages 6\N{EN DASH}{source.randint(10, 16)}", "Vol. III, No. 2",
        "MCMXCIV",
    )
)  # fmt: skip
