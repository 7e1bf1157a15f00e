"""A disk that fills up under load, and the folder of blobs taken away."""

import ctypes
import errno
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.chaos.books import await_all_ended, judge
from tests.chaos.fleet import Fleet
from tests.chaos.load import Load
from tests.chaos.pages import coloured
from tests.chaos.report import Note, Scale
from tests.doubles import WHITE
from tests.support.parts import require
from tests.support.workplace import PLAIN, Workplace, await_true

pytestmark = pytest.mark.timeout(900)
LARGE, SMALL = 2_000_000, 150_000


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A file system of its own; needs root."""
    disk = folder / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "none", str(disk)]
    made = subprocess.run(mount, capture_output=True, check=False)
    require(made.returncode == 0, f"leave to mount a small disk ({made.stderr.decode().strip()})")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


def fill(disk: Path) -> Path:
    """Leave no room on a disk; return what takes it."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (1 << 20, 4096):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
    return ballast


def exchange(one: Path, other: Path) -> None:
    """Swap what two names stand for at one stroke: between two the service makes a folder anew."""
    libc, here, both = ctypes.CDLL(None, use_errno=True), -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    if libc.renameat2(here, os.fsencode(one), here, os.fsencode(other), both):
        raise OSError(ctypes.get_errno(), f"{one} and {other} cannot be swapped")


def padded(number: int) -> bytes:
    """A white page with bytes behind its end; every fifth is large enough to be streamed."""
    page = coloured(number, WHITE)
    return page + b"\0" * ((SMALL if number % 5 else LARGE) - len(page))


def partial_blobs(place: Workplace) -> list[str]:
    """Inputs under their key that are not whole."""
    keys = [key for key in place.blobs.list("tenants/") if key.endswith("/input")]
    return [key for key in keys if len(place.blobs.get(key)) not in {SMALL, LARGE}]


def test_a_full_disk_is_said_so_and_the_service_goes_on_by_itself_when_there_is_room(
    tmp_path: Path, scale: Scale, note: Note
) -> None:
    """Statement 6, with ledger, blobs and Redis on the disk that is full."""
    total, rounds = scale(20, 60), scale(1, 4)
    with small_disk(tmp_path, 96) as disk, Workplace(disk) as place, Fleet(place) as fleet:
        fleet.add_api()
        fleet.add_workers(readers=1, builder="build_double_engine")
        with Load(place.url, fleet.key(), padded, total, PLAIN, pace_s=0.2) as load:
            partial: list[str] = []
            for number in range(rounds):
                before = load.refusals
                await_true(lambda n=number: len(load.accepted) >= 3 + 8 * n, "some accepted")
                ballast = fill(disk)
                fleet.note("disk full")
                await_true(lambda before=before: load.refusals >= before + 4, "refusals")
                partial += partial_blobs(place)
                ballast.unlink()
                fleet.note("room again")
        await_all_ended(place, 120)
        books = judge(place, load)
    said = {code: load.answers[code] for code in ("507", "503")}
    figures = f"answers while full: {said}; partial blobs {len(partial)}; {fleet.exit_codes=}"
    note(6, "disk full", f"filled to the last byte {rounds} times", books, figures, fleet)
    assert not partial
    assert not fleet.exit_codes
    assert books.are_clean
    assert books.done == books.accepted == total


def test_a_folder_of_blobs_that_was_away_fails_nothing_that_can_wait(
    tmp_path: Path, scale: Scale, note: Note
) -> None:
    """Blobs as on a mount that is gone for a while: what is accepted waits for it."""
    total = scale(12, 60)
    with Workplace(tmp_path) as place, Fleet(place) as fleet:
        fleet.add_api()
        fleet.add_workers(readers=1, builder="build_double_engine")
        folder, away = tmp_path / "blobs", tmp_path / "away"
        with Load(place.url, fleet.key(), padded, total, PLAIN, pace_s=0.2) as load:
            await_true(lambda: len(load.accepted) >= 3, "some accepted")
            away.touch()  # a file: nothing can be made under it
            exchange(folder, away)
            fleet.note("blob folder gone")
            time.sleep(scale(0.6, 120.0))  # the long form outlasts three attempts
            exchange(folder, away)
            fleet.note("blob folder back")
        await_all_ended(place, 120)
        books = judge(place, load)
    done = f"for {scale(0.6, 120.0):g} s"
    note(6, "blob folder gone", done, books, f"answers {dict(load.answers)}", fleet)
    assert not books.double
    assert books.lost == 0
    assert books.done == books.accepted == total
