import pytest

from tests.support.printed import page_of
from vision.extraction.evidence import pieces_of
from vision.extraction.labels import kinds, labels_in, meaning_of


def labels(text):
    return [label for piece in pieces_of(page_of(text)) for label in labels_in(piece)]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Invoice No.:", "invoice_number"),
        ("Rechnungs-Nr.", "invoice_number"),
        ("N° de facture :", "invoice_number"),
        ("Fälligkeitsdatum", "due_date"),
        ("Fecha de vencimiento", "due_date"),
        ("Totale fattura", "total"),
        ("Totaal incl. BTW", "total"),
        ("Total Incl. GST@6%", "total"),
        ("Valor do IVA", "tax"),
        ("Tota] Rounded", "total"),
        ("Tote1 amount", "total"),
    ],
)
def test_labels_are_known_in_many_languages_and_spellings(text, kind):
    assert [label.kind for label in labels(text)] == [kind]


def test_the_longest_phrase_wins():
    assert [label.kind for label in labels("Total items 3")] == ["ignored"]


def test_a_tax_in_brackets_only_qualifies_a_total():
    assert [label.kind for label in labels("Takeaway Total (incl GST:)")] == ["total"]


def test_a_label_after_a_value_begins_a_new_one():
    assert [label.kind for label in labels("Tel: 030 123456 Fax: 030 123457")] == ["phone", "fax"]


def test_words_inside_a_sentence_are_no_labels():
    assert labels("we confirm the date of your visit") == []


def test_a_whole_text_is_known_with_and_without_its_spaces():
    assert meaning_of("TAXINVOICE").kind == "invoice_number"
    assert meaning_of("Tax Invoice").kind == "invoice_number"
    assert meaning_of("Tax Voice") is None


def test_classes_of_labels_alone_are_no_fields():
    assert {"total", "iban", "company"} <= set(kinds())
    assert not {"ignored", "summary", "paid", "change", "fax"} & set(kinds())
