"""Random prose in several scripts: the detector learns the shape of text, not its meaning."""

from dataclasses import dataclass
from random import Random

_SMALL = ("the", "of", "and", "to", "in", "a", "is", "that", "for", "on", "with", "as", "by", "was",
          "are", "at", "from", "this", "be", "or", "an", "not", "it")  # fmt: skip
_ONSETS = ("b", "c", "d", "f", "g", "h", "l", "m", "n", "p", "r", "s", "t", "v", "w", "st", "tr",
           "pl", "ch", "sh", "gr", "pr", "cl", "th")  # fmt: skip
_VOWELS = ["a", "e", "i", "o", "u", "ea", "ai", "ou", "io", "ee"]
_ENDS = ["", "", "n", "r", "s", "t", "l", "nd", "st", "ng", "tion", "ment", "ed", "ing", "al"]
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
           "October")  # fmt: skip
_GIVEN = ("Anna", "Boris", "Carla", "David", "Elena", "Frank", "Grace", "Henri", "Ines", "Jonas",
          "Karin", "Louis", "Maria", "Nadia")  # fmt: skip
_RANGES = {
    "cyrillic": (0x430, 0x44F), "greek": (0x3B1, 0x3C9), "chinese": (0x4E00, 0x6FFF),
    "kana": (0x3042, 0x3093), "hangul": (0xAC00, 0xBFFF), "arabic": (0x627, 0x64A),
    "devanagari": (0x915, 0x939), "hebrew": (0x5D0, 0x5EA),
}  # fmt: skip
_UNSPACED = ("chinese", "kana")
SCRIPTS = ("latin", *_RANGES)


@dataclass
class Writer:
    """Writes words, sentences and paragraphs of one script from one seeded source."""

    rng: Random
    script: str = "latin"

    def word(self) -> str:
        """One lower-case word."""
        if self.script in _RANGES:
            low, high = _RANGES[self.script]
            count = self.rng.randint(1, 4 if self.script in _UNSPACED else 9)
            return "".join(chr(self.rng.randint(low, high)) for _ in range(count))
        if self.rng.random() < 0.38:
            return self.rng.choice(_SMALL)
        pick = self.rng.choice
        syllables = self.rng.choice((1, 2, 2, 3))
        return "".join(pick(_ONSETS) + pick(_VOWELS) for _ in range(syllables)) + pick(_ENDS)

    def words(self, count: int) -> str:
        """Words joined according to the script."""
        joiner = "" if self.script in _UNSPACED else " "
        return joiner.join(self.word() for _ in range(count))

    def sentence(self) -> str:
        """A sentence of 5 to 24 words, sometimes with a number, a citation or brackets."""
        text = self.words(self.rng.randint(5, 24)).capitalize()
        if self.script in _UNSPACED:
            text = "\uff0c".join(self.words(self.rng.randint(2, 7)) for _ in range(len(text) // 14))
        chance = self.rng.random()
        if chance < 0.12:
            text += f" [{self.rng.randint(1, 60)}]"
        elif chance < 0.25:
            text += f" ({self.number()} {self.word()})"
        return text + ("。" if self.script in _UNSPACED else ".")

    def paragraph(self, low: int = 2, high: int = 7) -> str:
        """Several sentences in a row."""
        joiner = "" if self.script in _UNSPACED else " "
        return joiner.join(self.sentence() for _ in range(self.rng.randint(low, high)))

    def heading(self, low: int = 1, high: int = 6) -> str:
        """A few words in title or sentence case, sometimes numbered."""
        text = self.words(self.rng.randint(low, high))
        text = self.rng.choice((text.title(), text.capitalize(), text.upper()))
        chance = self.rng.random()
        if chance < 0.3:
            return f"{self.rng.randint(1, 9)}. {text}"
        return (
            f"{self.rng.randint(1, 9)}.{self.rng.randint(1, 9)} {text}" if chance < 0.45 else text
        )

    def name(self) -> str:
        """A person's name."""
        initial = self.rng.choice(("", "", f"{self.rng.choice('ABCDEFGHJKLMRSTW')}. "))
        return f"{self.rng.choice(_GIVEN)} {initial}{Writer(self.rng).word().title()}"

    def date(self) -> str:
        """A date in one of three notations."""
        day, year = self.rng.randint(1, 28), self.rng.randint(1890, 2026)
        month = self.rng.choice(_MONTHS)
        short = f"{day:02}/{self.rng.randint(1, 12):02}/{year}"
        return self.rng.choice((f"{month} {day}, {year}", f"{day} {month} {year}", short))

    def number(self) -> str:
        """A number as in tables and invoices."""
        value = self.rng.random() * 10 ** self.rng.randint(0, 5)
        return self.rng.choice((f"{value:,.2f}", f"{value:.1f}", f"{int(value)}", f"{value:.3f}"))

    def address(self) -> str:
        """Three or four lines of an address, separated by HTML line breaks."""
        street = f"{self.rng.randint(1, 900)} {Writer(self.rng).word().title()} Street"
        town = f"{self.rng.randint(10000, 99999)} {Writer(self.rng).word().title()}"
        lines = [self.name(), self.words(2).title(), street, town]
        return "<br>".join(lines[self.rng.randint(0, 1) :])
