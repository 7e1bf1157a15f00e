import numpy as np
import pytest

from vision.recognition.common.ctc_greedy import greedy_runs, greedy_runs_of

NULL = 0


def frames(*classes: int, sure: float = 0.9, count: int = 4) -> np.ndarray:
    found = np.full((len(classes), count), (1 - sure) / (count - 1), np.float32)
    found[np.arange(len(classes)), classes] = sure
    return found


def steps(*counts: int) -> np.ndarray:
    return np.array(counts, np.int32)


@pytest.mark.parametrize(
    ("classes", "expected"),
    [
        ((), []),
        ((0, 0), []),
        ((1,), [(1, 0, 1)]),
        ((1, 1, 1), [(1, 0, 3)]),
        ((1, 0, 1), [(1, 0, 1), (1, 2, 3)]),
        ((0, 1, 1, 2, 0, 3), [(1, 1, 3), (2, 3, 4), (3, 5, 6)]),
    ],
)
def test_equal_neighbours_are_one_and_blanks_are_none(
    classes: tuple[int, ...], expected: list[tuple[int, int, int]]
):
    heard = frames(*classes)[None] if classes else np.zeros((1, 0, 4), np.float32)
    (runs,) = greedy_runs(heard, steps(len(classes)), NULL)
    found = zip(runs.classes, runs.starts, runs.ends, strict=True)
    assert list(found) == expected


def test_lines_of_a_batch_do_not_touch():
    heard = np.stack([frames(1, 2, 3), frames(3, 3, 1)])
    first, second = greedy_runs(heard, steps(3, 3), NULL)
    assert first.classes == [1, 2, 3]
    assert second.classes == [3, 1]
    assert second.starts == [0, 2]


def test_steps_past_the_end_of_a_line_are_not_read():
    (runs,) = greedy_runs(frames(1, 2, 2)[None], steps(1), NULL)
    assert runs.classes == [1]
    assert runs.ends == [1]


def test_a_run_is_as_probable_as_its_peak():
    heard = np.concatenate([frames(1, sure=0.6), frames(1, sure=0.8)])
    (runs,) = greedy_runs(heard[None], steps(2), NULL)
    assert runs.probabilities == pytest.approx([0.8])


def test_certainty_leaves_blanks_and_padding_out():
    heard = np.concatenate([frames(0, sure=1), frames(1, sure=0.5), frames(1, sure=0.9)])
    assert greedy_runs(heard[None], steps(2), NULL)[0].certainty == pytest.approx(0.5)
    assert greedy_runs(heard[None], steps(1), NULL)[0].certainty == 0


def test_batches_decoded_together_read_as_each_alone():
    random = np.random.default_rng(5)
    sizes = [(3, 20, 6), (1, 0, 6), (0, 7, 6), (2, 9, 6), (1, 1, 6)]
    batches = [
        (random.dirichlet(np.ones(6), size[:2]).astype(np.float32).reshape(size), steps(*lengths))
        for size, lengths in zip(sizes, [(20, 3, 11), (0,), (), (9, 0), (1,)], strict=True)
    ]
    together = greedy_runs_of(batches, NULL)
    alone = [greedy_runs(*batch, NULL) for batch in batches]
    assert [[each[:4] for each in runs] for runs in together] == [
        [each[:4] for each in runs] for runs in alone
    ]
    for runs, own in zip(together, alone, strict=True):
        assert [each.certainty for each in runs] == pytest.approx([each.certainty for each in own])
    assert greedy_runs_of([], NULL) == []
