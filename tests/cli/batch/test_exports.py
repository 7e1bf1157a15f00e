"""Results of a batch in further formats: where they go, and what is done when one fails."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.batch.exports import parse_formats, place_of, save_formats, unknown_formats
from pagesight.client import Client
from tests.api.routes.test_create_job import PNG
from tests.support.service import Service, running_service


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running_service(tmp_path_factory.mktemp("service")) as running:
        yield running


@pytest.mark.parametrize(
    ("custom_id", "place"),
    [
        ("a.png", "a.png.txt"),
        ("in/deep/a.pdf", "in/deep/a.pdf.txt"),
        ("../../etc/passwd", "etc/passwd.txt"),
        ("/root/a", "root/a.txt"),
        ("..", "document.txt"),
        ("a\\b", "a_b.txt"),
    ],
)
def test_no_name_leads_out_of_the_folder(custom_id: str, place: str, tmp_path: Path) -> None:
    assert place_of(custom_id, "text", tmp_path) == tmp_path / place


def test_formats_are_named_once_each() -> None:
    assert parse_formats(["json,alto", "text", "json", ""]) == ["json", "alto", "text"]
    assert unknown_formats(["alto", "docx"]) == ["docx"]


def test_each_document_gets_a_file_in_each_format(
    service: Service, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Client(service.url, service.key("exports"), trust_env=False) as client:
        lines = []
        for name in ("in/a.png", "b.png"):
            job = client.jobs.submit(PNG)
            service.succeed(job.id, "one", "two")
            lines.append({"custom_id": name, "job_id": job.id})
        lines.append({"custom_id": "gone.png", "job_id": "job_gone"})
        failed = save_formats(client, lines, 3, ["text", "tsv"], tmp_path)
        assert failed == 2
        assert "gone.png: tsv cannot be fetched" in capsys.readouterr().err
        made = sorted(each.relative_to(tmp_path).as_posix() for each in tmp_path.rglob("*.*"))
        assert made == ["b.png.tsv", "b.png.txt", "in/a.png.tsv", "in/a.png.txt"]
        (tmp_path / "b.png.txt").write_text("kept")
        assert save_formats(client, lines[:2], 2, ["text"], tmp_path) == 0
        assert (tmp_path / "b.png.txt").read_text() == "kept"
        assert (tmp_path / "in" / "a.png.txt").read_text() == "one\n\ftwo\n"
