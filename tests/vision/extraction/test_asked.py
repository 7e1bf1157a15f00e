import jsonschema
import pytest

from tests.support.printed import document_of, page_of
from vision.extraction.fields import open_analysis

FORM = (
    "Vehicle registration",
    [(50, "Licence plate:"), (300, "B-XY 1234")],
    [(50, "Number of seats:"), (300, "5")],
    [(50, "Colour:"), (300, "dark blue")],
    [(50, "First registered:"), (300, "3 May 2019")],
    [(50, "Insured:"), (300, "yes")],
    [(50, "Fuel:"), (300, "Diesel")],
    [(50, "Fee"), (300, "EUR 26.30")],
    "Reference ZK-889911",
)


def asked(properties, *rows):
    schema = {"type": "object", "properties": properties}
    document = document_of(page_of(*(rows or FORM)), parameters={"fields": schema})
    result = open_analysis().analyse(document)["asked"]
    nullable = {name: {"anyOf": [each, {"type": "null"}]} for name, each in properties.items()}
    jsonschema.validate(result["values"], {"type": "object", "properties": nullable})
    assert list(result["values"]) == list(result["fields"]) == list(properties)
    return result


@pytest.mark.parametrize(
    ("name", "schema", "value"),
    [
        ("licencePlate", {"type": "string"}, "B-XY 1234"),
        ("number_of_seats", {"type": "integer"}, 5),
        ("paint", {"type": "string", "description": "colour"}, "dark blue"),
        ("first registered", {"type": "string", "format": "date"}, "2019-05-03"),
        ("insured", {"type": "boolean"}, True),
        ("fuel", {"enum": ["Petrol", "Diesel"]}, "Diesel"),
        ("fee", {"type": "number", "minimum": 1}, 26.3),
        ("file", {"type": "string", "pattern": "^?ZK-[0-9]{6}"}, "ZK-889911"),
    ],
)
def test_a_field_is_found_by_its_name_a_hint_or_its_form(name, schema, value):
    if schema.get("pattern"):
        schema["pattern"] = "ZK-[0-9]{6}"
    result = asked({name: schema})
    assert result["values"] == {name: value}
    field = result["fields"][name]
    assert 0.4 <= field["confidence"] <= 1
    assert field["words"]


@pytest.mark.parametrize(
    ("name", "schema", "reason"),
    [
        ("engine number", {"type": "string"}, "not_found"),
        ("colour", {"type": "number"}, "wrong_type"),
        ("number of seats", {"type": "integer", "maximum": 4}, "wrong_type"),
        ("licence plate", {"type": "string", "pattern": "^[0-9]+$"}, "wrong_type"),
        ("total", {"type": "number"}, "not_found"),
    ],
)
def test_what_cannot_be_proved_is_null_with_a_reason(name, schema, reason):
    result = asked({name: schema})
    assert result["values"] == {name: None}
    assert result["fields"][name]["reason"] == reason


def test_a_name_of_a_known_class_gives_its_value_as_the_type_asked_for():
    rows = [(50, "Grand total"), (500, "RM 1,013.25")], "Date: 25/12/2018"
    result = asked(
        {
            "totalAmount": {"type": "number"},
            "total": {"type": "string"},
            "date": {"format": "date"},
        },
        *rows,
    )
    assert result["values"] == {"totalAmount": 1013.25, "total": "1013.25", "date": "2018-12-25"}
    assert result["fields"]["totalAmount"]["label"]["text"] == "Grand total"


def test_several_values_of_a_pattern_are_candidates():
    result = asked({"ticket": {"pattern": "T-[0-9]+"}}, "see T-12", "and T-13")
    field = result["fields"]["ticket"]
    assert (field["value"], field["reason"]) == (None, "several_candidates")
    assert [each["value"] for each in field["candidates"]] == ["T-12", "T-13"]


def test_without_a_request_nothing_is_asked():
    assert "asked" not in open_analysis().analyse(document_of(page_of(*FORM)))


@pytest.mark.parametrize(
    ("name", "value"),
    [("invoice_total", 1200.0), ("balance_due", 900.0), ("balanceDue", 900.0), ("total", 1200.0)],
)
def test_the_very_label_that_is_asked_for_goes_before_another_of_its_class(name, value):
    rows = (
        [(50, "Total excl. VAT"), (600, "£1,000.00")],
        [(50, "VAT @ 20%"), (600, "£200.00")],
        [(50, "Invoice total"), (600, "£1,200.00")],
        [(50, "Less deposit received"), (600, "-£300.00")],
        [(50, "Balance due"), (600, "£900.00")],
    )
    assert asked({name: {"type": "number"}}, *rows)["values"][name] == value


DATE = {"type": "string", "format": "date"}


@pytest.mark.parametrize(
    ("name", "schema", "rows", "value"),
    [
        pytest.param(
            "sender", {"type": "string"},
            [[(50, "Sender"), (300, "Kim Larsen"), (600, "Item no."), (800, "RR 4471")]],
            "Kim Larsen", id="the next column is no part of it",
        ),
        pytest.param(
            "new balance", {"type": "number"},
            [[(50, "New balance on 30/04/2024"), (800, "2,735.75")]],
            2735.75, id="a number may stand in the next column",
        ),
        pytest.param(
            "employee_name", {"type": "string", "description": "Employee"},
            [[(50, "Employee"), (250, "Maria Lopez")], [(50, "Employee no."), (250, "00417")]],
            None, id="a number is no name",
        ),
        pytest.param(
            "total gross weight", {"type": "number"},
            [[(50, "Total gross weight"), (350, "0.950 kg")]], 0.95, id="thousandths",
        ),
        pytest.param(
            "shipped", DATE, ["Springfield, IL 62704", [(50, "Shipped:"), (300, "05/06/2024")]],
            "2024-05-06", id="as the address has it, the month first",
        ),
        pytest.param(
            "shipped", DATE, ["Order no.: PO 77120", [(50, "Shipped:"), (300, "05/06/2024")]],
            "2024-06-05", id="an order number is no address",
        ),
    ],
)  # fmt: skip
def test_columns_names_weights_and_dates_of_documents_of_other_kinds(name, schema, rows, value):
    assert asked({name: schema}, "Some document", *rows)["values"] == {name: value}
