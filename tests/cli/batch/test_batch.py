"""`pagesight batch` against a running API, whose workers' part the tests do by hand."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from cli.batch.upload import Unusable, find_source, make_upload
from cli.exit_codes import Exit
from jobs.domain.job import Fault, Job
from jobs.domain.states import JobState
from tests.api.routes.test_create_job import PNG
from tests.support import template
from tests.support.patience import PATIENCE_S
from tests.support.service import Service, running_service
from tests.support.workplace import await_true
from tests.workers.control.test_zip_archive import packed
from workers.control.expand_batch import BatchProcessor

ROOT = Path(__file__).parents[3]
TENANT = "laptop"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running_service(tmp_path_factory.mktemp("service"), egress_allow=("*",)) as running:
        yield running


@pytest.fixture
def tenant(service: Service, tmp_path: Path) -> Iterator["Person"]:
    person = Person(service, tmp_path)
    yield person
    person.end()


class Person:
    """Someone at a shell who knows where the API is."""

    def __init__(self, service: Service, folder: Path) -> None:
        self.name = f"laptop-{folder.name}"[:60]
        self.service = service
        self.folder = folder
        self.output = folder / "out"
        self.started: list[subprocess.Popen[str]] = []
        self.environment = {
            **os.environ,
            "PAGESIGHT_SERVER": service.url,
            "PAGESIGHT_API_KEY": service.key(self.name),
            "PAGESIGHT_DATA_DIR": str(folder),
        }

    def scans(self, *names: str) -> Path:
        for name in names:
            path = self.folder / "scans" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(PNG + name.encode())
        return self.folder / "scans"

    def start(self, source: Path, *words: str) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "cli.main", "batch", str(source)]
        process = template.Process(
            [*command, "--output", str(self.output), *words],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.started.append(process)
        return process

    def end(self) -> None:
        for process in self.started:
            process.kill()
            process.communicate()

    def batches(self) -> Sequence[str]:
        return [batch.id for batch in self.service.ledger.batches.list(self.name)[0]]

    def laid_out(self) -> Sequence[Job]:
        """The jobs of the batch once it has arrived."""
        await_true(self.batches, "the batch to arrive")
        (batch_id,) = self.batches()
        return self.tended(batch_id)

    def tended(self, batch_id: str) -> Sequence[Job]:
        service = self.service
        processor = BatchProcessor(service.ledger, service.blobs, service.settings, "t")
        processor.process(batch_id)
        return service.ledger.batches.jobs(batch_id, list(JobState), -1, 100)

    def lines(self, name: str) -> list[Any]:
        return [json.loads(line) for line in (self.output / name).read_text().splitlines()]


def test_a_folder_is_sent_watched_and_its_results_are_fetched(tenant: Person) -> None:
    source = tenant.scans("b.png", "in/a.png", 'in/ä "x".pdf')
    (tenant.folder / "scans" / "notes.docx").write_text("not a document")
    (tenant.folder / "scans" / ".DS_Store").write_text("not a document")
    process = tenant.start(source, "--languages", "deu", "-f", "text,json")
    jobs = tenant.laid_out()
    assert [job.custom_id for job in jobs] == ["b.png", "in/a.png", 'in/ä "x".pdf']
    assert jobs[0].options["languages"] == ["deu"]
    for number, job in enumerate(jobs[:2]):
        tenant.service.succeed(job.id, f"text {number}")
    tenant.service.open(jobs[2].id, 1)
    tenant.service.fail_page(jobs[2].id, 1)
    tenant.service.ledger.finishing.finish(jobs[2].id, "none")
    out, said = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == Exit.PARTIAL
    assert "Skipped 1 file, neither image nor PDF: notes.docx\n" in said
    assert "2 results in" in out
    assert "1 document without a result in" in said
    assert [line["custom_id"] for line in tenant.lines("results.jsonl")] == ["b.png", "in/a.png"]
    assert [line["fault"]["code"] for line in tenant.lines("errors.jsonl")] == ["damaged"]
    assert "The page is broken. [damaged]" in said
    assert (tenant.output / "b.png.txt").read_text() == "text 0\n"
    assert json.loads((tenant.output / "in" / "a.png.json").read_text())["pages"]
    assert "3 documents in " in said


def test_after_ctrl_c_the_same_command_goes_on_and_sends_nothing_twice(tenant: Person) -> None:
    source = tenant.scans("a.png")
    first = tenant.start(source)
    (job,) = tenant.laid_out()
    await_true(lambda: "batch_" in (tenant.output / "batch.json").read_text(), "the id to be kept")
    first.send_signal(signal.SIGINT)
    _, said = first.communicate(timeout=PATIENCE_S)
    assert first.returncode == Exit.INTERRUPTED
    assert "same command resumes here" in said
    tenant.service.succeed(job.id, "text")
    # What a download that broke off leaves behind.
    (tenant.output / "results.jsonl.part").write_bytes(b'{"custom_id":"a.p')
    second = tenant.start(source)
    second.communicate(timeout=PATIENCE_S)
    assert second.returncode == Exit.OK
    assert len(tenant.batches()) == 1
    (line,) = tenant.lines("results.jsonl")
    assert line["result"]["pages"][0]["text"] == "text"
    third = tenant.start(tenant.scans("new.png"))
    _, said = third.communicate(timeout=PATIENCE_S)
    assert (third.returncode, "another --output" in said) == (Exit.USAGE, True)


def test_what_failed_is_read_again_into_a_folder_of_its_own(tenant: Person) -> None:
    source = tenant.scans("a.png", "b.png")
    early = tenant.start(source, "--retry", "failed")
    _, said = early.communicate(timeout=PATIENCE_S)
    assert (early.returncode, "without --retry first" in said) == (Exit.USAGE, True)
    first = tenant.start(source)
    jobs = tenant.laid_out()
    tenant.service.succeed(jobs[0].id, "first")
    tenant.service.ledger.jobs.fail(jobs[1].id, Fault("worker_lost", "Lost.", "operator"))
    _, said = first.communicate(timeout=PATIENCE_S)
    assert (first.returncode, "--retry failed" in said) == (Exit.PARTIAL, True)
    again = tenant.start(source, "--retry", "failed,cancelled", "--no-wait")
    told, _ = again.communicate(timeout=PATIENCE_S)
    (batch_id,) = set(tenant.batches()) - {jobs[0].batch_id}
    assert told.strip() == batch_id
    (job,) = tenant.tended(batch_id)
    assert (job.custom_id, job.retry_of) == ("b.png", jobs[1].id)
    tenant.service.succeed(job.id, "second")
    rest = tenant.start(source, "--retry", "failed,cancelled")
    rest.communicate(timeout=PATIENCE_S)
    assert rest.returncode == Exit.OK
    assert len(tenant.batches()) == 2
    (line,) = tenant.lines("retry-1/results.jsonl")
    assert line["result"]["pages"][0]["text"] == "second"
    assert [line["custom_id"] for line in tenant.lines("results.jsonl")] == ["a.png"]
    wrong = tenant.start(source, "--retry", "succeeded")
    _, said = wrong.communicate(timeout=PATIENCE_S)
    assert (wrong.returncode, "not succeeded" in said) == (Exit.USAGE, True)


@pytest.mark.parametrize("name", ["scans.zip", "list.jsonl"])
def test_a_file_of_documents_is_sent_as_it_is(tenant: Person, name: str) -> None:
    source = tenant.folder / name
    rows = b'{"url":"https://files.example.com/a.pdf","custom_id":"one"}\n'
    source.write_bytes(packed(("one", PNG)) if name.endswith("zip") else rows)
    process = tenant.start(source, "--no-wait")
    told, _ = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == Exit.OK
    assert [told.strip()] == tenant.batches()
    assert [job.custom_id for job in tenant.laid_out()] == ["one"]


def test_what_the_server_refuses_is_told_line_by_line(tenant: Person) -> None:
    source = tenant.folder / "list.jsonl"
    source.write_bytes(b'{"url":"https://files.example.com/a.pdf"}\n{"surprise":1}\n')
    process = tenant.start(source)
    _, said = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == Exit.FAILED
    assert "bad_documents" in said
    assert "line 2" in said


def test_what_cannot_be_sent_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "empty").mkdir()
    for name in ("a.txt", "empty", "missing"):
        with pytest.raises(Unusable):
            find_source(tmp_path / name)


def test_names_that_are_not_utf_8_are_sent(tmp_path: Path) -> None:
    odd = os.fsdecode(b"scan \xe4.png")
    (tmp_path / odd).write_bytes(PNG)
    source = find_source(tmp_path)
    assert source.fingerprint() == find_source(tmp_path).fingerprint()
    body = b"".join(make_upload(source, {}).pieces)
    assert b'filename="scan ?.png"' in body
    assert PNG in body


def test_other_files_of_a_folder_are_listed_as_skipped(tmp_path: Path) -> None:
    for name in ("b.PNG", "in/a.pdf", "in/letter.docx", "sheet.xlsx", ".hidden.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    source = find_source(tmp_path)
    assert [path.name for path in source.documents] == ["b.PNG", "a.pdf"]
    assert [path.name for path in source.skipped] == ["letter.docx", "sheet.xlsx"]


def test_files_are_opened_one_at_a_time_as_they_are_sent(tmp_path: Path) -> None:
    for number in range(50):
        (tmp_path / f"{number:02}.png").write_bytes(b"x" * 10)
    before = len(list(Path("/proc/self/fd").iterdir()))
    pieces = make_upload(find_source(tmp_path), {"priority": "batch"}).pieces
    most = 0
    for _ in pieces:
        most = max(most, len(list(Path("/proc/self/fd").iterdir())) - before)
    assert most <= 1
