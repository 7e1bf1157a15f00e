"""What every program made of every disturbed page, and which pages are lost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.kept_readings import KeptReading, others_of
from benchmarks.mark_scoring import LostSigns, lost_signs, score_tokens
from benchmarks.robustness.cases import Case
from benchmarks.scoring import score_words

LOST_BY = 0.2  # of word F1, below the best of the other programs on the same image
SLOW_MS = 5000.0  # of processor time


@dataclass(frozen=True, slots=True)
class Scored:
    """One program's reading of one case; `tokens_f1` is None where the truth has no marks.

    `reason` says why the page is lost, and is empty where it is not.
    """

    case: str
    disturbance: str
    strength: int
    reader: str
    words_f1: float
    tokens_f1: float | None
    signs: LostSigns
    cpu_ms: float
    wall_ms: float
    best_other: str
    reason: str

    @property
    def lost(self) -> bool:
        """Whether this program loses the page."""
        return bool(self.reason)


def scored(case: Case, text: str, readings: Mapping[str, KeptReading]) -> list[Scored]:
    """Scores of all programs on one case, whose true text is `text`."""
    words = {name: score_words(read.text, text).f1 for name, read in readings.items()}
    others = others_of(readings)
    best = max(others, key=lambda name: words[name], default="")
    rows = []
    for name, read in readings.items():
        tokens = score_tokens(read.text, text).f1 if case.page.marked else None
        signs = lost_signs(read.text, text, read.doubtful) if case.page.marked else LostSigns()
        reason = why_lost(words[name], words.get(best), read.cpu_ms)
        best_f1 = f"{best} {words[best]:.2f}" if best else ""
        rows.append(
            Scored(
                case.name, case.disturbance, case.strength, name, words[name], tokens, signs,
                read.cpu_ms, read.wall_ms, best_f1, reason,
            )
        )  # fmt: skip
    return rows


def why_lost(f1: float, best_other: float | None, cpu_ms: float) -> str:
    """`misread` by .2 word F1 or more against the best other program, `slow`, or nothing."""
    misread = best_other is not None and best_other - f1 >= LOST_BY
    reasons = [("misread", misread), ("slow", cpu_ms > SLOW_MS)]
    return " and ".join(name for name, is_so in reasons if is_so)


def of_reader(rows: Sequence[Scored], reader: str) -> list[Scored]:
    """The rows of one program."""
    return [row for row in rows if row.reader == reader]
