import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cli.serve.single_host import CannotServe, only_one
from cli.serve.supervisor import Child, Supervisor, environment
from tests.support.patience import PATIENCE_S

ROOT = Path(__file__).parents[3]
SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
STUBBORN = [sys.executable, "-c", DEAF]


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    made = Supervisor()
    yield made
    made.stop()


def child(argv: list[str], grace_s: float = 5.0) -> Child:
    return Child("child", argv, environment(), grace_s)


def until(
    condition: Callable[[], bool], supervisor: Supervisor, limit_s: float = PATIENCE_S
) -> bool:
    deadline = time.monotonic() + limit_s
    while time.monotonic() < deadline:
        supervisor.watch()
        if condition():
            return True
        time.sleep(0.02)
    return False


def pid_of(kept: Child) -> int:
    assert kept.process is not None
    return kept.process.pid


def test_a_killed_child_is_started_again(supervisor: Supervisor) -> None:
    kept = child(SLEEP)
    supervisor.add(kept)
    first = pid_of(kept)
    os.kill(first, signal.SIGKILL)
    assert until(lambda: kept.alive() and pid_of(kept) != first, supervisor)


def test_a_child_that_lives_is_left_alone(supervisor: Supervisor) -> None:
    kept = child(SLEEP)
    supervisor.add(kept)
    first = pid_of(kept)
    for _ in range(5):
        supervisor.watch()
    assert pid_of(kept) == first


def test_pauses_grow_for_a_child_that_keeps_dying(supervisor: Supervisor) -> None:
    kept = child([sys.executable, "-c", "raise SystemExit(3)"])
    supervisor.add(kept)
    pauses: list[float] = []

    def twice_dead() -> bool:
        if not pauses or pauses[-1] != kept.pause_s:
            pauses.append(kept.pause_s)
        return kept.quick_deaths >= 2

    assert until(twice_dead, supervisor)
    assert pauses == sorted(pauses)
    assert pauses[-1] > pauses[0]


def test_a_child_that_cannot_start_is_named(supervisor: Supervisor) -> None:
    kept = child([sys.executable, "-c", "raise SystemExit(3)"])
    supervisor.add(kept)
    assert until(lambda: supervisor.failing(deaths=2) is kept, supervisor)


def test_steady_children_are_not_called_failing(supervisor: Supervisor) -> None:
    supervisor.add(child(SLEEP))
    supervisor.watch()
    assert supervisor.failing(deaths=1) is None


def test_a_child_deaf_to_sigterm_is_killed_after_its_grace() -> None:
    kept = child(STUBBORN, grace_s=0.5)
    kept.start()
    time.sleep(0.5)  # until it has made itself deaf
    kept.stop()
    assert kept.process is not None
    assert kept.process.returncode == -signal.SIGKILL


def test_children_end_together_and_last_what_they_need() -> None:
    ended: list[str] = []

    class Noting(Child):
        def ask_to_end(self) -> None:
            ended.append(f"ask {self.name}")
            super().ask_to_end()

        def stop(self) -> None:
            ended.append(self.name)
            super().stop()

    made = Supervisor()
    for name in ("redis", "pages", "api"):
        needed = name == "redis"
        made.add(Noting(name, SLEEP, environment(), needed_by_others=needed))
    made.stop()
    assert ended[:2] == ["ask pages", "ask api"]
    assert ended[-2:] == ["redis", "ask redis"]
    assert "redis" not in ended[:-2]


OWNER = """
import sys, time
from cli.serve.single_host import CannotServe, only_one
from cli.serve.supervisor import Child, Supervisor, environment
from tests.support.patience import PATIENCE_S
supervisor = Supervisor()
for words in sys.argv[1:]:
    child = Child("child", [sys.executable, "-c", words], environment())
    supervisor.add(child)
    print(child.process.pid, flush=True)
time.sleep(600)
"""


def test_children_end_when_their_supervisor_is_killed() -> None:
    command = [sys.executable, "-c", OWNER, SLEEP[2], SLEEP[2]]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as owner:
        assert owner.stdout is not None
        pids = [int(owner.stdout.readline()) for _ in range(2)]
        owner.kill()
    until_gone(pids)


def until_gone(pids: list[int]) -> None:
    deadline = time.monotonic() + 60
    while any(Path(f"/proc/{pid}").exists() for pid in pids):
        assert time.monotonic() < deadline, pids
        time.sleep(0.02)


def test_the_lock_is_held_until_the_last_child_has_ended(tmp_path: Path) -> None:
    with only_one(tmp_path) as lock:
        kept = child(SLEEP)
        kept.start(lock.fileno())
    # The lock names this process, which lives; one that is gone is waited for.
    with pytest.raises(CannotServe), only_one(tmp_path):
        pass
    (tmp_path / "serve.lock").write_text("999999999")
    stopping = threading.Event()

    def stop() -> None:
        stopping.set()
        kept.stop()

    threading.Timer(0.2, stop).start()
    with only_one(tmp_path, patience_s=60):
        assert stopping.is_set()  # it may still be ending: the lock goes before the process does


def test_ctrl_c_reaches_the_supervisor_alone(supervisor: Supervisor) -> None:
    kept = child(SLEEP)
    supervisor.add(kept)
    assert os.getsid(pid_of(kept)) != os.getsid(0)
