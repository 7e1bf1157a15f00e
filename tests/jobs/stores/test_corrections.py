from concurrent.futures import ThreadPoolExecutor

import pytest

from jobs.domain.corrections import Correction
from jobs.domain.errors import NotFound, RevisionConflict
from jobs.ledger import Ledger
from jobs.storage.blob_store import Blobs
from jobs.stores import corrections
from tests.support.ledgers import TENANT, finished


def correction(word: int, text: str | None) -> Correction:
    return Correction(1, "b1", 0, word, text)


def test_each_change_is_a_revision_that_keeps_the_words_before_it(ledger: Ledger) -> None:
    job = finished(ledger)
    store = ledger.corrections
    assert store.get(job.id) is None
    first = store.save(job.id, [correction(3, "a"), correction(1, "b")], author="key_1")
    second = store.save(job.id, [correction(3, "c"), correction(2, "")], author="key_2", base=1)
    third = store.save(job.id, [correction(1, None)], author="key_1")
    assert [each.number for each in (first, second, third)] == [1, 2, 3]
    assert [(each.word, each.text) for each in second.corrections] == [(1, "b"), (2, ""), (3, "c")]
    assert [(each.word, each.text) for each in third.corrections] == [(2, ""), (3, "c")]
    assert store.get(job.id) == third
    assert store.get(job.id, 1) == first
    assert store.get(job.id, 4) is None
    assert store.list(job.id) == [first, second, third]


def test_a_change_of_an_earlier_revision_is_refused(ledger: Ledger) -> None:
    job = finished(ledger)
    ledger.corrections.save(job.id, [correction(0, "a")], author="k", base=0)
    with pytest.raises(RevisionConflict) as caught:
        ledger.corrections.save(job.id, [correction(0, "b")], author="k", base=0)
    assert caught.value.latest == 1
    assert len(ledger.corrections.list(job.id)) == 1


def test_changes_at_the_same_time_all_count(ledger: Ledger) -> None:
    job = finished(ledger)

    def save(word: int) -> int:
        return ledger.corrections.save(job.id, [correction(word, "x")], author="k").number

    with ThreadPoolExecutor(4) as pool:
        numbers = list(pool.map(save, range(8)))
    assert sorted(numbers) == list(range(1, 9))
    latest = ledger.corrections.get(job.id)
    assert latest is not None
    assert {each.word for each in latest.corrections} == set(range(8))


def test_more_words_than_allowed_are_refused(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(corrections, "MAX_WORDS", 1)
    job = finished(ledger)
    ledger.corrections.save(job.id, [correction(0, "a")], author="k")
    with pytest.raises(ValueError, match="at most 1"):
        ledger.corrections.save(job.id, [correction(1, "a")], author="k")


def test_revisions_go_with_their_job(ledger: Ledger, blobs: Blobs) -> None:
    job = finished(ledger)
    ledger.corrections.save(job.id, [correction(0, "a")], author="k")
    ledger.deletion.job(TENANT, job.id, blobs)
    assert ledger.corrections.list(job.id) == []
    with pytest.raises(NotFound):
        ledger.corrections.save(job.id, [correction(0, "a")], author="k")
