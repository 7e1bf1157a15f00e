import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given

from tests.support.readings import documents, page_readings, small_document
from vision.core.document import Barcode, Box, Character, PageReading
from vision.export.json import (
    dumps,
    from_json_dict,
    load_schema,
    page_reading_from_dict,
    page_reading_to_dict,
    to_json_dict,
)
from vision.layout.regions import KINDS

RESULT_MD = (Path(__file__).parents[3] / "docs" / "reference" / "result.md").read_text(
    encoding="utf-8"
)


@pytest.fixture(scope="module")
def validator():
    schema = load_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@given(documents)
def test_a_document_survives_the_way_to_json_and_back(document):
    assert from_json_dict(json.loads(dumps(document))) == document


@given(page_readings)
def test_a_page_reading_survives_the_way_to_json_and_back(reading):
    stored = json.dumps(page_reading_to_dict(reading))
    assert page_reading_from_dict(json.loads(stored)) == reading


def test_a_document_with_one_of_everything_survives_and_fits_the_published_schema(validator):
    document = small_document()
    plain = json.loads(dumps(document))
    validator.validate(plain)
    assert from_json_dict(plain) == document


def test_keys_stand_in_the_published_order():
    plain = to_json_dict(small_document())
    assert list(plain) == ["schema", "document", "pages", "failures", "receipt"]
    assert list(plain["pages"][0])[:3] == ["number", "width", "height"]


def test_coordinates_keep_two_decimals_and_confidences_four():
    document = small_document()
    page = document.pages[0]
    region = replace(page.regions[0], box=Box(1 / 3, 2 / 3, 10.005, 11), confidence=2 / 3)
    plain = to_json_dict(replace(document, pages=(replace(page, regions=(region,)),)))
    assert plain["pages"][0]["regions"][0]["box"] == [0.33, 0.67, 10.01, 11]
    assert plain["pages"][0]["regions"][0]["confidence"] == 0.6667


def test_absent_values_are_null_and_never_left_out():
    plain = to_json_dict(small_document())["pages"][0]
    assert plain["dpi"] is None
    assert plain["blocks"][1]["region"] is None
    assert plain["blocks"][1]["lines"][0]["polygon"] is None


def test_a_word_has_characters_only_where_they_were_asked_for(validator):
    document = small_document()
    page = document.pages[0]
    line = page.blocks[0].lines[0]
    letters = (Character("Gr", 0.5, Box(1 / 3, 2, 3, 4)), Character("üße", 2 / 3, Box(3, 2, 5, 4)))
    word = replace(line.words[0], characters=letters)
    block = replace(page.blocks[0], lines=(replace(line, words=(word,)),))
    plain = to_json_dict(replace(document, pages=(replace(page, blocks=(block,)),)))
    validator.validate(plain)
    said = plain["pages"][0]["blocks"][0]["lines"][0]["words"][0]["characters"]
    assert said[0] == {"text": "Gr", "confidence": 0.5, "box": [0.33, 2, 3, 4]}
    assert to_json_dict(from_json_dict(plain)) == plain
    bare = to_json_dict(document)["pages"][0]["blocks"][0]["lines"][0]["words"][0]
    assert list(bare) == ["text", "confidence", "box"]
    del said[0]["box"]
    assert not validator.is_valid(plain)


def test_minus_zero_is_zero():
    document = small_document()
    level = replace(document, pages=(replace(document.pages[0], skew=-0.00001),))
    assert '"skew": 0.0' in dumps(level)


def test_letters_are_written_as_they_are():
    assert "Grüße" in dumps(small_document())


def test_a_number_that_json_does_not_know_is_refused():
    document = small_document()
    broken = replace(document, pages=(replace(document.pages[0], skew=float("nan")),))
    with pytest.raises(ValueError, match="JSON"):
        dumps(broken)


def _at(plain, path):
    for step in path:
        plain = plain[step]
    return plain


LINE = ("pages", 0, "blocks", 0, "lines", 0)


