"""Asks an OpenAI-compatible endpoint for fields that rules did not find.

The document's words go to the endpoint, which the operator sets; what it answers counts only where
words of the document prove it. Whatever goes wrong is a warning in the result, never a failed job.
"""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from jobs.domain.egress_policy import EgressRefused
from jobs.settings import Settings
from vision.core.document import Document, PageWarning
from vision.extraction.endpoint.completion import completed, open_fields
from vision.extraction.endpoint.messages import BadAnswer, Proposal, messages_for, proposals_in
from vision.extraction.endpoint.numbered_words import NumberedWords, number_words
from workers.egress.client import EgressClient, EgressFailed

_log = logging.getLogger(__name__)

MOST_ANSWER_BYTES = 256 * 1024
_MOST_TOKENS = 4096  # of the answer


class _NoAnswer(Exception):  # noqa: N818 - carries a warning
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.warning = PageWarning(code, message)


@dataclass(frozen=True, slots=True)
class FieldExtractor:
    """Completes documents with the model `model` at the base address `url`, such as `.../v1`."""

    client: EgressClient
    url: str
    model: str
    key: str | None
    timeout_s: float

    def complete(self, document: Document) -> Document:
        """The document with further fields and a report; as it came where no field is open."""
        wanted = open_fields(document)
        if not wanted.asked:
            return document
        words = number_words(document)
        warnings = list(_cut(words))
        proposals: dict[str, Proposal] = {}
        try:
            proposals = self._ask(wanted.properties, words)
        except _NoAnswer as error:
            _log.warning("no fields from the extractor: %s", error)
            warnings.append(error.warning)
        return completed(document, wanted, proposals, words, self.model, tuple(warnings))

    def _ask(self, properties: Any, words: NumberedWords) -> dict[str, Proposal]:
        """The proposals of one request. Raises _NoAnswer."""
        request = {
            "model": self.model,
            "messages": messages_for(properties, words),
            "temperature": 0,
            "max_tokens": _MOST_TOKENS,
            "response_format": {"type": "json_object"},
        }
        headers = {"content-type": "application/json", "accept": "application/json"}
        if self.key:
            headers["authorization"] = f"Bearer {self.key}"
        try:
            with self.client.send(
                "POST",
                f"{self.url.rstrip('/')}/chat/completions",
                timeout_s=self.timeout_s,
                headers=headers,
                body=json.dumps(request).encode(),
            ) as response:
                status, body = response.status, response.read(MOST_ANSWER_BYTES + 1)
        except (EgressRefused, EgressFailed) as error:
            code = "timeout" if error.code == "url_timeout" else "unreachable"
            raise _NoAnswer(f"extractor_{code}", error.message) from error
        return _understood(status, body)


def _understood(status: int, body: bytes) -> dict[str, Proposal]:
    if status != HTTPStatus.OK:
        raise _NoAnswer("extractor_refused", f"The extractor answered with status {status}.")
    if len(body) > MOST_ANSWER_BYTES:
        raise _NoAnswer(
            "extractor_bad_answer", f"The extractor sent more than {MOST_ANSWER_BYTES} bytes."
        )
    try:
        return proposals_in(body)
    except BadAnswer as error:
        raise _NoAnswer(
            "extractor_bad_answer", f"The extractor's answer cannot be used: {error}."
        ) from error


def _cut(words: NumberedWords) -> Iterator[PageWarning]:
    if words.left_out:
        yield PageWarning(
            "extractor_text_cut",
            f"The last {words.left_out} words of the document were not sent to the extractor.",
        )


@contextmanager
def open_extractor(settings: Settings) -> Iterator[FieldExtractor | None]:
    """The extractor of the settings with a client of its own; None where no URL is set."""
    if settings.extractor_url is None:
        yield None
        return
    client = EgressClient(settings.extractor_allow or settings.egress_allow)
    try:
        yield FieldExtractor(
            client,
            settings.extractor_url,
            settings.extractor_model,
            settings.extractor_key,
            settings.extractor_timeout_s,
        )
    finally:
        client.close()
