"""Sessions of ONNX Runtime that hang for good: while a page is read, and while they are opened."""

from pathlib import Path

import pytest

from jobs.domain.states import FINAL_JOB_STATES, JobState
from tests.chaos.books import await_all_ended, judge
from tests.chaos.fleet import Fleet
from tests.chaos.load import Load
from tests.chaos.pages import coloured
from tests.chaos.report import Note, Scale
from tests.doubles import WHITE, YELLOW
from tests.support.workplace import PLAIN, TENANT, Workplace, await_true
from workers.runtime.process import EXIT_STALLED

pytestmark = pytest.mark.timeout(900)
LIMIT_S = 5.0
START_LIMIT_S = 1.0


def test_a_session_that_hangs_is_ended_with_its_process_and_only_the_guilty_page_fails(
    tmp_path: Path, scale: Scale, note: Note
) -> None:
    """Statement 12 where the network hangs: all threads of the reader wait in its one batch."""
    hanging, sound = scale((1, 8), (4, 60))

    def document(number: int) -> bytes:
        return coloured(number, YELLOW if number < hanging else WHITE)

    with Workplace(tmp_path, page_timeout_s=LIMIT_S) as place, Fleet(place) as fleet:
        fleet.add_api()
        fleet.add_workers(readers=1, builder="build_session_engine")
        with Load(place.url, fleet.key(), document, hanging + sound, PLAIN) as load:
            await_true(lambda: 0 in load.accepted, "the first to be accepted")
            ended_s = fleet.await_end_of_holder({load.accepted[0].job_id})
        if not scale.full:
            place.ledger.jobs.cancel(TENANT, load.accepted[0].job_id)
        await_all_ended(place, 300)
        books = judge(place, load)
        hung = [place.ledger.jobs.load(load.accepted[number].job_id) for number in range(hanging)]
    figures = (
        f"limit {LIMIT_S:g} s; the process ended after {ended_s:.1f} s; "
        f"{len(fleet.exit_codes)} readers ended so"
    )
    what = f"{hanging} pages that hang in the network, batched with their neighbours"
    note(12, "hung session", what, books, figures, fleet)
    assert ended_s <= scale.within(LIMIT_S + 10)
    assert all(job.state in FINAL_JOB_STATES for job in hung)
    assert books.done == sound
    assert not books.double
    if scale.full:
        assert {job.fault.code for job in hung if job.fault} == {"worker_lost"}
        assert {job.state for job in hung} == {JobState.FAILED}


def test_a_reader_whose_session_hangs_while_it_is_opened_is_ended_and_begun_anew(
    tmp_path: Path, scale: Scale, note: Note
) -> None:
    """It holds no page then, so no page's limit ends it; the readers beside it go on."""
    times, total = scale((1, 6), (6, 100))
    limited = ["env", f"TEST_START_LIMIT_S={START_LIMIT_S}"]
    with Workplace(tmp_path) as place, Fleet(place) as fleet:
        fleet.add("stuck", lambda: place.start_worker("pages", "build_stuck_engine", limited))
        fleet.add_api()
        fleet.add_workers(readers=1, builder="build_double_engine")
        with Load(place.url, fleet.key(), lambda n: coloured(n, WHITE), total, PLAIN) as load:
            await_true(lambda: len(fleet.exit_codes) >= times, "it to be ended", 300)
        await_all_ended(place)
        books = judge(place, load)
        codes = list(fleet.exit_codes)
    figures = f"ended {len(codes)} times, after {START_LIMIT_S:g} s here and 600 s by default"
    note(12, "a session that never opens", "a reader beside a sound one", books, figures, fleet)
    assert set(codes) == {EXIT_STALLED}
    assert books.are_clean
    assert books.done == total
