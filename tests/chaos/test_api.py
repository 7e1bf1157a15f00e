"""The API killed under load, asked a hundred times at once, and full."""

import asyncio
import json
import signal
import time
from collections import Counter

import httpx
import pytest

from tests.chaos.books import await_all_ended, judge
from tests.chaos.fleet import Fleet
from tests.chaos.load import Load
from tests.chaos.pages import coloured
from tests.chaos.report import Note, Scale
from tests.doubles import BLUE, WHITE
from tests.support.http import NO_TLS
from tests.support.patience import PATIENCE_S
from tests.support.workplace import PLAIN

pytestmark = pytest.mark.timeout(900)


def test_an_api_killed_under_load_leaves_no_answer_without_its_row_and_no_job_twice(
    fleet: Fleet, scale: Scale, note: Note
) -> None:
    """Statement 4: `lost` is a 202 without its row, `double` a second job of one document."""
    place, kills = fleet.place, scale(3, 10)
    load = Load(
        place.url,
        fleet.key(),
        lambda n: coloured(n, WHITE),
        scale(40, 600),
        PLAIN,
        callers=4,
        pace_s=0.05,
    )
    with load:
        for _ in range(kills):
            before = len(load.accepted)
            while load.going_on and len(load.accepted) < before + 3:
                time.sleep(0.02)
            fleet.kill("api")
            time.sleep(fleet.chance.uniform(0.5, 1.0) * scale(1, 3))
    await_all_ended(place)
    books = judge(place, load)
    broken = sum(load.answers.values()) - load.answers["202"] - load.answers["200"]
    figures = f"{broken} requests broken off and sent again with their key"
    note(4, "API killed", f"{kills} times SIGKILLed", books, figures, fleet)
    assert books.are_clean
    assert books.done == books.accepted == load.total


def test_a_hundred_posts_with_one_key_make_one_job(fleet: Fleet, note: Note) -> None:
    """Statement 20."""
    fleet.await_api()
    answers = asyncio.run(_post_at_once(fleet, 100, f"key-{time.time_ns()}"))
    codes = Counter(answer.status_code for answer in answers)
    ids = {answer.json()["id"] for answer in answers if answer.is_success}
    changed = asyncio.run(_post_at_once(fleet, 1, answers[0].request.headers["Idempotency-Key"], 7))
    await_all_ended(fleet.place)
    said = ", ".join(f"{count} answered {code}" for code, count in sorted(codes.items()))
    note(20, "one key", "100 concurrent posts", figures=f"{len(ids)} job; {said}; changed body 422")
    assert len(ids) == 1
    assert set(codes) <= {200, 202, 409}
    assert changed[0].status_code == 422


def test_a_full_queue_answers_503_with_retry_after_and_what_was_accepted_finishes(
    fleet: Fleet, scale: Scale, note: Note
) -> None:
    """Statement 22, through a second API of the same ledger with a small cap."""
    place, cap = fleet.place, scale(10, 50)
    fleet.await_api()
    url, small = place.start_another_api(PAGESIGHT_MAX_QUEUED_JOBS=str(cap))
    try:
        load = Load(url, fleet.key(), lambda n: coloured(n, BLUE), 3 * cap, PLAIN, callers=8)
        with load:
            pass
        await_all_ended(place, 300)
    finally:
        small.send_signal(signal.SIGKILL)
    books = judge(place, load)
    refused = load.answers["503"] + load.answers["429"]
    figures = f"cap {cap}: {refused} refusals, each with Retry-After {sorted(load.retry_after)}"
    note(22, "queue at its cap", f"{3 * cap} documents at once", books, figures, fleet)
    assert refused >= 1
    assert load.retry_after
    assert None not in load.retry_after
    assert books.are_clean
    assert books.done == books.accepted == load.total


async def _post_at_once(
    fleet: Fleet, count: int, key: str, number: int = 1
) -> list[httpx.Response]:
    headers = {"Authorization": f"Bearer {fleet.key()}", "Content-Type": "image/png"}
    limits = httpx.Limits(max_connections=count)
    async with httpx.AsyncClient(
        headers=headers, limits=limits, timeout=PATIENCE_S, verify=NO_TLS, trust_env=False
    ) as client:
        posts = [
            client.post(
                f"{fleet.place.url}/v1/jobs",
                params={"options": json.dumps(PLAIN)},
                content=coloured(number, WHITE),
                headers={"Idempotency-Key": key},
            )
            for _ in range(count)
        ]
        return list(await asyncio.gather(*posts))
