"""The tables of a comparison: one of two sets for a front page, and everything."""

from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import median, quantiles
from textwrap import fill

from benchmarks.compare_statistics import Row, Spread, f1_spread, signs_of, speed_ups, words_score
from benchmarks.compare_verdict import marks_verdict, verdict
from benchmarks.mark_scoring import has_marks

_COLUMNS = 118  # of prose; tables are as wide as they must be
FRONT = {"sroie": "receipts", "funsd": "forms"}

_HEAD = (
    "reader", "word F1 (95%)", "held out", "marks F1", "numbers F1", "lost signs", "placed F1",
    "CER", "order", "fields",
    "CPU ms a page (quartiles)", "times pytesseract, CPU (quartiles)", "wall", "peak MB",
)  # fmt: skip


def summary(rows: Sequence[Row]) -> str:
    """Word F1, marks where the truth has them, and speed on receipts and forms, by program."""
    sets = [name for name in FRONT if any(row["set"] == name for row in rows)]
    head = [""]
    for name in sets:
        pages = len({row["page"] for row in rows if row["set"] == name})
        head += [f"{FRONT[name]} ({pages}): word F1", "held out half"]
        head += ["marks F1", "numbers F1"] if has_marks(name) else []
        head += ["times pytesseract's speed"]
    body = []
    for reader in _readers(rows):
        cells = [f"`{reader}`"]
        for of_set in ([row for row in rows if row["set"] == name] for name in sets):
            mine = _of(of_set, reader)
            cells += [_points(f1_spread(mine)), _held_out(mine)]
            if of_set and has_marks(of_set[0]["set"]):
                cells += [_f1(mine, "marks"), _f1(mine, "numbers")]
            cells += [_times(of_set, reader)]
        body.append(cells)
    return _table(head, body)


def full_report(rows: Sequence[Row], conditions: str, versions: str, picture: str) -> str:
    """Every set, with what chance may do to it, and where Tesseract as it comes was better."""
    parts = [
        "# Side by side: every program on every set", "",
        "Written by `python -m benchmarks.compare`; method and bias stand in",
        "[benchmarks/README.md](../../benchmarks/README.md).", "",
        fill(f"{conditions}.", _COLUMNS), "", fill(f"Programs: {versions}.", _COLUMNS), "",
        f"![Word F1 against pages a second]({picture})", "",
        "## Against native Tesseract", "",
        "Difference of word F1 to Tesseract with its own line finder, as pytesseract or tesserocr",
        "run it (whichever read the set better), and its 95% interval.", "",
        verdict(rows), "",
        "### Marks and numbers", "", marks_verdict(rows), "",
    ]  # fmt: skip
    for name in dict.fromkeys(row["set"] for row in rows):
        of_set = [row for row in rows if row["set"] == name]
        pages = len({row["page"] for row in of_set})
        parts += [f"## {name}: {pages} {'page' if pages == 1 else 'pages'}", ""]
        parts += [_table(_HEAD, [_line(of_set, reader) for reader in _readers(of_set)]), ""]
        parts += _failures(of_set)
    return "\n".join(parts)


def extent(rows: Sequence[Row], there: Mapping[str, int]) -> str:
    """How much of each set was read; `there` tells how many pages it has."""
    read = Counter(name for name, _ in {(row["set"], row["page"]) for row in rows})
    whole = [name for name, size in there.items() if read[name] >= size]
    parts = [f"the first {read[at]} of {there[at]} of {at}" for at in there if at not in whole]
    return "; ".join([f"every page of {', '.join(whole)}", *parts] if whole else parts)


def _readers(rows: Sequence[Row]) -> list[str]:
    """The programs, ours first and the others in an order of their own, whoever began."""
    return sorted({row["reader"] for row in rows}, key=_rank)


def _rank(reader: str) -> tuple[int, str]:
    ours = ("pagesight:fast", "pagesight:balanced", "pagesight:accurate", "pagesight::whole")
    return (ours.index(reader) if reader in ours else len(ours), reader)


def _of(rows: Sequence[Row], reader: str) -> list[Row]:
    return [row for row in rows if row["reader"] == reader]


def _table(head: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *body]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _line(rows: Sequence[Row], reader: str) -> list[str]:
    mine = _of(rows, reader)
    spread = f1_spread(mine)
    return [
        reader, f"{spread.value:.3f} ({spread.low:.3f}-{spread.high:.3f})", _held_out(mine),
        _f1(mine, "marks"), _f1(mine, "numbers"), _signs(mine),
        _f1(mine, "placed"), _ratio(mine, "edits"), _ratio(mine, "order"), _ratio(mine, "fields"),
        _quartiles([row["cpu_ms"] for row in mine], ".0f"),
        _quartiles(speed_ups(rows, reader), ".2f"),
        _quartiles(speed_ups(rows, reader, clock="wall_ms"), ".2f").split(" ")[0],
        str(max(row["peak_mb"] for row in mine)),
    ]  # fmt: skip


def _held_out(rows: Sequence[Row]) -> str:
    """F1 of the pages that no constant was chosen on."""
    odd = [row for row in rows if row["half"] == "odd"]
    return f"{words_score(odd).f1:.3f}".removeprefix("0") if odd else "-"


def _points(spread: Spread) -> str:
    """F1 without its nought, and half of the 95% interval."""
    around = (spread.high - spread.low) / 2
    return " ± ".join(f"{each:.3f}".removeprefix("0") for each in (spread.value, around))


def _times(rows: Sequence[Row], reader: str) -> str:
    ratios = speed_ups(rows, reader)
    return f"{median(ratios):.1f}" if ratios and median(ratios) >= 1 else _small(ratios)


def _small(ratios: Sequence[float]) -> str:
    return f"{median(ratios):.2f}" if ratios else "-"


def _f1(rows: Sequence[Row], key: str) -> str:
    return f"{words_score(rows, key).f1:.3f}" if any(key in row for row in rows) else "-"


def _signs(rows: Sequence[Row]) -> str:
    """Lost signs, in brackets those not listed as doubtful, of all signed numbers."""
    signs = signs_of(rows)
    return f"{signs.lost} ({signs.unnoticed}) of {signs.signed}" if signs.signed else "-"


def _ratio(rows: Sequence[Row], key: str) -> str:
    pairs = [row[key] for row in rows if key in row]
    below = sum(pair[1] for pair in pairs)
    return f"{sum(pair[0] for pair in pairs) / below:.3f}" if below else "-"


def _quartiles(values: Sequence[float], digits: str) -> str:
    if not values:
        return "-"
    if len(values) == 1:
        return f"{values[0]:{digits}}"
    low, middle, high = quantiles(values, n=4, method="inclusive")
    return f"{middle:{digits}} ({low:{digits}}-{high:{digits}})"


def _failures(rows: Sequence[Row]) -> list[str]:
    said = [f"{row['reader']} on {row['page']}" for row in rows if row.get("failed")]
    return [f"Ended without an answer, counted as no text: {', '.join(said)}.", ""] if said else []
