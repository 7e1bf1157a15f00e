"""Loaders of retrieval frameworks, with the real packages against a running service."""

import json
import re
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from haystack import Pipeline
from haystack.dataclasses import ByteStream
from haystack.utils import Secret
from langchain_core.documents import Document as LangChainDocument
from llama_index.core import SimpleDirectoryReader
from llama_index.core.schema import MetadataMode

from integrations.haystack_converter import PagesightConverter
from integrations.langchain_loader import PagesightLoader
from integrations.llama_index_reader import PagesightReader
from integrations.pieces import read_pieces
from jobs.domain.job import Job
from pagesight.client import Client, JobFailedError
from tests.api.routes.test_create_job import PNG
from tests.support.by_hand import doing, fail_only_page, read_placed
from tests.support.placed_documents import placed_document
from tests.support.service import Service, running_service

TEXTS = ("page_content", "text", "content")  # as each framework calls it
PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "retrieval.md"
SHA256 = placed_document().document.sha256
_tenants = count()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("frameworks")
    with running_service(folder, max_upload_mb=3, max_wait_s=30) as running:
        yield running


@pytest.fixture
def tenant() -> str:
    return f"framework{next(_tenants)}"


@pytest.fixture
def client(service: Service, tenant: str) -> Iterator[Client]:
    with Client(service.url, service.key(tenant)) as made:
        yield made


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    path = tmp_path / "scan.png"
    path.write_bytes(PNG)
    return path


def test_langchain_loads_chunks_with_headings_and_places(
    service: Service, client: Client, tenant: str, scan: Path
) -> None:
    loader = PagesightLoader(str(scan), client=client, parameters={"options": {"pages": "1"}})
    with doing(service, tenant, lambda job: read_placed(service, job)) as done:
        documents = loader.load()
    assert done[0].options["pages"] == "1"
    assert all(isinstance(each, LangChainDocument) for each in documents)
    table = next(each for each in documents if each.metadata["kind"] == "table")
    assert "1,234.50" in table.page_content
    assert table.metadata["source"] == str(scan)
    assert (table.metadata["page"], table.metadata["headings"]) == (1, "Grüße<&> Ab")
    assert json.loads(table.metadata["boxes"])
    assert table.id is not None
    assert table.id.startswith(SHA256[:16])
    assert {type(value) for each in documents for value in each.metadata.values()} <= {str, int}


def test_langchain_loads_pages_of_several_files(
    service: Service, client: Client, tenant: str, scan: Path
) -> None:
    loader = PagesightLoader([scan, PNG], client=client, mode="pages")
    documents = loader.lazy_load()
    with doing(service, tenant, lambda job: service.succeed(job, "Hello", "World")):
        pages = [next(documents), next(documents)]
    assert [page.page_content for page in pages] == ["Hello", "World"]
    assert [page.metadata["page"] for page in pages] == [1, 2]
    with doing(service, tenant, lambda job: service.succeed(job, "Again")):
        last = next(documents)
    assert (last.page_content, last.metadata["source"]) == ("Again", "document")


def test_llama_index_reads_a_folder_with_it(
    service: Service, client: Client, tenant: str, scan: Path
) -> None:
    extractor: Any = {".png": PagesightReader(client=client, mode="document")}
    folder = SimpleDirectoryReader(str(scan.parent), file_extractor=extractor)
    with doing(service, tenant, lambda job: read_placed(service, job)):
        (document,) = folder.load_data()
    assert "# Grüße<&> Ab" in document.text
    assert document.metadata["file_name"] == "scan.png"
    assert document.metadata["pages"] == 3


def test_llama_index_embeds_headings_and_no_places(
    service: Service, client: Client, tenant: str, scan: Path
) -> None:
    reader = PagesightReader(client=client)
    with doing(service, tenant, lambda job: read_placed(service, job)):
        documents = reader.load_data(scan, extra_info={"archive": "A7"})
    embedded = documents[-1].get_content(MetadataMode.EMBED)
    assert "headings: Grüße<&> Ab" in embedded
    assert "archive: A7" in embedded
    assert "boxes" not in embedded


