"""Names of companies in script letters, which are logos and no signatures."""

from random import Random

from models.training.synthetic.markup import accent
from models.training.synthetic.pseudo_text import Writer


def wordmark(rng: Random) -> str:
    """A company's name in heavy script letters, with or without a stroke under it: no signature."""
    family = rng.choice(("Kaushan Script", "Kaushan Script", "Dancing Script", "Z003", "Isabella"))
    lean = (
        f"transform:skewX({rng.uniform(-14, 4):.0f}deg);font-weight:{rng.choice((400, 700, 900))}"
    )
    colour = rng.choice(("#111", "#111", accent(rng)))
    under = rng.choice(("", "", f"border-bottom:{rng.randint(1, 4)}px solid {colour}"))
    words = " ".join(Writer(rng).word().title() for _ in range(rng.choice((1, 1, 1, 2, 3))))
    return (
        f'<span data-c="logo" data-whole style="display:inline-block;color:{colour};{under};{lean};'
        f"font-family:'{family}';font-size:{rng.uniform(22, 52):.0f}px;line-height:1.05\">"
        f"{words}</span>"
    )
