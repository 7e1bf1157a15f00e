import json
import random
from dataclasses import replace

import pytest

from benchmarks.classes.drawn import drawn_page
from benchmarks.fields.drawn_forms import draw_form
from tests.support.printed import document_of, page_of
from vision.extraction.context import text_of
from vision.extraction.kind.classify import all_weights, chances_of, open_analysis
from vision.extraction.kind.features import KINDS, features_of

RECEIPT = (
    "CORNER SHOP",
    "12 Mill Street",
    "Cashier: 4  03/05/2019 12:30",
    [(50, "Bread"), (400, "2.50")],
    [(50, "Milk"), (400, "1.20")],
    [(50, "Subtotal"), (400, "3.70")],
    [(50, "Total"), (400, "3.70")],
    [(50, "Cash"), (400, "5.00")],
    [(50, "Change"), (400, "1.30")],
    "Thank you",
)


def report_on(*pages):
    numbered = [replace(page, number=at) for at, page in enumerate(pages, start=1)]
    result = open_analysis().analyse(document_of(*numbered))
    assert json.loads(json.dumps(result)) == result
    return result


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in {"other", "slide"}])
def test_drawn_pages_of_a_class_are_known(kind):
    # Seeds that no weight was fitted on.
    found = [report_on(drawn_page(kind, seed))["class"] for seed in range(10_000, 10_010)]
    assert found.count(kind) >= 8


def test_a_receipt_is_a_receipt_with_chances_for_every_class():
    page = replace(page_of(*RECEIPT), width=500, height=1200)
    result = report_on(page)
    assert result["class"] == "receipt"
    assert sum(result["chances"].values()) == pytest.approx(1)
    assert result["confidence"] == max(result["chances"].values()) > 0.5
    assert list(result["chances"]) == list(KINDS)


def test_pages_without_text_and_documents_without_pages_have_a_class():
    assert report_on(page_of())["class"] in KINDS
    empty = report_on()
    assert (empty["class"], empty["documents"]) == ("other", [])


def test_there_is_a_weight_for_each_feature():
    page = page_of(*RECEIPT)
    values = features_of(page, text_of(page))
    assert {len(weights) for weights in all_weights().values()} == {len(values)}
    assert set(chances_of(page, text_of(page))) == set(KINDS)


def invoice(number, *more):
    return page_of("Harbour Tools Ltd", f"Invoice No: {number}", "some words", *more)


@pytest.mark.parametrize(
    ("pages", "parts"),
    [
        ([invoice(17), invoice(18), invoice(19)], [[1], [2], [3]]),
        ([invoice(17), invoice(17)], [[1, 2]]),
        ([invoice(17), page_of("more words")], [[1, 2]]),
        ([page_of("a", "Page 1 of 2"), page_of("b", "Page 2 of 2"), page_of("c", "Page 1 of 1")],
         [[1, 2], [3]]),
        ([page_of("a", "1/2"), page_of("b", "2 / 2"), page_of("c", "1/3")], [[1, 2], [3]]),
        ([page_of("a", "Seite 2"), page_of("b", "Seite 3 von 9")], [[1, 2]]),
        ([page_of("one"), page_of("two")], [[1, 2]]),
    ],
)  # fmt: skip
def test_a_file_is_split_where_a_document_begins(pages, parts):
    assert [each["pages"] for each in report_on(*pages)["documents"]] == parts


def test_receipts_of_one_file_are_documents_of_their_own():
    receipt = replace(page_of(*RECEIPT), width=500, height=1200)
    assert [each["pages"] for each in report_on(receipt, receipt)["documents"]] == [[1], [2]]


def test_the_class_of_denser_forms_is_known():
    forms = [draw_form(random.Random(seed)).page(random.Random(seed)) for seed in range(900, 920)]
    found = [report_on(form)["class"] for form in forms]
    assert found.count("form") >= 16


def test_a_page_of_few_words_continues_the_document_before_it():
    bill = replace(page_of(*RECEIPT), width=500, height=1200)
    documents = report_on(bill, page_of("over"))["documents"]
    assert [each["pages"] for each in documents] == [[1, 2]]