def test_haystack_converts_files_in_a_pipeline_that_was_saved(
    service: Service, tenant: str, scan: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAGESIGHT_API_KEY", service.key(tenant))
    pipeline = Pipeline()
    pipeline.add_component("convert", PagesightConverter(service.url, mode="pages"))
    module = "integrations.haystack_converter"
    pipeline = Pipeline.loads(pipeline.dumps(), allowed_modules=[module])
    stream = ByteStream(scan.read_bytes(), meta={"file_name": "from-mail.png", "mail": 7})
    with doing(service, tenant, lambda job: service.succeed(job, "Hello", "World")) as done:
        result = pipeline.run({"convert": {"sources": [stream], "meta": {"archive": "A7"}}})
    documents = result["convert"]["documents"]
    assert done[0].filename == "from-mail.png"
    assert [document.content for document in documents] == ["Hello", "World"]
    meta = documents[1].meta
    assert (meta["page"], meta["source"], meta["mail"], meta["archive"]) == (
        2, "from-mail.png", 7, "A7"
    )  # fmt: skip


def test_haystack_leaves_out_a_file_that_cannot_be_read(
    service: Service, tenant: str, scan: Path, caplog: pytest.LogCaptureFixture
) -> None:
    converter = PagesightConverter(service.url, Secret.from_token(service.key(tenant)))
    with doing(service, tenant, lambda job: fail_only_page(service, job)):
        assert converter.run([scan]) == {"documents": []}
    assert f"{scan} cannot be read and is left out" in caplog.text


def test_the_other_loaders_raise_what_the_client_raises(
    service: Service, client: Client, tenant: str, scan: Path
) -> None:
    with (
        doing(service, tenant, lambda job: fail_only_page(service, job)),
        pytest.raises(JobFailedError),
    ):
        PagesightLoader(scan, client=client).load()


def test_an_unknown_mode_is_refused_before_anything_is_sent(client: Client, scan: Path) -> None:
    with pytest.raises(ValueError, match="chunks, pages, document"):
        next(read_pieces(client, scan, "words"))  # type: ignore[arg-type]
    assert list(client.jobs.list()) == []


def blocks_of_the_page() -> list[str]:
    """The Python of docs/how-to/retrieval.md."""
    return re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


def hello(service: Service, job_id: str) -> Job:
    return service.succeed(job_id, "Hello")


@pytest.mark.parametrize(
    ("number", "work", "text"),
    [(0, read_placed, "1,234.50"), (1, hello, "Hello"), (2, read_placed, "1,234.50")],
    ids=["langchain", "llama_index", "haystack"],
)
def test_what_the_page_on_retrieval_shows_works(
    service: Service,
    tenant: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    work: Callable[[Service, str], Job],
    text: str,
) -> None:
    monkeypatch.setenv("PAGESIGHT_SERVER", service.url)
    monkeypatch.setenv("PAGESIGHT_API_KEY", service.key(tenant))
    (tmp_path / "scans").mkdir()
    for name in ("scan.pdf", "scans/scan.pdf"):
        (tmp_path / name).write_bytes(PNG)  # its bytes decide what it is
    monkeypatch.chdir(tmp_path)
    found: dict[str, Any] = {}
    with doing(service, tenant, lambda job: work(service, job)) as done:
        exec(blocks_of_the_page()[number], found)
    assert done[0].filename == "scan.pdf"
    documents = found.get("documents") or [found["document"]]
    texts = [getattr(each, name) for each in documents for name in TEXTS if hasattr(each, name)]
    assert text in "".join(texts)


def test_the_page_on_retrieval_shows_one_example_for_each_framework() -> None:
    assert len(blocks_of_the_page()) == 3
