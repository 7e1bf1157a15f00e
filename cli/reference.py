"""Pages of docs/reference, and the client's models, made from declarations by `make docs`."""

import textwrap
from dataclasses import fields
from pathlib import Path
from typing import Final

from cli.client_models import write_models
from cli.typescript_models import write_typescript_models
from vision.core.options import Declaration, ReadOptions, declarations

OPTIONS_PAGE: Final = Path(__file__).parents[1] / "docs" / "reference" / "options.md"
_WIDTH = 118

_HEAD = """\
# Options of a reading

This page is made from `vision/core/options.py` by `make docs`.

Send options as JSON in `options` of a request, or as flags of `pagesight read` and
`pagesight batch`, where `_` becomes `-`:

    curl ... -F 'options={"profile": "fast", "detectors": ["pagesight-doc"]}' ...
    pagesight read scan.pdf --profile fast --detector pagesight-doc

A profile sets several options at once ([profiles](profiles.md)); an option that you give
overrides it. The receipt of a result lists every option in force.
"""


def options_page() -> str:
    """The Markdown of the page, one section for each option."""
    defaults = {each.name: each.default for each in fields(ReadOptions)}
    sections = [_section(name, each, defaults[name]) for name, each in declarations().items()]
    return "\n".join([_HEAD, *sections])


def _section(name: str, declared: Declaration, default: object) -> str:
    facts = [f"Default: {_shown(default)}."]
    if declared.choices:
        facts.append(f"Values: {', '.join(f'`{each}`' for each in declared.choices)}.")
    if declared.minimum is not None:
        facts.append(f"From {declared.minimum:g} to {declared.maximum:g}.")
    paragraphs = (_wrapped(declared.help), _wrapped(" ".join(facts)))
    return "\n\n".join([f"## {name}", *paragraphs]) + "\n"


def _shown(default: object) -> str:
    if default is None:
        return "none"
    if isinstance(default, tuple):
        names = ", ".join(f'"{each}"' for each in default)
        return f"`[{names}]`"
    return f"`{default}`"


def _wrapped(text: str) -> str:
    return textwrap.fill(text, _WIDTH, break_long_words=False, break_on_hyphens=False)


def main() -> None:
    """Write the pages and the client's models."""
    write_models()
    write_typescript_models()
    OPTIONS_PAGE.write_text(options_page(), encoding="utf-8")


if __name__ == "__main__":
    main()
