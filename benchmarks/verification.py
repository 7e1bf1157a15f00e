"""How many planted errors `verify` reports: the Markdown of results, with words changed.

    pagesight read PAGES... --format json --output results/
    python -m benchmarks.verification results/*.json

The text is made from the reading itself, so it agrees with the ink but for what is planted; a
model's text differs in more ways, and the reading of a hard page is wrong more often.
"""

import json
import random
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from vision.export.json import from_json_dict
from vision.export.markdown import render_markdown
from vision.verification.verify import Verification, verify

_SEEDS = 5
_MOST = 8  # errors in one text
_INVENTED = (
    "harbour",
    "committee",
    "although",
    "yesterday",
    "region",
    "market",
    "quality",
    "seldom",
)

Change = Callable[[list[str], random.Random], tuple[list[str], int]]


def insert_words(words: list[str], draw: random.Random) -> tuple[list[str], int]:
    """Words that are on no page."""
    places = draw.sample(range(len(words)), min(_MOST, max(1, len(words) // 15)))
    for place in sorted(places, reverse=True):
        words.insert(place, draw.choice(_INVENTED))
    return words, len(places)


def drop_words(words: list[str], draw: random.Random) -> tuple[list[str], int]:
    """Words of the page that the text lacks."""
    plain = [place for place, word in enumerate(words) if word.isalpha() and len(word) > 3]
    gone = set(draw.sample(plain, min(_MOST, len(plain))))
    return [word for place, word in enumerate(words) if place not in gone], len(gone)


def change_digits(words: list[str], draw: random.Random) -> tuple[list[str], int]:
    """Numbers of three digits or more, with one digit changed."""
    numbers = [place for place, word in enumerate(words) if sum(map(str.isdigit, word)) > 2]
    chosen = draw.sample(numbers, min(_MOST, len(numbers)))
    for place in chosen:
        at = draw.choice([i for i, each in enumerate(words[place]) if each.isdigit()])
        other = draw.choice([each for each in "0123456789" if each != words[place][at]])
        words[place] = words[place][:at] + other + words[place][at + 1 :]
    return words, len(chosen)


def in_text(found: Verification) -> int:
    """Words of the text that are reported."""
    return sum(each.words for each in found.unsupported) + len(found.differences)


def on_pages(found: Verification) -> int:
    """Words on the pages that the text is reported to lack."""
    return sum(each.words for each in found.unread)


# What is planted, and where it must be reported.
CHANGES: dict[str, tuple[Change, Callable[[Verification], int]]] = {
    "invented words": (insert_words, in_text),
    "dropped words": (drop_words, on_pages),
    "changed digits": (change_digits, in_text),
}


def main(files: Sequence[str]) -> None:
    """Print a row for each kind of error."""
    planted, seen = Counter[str](), Counter[str]()
    moved = words = 0
    for file in files:
        document = from_json_dict(json.loads(Path(file).read_text(encoding="utf-8")))
        text = render_markdown(document)
        right = verify(document, text)
        for seed in range(_SEEDS):
            for name, (change, count_in) in CHANGES.items():
                changed, count = change(text.split(" "), random.Random(seed))
                planted[name] += count
                found = verify(document, " ".join(changed))
                seen[name] += count_in(found) - count_in(right)
            blocks = text.split("\n\n")
            random.Random(seed).shuffle(blocks)
            found = verify(document, "\n\n".join(blocks))
            moved, words = moved + in_text(found) - in_text(right), words + found.given_words
    for name in CHANGES:
        print(f"{name}: {seen[name]} of {planted[name]} reported")
    print(f"blocks in another order: {moved} of {words} words reported")


if __name__ == "__main__":
    main(sys.argv[1:])
