"""Set by set: what each profile reads better or worse than Tesseract as it comes, and why."""

from collections.abc import Iterator, Sequence

from benchmarks.compare_statistics import (
    Row,
    Spread,
    f1_difference,
    signs_of,
    words_score,
)

PROFILES = ("pagesight:fast", "pagesight:balanced", "pagesight:accurate")
_NATIVE = ("pytesseract", "tesserocr")
_WORTH_A_WORD = 0.01  # of F1
_FEWEST_PAGES = 5  # from which chance can be judged


def verdict(rows: Sequence[Row]) -> str:
    """A table of differences to native Tesseract, and a line for each set that lost.

    Of the programs that run Tesseract with its own line finder and defaults, each set is held
    against the one that read it best. Under five pages chance cannot be judged, and is not.
    """
    profiles = [name for name in PROFILES if name in _readers(rows)]
    natives = [name for name in _NATIVE if name in _readers(rows)]
    if not profiles or not natives:
        return "Tesseract did not run, so nothing is held against it."
    head = ["set", "pages", "native Tesseract", *profiles]
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    reasons: list[str] = []
    for name in dict.fromkeys(row["set"] for row in rows):
        of_set = [row for row in rows if row["set"] == name]
        native = max(natives, key=lambda each: words_score(_of(of_set, each)).f1)
        differences = [f1_difference(of_set, profile, native) for profile in profiles]
        base = f"{words_score(_of(of_set, native)).f1:.3f} ({native})"
        pages = len(_of(of_set, native))
        cells = [_difference_cell(difference, pages) for difference in differences]
        lines.append(f"| {' | '.join([name, str(pages), base, *cells])} |")
        for profile, difference in zip(profiles, differences, strict=True):
            reasons += _reasons(of_set, profile, native, difference)
    return "\n".join([*lines, "", *_conclusion(reasons)])


def marks_verdict(rows: Sequence[Row]) -> str:
    """The same for marks and for whole numbers, and the signs that each profile lost.

    Only sets whose truth has marks are there.
    """
    marked = [row for row in rows if "marks" in row]
    profiles = [name for name in PROFILES if name in _readers(marked)]
    natives = [name for name in _NATIVE if name in _readers(marked)]
    if not profiles or not natives:
        return "No set with marks was read by both Pagesight and Tesseract."
    head = ["set", "what", "native Tesseract", *profiles]
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for name in dict.fromkeys(row["set"] for row in marked):
        of_set = [row for row in marked if row["set"] == name]
        lines += [_marks_line(of_set, key, profiles, natives) for key in ("marks", "numbers")]
    return "\n".join([*lines, "", *_signs_lost(marked, profiles)])


def _marks_line(
    rows: Sequence[Row], key: str, profiles: Sequence[str], natives: Sequence[str]
) -> str:
    native = max(natives, key=lambda each: words_score(_of(rows, each), key).f1)
    base = f"{words_score(_of(rows, native), key).f1:.3f} ({native})"
    pages = len(_of(rows, native))
    cells = [
        _difference_cell(f1_difference(rows, profile, native, key), pages) for profile in profiles
    ]
    return f"| {' | '.join([rows[0]['set'], key, base, *cells])} |"


def _signs_lost(rows: Sequence[Row], profiles: Sequence[str]) -> Iterator[str]:
    for profile in profiles:
        signs = signs_of(_of(rows, profile))
        yield (
            f"- {profile}: of {signs.signed} signed numbers {signs.lost} lost their sign, "
            f"{signs.unnoticed} of them without being listed as doubtful."
        )


def _readers(rows: Sequence[Row]) -> list[str]:
    return list(dict.fromkeys(row["reader"] for row in rows))


def _of(rows: Sequence[Row], reader: str) -> list[Row]:
    return [row for row in rows if row["reader"] == reader]


def _difference_cell(difference: Spread, pages: int) -> str:
    if pages < _FEWEST_PAGES:
        return f"{difference.value:+.3f}"
    word = "better" if difference.low > 0 else "**worse**" if difference.high < 0 else "alike"
    return f"{difference.value:+.3f} ({difference.low:+.3f} to {difference.high:+.3f}) {word}"


def _conclusion(reasons: Sequence[str]) -> list[str]:
    if not reasons:
        return ["No set is read a point worse than native Tesseract reads it."]
    return ["Lower by a point of F1 or more, or certainly lower, and what was lost:", "", *reasons]


def _reasons(rows: Sequence[Row], profile: str, native: str, lost: Spread) -> Iterator[str]:
    """Whether words were missed or misread, and on which pages most was lost."""
    few = len(_of(rows, profile)) < _FEWEST_PAGES
    if lost.value > -_WORTH_A_WORD and (few or lost.high >= 0):
        return
    mine, theirs = (words_score(_of(rows, each)) for each in (profile, native))
    name = rows[0]["set"]
    yield (
        f"- {name}, {profile}: {mine.f1:.3f} for {theirs.f1:.3f}. It finds {mine.recall:.3f} of "
        f"the words (native {theirs.recall:.3f}), and of what it reads {mine.precision:.3f} is "
        f"right (native {theirs.precision:.3f}). Most on {_worst(rows, profile, native)}."
    )


def _worst(rows: Sequence[Row], profile: str, native: str) -> str:
    """The two pages where most words were lost."""
    theirs = {row["page"]: row for row in _of(rows, native)}
    pairs = [(row, theirs[row["page"]]) for row in _of(rows, profile) if row["page"] in theirs]
    pairs.sort(key=lambda pair: pair[0]["words"][0] - pair[1]["words"][0])
    return " and ".join(
        f"{mine['page']} ({mine['words'][0]} right words for {native_row['words'][0]})"
        for mine, native_row in pairs[:2]
    )
