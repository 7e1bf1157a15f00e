"""Requests of `pagesight batch`; uploads and downloads are streamed."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx

from cli.api_client import Client, ServerRefused
from cli.batch.upload import Source, make_upload

_UPLOAD_TIMEOUT_S = 300.0


class BatchClient(Client):
    """Submits and fetches batches; uploads and downloads are streamed."""

    def submit(self, source: Source, parameters: Mapping[str, str], key: str) -> dict[str, Any]:
        """Submit the source; the same key creates one batch, however often it is sent."""
        upload = make_upload(source, parameters)
        headers = {"Content-Type": upload.content_type, "Idempotency-Key": key}
        try:
            answer = self._http.post(
                "/v1/batches",
                content=upload.pieces,
                headers=headers,
                params=dict(upload.query),
                timeout=_UPLOAD_TIMEOUT_S,
            )
        except httpx.HTTPError as error:
            raise ServerRefused(
                f"the upload was interrupted ({error}): run the command again"
            ) from error
        return self._checked(answer)

    def retry(self, batch_id: str, states: Sequence[str], key: str) -> dict[str, Any]:
        """Retry documents of a finished batch; the same key creates one batch."""
        path, headers = f"/v1/batches/{batch_id}/retry", {"Idempotency-Key": key}
        try:
            answer = self._http.post(path, params={"states": list(states)}, headers=headers)
        except httpx.HTTPError as error:
            raise ServerRefused(
                f"the server did not answer ({error}): run the command again"
            ) from error
        return self._checked(answer)

    def get(self, batch_id: str) -> dict[str, Any]:
        """Return the current state of the batch."""
        batch: dict[str, Any] = self.ask("GET", f"/v1/batches/{batch_id}")
        return batch

    def download(self, batch_id: str, name: str, folder: Path) -> int:
        """Download `name`, resuming after the lines that are there; return its line count."""
        part = folder / f"{name}.part"
        after = _last_index(part)
        path = f"/v1/batches/{batch_id}/{name}"
        try:
            with self._http.stream("GET", path, params={"after": after}) as answer:
                if not answer.is_success:
                    answer.read()
                    self._checked(answer)
                with part.open("ab") as file:
                    for piece in answer.iter_bytes():
                        file.write(piece)
        except httpx.HTTPError as error:
            raise ServerRefused(
                f"the download of {name} was interrupted ({error}): run it again"
            ) from error
        part.replace(folder / name)
        with (folder / name).open("rb") as file:
            return sum(1 for _ in file)

    @staticmethod
    def _checked(answer: httpx.Response) -> dict[str, Any]:
        body: dict[str, Any] = answer.json() if answer.content else {}
        if not answer.is_success:
            rows = [f"  {row['place']}: {row['expected']}" for row in body.get("errors", ())]
            wait = answer.headers.get("retry-after")
            later = [f"  Try again in {wait} s."] if wait else []
            reason = f"{body.get('detail', answer.reason_phrase)} ({body.get('code', '')})"
            raise ServerRefused("\n".join([reason, *rows, *later]))
        return body


def _last_index(part: Path) -> int:
    """Return the index of the last complete line of a partial download; truncate the rest."""
    if not part.exists():
        return -1
    after, whole = -1, 0
    with part.open("rb+") as file:
        for line in file:
            if line.endswith(b"\n"):
                after, whole = json.loads(line)["index"], whole + len(line)
        file.truncate(whole)
    return after
