"""What is asked of a language model, and which answers can be understood."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.printed import document_of, page_of
from vision.extraction.endpoint.messages import BadAnswer, Proposal, messages_for, proposals_in
from vision.extraction.endpoint.numbered_words import number_words


def answer(content: object) -> bytes:
    return json.dumps({"choices": [{"message": {"content": content}}]}).encode()


def test_every_word_is_shown_behind_its_number_and_columns_are_parted():
    words = number_words(document_of(page_of([(50, "Total due"), (500, "12.50")], "Thanks")))
    assert words.text == "Page 1\n[0]Total [1]due | [2]12.50\n[3]Thanks"
    assert [token.text for token in words.tokens] == ["Total", "due", "12.50", "Thanks"]


def test_the_model_is_asked_for_the_fields_and_shown_the_words():
    words = number_words(document_of(page_of("Total 12.50")))
    system, user = messages_for({"total": {"type": "number"}}, words)
    assert (system["role"], user["role"]) == ("system", "user")
    assert '"total": {"type": "number"}' in user["content"]
    assert words.text in user["content"]


def test_rows_beyond_the_limit_are_left_out_whole_and_counted():
    words = number_words(document_of(page_of("one two", "three four five", "six")), most=4)
    assert words.text == "Page 1\n[0]one [1]two"
    assert (len(words.tokens), len(words.rows), words.left_out) == (2, 1, 4)


@pytest.mark.parametrize(
    ("content", "proposals"),
    [
        ('{"fields": {"a": {"value": "x", "words": [1, 2]}}}', {"a": Proposal("x", (1, 2))}),
        ('{"a": {"value": 3}}', {"a": Proposal(3)}),
        ('{"a": "x", "b": null}', {"a": Proposal("x"), "b": Proposal(None)}),
        ('```json\n{"fields": {"a": {"value": "x"}}}\n```', {"a": Proposal("x")}),
        ('```\n{"a": "x"}\n```', {"a": Proposal("x")}),
        ('{"a": {"value": "x", "words": [1, true, "2", 2.5, null]}}', {"a": Proposal("x", (1,))}),
        ('{"a": {"value": "x", "words": "1"}}', {"a": Proposal("x")}),
        ("{}", {}),
    ],
)
def test_proposals_are_understood_in_the_forms_that_models_use(content, proposals):
    assert proposals_in(answer(content)) == proposals


def test_only_the_first_hundred_words_of_a_value_are_kept():
    content = json.dumps({"a": {"value": "x", "words": list(range(1000))}})
    assert proposals_in(answer(content))["a"].words == tuple(range(100))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>busy</html>",
        b"\xff\xfe",
        b"[]",
        b"null",
        b'{"choices": []}',
        b'{"choices": [{"message": {}}]}',
        b'{"error": {"message": "no such model"}}',
        answer(None),
        answer("The total is 12.50."),
        answer("[1, 2]"),
        answer('{"fields": [1]}'),
        answer("[" * 100_000),
    ],
)
def test_an_answer_of_another_form_is_refused(body):
    with pytest.raises(BadAnswer):
        proposals_in(body)


@given(st.binary(max_size=200) | st.text(max_size=200).map(answer))
def test_no_answer_raises_anything_else(body):
    try:
        proposals = proposals_in(body)
    except BadAnswer:
        return
    assert isinstance(proposals, dict)
