"""Fields that rules left null, completed by what a language model proposed and words prove."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from vision.core.document import Document, PageWarning
from vision.core.field_request import AskedField, fields_of
from vision.extraction.endpoint.messages import Proposal
from vision.extraction.endpoint.numbered_words import NumberedWords
from vision.extraction.endpoint.proof import proved
from vision.extraction.findings import Found


@dataclass(frozen=True, slots=True)
class OpenFields:
    """Fields that were asked for and have no value yet, and the schema of each by its name."""

    asked: tuple[AskedField, ...]
    properties: Mapping[str, Any]


def open_fields(document: Document) -> OpenFields:
    """The fields of a document whose value is null after its analysis `fields`; often none."""
    schema = document.receipt.parameters.get("fields")
    result = document.analyses.get("fields")
    if not isinstance(schema, Mapping) or not isinstance(result, Mapping):
        return OpenFields((), {})
    values = result["asked"]["values"]
    asked = tuple(each for each in fields_of(schema) if values[each.name] is None)
    return OpenFields(asked, {each.name: schema["properties"][each.name] for each in asked})


def completed(
    document: Document,
    wanted: OpenFields,
    proposals: Mapping[str, Proposal],
    words: NumberedWords,
    model: str,
    warnings: tuple[PageWarning, ...] = (),
) -> Document:
    """The document with the values that words prove; `extractor` says which these are.

    A proposal that is null leaves the reason that the rules gave.
    """
    entries: dict[str, Any] = {}
    values: dict[str, Any] = {}
    for asked in wanted.asked:
        proposal = proposals.get(asked.name, Proposal(None))
        if proposal.value is None:
            continue
        field = proved(asked, proposal, words)
        entries[asked.name] = field.as_json()
        if isinstance(field, Found):
            values[asked.name] = field.value
    result = _mapping(document.analyses["fields"])
    before = result["asked"]
    report = {
        "model": model,
        "fields": list(values),
        "warnings": [{"code": each.code, "message": each.message} for each in warnings],
    }
    after = {
        "values": before["values"] | values,
        "fields": before["fields"] | entries,
        "extractor": report,
    }
    fields = {**result, "asked": after}
    return replace(document, analyses={**document.analyses, "fields": fields})


def _mapping(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError(f"the analysis `fields` is a {type(value).__name__}")
    return value
