import pytest

from vision.core.field_request import BadRequest, as_schema, fields_of


def properties(**each):
    return {"type": "object", "properties": each}


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ("total, invoice number", ["total", "invoice number"]),
        (["total", {"name": "po", "hint": "purchase order"}], ["total", "po"]),
        ('["total"]', ["total"]),
        (properties(total={"type": "number"}), ["total"]),
        ('{"properties": {"a": {}}}', ["a"]),
    ],
)
def test_fields_are_asked_for_as_a_schema_or_as_names(given, names):
    assert [each.name for each in fields_of(as_schema(given))] == names


def test_hints_types_and_bounds_are_kept():
    schema = properties(
        size={
            "type": ["integer", "null"], "title": "Size", "description": "in cm", "minimum": 1,
            "maximum": 9,
        },
        code={"pattern": "^A[0-9]+$", "maxLength": 5},
        unit={"enum": ["cm", "m", None]},
    )  # fmt: skip
    size, code, unit = fields_of(schema)
    assert (size.kind, size.hints, size.minimum, size.maximum) == (
        "integer",
        ("Size", "in cm"),
        1,
        9,
    )
    assert (code.pattern.search("A12"), code.lengths) == ((0, 3), (0, 5))
    assert unit.choices == ("cm", "m")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (5, "JSON Schema"),
        ("", "properties"),
        ('{"a', "JSON"),
        ([5], "names"),
        ({"type": "array", "items": {}}, "arrays of line items"),
        ({"type": "object"}, "properties"),
        ({"properties": {"a": {}}, "anyOf": []}, "anyOf"),
        (properties(lines={"type": "array", "items": {}}), "`lines`: arrays are not supported"),
        (properties(a={"type": "object"}), "objects are not supported"),
        (properties(a={"$ref": "#"}), "$ref"),
        (properties(a={"type": "date"}), "types"),
        (properties(a={"type": ["string", "number"]}), "types"),
        (properties(a={"format": "uri"}), "formats"),
        (properties(a={"minimum": "1"}), "minimum"),
        (properties(a={"minimum": True}), "minimum"),
        (properties(a={"enum": [{}]}), "enum"),
        (properties(a={"enum": ["x"] * 201}), "enum"),
        (properties(a={"pattern": "(?=x)"}), "pattern"),
        (properties(a={"pattern": 5}), "pattern"),
        (properties(a={"description": "x" * 501}), "description"),
        (properties(a="number"), "describes"),
        (properties(**{"x" * 101: {}}), "names"),
        (properties(**{str(at): {} for at in range(65)}), "64"),
        (properties(**{str(at): {"pattern": "(?:abc){60}"} for at in range(9)}), "patterns"),
        (properties(a={"examples": ["x" * 40_000]}), "bytes"),
    ],
)
def test_what_cannot_be_used_is_refused_with_what_is_expected(given, expected):
    with pytest.raises(BadRequest, match=expected.replace("$", r"\$")):
        as_schema(given)


def test_deep_nesting_is_refused():
    deep: dict = {}
    for _ in range(5000):
        deep = {"a": deep}
    with pytest.raises(BadRequest):
        as_schema(deep)
    with pytest.raises(BadRequest):
        as_schema("[" * 100_000)
