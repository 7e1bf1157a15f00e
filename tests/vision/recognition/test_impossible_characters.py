"""Characters that can only be a look-alike where they stand."""

import pytest

from vision.core.document import Box
from vision.core.stages import CropWord, LineReading
from vision.recognition.impossible_characters import correct_impossible


def corrected(text):
    words = tuple(CropWord(each, 0.9, Box(0, 0, 9, 9)) for each in text.split())
    return correct_impossible(LineReading(text, 0.9, words)).text


@pytest.mark.parametrize(
    ("read", "printed"),
    [
        ("Salt 3.5%o", "Salt 3.5\u2030"),
        ("7%0 and 8%", "7\u2030 and 8%"),
        ("27\u00a2760be2013", "27c760be2013"),
        ("5\u00a3b52b8", "5fb52b8"),
        ("O.50 and 1O.5%", "0.50 and 10.5%"),
        ("ratio O:1", "ratio 0:1"),
        ("(5.OO)", "(5.00)"),
        ("|. Part one", "I. Part one"),
        ("Henry VIll, Louis XIV", "Henry VIII, Louis XIV"),
        ("Part I, Il and Ill", "Part I, II and III"),
        ("H2S04 and C6H1206", "H2SO4 and C6H12O6"),
        ("Fe203, CaC03", "Fe2O3, CaCO3"),
        ("2ist and 10lst, Ath", "21st and 101st, 4th"),
        ("ist, 2nd and 3rd", "1st, 2nd and 3rd"),
        ("3ist Dec., ist Jan.", "31st Dec., 1st Jan."),
        ("5. Rel b5", "5. Re1 b5"),
        ("21... Nf6 22. Rxel+ Kf8", "21... Nf6 22. Rxe1+ Kf8"),
        ("14. O-O RadI", "14. O-O Rad1"),
        ("at Ox3F", "at 0x3F"),
        ("@12mm, @ 8 mm and @ 4.5mm", "\u00d812mm, \u00d8 8 mm and \u00d8 4.5mm"),
        ("VAT 1E6388047V", "VAT IE6388047V"),
    ],
)
def test_what_cannot_stand_there_becomes_what_can(read, printed):
    assert corrected(read) == printed


@pytest.mark.parametrize(
    "text",
    [
        "5\u00a2 each",
        "\u00a35 each",
        "50% of 100",
        "room H20",
        "code C04 and N02",
        "till SH08",
        "he is ill",
        "Will you all",
        "to be ill.",
        "A | B",
        "No. 10, 2025",
        "10:30 o'clock",
        "l. 5",
        "100 and 200",
        "B10 and AB100",
        "Mr. Hill",
        "Kim Il Sung",
        "was Ill then",
        "das ist",
        "5. Rel. to",
        "See Rel b5",
        "Ox and cow",
        "Oxford",
        "2 @ 8.00",
        "12 @5 each, me@lab.org",
        "1E6388047W",
    ],
)
def test_what_may_be_either_stays(text):
    assert corrected(text) == text
