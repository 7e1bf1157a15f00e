"""Which proposals count: those that words of the document have, and no others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.printed import document_of, page_of
from vision.core.field_request import fields_of
from vision.extraction.endpoint.messages import Proposal
from vision.extraction.endpoint.numbered_words import number_words
from vision.extraction.endpoint.proof import proved
from vision.extraction.findings import Found, Missing, Reason

PAGE = page_of(
    "Harbour Chandlers Ltd.",  # words 0 to 2
    [(50, "Account"), (400, "No.4711")],  # 3, 4
    [(50, "Issued"), (400, "3 May 2019")],  # 5 to 8
    [(50, "Rope"), (400, "12.50"), (600, "12.50")],  # 9 to 11
    [(50, "Paint"), (400, "EUR 1,240.00")],  # 12 to 14
)
WORDS = number_words(document_of(PAGE))


def field(schema: dict[str, object]):
    (asked,) = fields_of({"type": "object", "properties": {"field": schema}})
    return asked


@pytest.mark.parametrize(
    ("schema", "proposal", "value", "text"),
    [
        ({}, Proposal("Harbour Chandlers Ltd.", (0, 1, 2)), "Harbour Chandlers Ltd.", None),
        ({}, Proposal("HARBOUR CHANDLERS LTD", (0, 1, 2)), "Harbour Chandlers Ltd.", None),
        ({}, Proposal("4711", (4,)), "4711", "No.4711"),
        ({}, Proposal(4711, (4,)), "4711", "No.4711"),
        ({}, Proposal("Harbour Chandlers", ()), "Harbour Chandlers", "Harbour Chandlers"),
        ({}, Proposal("Harbour Chandlers", (9,)), "Harbour Chandlers", "Harbour Chandlers"),
        ({}, Proposal("Harbour Chandlers", (99, -1)), "Harbour Chandlers", "Harbour Chandlers"),
        ({"format": "date"}, Proposal("2019-05-03", (6, 7, 8)), "2019-05-03", "3 May 2019"),
        ({"format": "date"}, Proposal("3 May 2019", (6, 7, 8)), "2019-05-03", "3 May 2019"),
        ({"type": "number"}, Proposal(1240, (13, 14)), 1240.0, "EUR 1,240.00"),
        ({"type": "number"}, Proposal("1,240.00", (14,)), 1240.0, "1,240.00"),
        ({"type": "number"}, Proposal(12.5, (11,)), 12.5, "12.50"),
        ({"enum": ["Rope", "Chain"]}, Proposal("rope", (9,)), "Rope", "Rope"),
    ],
)
def test_a_value_is_taken_from_the_words_that_have_it(schema, proposal, value, text):
    found = proved(field(schema), proposal, WORDS)
    assert isinstance(found, Found)
    assert found.value == value
    assert found.text == (text or value)


@pytest.mark.parametrize(
    ("schema", "proposal"),
    [
        ({}, Proposal("Anchor Supplies", (0, 1))),
        ({}, Proposal("Harbour Chandlers Limited", (0, 1, 2))),
        ({}, Proposal("471", (4,))),
        ({}, Proposal("", (4,))),
        ({}, Proposal({"nested": "Rope"}, (9,))),
        ({}, Proposal(["Rope"], (9,))),
        ({}, Proposal("Rope " * 200, (9,))),
        ({"type": "number"}, Proposal(25, (10, 11))),
        ({"type": "number"}, Proposal(12.5, ())),  # two places have it
        ({"type": "number", "maximum": 1000}, Proposal(1240, (13, 14))),
        ({"type": "integer"}, Proposal(13, (10,))),
        ({"type": "integer"}, Proposal(True, (10,))),
        ({"format": "date"}, Proposal("2019-03-05", (6, 7, 8))),
        ({"enum": ["Rope", "Chain"]}, Proposal("Chain", (9,))),
        ({"pattern": "^[0-9]{5}$"}, Proposal("4711", (4,))),
    ],
)
def test_a_value_that_the_words_do_not_have_is_refused(schema, proposal):
    assert proved(field(schema), proposal, WORDS) == Missing("field", Reason.NOT_IN_WORDS)


def test_words_that_were_hardly_read_prove_no_value():
    words = number_words(document_of(page_of("Harbour Chandlers", confidence=0.3)))
    refused = proved(field({}), Proposal("Harbour", (0,)), words)
    assert isinstance(refused, Missing)
    assert refused.reason is Reason.LOW_CONFIDENCE
    assert [each.value for each in refused.candidates] == ["Harbour"]


def test_words_of_two_pages_are_no_one_value():
    words = number_words(document_of(page_of("Harbour"), page_of("Chandlers", number=2)))
    refused = proved(field({}), Proposal("Harbour Chandlers", (0, 1)), words)
    assert refused == Missing("field", Reason.NOT_IN_WORDS)


@given(
    value=st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20)),
    numbers=st.lists(st.integers(-3, 20), max_size=5),
    kind=st.sampled_from(["string", "number", "integer", "boolean"]),
)
def test_whatever_is_proposed_only_words_of_the_page_are_given(value, numbers, kind):
    field_found = proved(field({"type": kind}), Proposal(value, tuple(numbers)), WORDS)
    if isinstance(field_found, Found):
        assert set(field_found.words) <= set(WORDS.tokens)
