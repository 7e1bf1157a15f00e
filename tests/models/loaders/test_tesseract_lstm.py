"""Languages are converted once, loaded side by side, and only so many stay loaded."""

import hashlib
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from models.loaders import tesseract_lstm
from models.loaders.tesseract_lstm import MAX_LOADED_LANGUAGES, Networks, open_network
from models.tesseract.graph_format import Precision
from models.tesseract.to_onnx import convert
from models.tesseract.traineddata import parse_traineddata
from tests.support.patience import PATIENCE_S
from tests.support.traineddata import ModelBytes
from vision.core.errors import BadInput
from vision.engines.onnx_session import Session, open_session

TRIAL = {"lines": (1, 1, 36, 60), "steps": (1,)}


def model_file(folder: Path, language: str = "one", **options: object) -> Path:
    path = folder / f"{language}.traineddata"
    path.write_bytes(ModelBytes(**options).file())
    return path


def networks(folder: Path) -> Networks:
    return Networks(folder, folder / "cache", "cpu", 1)


def probabilities(session: Session) -> np.ndarray:
    line = np.random.default_rng(3).uniform(-1, 1, (1, 1, 36, 60)).astype(np.float32)
    (found,) = session.run({"lines": line, "steps": np.array([20], np.int32)})
    return found


def test_a_converted_language_is_opened_from_the_cache_without_converting(tmp_path, monkeypatch):
    path = model_file(tmp_path)
    first = open_network(path, tmp_path / "cache", "cpu")

    def refuse(*_args):
        raise AssertionError("it was converted again")

    monkeypatch.setattr("models.tesseract.to_onnx.convert", refuse)
    again = open_network(path, tmp_path / "cache", "cpu")
    np.testing.assert_array_equal(probabilities(again.session), probabilities(first.session))


def test_a_changed_model_file_is_converted_again(tmp_path):
    path = model_file(tmp_path)
    before = open_network(path, tmp_path / "cache", "cpu")
    model_file(tmp_path, seed=8)
    after = open_network(path, tmp_path / "cache", "cpu")
    assert not np.array_equal(probabilities(after.session), probabilities(before.session))
    assert len(list((tmp_path / "cache").iterdir())) == 2


def test_the_receipt_states_the_hash_of_the_traineddata_file_not_of_its_conversion(tmp_path):
    path = model_file(tmp_path)
    use = open_network(path, tmp_path / "cache", "cpu").session.use
    (converted,) = (tmp_path / "cache").iterdir()
    assert use.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert use.sha256 != hashlib.sha256(converted.read_bytes()).hexdigest()
    assert use.name == "tesseract-one"


@pytest.mark.parametrize(("exact", "alike"), [(True, False), (False, True)])
def test_columns_stay_in_float32_where_the_processor_saturates_sums(
    tmp_path, monkeypatch, exact, alike
):
    monkeypatch.setattr("models.loaders.tesseract_lstm.int8_is_exact", lambda: exact)
    path = model_file(tmp_path)
    network = open_network(path, tmp_path / "cache", "cpu")
    floats = opened(tmp_path / "float32.onnx", path, "float32")
    same = np.array_equal(probabilities(network.session), probabilities(floats))
    assert same == alike


def opened(target: Path, path: Path, precision: Precision) -> Session:
    target.write_bytes(convert(parse_traineddata(path.read_bytes()), "test", precision))
    return open_session(
        target, name="test", version="1", sha256="", device="cpu", trial_shapes=TRIAL
    )


def test_a_language_that_loads_slowly_delays_no_other(tmp_path, monkeypatch):
    for language in ("slow", "quick"):
        model_file(tmp_path, language)
    slow_began, may_end = threading.Event(), threading.Event()

    def held_up(path: Path, *options):
        if path.stem == "slow":
            slow_began.set()
            assert may_end.wait(PATIENCE_S)
        return open_network(path, *options)

    monkeypatch.setattr(tesseract_lstm, "open_network", held_up)
    languages = networks(tmp_path)
    with ThreadPoolExecutor(2) as pool:
        slow = pool.submit(languages.open, "slow")
        assert slow_began.wait(PATIENCE_S)
        try:
            quick = pool.submit(languages.open, "quick").result(PATIENCE_S)
            assert not slow.done()
        finally:
            may_end.set()
        assert quick.language == "quick"
        assert slow.result(PATIENCE_S).language == "slow"


def test_the_language_that_was_not_used_for_longest_is_evicted_and_loaded_again(tmp_path):
    codes = [f"l{number}" for number in range(MAX_LOADED_LANGUAGES + 1)]
    for code in codes:
        model_file(tmp_path, code)
    languages = networks(tmp_path)
    first, second, *_ = [languages.open(code) for code in codes[:-1]]
    assert languages.open(codes[0]) is first
    languages.open(codes[-1])
    assert languages.open(codes[0]) is first
    reloaded = languages.open(codes[1])
    assert reloaded is not second
    np.testing.assert_array_equal(probabilities(reloaded.session), probabilities(second.session))


def test_an_unknown_topology_is_left_to_native_tesseract_and_logged_once(tmp_path, caplog):
    model_file(tmp_path, window="Maxpool")
    languages = networks(tmp_path)
    with caplog.at_level(logging.WARNING):
        assert languages.open("one") is None
        assert languages.open("one") is None
    assert len(caplog.records) == 1


def test_a_language_installed_later_is_found(tmp_path):
    languages = networks(tmp_path)
    with pytest.raises(BadInput):
        languages.open("one")
    model_file(tmp_path)
    assert languages.open("one").language == "one"
