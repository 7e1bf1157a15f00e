"""Debian's Chromium, driven by Playwright, with axe-core for accessibility."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from typing import Any

from tests.support.parts import require
from tests.support.patience import PATIENCE_S

PATIENCE_MS = 1000 * PATIENCE_S
GRAVE = {"serious", "critical"}
# Without a GPU or a name space of its own, as in a container.
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]


@contextmanager
def chromium() -> Iterator[Any]:
    """A browser, closed at the end."""
    program = shutil.which("chromium")
    require(program, "chromium (make dev)")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - not for those who skip

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


def faults(page: Any, within: str = "html", rules: Sequence[str] = ()) -> list[str]:
    """What axe-core finds that hinders people gravely: rule and place.

    `within` selects a part of the page; `rules` names some rules, all if absent.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8"))
    options = {"resultTypes": ["violations"], **({"runOnly": list(rules)} if rules else {})}
    run = "async ([where, options]) => (await axe.run(where, options)).violations"
    found = page.evaluate(run, [within, options])
    return [
        f"{each['id']}: {node['html'][:160]}"
        for each in found
        if each["impact"] in GRAVE
        for node in each["nodes"]
    ]


def tab_to(page: Any, wanted: Any, most: int = 100) -> None:
    """Press Tab until an element has the focus, as somebody without a pointer does."""
    wanted.wait_for(state="attached")
    for _ in range(most):
        if wanted.evaluate("(element) => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{wanted} cannot be reached by the keyboard")
