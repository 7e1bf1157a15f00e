import os
import threading

from jobs.domain.ids import made_at, new_id


def test_ids_of_a_process_ascend_and_differ() -> None:
    ids = [new_id("job") for _ in range(3000)]
    assert ids == sorted(set(ids))
    assert made_at(ids[0]) is not None


def test_ids_of_many_threads_differ() -> None:
    made: list[str] = []
    threads = [
        threading.Thread(target=lambda: made.extend([new_id("job") for _ in range(500)]))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 2000


def test_a_forked_child_draws_other_numbers() -> None:
    new_id("job")  # the bytes of the next ones are drawn already
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        os.write(writing, "".join(new_id("job")[-16:] for _ in range(20)).encode())
        os._exit(0)
    os.waitpid(child, 0)
    theirs = os.read(reading, 1 << 12).decode()
    os.close(reading)
    os.close(writing)
    ours = [new_id("job")[-16:] for _ in range(20)]
    assert len(theirs) == 20 * 16
    assert not any(each in theirs for each in ours)
