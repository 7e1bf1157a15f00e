"""The check digits of machine-readable zones (ICAO Doc 9303 part 3, section 4.9)."""

_WEIGHTS = (7, 3, 1)


def check_digit(text: str) -> str:
    """The digit over digits, letters (A is 10) and `<` (0), weighted 7, 3, 1 in turn, modulo 10.

    Raises ValueError for other characters.
    """
    total = sum(_value(each) * _WEIGHTS[at % 3] for at, each in enumerate(text))
    return str(total % 10)


def _value(character: str) -> int:
    if character == "<":
        return 0
    if character.isascii() and (character.isdigit() or character.isupper()):
        return int(character, 36)
    raise ValueError(f"{character!r} cannot stand in a machine-readable zone")
