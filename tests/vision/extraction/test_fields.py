import json

import pytest

from tests.support.printed import document_of, page_of
from vision.extraction.fields import open_analysis

RECEIPT = (
    "HALL BAKERIES (KL) LTD (139386 X)",
    "Lot 3, Mill Street 23/1,",
    "40300 Shah Alam, Selangor.",
    "Tel: 03- 55423228",
    "TAX INVOICE",
    [(50, "Invoice No.: 7805F712"), (500, "Date: 05/08/2017 11:00")],
    [(50, "White bread"), (500, "8.50")],
    [(50, "Rolls"), (500, "4.00")],
    [(50, "Subtotal"), (500, "12.50")],
    [(50, "GST 6%"), (500, "0.75")],
    [(50, "Total"), (500, "RM 13.25")],
    [(50, "Cash"), (500, "20.00")],
    [(50, "Change"), (500, "6.75")],
)
INVOICE = (
    "Müller Werkzeug GmbH",
    "Hauptstr. 12, 10115 Berlin",
    "USt-IdNr. DE123456789",
    "Rechnung Nr. 2019-0815",
    "Rechnungsdatum: 5. März 2019",
    "Fällig am: 19.03.2019",
    [(50, "Zwischensumme"), (500, "1.000,00 €")],
    [(50, "MwSt. 19%"), (500, "190,00 €")],
    [(50, "Gesamtbetrag"), (500, "1.190,00 €")],
    "IBAN: DE89 3704 0044 0532 0130 00",
    "rechnung@mueller-werkzeug.de",
)


def known(*rows, confidence=0.99):
    page = page_of(*rows, confidence=confidence)
    return open_analysis().analyse(document_of(page))["known"]


def values(fields):
    return {kind: each["value"] for kind, each in fields.items() if each["value"] is not None}


def test_a_receipt_gives_its_fields():
    assert values(known(*RECEIPT)) == {
        "company": "HALL BAKERIES (KL) LTD",
        "address": "Lot 3, Mill Street 23/1, 40300 Shah Alam, Selangor.",
        "date": "2017-08-05",
        "total": "13.25",
        "subtotal": "12.50",
        "tax": "0.75",
        "currency": "MYR",
        "invoice_number": "7805F712",
        "phone": "0355423228",
    }


def test_an_invoice_in_german_gives_its_fields():
    assert values(known(*INVOICE)) == {
        "company": "Müller Werkzeug GmbH",
        "address": "Hauptstr. 12, 10115 Berlin",
        "vat_id": "DE123456789",
        "invoice_number": "2019-0815",
        "date": "2019-03-05",
        "due_date": "2019-03-19",
        "total": "1190.00",
        "subtotal": "1000.00",
        "tax": "190.00",
        "currency": "EUR",
        "iban": "DE89370400440532013000",
        "email": "rechnung@mueller-werkzeug.de",
    }


def test_a_value_names_the_words_that_prove_it_and_its_label():
    page = page_of(*RECEIPT)
    total = open_analysis().analyse(document_of(page))["known"]["total"]
    proof = [page.blocks[0].lines[each["line"]].words[each["word"]].text for each in total["words"]]
    assert proof == ["RM", "13.25"]
    assert (total["text"], total["currency"], total["page"]) == ("RM 13.25", "MYR", 1)
    assert total["label"]["text"] == "Total"
    assert total["box"][0] > total["label"]["box"][2]
    assert 0.8 < total["confidence"] < 1


def test_a_date_in_either_order_is_given_with_the_other_one():
    date = known(*RECEIPT)["date"]
    assert (date["value"], date["or"]) == ("2017-08-05", "2017-05-08")


def test_another_date_of_the_document_shows_the_order():
    dates = known("Date: 05/08/2017", "Paid on 12/25/2017")
    assert dates["date"]["value"] == "2017-05-08"


@pytest.mark.parametrize(
    ("rows", "kind", "reason"),
    [
        (["nothing here"], "total", "not_found"),
        ([[(50, "Total"), (500, "12.00")], [(50, "Total"), (500, "15.00")]], "total",
         "several_candidates"),
        (["IBAN: DE88 3704 0044 0532 0130 00"], "iban", "wrong_type"),
        ([[(50, "Amount"), (500, "$ 5.00")]], "currency", "several_candidates"),
        ([], "company", "not_found"),
    ],
)  # fmt: skip
def test_a_field_without_a_value_gives_the_reason(rows, kind, reason):
    field = known(*rows)[kind]
    assert (field["value"], field["reason"]) == (None, reason)


def test_poorly_read_words_are_candidates_only():
    field = known([(50, "Total"), (500, "12.00")], confidence=0.3)["total"]
    assert (field["value"], field["reason"]) == (None, "low_confidence")
    assert [each["value"] for each in field["candidates"]] == ["12.00"]


def test_cash_less_change_decides_between_totals():
    fields = known(
        [(50, "Total"), (500, "12.00")],
        [(50, "Total"), (500, "15.00")],
        [(50, "Cash"), (500, "20.00")],
        [(50, "Change"), (500, "5.00")],
    )
    assert fields["total"]["value"] == "15.00"


def test_the_rounded_total_counts():
    rows = [(50, "Grand total"), (500, "87.08")], [(50, "Nett total"), (500, "87.10")]
    assert known(*rows)["total"]["value"] == "87.10"


def test_the_analysis_of_any_document_is_json():
    analysis = open_analysis()
    for document in (document_of(), document_of(page_of()), document_of(page_of(*RECEIPT))):
        assert json.loads(json.dumps(analysis.analyse(document))) == analysis.analyse(document)


