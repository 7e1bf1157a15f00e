import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.support.documents import encrypted_pdf, pdf, png_bomb, save, text_page
from vision.core.arrays import Image as Pixels
from vision.core.document import PageWarning
from vision.core.errors import BadInput, EngineFailure
from vision.core.limits import DocumentProbe, Limits
from vision.core.stages import PageImage
from vision.input.decode import decode_page
from vision.input.sandbox import child
from vision.input.sandbox import pool as pool_module
from vision.input.sandbox.pool import DecoderPool
from vision.input.sandbox.validation import BrokenAnswer, page_of, probe_of, raise_failure
from vision.input.sandbox.worker import Budget

# Ten thousand overlapping fills of a whole page: minutes of work from a few bytes.
ENDLESS = pdf([(5000, 5000)], content=b"0.5 g 0 0 5000 5000 re 9 9 4900 4900 re f*\n" * 10_000)


@pytest.fixture(scope="module")
def pool() -> Iterator[DecoderPool]:
    with DecoderPool(size=2) as pool:
        yield pool


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.png"
    text_page(600, 400).save(path, dpi=(200, 200))
    return path


def test_a_document_is_probed_and_decoded_in_a_helper(pool: DecoderPool, page: Path) -> None:
    assert pool.probe(page) == DocumentProbe("image/png", 1)
    decoded = pool.decode(page, 1, 300)
    assert decoded.number == 1
    assert decoded.dpi == 200
    assert np.array_equal(decoded.pixels, np.asarray(text_page(600, 400)))
    decoded.pixels[:] = 0  # the caller's own copy


def test_many_threads_share_few_helpers(pool: DecoderPool, tmp_path: Path) -> None:
    path = save(tmp_path, "a.pdf", pdf([(100 + n, 50) for n in range(20)]))
    with ThreadPoolExecutor(8) as threads:
        pages = list(threads.map(lambda n: pool.decode(path, n, 72), range(1, 21)))
    assert [page.pixels.shape[1] for page in pages] == [100 + n for n in range(20)]
    assert [page.number for page in pages] == list(range(1, 21))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"plain text", "unsupported_type"),
        (b"\x89PNG\r\n\x1a\n", "damaged"),
        (encrypted_pdf(), "encrypted"),
        (png_bomb(), "too_large"),
    ],
)
def test_bad_input_crosses_the_process_boundary_with_its_code(
    pool: DecoderPool, content: bytes, code: str, tmp_path: Path
) -> None:
    with pytest.raises(BadInput) as caught:
        pool.probe(save(tmp_path, "document", content))
    assert caught.value.code == code
    assert len(caught.value.message) > 20


def test_a_file_that_is_not_there_is_not_called_bad_input(
    pool: DecoderPool, tmp_path: Path
) -> None:
    with pytest.raises(FileNotFoundError):
        pool.probe(tmp_path / "gone.png")


