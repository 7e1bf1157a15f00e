"""Checks of `pagesight doctor` that open no model: programs, folders, servers, files."""

import os
import platform
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from typing import Literal

import redis
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from cli.console import megabytes
from jobs.broker.connection import open_client
from jobs.settings import Settings
from jobs.webhooks.endpoint_store import secret_keys
from jobs.webhooks.secret_box import SecretKeyMissing
from models.registry.resolve import list_models
from vision.core.errors import VisionError
from vision.engines.tessdata import find_tessdata, installed_languages

Verdict = Literal["ok", "warning", "fault"]

_ROOM_MB = 1000  # below this, a few large uploads fill the disk


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check, and what to do about a warning or fault."""

    name: str
    verdict: Verdict
    detail: str
    remedy: str = ""


def installation_findings(settings: Settings) -> Iterator[Finding]:
    """Run every check that needs no open model."""
    checks: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
        _python,
        _onnxruntime,
        _tesseract,
        _data_folder,
        _broker,
        _database,
        _webhook_keys,
        _models,
    )
    for check in checks:
        yield from check(settings)


def _python(_settings: Settings) -> Iterator[Finding]:
    detail = f"{platform.python_version()} on {platform.machine()}, {os.cpu_count()} cores"
    yield Finding("python", "ok", detail)


def _onnxruntime(_settings: Settings) -> Iterator[Finding]:
    found = {}
    for name in ("onnxruntime", "onnxruntime-gpu"):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    listed = ", ".join(f"{name} {version}" for name, version in found.items()) or "none"
    if len(found) == 2:
        remedy = "the two packages overwrite each other: make clean, then install one of them"
        yield Finding("onnx runtime", "fault", listed, remedy)
    elif not found:
        remedy = "install requirements/cpu.txt or requirements/gpu.txt"
        yield Finding("onnx runtime", "fault", listed, remedy)
    else:
        yield Finding("onnx runtime", "ok", listed)


def _tesseract(settings: Settings) -> Iterator[Finding]:
    explicit = str(settings.tessdata_dir) if settings.tessdata_dir else None
    try:
        folder = find_tessdata(explicit)
        languages = installed_languages(folder)
    except VisionError as error:
        yield Finding("tesseract models", "fault", error.message, "apt-get install tesseract-ocr")
        return
    yield Finding("tesseract models", "ok", f"{', '.join(languages)} in {folder}")


def _data_folder(settings: Settings) -> Iterator[Finding]:
    folder = settings.data_dir.resolve()
    existing = next(place for place in (folder, *folder.parents) if place.exists())
    if not os.access(existing, os.W_OK):
        remedy = "set PAGESIGHT_DATA_DIR to a folder that you can write to"
        yield Finding("data folder", "fault", f"{folder} cannot be written", remedy)
        return
    free_mb = shutil.disk_usage(existing).free // 1_000_000
    if free_mb < _ROOM_MB:
        yield Finding(
            "data folder", "warning", f"{folder}: {free_mb} MB free", "free some disk space"
        )
    else:
        yield Finding("data folder", "ok", f"{folder}, {free_mb} MB free")


def _broker(settings: Settings) -> Iterator[Finding]:
    if settings.broker_url is None:
        program = shutil.which("redis-server")
        if program:
            yield Finding("broker", "ok", f"embedded, by {program}")
        else:
            remedy = "apt-get install redis-server, or set PAGESIGHT_BROKER_URL"
            yield Finding("broker", "fault", "redis-server is not installed", remedy)
        return
    try:
        open_client(settings.broker_url, timeout_s=2).ping()
    except redis.RedisError as error:
        remedy = "start it, or correct PAGESIGHT_BROKER_URL"
        yield Finding("broker", "fault", f"no answer: {error}", remedy)
    else:
        yield Finding("broker", "ok", "answers")


def _database(settings: Settings) -> Iterator[Finding]:
    if settings.database_url is None:
        yield Finding("database", "ok", "embedded SQLite in the data folder")
        return
    engine = create_engine(settings.sqlalchemy_url, connect_args={"connect_timeout": 2})
    try:
        with engine.connect() as connection:
            connection.execute(text("select 1"))
    except SQLAlchemyError as error:
        remedy = "start it, or correct PAGESIGHT_DATABASE_URL"
        yield Finding("database", "fault", f"no answer: {type(error).__name__}", remedy)
    else:
        yield Finding("database", "ok", f"{engine.dialect.name} answers")
    finally:
        engine.dispose()


def _webhook_keys(settings: Settings) -> Iterator[Finding]:
    path, name = settings.webhook_key_path, "webhook keys"
    try:
        keys = secret_keys(settings).names()
    except (SecretKeyMissing, OSError) as error:
        yield Finding(name, "fault", str(error), "restore the file from a backup")
        return
    if not keys and settings.database_url and not settings.webhook_key_file:
        remedy = "set PAGESIGHT_WEBHOOK_KEY_FILE for every process, then: pagesight webhooks rekey"
        yield Finding(name, "warning", "none: webhooks cannot be signed", remedy)
    elif not keys:
        yield Finding(name, "ok", f"created in {path} with the first webhook")
    elif path.stat().st_mode & 0o077:
        yield Finding(name, "warning", f"other users can read {path}", f"chmod 600 {path}")
    else:
        yield Finding(name, "ok", f"{len(keys)} in {path}")


def _models(settings: Settings) -> Iterator[Finding]:
    try:
        listed = list_models(models_dir=settings.models_folder)
    except VisionError as error:
        yield Finding(
            "models", "fault", error.message, "correct the catalogue file that the message names"
        )
        return
    for model in listed:
        name = f"model {model.entry.name} {model.entry.version}"
        if model.state == "ready":
            yield Finding(name, "ok", f"{model.entry.task}, {megabytes(model.path):.1f} MB")
        else:
            remedy = f"restore {model.path or model.entry.source}"
            yield Finding(name, "fault", model.state.replace("_", " "), remedy)