def test_a_label_with_a_code_is_no_company_although_it_holds_a_legal_form():
    fields = known("Kaffeerösterei Blum", "Bergstr. 2, 79098 Freiburg", "Auftragsnummer: AB-5512")
    assert fields["company"]["value"] == "Kaffeerösterei Blum"


def test_the_place_and_date_of_a_letter_are_no_part_of_the_address_above():
    fields = known("Stadtwerke Mitte", "Hauptstr. 7, 55116 Mainz", "Mainz, 3. September 2024")
    assert fields["address"]["value"] == "Hauptstr. 7, 55116 Mainz"
    assert fields["date"]["value"] == "2024-09-03"


@pytest.mark.parametrize(
    ("row", "kind", "value"),
    [
        ([(50, "Account number:"), (400, "8500 1234 5678")], "customer_number", "8500 1234 5678"),
        ([(50, "Kundennummer"), (400, "4711-0815 Seite 2")], "customer_number", "4711-0815"),
        ("VAT No. GB 123 4567 82", "vat_id", "GB123456782"),
        ("SIRET 732 829 320 00074", "vat_id", "732 829 320 00074"),
        ([(50, "Invoice no"), (400, "7731 05")], "invoice_number", "7731"),
    ],
)
def test_a_number_in_groups_is_given_whole_where_it_is_printed_in_groups(row, kind, value):
    assert known("Example Trading Ltd", row)[kind]["value"] == value


@pytest.mark.parametrize(
    "rows",
    [
        ([(50, "Fecha"), (300, "11/06/2024")], [(50, "Fecha de pedido"), (300, "01/06/2024")]),
        ([(50, "Order date"), (300, "1 June 2024")], [(50, "Date"), (300, "11 June 2024")]),
        ("Datum: 11.06.2024", "zu Rechnung Nr. 7 vom 01.06.2024"),
        ([(50, "Date"), (300, "11/06/2024")], [(50, "Date of supply"), (300, "07/06/2024")]),
    ],
)
def test_a_document_has_its_own_date_not_that_of_an_order_or_another_document(rows):
    assert known("Example Trading Ltd", *rows)["date"]["value"] == "2024-06-11"


def test_the_balance_of_an_earlier_bill_is_no_total():
    fields = known(
        "CityPower plc",
        [(50, "Previous balance"), (600, "£84.10")],
        [(50, "Payment received"), (600, "-£84.10")],
        [(50, "Total amount due"), (600, "£138.00")],
    )
    assert fields["total"]["value"] == "138.00"


def test_an_address_ends_before_the_words_of_a_till_or_the_name_of_the_document():
    fields = known("SARL LE FOURNIL", "3 place du Marché,", "35000 RENNES", "Ticket 0147 Caisse 2")
    assert fields["address"]["value"] == "3 place du Marché, 35000 RENNES"
    fields = known(
        "Orient Trading Co., Ltd.",
        "88 Harbour Road, Wan Chai, Hong Kong",
        "PROFORMA INVOICE",
        "PI No.: OT-240901",
    )
    assert fields["address"]["value"] == "88 Harbour Road, Wan Chai, Hong Kong"


def test_a_date_of_birth_is_no_date_of_a_document():
    fields = known("Studio Bianchi", "Data di nascita: 01/02/1970", "Fattura n. 45 del 12/03/2024")
    assert fields["date"]["value"] == "2024-03-12"


def test_what_is_paid_out_or_left_on_an_account_is_no_total():
    fields = known(
        [(50, "Gross pay"), (300, "2,620.00"), (500, "Total deductions"), (800, "426.92")],
        [(500, "Net pay"), (800, "2,193.08")],
        [(50, "Closing balance"), (800, "2,354.33")],
    )
    assert values(fields) == {}


def test_an_amount_in_the_piece_of_its_label_goes_before_the_next_column():
    fields = known("Hotel Seeblick", [(50, "MwSt 7 %"), (300, "Netto 308,41"), (650, "21,59")])
    assert fields["subtotal"]["value"] == "308.41"


@pytest.mark.parametrize(
    ("row", "kind", "value"),
    [
        ("Account number: 8 0042 1177 3", "customer_number", "8 0042 1177 3"),
        ("Account number: 10442 3", "customer_number", "10442"),
        ("Steuernummer: 20 / 114 / 03321", "vat_id", "20 / 114 / 03321"),
        ("Contract: 77-40012", "phone", None),
    ],
)
def test_a_number_has_all_its_groups_and_the_kind_of_its_label(row, kind, value):
    assert known("Northport Water plc", row)[kind]["value"] == value


@pytest.mark.parametrize(
    ("rows", "address"),
    [
        (["Am Deich 8, 24937 Flensburg", "Norderstr. 5", "24939 Flensburg"],
         "Am Deich 8, 24937 Flensburg"),
        (["Mill Lane 9, Leeds LS9 8AG", [(50, "Delivery note no."), (350, "DN-55821")]],
         "Mill Lane 9, Leeds LS9 8AG"),
        (["Lindenallee 3, 50668 Köln", [(50, "Patient"), (300, "Karl Sommer")]],
         "Lindenallee 3, 50668 Köln"),
        (["Registered charity no. 209603", [(50, "Total weight"), (300, "0.950 kg")]], None),
    ],
)  # fmt: skip
def test_an_address_ends_where_the_form_begins(rows, address):
    assert known("Elektro Hansen GmbH", *rows)["address"]["value"] == address


def test_a_sentence_at_the_foot_is_no_company():
    fields = known("Sea Rescue Trust", "Receipt", "No goods or services were provided.")
    assert fields["company"]["value"] != "No goods or services were provided."