def test_a_file_that_goes_away_before_the_helper_opens_it_is_not_called_bad_input(
    pool: DecoderPool, page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store's folder that is unmounted at this moment must not fail a sound document."""
    with monkeypatch.context() as patched:
        patched.setattr(pool_module, "_readable", lambda path: f"{path}.gone")
        with pytest.raises(FileNotFoundError):
            pool.decode(page, 1, 72)
    assert pool.probe(page).pages == 1


@pytest.mark.parametrize("kind", ["png", "pdf"])
def test_a_file_that_goes_away_while_a_helper_reads_it_is_read_to_its_end(
    kind: str, page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = page if kind == "png" else save(tmp_path, "two.pdf", pdf([(600, 400)]))

    def unlink_first(path: Path, number: int, dpi: int, limits: Limits) -> PageImage:
        file.unlink()
        return decode_page(path, number, dpi, limits)

    monkeypatch.setattr(child, "decode_page", unlink_first)
    request = {"do": "decode", "path": str(file), "number": 1, "dpi": 72}
    pixels = np.zeros(600 * 400 * 3, np.uint8)
    answer = child._answer(request, Limits(), pixels)
    assert (answer["width"], answer["height"]) == (600, 400)
    assert pixels.any()


def test_a_page_that_takes_too_long_is_ended_and_the_next_is_read(
    tmp_path: Path, page: Path
) -> None:
    endless = save(tmp_path, "endless.pdf", ENDLESS)
    with DecoderPool(size=1, budget=Budget(seconds=1)) as pool:
        started = time.monotonic()
        with pytest.raises(BadInput) as caught:
            pool.decode(endless, 1, 72)
        assert caught.value.code == "too_costly"
        assert time.monotonic() - started < 10
        assert pool.probe(page).pages == 1


def test_a_page_that_takes_too_much_memory_is_refused_and_the_next_is_read(
    tmp_path: Path, page: Path
) -> None:
    wide = tmp_path / "wide.png"
    Image.new("RGB", (9000, 4000)).save(wide, compress_level=1)
    with DecoderPool(size=1, budget=Budget(memory_bytes=450 << 20)) as pool:
        with pytest.raises(BadInput) as caught:
            pool.decode(wide, 1, 72)
        assert caught.value.code == "too_costly"
        assert pool.decode(page, 1, 72).pixels.shape == (400, 600, 3)


def test_a_pdf_that_holds_a_bomb_for_a_picture_is_drawn_or_refused_in_bounds(
    pool: DecoderPool, tmp_path: Path
) -> None:
    picture = (
        b"<</Type/XObject/Subtype/Image/Width 1000000/Height 1000000/BitsPerComponent 8"
        b"/ColorSpace/DeviceRGB/Filter/FlateDecode/Length 8>>stream\nx\x9c\x03\x00\x00\x00\x00\x01"
        b"\nendstream"
    )
    content = pdf(
        content=b"200 0 0 100 0 0 cm /P Do",
        page_entries=b"/Resources<</XObject<</P 5 0 R>>>>",
        extra=[picture],
    )
    started = time.monotonic()
    try:
        assert pool.decode(save(tmp_path, "a.pdf", content), 1, 300).pixels.size < 10_000_000
    except BadInput as error:
        assert error.code in {"too_costly", "decoder_crashed", "damaged"}  # noqa: PT017 - either
    assert time.monotonic() - started < 12


def test_a_helper_that_dies_costs_only_its_page(tmp_path: Path, page: Path) -> None:
    endless = save(tmp_path, "endless.pdf", ENDLESS)
    with DecoderPool(size=1, budget=Budget(seconds=60)) as pool:
        pool.probe(page)
        victim = helper_pids(os.getpid())[-1]
        idle = cpu_ticks(victim)
        with ThreadPoolExecutor(1) as thread:
            decoded = thread.submit(pool.decode, endless, 1, 72)
            await_work(victim, idle)
            os.kill(victim, signal.SIGSEGV)
            with pytest.raises(BadInput) as caught:
                decoded.result()
        assert caught.value.code == "decoder_crashed"
        assert pool.probe(page).pages == 1


def test_a_helper_that_died_while_idle_is_replaced_unnoticed(page: Path) -> None:
    with DecoderPool(size=1) as pool:
        pool.probe(page)
        victim = helper_pids(os.getpid())[-1]
        os.kill(victim, signal.SIGKILL)
        # A zombie in /proc may still have threads that end, and is then no child to wait for yet.
        os.waitid(os.P_PID, victim, os.WEXITED | os.WNOWAIT)
        assert pool.probe(page).pages == 1


def test_the_second_helper_is_started_when_the_first_is_busy(tmp_path: Path, page: Path) -> None:
    endless = save(tmp_path, "endless.pdf", ENDLESS)
    before = set(helper_pids(os.getpid()))
    with DecoderPool(size=2, budget=Budget(seconds=60)) as pool:
        pool.probe(page)
        (first,) = set(helper_pids(os.getpid())) - before
        with ThreadPoolExecutor(1) as thread:
            idle = cpu_ticks(first)
            decoded = thread.submit(pool.decode, endless, 1, 72)
            await_work(first, idle)
            assert pool.probe(page).pages == 1
            assert len(set(helper_pids(os.getpid())) - before) == 2
            os.kill(first, signal.SIGSEGV)
            assert isinstance(decoded.exception(), BadInput)


def test_a_helper_is_replaced_after_its_share_of_requests(page: Path) -> None:
    with DecoderPool(size=1, budget=Budget(requests=2)) as pool:
        seen = []
        for _ in range(4):
            pool.probe(page)
            seen.append(helper_pids(os.getpid())[-1])
    assert seen[0] == seen[1] != seen[2] == seen[3]


def test_a_helper_that_cannot_start_is_the_operators_affair(
    page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with DecoderPool(size=1) as pool, pytest.raises(EngineFailure) as caught:
        pool.probe(page)
    assert caught.value.code == "decoder_missing"


def test_helpers_end_with_their_parent_even_in_the_middle_of_a_page(tmp_path: Path) -> None:
    endless = save(tmp_path, "endless.pdf", ENDLESS)
    script = (
        "import sys; from pathlib import Path; from vision.input.sandbox.pool import DecoderPool\n"
        "pool = DecoderPool(1); path = Path(sys.argv[1]); pool.probe(path)\n"
        "print('ready', flush=True); pool.decode(path, 1, 72)"
    )
    root = Path(__file__).parents[4]
    with subprocess.Popen(
        [sys.executable, "-c", script, str(endless)], stdout=subprocess.PIPE, cwd=root
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"ready\n"
        helpers = helper_pids(parent.pid)
        time.sleep(0.3)
        parent.kill()
    assert helpers
    assert all(ends_soon(pid) for pid in helpers)


def test_a_helper_is_confined(page: Path) -> None:
    with DecoderPool(size=1) as pool:
        pool.probe(page)
        facts = Path(f"/proc/{helper_pids(os.getpid())[-1]}")
        bounds = {
            line[:25].strip(): line.split()[-3]
            for line in (facts / "limits").read_text().splitlines()
        }
        assert bounds["Max file size"] == bounds["Max core file size"] == "0"
        assert bounds["Max address space"] == str(2 << 30)
        status = (facts / "status").read_text()
        assert "NoNewPrivs:\t1" in status
        assert "Seccomp:\t2" in status  # the filter of no_processes
        assert (facts / "cwd").readlink() == Path("/")
        secrets = (facts / "environ").read_bytes()
        assert b"HOME" not in secrets


def test_a_helper_has_no_network_where_the_kernel_permits_that(page: Path) -> None:
    flags = 0x4000_0000 if os.geteuid() == 0 else 0x5000_0000
    attempt = f"import ctypes, sys; sys.exit(ctypes.CDLL(None).unshare({flags}) != 0)"
    permitted = subprocess.run([sys.executable, "-c", attempt], check=False).returncode == 0
    with DecoderPool(size=1) as pool:
        assert pool.decode(page, 1, 72).pixels.shape == (400, 600, 3)
        theirs = Path(f"/proc/{helper_pids(os.getpid())[-1]}/ns/net").readlink()
    ours = Path("/proc/self/ns/net").readlink()
    assert (theirs != ours) == permitted


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"width": 10},
        {"width": 10, "height": 0, "dpi": None, "warnings": []},
        {"width": "10", "height": 10, "dpi": None, "warnings": []},
        {"width": 10_001, "height": 1, "dpi": None, "warnings": []},
        {"width": 10_000, "height": 10_000, "dpi": None, "warnings": []},
        {"width": 10, "height": 10, "dpi": "x", "warnings": []},
        {"width": 10, "height": 10, "dpi": float("nan"), "warnings": []},
        {"width": 10, "height": 10, "dpi": 10**400, "warnings": []},
        {"width": 10, "height": 10, "dpi": None},
        {"width": 10, "height": 10, "dpi": None, "warnings": [["code"]]},
        {"width": 10, "height": 10, "dpi": None, "warnings": [["code", "x" * 10_000]]},
    ],
)
def test_a_page_that_a_helper_misdescribes_is_not_taken(answer: dict[str, object]) -> None:
    with pytest.raises(BrokenAnswer):
        page_of(answer, 1, Limits(), empty_page)


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"media_type": "text/html", "pages": 1},
        {"media_type": "image/png", "pages": 0},
        {"media_type": "image/png", "pages": 2001},
        {"media_type": ["image/png"], "pages": 1},
    ],
)
def test_a_probe_that_makes_no_sense_is_not_believed(answer: dict[str, object]) -> None:
    with pytest.raises(BrokenAnswer):
        probe_of(answer, Limits())


