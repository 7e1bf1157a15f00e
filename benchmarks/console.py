"""How fast the console is, and pictures of its views for the documentation.

    python -m benchmarks.console --key ps_...
    python -m benchmarks.console --key ps_... --job JOB --other JOB --pictures docs/how-to/console

Needs Debian's Chromium and a running service with a document or two. Largest contentful paint and
frames are what the browser reports; frames are counted while a page of 2,000 words is dragged.
"""

import argparse
import ctypes
import io
import json
import statistics
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pypdfium2
from PIL import Image
from playwright.sync_api import sync_playwright
from pypdfium2 import raw

from vision.core.options import ReadOptions

WORDS_PER_ROW, ROWS = 20, 100
WORDS = ("paper", "boxes", "order", "letter", "invoice", "amount", "thirty", "days", "account")
CHROMIUM = "/usr/bin/chromium"
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
LOOKS = {
    "light": (DESKTOP, "light"),
    "dark": (DESKTOP, "dark"),
    "phone": (PHONE, "light"),
}
PAINT = """() => new Promise((resolve) => new PerformanceObserver((list) =>
  resolve(list.getEntries().at(-1).startTime)).observe(
    {type: 'largest-contentful-paint', buffered: true}))"""
COUNT_FRAMES = """() => {
  const times = window.frameTimes = [];
  const next = (at) => { times.push(at); window.counting = requestAnimationFrame(next); };
  requestAnimationFrame(next);
}"""
STOP = "() => { cancelAnimationFrame(window.counting); return window.frameTimes; }"


def full_page() -> bytes:
    """A PDF page that states 2,000 words in 6-point Helvetica."""
    document = pypdfium2.PdfDocument.new()
    page = document.new_page(595, 842)
    font = raw.FPDFText_LoadStandardFont(document.raw, b"Helvetica")
    for row in range(ROWS):
        words = (WORDS[(row * 7 + at * 5) % len(WORDS)] for at in range(WORDS_PER_ROW))
        text = raw.FPDFPageObj_CreateTextObj(document.raw, font, 6.0)
        wide = (ctypes.c_ushort * 400)(*(" ".join(words)).encode("utf-16-le")[::2], 0)
        raw.FPDFText_SetText(text, wide)
        raw.FPDFPageObj_Transform(text, 1, 0, 0, 1, 40, 810 - row * 7.7)
        raw.FPDFPage_InsertObject(page.raw, text)
    page.gen_content()
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def submit(client: httpx.Client, content: bytes, **options: object) -> str:
    """The id of a job that has ended."""
    made = client.post(
        "/v1/jobs",
        files={"file": ("page.pdf", content)},
        data={"options": json.dumps(options)},
        headers={"Prefer": "wait=30"},
    )
    made.raise_for_status()
    job_id: str = made.json()["id"]
    while client.get(f"/v1/jobs/{job_id}").json()["finished_at"] is None:
        client.get(f"/v1/jobs/{job_id}", headers={"Prefer": "wait=10"})
    return job_id


@contextmanager
def tab(browser: Any, key: str, look: str = "light") -> Iterator[Any]:
    """A tab with the key in place."""
    size, scheme = LOOKS[look]
    context = browser.new_context(viewport=size, color_scheme=scheme)
    context.add_init_script(f"sessionStorage.setItem('pagesight.key', '{key}')")
    yield context.new_page()
    context.close()


def paint_ms(browser: Any, key: str, url: str, tries: int = 5) -> float:
    """Median largest contentful paint of an address in new tabs."""
    found: list[float] = []
    for _ in range(tries):
        with tab(browser, key) as page:
            page.goto(url)
            page.wait_for_load_state("networkidle")
            found.append(page.evaluate(PAINT))
    return statistics.median(found)


def pan_intervals_ms(browser: Any, key: str, url: str) -> Sequence[float]:
    """Times between frames while a page is dragged to and fro for some seconds."""
    with tab(browser, key) as page:
        page.goto(url)
        page.locator(".stage img").wait_for()
        page.wait_for_load_state("networkidle")
        page.get_by_label("Zoom in").click()
        page.wait_for_timeout(800)
        page.mouse.move(600, 500)
        page.mouse.down()
        page.evaluate(COUNT_FRAMES)
        for turn in range(4):
            to = (750, 650) if turn % 2 else (450, 350)
            page.mouse.move(*to, steps=60)
        times = page.evaluate(STOP)
        page.mouse.up()
    return [after - before for before, after in pairwise(times)]


def take_pictures(
    browser: Any, key: str, url: str, shown: tuple[str, str, str], folder: Path
) -> None:
    """A WebP of each view in each look; the second job is compared with the first."""
    job_id, other_id, batch_id = shown
    views = {
        "read": "#/",
        "page": f"#/jobs/{job_id}",
        "fields": f"#/jobs/{job_id}?tab=fields",
        "check": f"#/jobs/{job_id}?tab=check",
        "receipt": f"#/jobs/{job_id}?tab=receipt",
        "jobs": "#/jobs",
        "queue": "#/check",
        "compare": f"#/compare?a={job_id}&b={other_id}",
        "batches": "#/batches",
        "batch": f"#/batches/{batch_id}",
        "webhooks": "#/webhooks",
        "keys": "#/keys",
        "service": "#/service",
        "api": "docs",
    }
    folder.mkdir(parents=True, exist_ok=True)
    for look in LOOKS:
        for name, path in views.items():
            with tab(browser, key, look) as page:
                page.goto(f"{url}/{path}")
                page.wait_for_timeout(3500)
                with Image.open(io.BytesIO(page.screenshot())) as shot:
                    shot.convert("RGB").save(folder / f"{name}-{look}.webp", quality=72, method=6)


def main() -> None:
    """Measure, and take pictures where a folder is named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8765")
    parser.add_argument("--key", required=True)
    parser.add_argument("--pictures", type=Path)
    parser.add_argument("--job", help="the job that pictures show")
    parser.add_argument("--other", help="the job that it is compared with")
    asked = parser.parse_args()
    client = httpx.Client(
        base_url=asked.url, headers={"Authorization": f"Bearer {asked.key}"}, timeout=60
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        if asked.pictures:
            shown = (asked.job, asked.other, client.get("/v1/batches").json()["batches"][0]["id"])
            take_pictures(browser, asked.key, asked.url, shown, asked.pictures)
            return
        job_id = submit(client, full_page(), profile="fast", detectors=[], dpi=ReadOptions().dpi)
        words = client.get(f"/v1/jobs/{job_id}/pages/1").json()["page"]["blocks"]
        count = sum(len(line["words"]) for block in words for line in block["lines"])
        for name, path in (("read", "#/"), ("page", f"#/jobs/{job_id}")):
            ms = paint_ms(browser, asked.key, f"{asked.url}/{path}")
            print(f"largest contentful paint, {name}: {ms:.0f} ms")
        times = sorted(pan_intervals_ms(browser, asked.key, f"{asked.url}/#/jobs/{job_id}"))
        print(
            f"panning {count} words: {len(times)} frames, median {statistics.median(times):.1f} ms"
        )
        print(f"  slowest of a hundred: {times[len(times) * 99 // 100]:.1f} ms")
        browser.close()


if __name__ == "__main__":
    main()
