import hashlib
import os

import pytest

from vision.core.errors import BadInput, EngineFailure
from vision.engines.tessdata import (
    find_tessdata,
    installed_languages,
    model_uses,
    require_languages,
)


@pytest.fixture
def folder(tmp_path):
    for name in ("fra", "deu", "osd", "equ"):
        (tmp_path / f"{name}.traineddata").write_bytes(name.encode())
    (tmp_path / "eng.txt").write_text("no model")
    return tmp_path


def test_the_named_folder_is_taken_before_any_other(folder):
    assert find_tessdata(str(folder)) == folder


def test_a_named_folder_without_models_is_the_operators_to_mend(tmp_path):
    with pytest.raises(EngineFailure, match="tesseract-ocr-eng") as caught:
        find_tessdata(str(tmp_path))
    assert caught.value.code == "tessdata_missing"


def test_only_models_that_read_text_count_as_languages(folder):
    assert installed_languages(folder) == ("deu", "fra")


@pytest.mark.parametrize("languages", [["xyz"], ["deu", "xyz"], ["osd"], [""], []])
def test_an_unknown_language_is_refused_and_the_installed_ones_are_named(folder, languages):
    with pytest.raises(BadInput, match="deu, fra") as caught:
        require_languages(folder, languages)
    assert caught.value.code == "unknown_language"


def test_languages_pass_once_their_models_are_installed(folder):
    require_languages(folder, ["fra", "deu"])
    with pytest.raises(BadInput):
        require_languages(folder, ["fra", "nld"])
    (folder / "nld.traineddata").write_bytes(b"nld")
    require_languages(folder, ["fra", "nld"])


def test_a_model_is_named_with_the_hash_of_its_file(folder):
    (use,) = model_uses(folder, ["deu"], "5.5.4", "tesseract")
    assert (use.name, use.version, use.provider) == ("tesseract-deu", "5.5.4", "tesseract")
    assert use.sha256 == hashlib.sha256(b"deu").hexdigest()


def test_a_replaced_model_gets_a_new_hash(folder):
    model_uses(folder, ["deu"], "5", "tesseract")
    (folder / "deu.traineddata").write_bytes(b"another model")
    (use,) = model_uses(folder, ["deu"], "5", "tesseract")
    assert use.sha256 == hashlib.sha256(b"another model").hexdigest()


def test_a_model_that_is_not_there_has_no_receipt(folder):
    with pytest.raises(BadInput):
        model_uses(folder, ["xyz"], "5", "tesseract")


def test_a_folder_that_has_not_changed_is_not_listed_again(folder):
    long_ago = 1_000_000_000
    os.utime(folder, (long_ago, long_ago))
    assert installed_languages(folder) == ("deu", "fra")
    (folder / "nld.traineddata").write_bytes(b"")
    assert installed_languages(folder) == ("deu", "fra", "nld")
    os.utime(folder, (long_ago, long_ago))
    assert installed_languages(folder) == ("deu", "fra")  # its time says that it is as it was
