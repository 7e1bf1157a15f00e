"""The analysis `fields`: known fields and pairs of label and value, each with its evidence."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from vision.core.document import Document
from vision.core.field_request import fields_of
from vision.extraction.asked import asked_fields, values_of
from vision.extraction.context import PageText, text_of
from vision.extraction.currency import currency_of
from vision.extraction.findings import Field, Found, Missing, Reason
from vision.extraction.identifiers import identifiers_of
from vision.extraction.moments import dates_of
from vision.extraction.money import part_of, sums_of, total_of
from vision.extraction.pairs.linking import pairs_of
from vision.extraction.parties import parties_of

_LEAST_CONFIDENCE = 0.4  # a less certain value is given as a candidate only


class FieldsAnalysis:
    """DocumentAnalysis of the fields of forms, receipts and invoices."""

    name = "fields"

    def analyse(self, document: Document) -> dict[str, Any]:
        """`known` fields by class, `pairs` of label and value, and `asked` fields if there are any.

        A field is null with a reason where nothing proves a value.
        """
        pages = [text_of(page) for page in document.pages]
        pairs = [pair for page in pages for pair in pairs_of(page.pieces)]
        known = known_fields(pages)
        result: dict[str, Any] = {
            "known": {kind: field.as_json() for kind, field in known.items()},
            "pairs": [pair.as_json() for pair in pairs],
        }
        schema = document.receipt.parameters.get("fields")
        if isinstance(schema, Mapping):
            asked = asked_fields(fields_of(schema), known, pairs, pages)
            result["asked"] = {
                "values": values_of(asked),
                "fields": {name: field.as_json() for name, field in asked.items()},
            }
        return result


def open_analysis() -> FieldsAnalysis:
    """The registry's entry."""
    return FieldsAnalysis()


def known_fields(pages: list[PageText]) -> dict[str, Field]:
    """Every known class, found or missing."""
    sums = sums_of(pages)
    total = total_of(sums)
    fields = {
        **parties_of(pages),
        **dates_of(pages),
        "total": total,
        "subtotal": part_of("subtotal", sums, total),
        "tax": part_of("tax", sums, total),
        "currency": currency_of(pages),
        **identifiers_of(pages),
    }
    return {kind: _checked(field) for kind, field in _with_currency(fields).items()}


def _with_currency(fields: dict[str, Field]) -> dict[str, Field]:
    """The fields, with amounts that show no currency in that of the document."""
    currency = fields["currency"]
    if not isinstance(currency, Found):
        return fields
    return {
        kind: replace(each, notes=each.notes | {"currency": currency.value})
        if isinstance(each, Found) and each.notes.get("currency", "") is None
        else each
        for kind, each in fields.items()
    }


def _checked(field: Field) -> Field:
    if isinstance(field, Found) and field.confidence < _LEAST_CONFIDENCE:
        return Missing(field.kind, Reason.LOW_CONFIDENCE, (field,))
    return field
