"""Debian's Chromium, driven by Playwright, with axe-core for accessibility."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from typing import Any

from tests.support.parts import require

PATIENCE_MS = 1000 * float(os.environ.get("TEST_PATIENCE_S", "60"))
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


def faults(page: Any) -> list[str]:
    """What axe-core finds on a page that hinders people gravely: rule and place."""
    script = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    page.evaluate(script)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [
        f"{each['id']}: {node['html'][:160]}"
        for each in found
        if each["impact"] in GRAVE
        for node in each["nodes"]
    ]
