"""The same invoice in every language of the vocabulary."""

import pytest

from tests.support.printed import document_of, page_of
from vision.extraction.fields import open_analysis

INVOICES = {
    "en": """
        Harbour Tools Ltd
        12 Mill Street, Westhaven WH1 2AB
        VAT No: GB123456789
        Invoice No: 2023-118
        Invoice date: 14 March 2023
        Due date: 13 April 2023
        Purchase Order No. C-5512
        Subtotal=£1,000.00
        VAT 20%=£200.00
        Total due=£1,200.00
    """,
    "fr": """
        Librairie du Port SARL
        12 rue de la Paix, 75002 Paris
        N° TVA : FR40303265045
        Facture n° 2023-118
        Date de facture : 14 mars 2023
        Échéance : 13/04/2023
        N° de commande : C-5512
        Total HT=1 000,00 €
        TVA 20 %=200,00 €
        Total TTC=1 200,00 €
    """,
    "es": """
        Herramientas del Puerto S.L.
        Calle Mayor 12, 28013 Madrid
        CIF: B12345678
        Factura nº: 2023-118
        Fecha: 14 de marzo de 2023
        Vencimiento: 13/04/2023
        Pedido nº: C-5512
        Base imponible=1.000,00 €
        IVA 20%=200,00 €
        Total factura=1.200,00 €
    """,
    "it": """
        Utensili del Porto S.r.l.
        Via Roma 12, 00184 Roma
        P.IVA: IT12345678901
        Fattura n. 2023-118
        Data: 14 marzo 2023
        Scadenza: 13/04/2023
        Ordine n. C-5512
        Imponibile=1.000,00 €
        IVA 20%=200,00 €
        Totale fattura=1.200,00 €
    """,
    "nl": """
        Havengereedschap B.V.
        Hoofdstraat 12, 1011 AB Amsterdam
        BTW-nr: NL123456789B01
        Factuurnummer: 2023-118
        Factuurdatum: 14 maart 2023
        Vervaldatum: 13-04-2023
        Bestelnummer: C-5512
        Subtotaal=€ 1.000,00
        BTW 20%=€ 200,00
        Totaal te betalen=€ 1.200,00
    """,
    "pt": """
        Ferramentas do Porto Lda
        Rua Augusta 12, 1100-053 Lisboa
        NIF: 123456789
        Fatura nº 2023-118
        Data de emissão: 14 de março de 2023
        Data de vencimento: 13/04/2023
        Encomenda nº: C-5512
        Subtotal=1.000,00 €
        IVA 20%=200,00 €
        Total a pagar=1.200,00 €
    """,
    "de": """
        Hafenwerkzeug GmbH
        Hauptstraße 12, 10115 Berlin
        USt-IdNr.: DE123456789
        Rechnungsnummer: 2023-118
        Rechnungsdatum: 14. März 2023
        Fällig am: 13.04.2023
        Bestellnummer: C-5512
        Zwischensumme=1.000,00 €
        MwSt. 20 %=200,00 €
        Gesamtbetrag=1.200,00 €
    """,
}


@pytest.mark.parametrize("language", INVOICES)
def test_an_invoice_gives_the_same_fields_in_every_language(language: str) -> None:
    text = INVOICES[language]
    rows = [row.strip().split("=") for row in text.strip().splitlines()]
    page = page_of(*([(50 + 450 * at, part) for at, part in enumerate(row)] for row in rows))
    known = open_analysis().analyse(document_of(page))["known"]
    assert {kind: each["value"] for kind, each in known.items() if each["value"]} == {
        "company": rows[0][0],
        "address": rows[1][0],
        "date": "2023-03-14",
        "due_date": "2023-04-13",
        "total": "1200.00",
        "subtotal": "1000.00",
        "tax": "200.00",
        "currency": "GBP" if "£" in text else "EUR",
        "vat_id": rows[2][0].split()[-1],
        "invoice_number": "2023-118",
        "order_number": "C-5512",
    }
