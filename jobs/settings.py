"""Every setting of the service, read once at the edge from the environment and `.env`.

Each is `PAGESIGHT_` and the name in capitals; docs/reference/configuration.md lists them all.
"""

import json
import re
from functools import cached_property
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal
from urllib.parse import quote, urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

_DATABASES: Final = frozenset({"sqlite", "postgresql"})
_BROKERS: Final = frozenset({"redis", "rediss", "redis+socket", "redis+sentinel", "unix"})
_HOST: Final = re.compile(r"(\*\.)?[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_.])?")


def _check_folder(path: object) -> object:
    if path == "":  # would name the current folder: a variable was not set
        raise ValueError("the path of a folder")
    return path


def _check_database(url: str) -> str:
    """Accept what hosting platforms write, and name what no driver is there for."""
    from sqlalchemy.engine import make_url  # noqa: PLC0415 - `pagesight read` needs no database
    from sqlalchemy.exc import ArgumentError  # noqa: PLC0415

    url = re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", url)
    try:
        known = make_url(url).get_backend_name() in _DATABASES
    except ArgumentError:
        known = False
    if not known:
        raise ValueError("postgresql+psycopg://user:password@host/name or sqlite:////folder/file")
    return url


def _check_broker(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in _BROKERS:
        raise ValueError("redis://host:6379/0 or rediss://host:6379/0")
    if parts.scheme == "redis+sentinel" and not (parts.netloc and parts.path.strip("/")):
        raise ValueError("redis+sentinel://:password@host1:26379,host2:26379/master")
    return url


def _check_blobs(url: str) -> str:
    parts = urlsplit(url)
    local = parts.scheme == "file" and not parts.netloc and parts.path.startswith("/")
    if not (local or (parts.scheme == "s3" and parts.netloc)):
        raise ValueError("file:///folder or s3://bucket/prefix")
    return url


def _check_network(text: str) -> str:
    if text != "*":
        try:
            ip_network(text, strict=False)
        except ValueError as error:
            raise ValueError("an address, a network such as 10.0.0.0/8, or *") from error
    return text


def _check_target(text: str) -> str:
    if text == "*" or _HOST.fullmatch(text):
        return text
    try:
        ip_network(text, strict=False)
    except ValueError as error:
        expected = "a host such as hooks.example.com, *.example.com, a network, or *"
        raise ValueError(expected) from error
    return text


class Settings(BaseSettings):
    """Validated settings. Units are in the names."""

    model_config = SettingsConfigDict(env_prefix="PAGESIGHT_", env_file=".env", extra="ignore")

    # Where things live
    data_dir: Annotated[Path, BeforeValidator(_check_folder)] = Field(
        Path(".data"), description="Folder of the embedded default."
    )
    database_url: Annotated[str, AfterValidator(_check_database)] | None = Field(
        None, description="SQLAlchemy URL; SQLite in the data folder when absent."
    )
    broker_url: Annotated[str, AfterValidator(_check_broker)] | None = Field(
        None, description="Redis URL; a private redis-server child when absent."
    )
    blob_url: Annotated[str, AfterValidator(_check_blobs)] | None = Field(
        None, description="`file:///...` or `s3://bucket/prefix`; the data folder when absent."
    )
    database_pool: PositiveInt = Field(
        10, description="Connections to the database that each process keeps open."
    )
    database_overflow: NonNegativeInt = Field(
        30, description="Further connections that a process may open under load."
    )
    models_dir: Path | None = Field(
        None, description="Folder of models that the operator added; in the data folder if absent."
    )
    tessdata_dir: Path | None = Field(None, description="Folder of Tesseract's models.")

    # The API
    host: str = Field("127.0.0.1", description="Address the API listens on.")
    port: int = Field(8765, ge=0, le=65535, description="Port the API listens on; 0 picks one.")
    public_url: str | None = Field(
        None,
        pattern=r"^https?://[^\s/?#]+(/[^\s?#]*)?$",
        description="Address by which callers reach the API, path prefix included; links use it.",
    )
    trusted_proxies: tuple[Annotated[str, AfterValidator(_check_network)], ...] = Field(
        (),
        description="JSON list of addresses or networks whose `X-Forwarded-*` headers are used.",
    )
    cors_origins: tuple[str, ...] = Field(
        (), description="JSON list of origins whose pages may call the API; `*` is every one."
    )
    max_upload_mb: PositiveInt = Field(500, description="Largest upload, in megabytes.")
    max_wait_s: PositiveFloat = Field(60.0, description="Longest `Prefer: wait`.")
    max_wait_mb: PositiveInt = Field(50, description="Largest upload that may be waited for.")
    max_batch_mb: PositiveInt = Field(
        5000,
        description="Largest batch in one request, and what a ZIP may unpack to, in megabytes.",
    )
    max_batch_documents: PositiveInt = Field(10_000, description="Documents of one batch.")
    max_queued_jobs: PositiveInt = Field(50_000, description="Unfinished jobs before 503.")
    max_queued_jobs_per_tenant: PositiveInt = Field(
        20_000, description="Unfinished jobs of one tenant before it is answered 429."
    )
    rate_per_s: NonNegativeFloat = Field(
        0.0, description="Requests a second of one API key before 429; 0 is no limit."
    )

    # The reading
    device: Literal["auto", "cpu", "cuda"] = Field(
        "auto", description="Where ONNX sessions run; `cuda` refuses to run anywhere else."
    )
    devices: tuple[Annotated[str, Field(pattern=r"^[\w.:/-]+$")], ...] = Field(
        (),
        description="JSON list of this host's GPUs by number or UUID: `pagesight serve` starts a "
        "reader for each, which sees no other. Empty starts one reader.",
    )
    worker_threads: PositiveInt = Field(2, description="Pages read at once by one worker.")
    onnx_threads: PositiveInt = Field(1, description="Threads of one ONNX session, and of OpenCV.")
    gpu_mem_limit_mb: PositiveInt = Field(4096, description="GPU memory of one ONNX session.")
    max_pages: PositiveInt = Field(2000, description="Pages of one document.")
    max_megapixels: PositiveFloat = Field(40.0, description="Pixels of one page, in millions.")
    max_side_px: PositiveInt = Field(10_000, description="Longer side of one page, in pixels.")
    decode_timeout_s: PositiveFloat = Field(6.0, description="Time to decode one page.")
    decode_memory_mb: PositiveInt = Field(2048, description="Memory of one decoder helper.")
    page_timeout_s: PositiveFloat = Field(
        120.0, description="Time to read one page; its worker process is ended after it."
    )
    shutdown_grace_s: PositiveFloat = Field(
        6.0,
        description="Time that pages and uploads in progress have to end when the service stops.",
    )

    metrics_host: str = Field("127.0.0.1", description="Address of a worker's metrics and probes.")
    metrics_port: int = Field(
        0,
        ge=0,
        le=65535,
        description="Port of a worker's `/metrics`, `/healthz` and `/readyz`; 0 serves none. "
        "`pagesight serve` has the metrics of all its processes at the API's address instead.",
    )

    azure_door: bool = Field(
        False, description="Serve Azure Document Intelligence's `prebuilt-read` and `-layout`."
    )
    tika_door: bool = Field(False, description="Serve Apache Tika's `PUT /tika/text`.")
    open_webui_door: bool = Field(
        False, description="Serve `PUT /process`, the external loader of Open WebUI."
    )
    docling_door: bool = Field(
        False, description="Serve docling-serve's `/v1/convert`, `/v1/status` and `/v1/result`."
    )
    mistral_door: bool = Field(
        False, description="Serve Mistral's `POST /v1/ocr`, and `/v1/files` for it."
    )

    # The ledger
    lease_s: PositiveFloat = Field(30.0, description="How long a claim on a page holds unrenewed.")
    max_attempts: PositiveInt = Field(3, description="Attempts at a page before it fails.")
    reconcile_s: PositiveFloat = Field(5.0, description="Pause between sweeps of the reconciler.")
    republish_s: PositiveFloat = Field(
        30.0, description="Time before a lost message is sent again."
    )
    blob_fsync: bool = Field(
        False,
        description="Answer 202 only when an upload's file is on the disk, as its row is: "
        "against power loss, for a quarter of the uploads a second.",
    )
    retention_h: PositiveFloat = Field(24.0 * 7, description="Hours that finished jobs are kept.")
    text_index: bool = Field(
        True, description="Index the texts of results, for searches in them; deleted with the job."
    )
    tenant_weights: dict[str, PositiveFloat] = Field(
        {}, description="JSON object of turns that tenants get while others get one."
    )
    idempotency_h: PositiveFloat = Field(24.0, description="Hours an idempotency key is held.")

    # Outgoing requests
    egress_allow: tuple[Annotated[str, AfterValidator(_check_target)], ...] = Field(
        (),
        description="JSON list of hosts, `*.suffix` or CIDR networks that URL inputs and "
        "callbacks may reach; `*` is every public address. Empty refuses all.",
    )
    fetch_timeout_s: PositiveFloat = Field(30.0, description="Time to fetch a URL input.")
    webhook_timeout_s: PositiveFloat = Field(15.0, description="Time for a receiver to answer.")
    webhook_key_file: Path | None = Field(
        None, description="File of the keys that webhook secrets are sealed with in the database."
    )

    extractor_url: str | None = Field(
        None,
        pattern=r"^https?://[^\s/?#@]+(/[^\s?#]*)?$",
        description="Base address of an OpenAI-compatible API, such as `http://localhost:11434/v1`,"
        " that is asked for fields which rules do not find; none is asked when absent.",
    )
    extractor_model: str = Field("", description="The model to name to the extractor.")
    extractor_key: str | None = Field(
        None, repr=False, description="The key to send to the extractor."
    )
    extractor_allow: tuple[Annotated[str, AfterValidator(_check_target)], ...] = Field(
        (),
        description="JSON list of targets that the extractor alone may reach; `egress_allow` when "
        "empty.",
    )
    extractor_timeout_s: PositiveFloat = Field(
        60.0, description="Time for the extractor to answer for one document."
    )

    otlp_endpoint: str | None = Field(
        None,
        pattern=r"^(https?://[^\s?#]+)?$",  # templates leave it empty
        description="Address of an OpenTelemetry collector (OTLP over HTTP) that takes traces.",
    )
    trace_share: float = Field(1.0, ge=0, le=1, description="Share of the traces to export.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least severe message that is logged."
    )

    @cached_property
    def sqlalchemy_url(self) -> "URL":
        """The database to use: the one given, or SQLite in the data folder."""
        from sqlalchemy.engine import URL, make_url  # noqa: PLC0415 - see _check_database

        if self.database_url:
            return make_url(self.database_url)
        return URL.create("sqlite", database=str(self.data_dir.resolve() / "pagesight.db"))

    @cached_property
    def celery_broker_url(self) -> str:
        """The broker to use: the one given, or the embedded Redis' unix socket."""
        return self.broker_url or f"redis+socket://{self._quoted('redis.sock')}"

    @cached_property
    def blob_store_url(self) -> str:
        """The blob store to use: the one given, or a folder in the data folder."""
        return self.blob_url or f"file://{self._quoted('blobs')}"

    @cached_property
    def webhook_key_path(self) -> Path:
        """The file of keys to use: the one given, or one in the data folder."""
        return self.webhook_key_file or self.data_dir.resolve() / "webhook-keys"

    @cached_property
    def models_folder(self) -> Path:
        """Where models that the operator added are: the folder given, or in the data folder."""
        return self.models_dir or self.data_dir.resolve() / "models"

    def _quoted(self, name: str) -> str:
        """A path in the data folder as part of a URL: folders have names with `#` and `%`."""
        return quote(str(self.data_dir.resolve() / name))

    def as_environment(self) -> dict[str, str]:
        """These settings as environment variables, for a child process to read the same."""
        values = self.model_dump(mode="json", exclude_none=True)
        return {
            f"PAGESIGHT_{name.upper()}": value if isinstance(value, str) else json.dumps(value)
            for name, value in values.items()
        }