@pytest.mark.parametrize("number", [0, -1, 10_000, "2", None, True + 0.5])
def test_an_error_number_that_makes_no_sense_is_not_believed(number: object) -> None:
    with pytest.raises(BrokenAnswer):
        raise_failure({"not_readable": number})


@pytest.mark.parametrize("failure", [["made_up", "x"], ["damaged"], "damaged", ["damaged", 1]])
def test_a_failure_that_makes_no_sense_is_not_believed(failure: object) -> None:
    with pytest.raises(BrokenAnswer):
        raise_failure({"bad_input": failure})


def test_a_sound_answer_is_believed() -> None:
    answer = json.loads('{"width": 3, "height": 2, "dpi": 300, "warnings": [["a", "b"]]}')
    raise_failure(answer)
    page = page_of(answer, 7, Limits(), empty_page)
    assert (page.number, page.pixels.shape, page.dpi) == (7, (2, 3, 3), 300)
    assert page.warnings == (PageWarning("a", "b"),)


def empty_page(width: int, height: int) -> Pixels:
    return np.zeros((height, width, 3), np.uint8)


def helper_pids(parent: int) -> list[int]:
    """Children of `parent` that are decoder helpers, oldest first."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat, command = (folder / "stat").read_text(), (folder / "cmdline").read_bytes()
        except OSError:
            continue  # it ended meanwhile
        if int(stat.rsplit(")", 1)[1].split()[1]) == parent and b"sandbox.child" in command:
            found.append(int(folder.name))
    return sorted(found)


def cpu_ticks(pid: int) -> int:
    """Processor time that the process has used, in hundredths of a second; see man 5 proc."""
    user, system = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]
    return int(user) + int(system)


def await_work(pid: int, idle_ticks: int) -> None:
    """Wait until a helper, which had used so much while it was idle, works at a page."""
    while cpu_ticks(pid) < idle_ticks + 10:
        time.sleep(0.02)


def ends_soon(pid: int) -> bool:
    """Whether the process is gone, or nobody's zombie, within some seconds."""
    for _ in range(100):
        try:
            if "State:\tZ" in Path(f"/proc/{pid}/status").read_text():
                return True
        except OSError:
            return True
        time.sleep(0.05)
    return False
