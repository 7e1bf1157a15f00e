"""Callers that hand documents in over HTTP and try again, as careful callers do."""

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any, Self

import httpx

from tests.support.http import http_client

TIMEOUT_S = 15.0
PAUSE_S = 0.2
REFUSALS = ("429", "503", "507")


@dataclass(frozen=True)
class Accepted:
    """One 202: the document's number, its job, when it was answered."""

    number: int
    job_id: str
    at: float


@dataclass
class Load:
    """Hands in `total` documents, each under its own idempotency key until it is accepted.

    `pace_s` is the pause of each caller between two documents. `answers` counts what came back,
    `retry_after` holds what refusals said, `slowest_s` is the longest wait for any answer. `run`
    marks this load's jobs and keys. `gate` may wait before each document, and ends the load with
    False.
    """

    url: str
    key: str
    document: Callable[[int], bytes]
    total: int
    options: Mapping[str, Any]
    callers: int = 2
    pace_s: float = 0.0
    fields: Mapping[str, str] = field(default_factory=dict)
    accepted: dict[int, Accepted] = field(default_factory=dict)
    answers: Counter[str] = field(default_factory=Counter)
    retry_after: set[str | None] = field(default_factory=set)
    slowest_s: float = 0.0
    gate: Callable[[], bool] = lambda: True
    run: str = field(default_factory=lambda: token_hex(4))

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._next = 0
        self._ending = threading.Event()
        self._threads = [threading.Thread(target=self._call) for _ in range(self.callers)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, failed: object, *_: object) -> None:
        if failed:
            self._ending.set()
        self.join()

    def join(self) -> None:
        """Wait until every document is accepted."""
        for thread in self._threads:
            thread.join()

    @property
    def going_on(self) -> bool:
        """Whether documents are still being handed in."""
        return any(thread.is_alive() for thread in self._threads)

    @property
    def refusals(self) -> int:
        """Answers that asked to come again."""
        return sum(self.answers[code] for code in REFUSALS)

    def _call(self) -> None:
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "image/png"}
        with http_client(headers=headers, timeout=TIMEOUT_S) as client:
            while self.gate() and (number := self._take()) is not None:
                if self._ending.is_set():
                    return
                self._hand_in(client, number)
                self._ending.wait(self.pace_s)

    def _take(self) -> int | None:
        with self._lock:
            number = self._next
            self._next += 1
        return number if number < self.total else None

    def _hand_in(self, client: httpx.Client, number: int) -> None:
        body, key = self.document(number), f"{self.run}-{number}"
        metadata = json.dumps({"run": self.run, "number": number})
        texts = {"options": json.dumps(self.options), "metadata": metadata}
        while not self._ending.is_set():
            began = time.monotonic()
            try:
                answer = client.post(
                    f"{self.url}/v1/jobs",
                    params={**texts, **self.fields},
                    content=body,
                    headers={"Idempotency-Key": key},
                )
            except httpx.HTTPError as error:
                self._note(type(error).__name__, time.monotonic() - began)
            else:
                self._note(str(answer.status_code), time.monotonic() - began)
                if answer.is_success:
                    self.accepted[number] = Accepted(number, answer.json()["id"], time.time())
                    return
                assert str(answer.status_code) in REFUSALS, answer.text
                self.retry_after.add(answer.headers.get("retry-after"))
            self._ending.wait(PAUSE_S)

    def _note(self, what: str, took_s: float) -> None:
        with self._lock:
            self.answers[what] += 1
            self.slowest_s = max(self.slowest_s, took_s)