@pytest.mark.parametrize(
    ("path", "key", "value", "place"),
    [
        ((), "extra", 1, "result"),
        ((), "schema", "pagesight.document/2", "result.schema"),
        (("document",), "pages", "3", "result.document.pages"),
        (("document",), "pages", True, "result.document.pages"),
        (("document",), "pages", 3.0, "result.document.pages"),
        (("pages", 0), "blocks", None, r"result.pages\[0\].blocks"),
        (LINE, "box", [1, 2, 3], r"lines\[0\].box"),
        (LINE, "polygon", [[1, 2, 3]], r"lines\[0\].polygon\[0\]"),
        (LINE, "confidence", "high", r"lines\[0\].confidence"),
        (("receipt",), "parameters", [], "result.receipt.parameters"),
        (("receipt", "pages", 0), "worker", None, r"receipt.pages\[0\].worker"),
    ],
)
def test_reading_back_is_strict_and_names_the_place(path, key, value, place):
    plain = to_json_dict(small_document())
    _at(plain, path)[key] = value
    with pytest.raises(ValueError, match=place):
        from_json_dict(plain)


def test_reading_back_names_a_missing_key():
    plain = to_json_dict(small_document())
    del plain["pages"][0]["text"]
    with pytest.raises(ValueError, match=r"missing keys \['text'\]"):
        from_json_dict(plain)


@pytest.mark.parametrize("value", [None, [], "text", 7])
def test_what_is_no_object_is_no_document(value):
    with pytest.raises(ValueError, match="expected an object"):
        from_json_dict(value)


def _objects(plain, path=()):
    """The path of every object in the result whose keys the schema fixes."""
    if isinstance(plain, dict):
        if path[-1:] not in {("parameters",), ("stage_ms",), ("canary_ms",), ("lines_read",)}:
            yield path
        for key, value in plain.items():
            yield from _objects(value, (*path, key))
    if isinstance(plain, list):
        for index, value in enumerate(plain):
            yield from _objects(value, (*path, index))


@pytest.mark.parametrize("path", list(_objects(to_json_dict(small_document()))), ids=str)
def test_the_schema_forbids_unknown_and_missing_fields_everywhere(validator, path):
    plain = to_json_dict(small_document())
    _at(plain, path)["surprise"] = 1
    assert not validator.is_valid(plain)
    for key in list(_at(to_json_dict(small_document()), path)):
        plain = to_json_dict(small_document())
        del _at(plain, path)[key]
        assert not validator.is_valid(plain), key


def test_the_schema_knows_every_kind_of_block():
    kinds = load_schema()["$defs"]["block"]["properties"]["kind"]["enum"]
    assert set(kinds) == KINDS


def test_the_documented_example_is_a_result(validator):
    plain = json.loads(RESULT_MD.split("```json\n")[1].split("```")[0])
    validator.validate(plain)
    assert to_json_dict(from_json_dict(plain)) == plain


def test_every_field_of_the_result_is_documented():
    shapes = [load_schema(), *load_schema()["$defs"].values()]
    fields = {field for shape in shapes for field in shape.get("properties", {})}
    prose = RESULT_MD.split("```")[2]
    assert [field for field in sorted(fields) if f"`{field}`" not in prose] == []


def test_the_stored_page_is_the_page_of_the_result():
    document = small_document()
    stored = page_reading_to_dict(PageReading(document.pages[0], document.receipt.pages[0]))
    assert stored["page"] == to_json_dict(document)["pages"][0]


def test_text_exports_load_no_engine_and_no_arrays():
    # The API renders results and must stay light; a fresh interpreter shows what is loaded.
    code = (
        "import sys, vision.export.json, vision.export.text, vision.export.markdown;"
        "print(sorted({'numpy', 'cv2', 'PIL', 'onnxruntime'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_results_of_earlier_versions_are_still_read():
    code = Barcode("QRCode", "hello", Box(0, 0, 9, 9), "text", "68656c6c6f")
    document = small_document()
    document = replace(document, pages=(replace(document.pages[0], barcodes=(code,)),))
    older = to_json_dict(document)
    for name in ("content", "data"):
        del older["pages"][0]["barcodes"][0][name]
    (read,) = from_json_dict(older).pages[0].barcodes
    assert (read.text, read.data) == ("hello", "")
