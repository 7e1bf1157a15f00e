"""Detectors that an operator added, several in one job: over the command line and over HTTP."""

import io
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image

from cli.exit_codes import Exit
from tests.support.command_line import invoke, shared_engine
from tests.support.http import http_client
from tests.support.onnx_graphs import write_colour_detector
from tests.support.patience import PATIENCE_S
from tests.support.workplace import TENANT, Workplace

ROOT = Path(__file__).parents[1]
SHADES, THINGS = "['red', 'green', 'blue']", "['table', 'text', 'person']"
BOTH = [("red", "shades"), ("table", "things")]


def pagesight(folder: Path, *words: str) -> "subprocess.CompletedProcess[bytes]":
    env = {"PAGESIGHT_DATA_DIR": str(folder), "PAGESIGHT_DEVICE": "cpu"}
    return invoke(words, ROOT, env=env)


@pytest.fixture(scope="module", autouse=True)
def _one_engine() -> Iterator[None]:
    with shared_engine():
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose models were added as an operator adds them."""
    data = tmp_path_factory.mktemp("data")
    for name, classes in (("shades", SHADES), ("things", THINGS)):
        file = write_colour_detector(data / f"{name}.onnx", names=classes)
        added = pagesight(data, "models", "add", str(file), "--licence", "CC0-1.0")
        assert added.returncode == Exit.OK, added.stderr
    return data


@pytest.fixture(scope="module")
def picture(folder: Path) -> Path:
    """Black, with a red upper left quarter."""
    pixels = np.zeros((640, 640, 3), np.uint8)
    pixels[:320, :320, 0] = 255
    Image.fromarray(pixels).save(folder / "corner.png")
    return folder / "corner.png"


def found(document: dict) -> list[tuple[str, str]]:
    return sorted((each["label"], each["model"]) for each in document["pages"][0]["regions"])


def test_what_was_added_is_listed_ready_and_can_be_removed(folder: Path) -> None:
    file = write_colour_detector(folder / "short-lived.onnx", names="['x', 'y', 'z']")
    added = pagesight(folder, "models", "add", str(file), "--licence", "MIT")
    assert b"short-lived 1: 3 classes, 64 x 64, head yolov8, MIT" in added.stdout
    listed = pagesight(folder, "models", "list")
    assert listed.returncode == Exit.OK, listed.stderr
    assert listed.stdout.count(b"short-lived") == 1
    removed = pagesight(folder, "models", "remove", "short-lived")
    assert removed.returncode == Exit.OK, removed.stderr
    assert b"short-lived" not in pagesight(folder, "models", "list").stdout
    assert not (folder / "models" / "short-lived-1.onnx").exists()


def test_a_picture_given_to_add_shows_what_the_network_makes_of_it(
    folder: Path, picture: Path, tmp_path: Path
) -> None:
    file = write_colour_detector(tmp_path / "seen.onnx", names="['rouge', 'vert', 'bleu']")
    words = ["models", "add", str(file), "--licence", "MIT", "--image", str(picture)]
    assert b"corner.png: rouge 1.00" in pagesight(tmp_path, *words).stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["no-such.onnx"], "no-such.onnx: No such file"),
        (["{silent}", "--licence", "MIT"], "--classes"),
        (["{silent}", "--licence", "MIT", "--classes", "a,b"], "for 2 classes"),
        (["{silent}", "--classes", "a,b,c"], "--licence"),
        (["{silent}", "--classes", "a,b,c", "--size", "big"], "'big' is not a size"),
    ],
)
def test_what_cannot_be_added_is_explained(tmp_path: Path, words: list[str], told: str) -> None:
    silent = write_colour_detector(tmp_path / "silent.onnx")
    ran = pagesight(tmp_path, "models", "add", *(word.format(silent=silent) for word in words))
    assert ran.returncode == Exit.FAILED
    assert told in ran.stderr.decode()
    assert b"Traceback" not in ran.stderr


def test_exporting_without_a_training_environment_tells_how_to_make_one(tmp_path: Path) -> None:
    weights = tmp_path / "mine.pt"
    weights.write_bytes(b"?")
    missing = str(tmp_path / "python")
    ran = pagesight(tmp_path, "models", "export", str(weights), "--python", missing)
    assert ran.returncode == Exit.FAILED
    assert b"python3 -m venv" in ran.stderr


@pytest.mark.parametrize(
    "words",
    [["--detector", "shades", "--detector", "things"], ["--detectors", "shades,things"]],
)
def test_json_says_which_detector_found_what(folder: Path, picture: Path, words: list[str]) -> None:
    ran = pagesight(folder, "read", str(picture), "--format", "json", *words)
    assert ran.returncode == Exit.OK, ran.stderr
    document = json.loads(ran.stdout)
    assert found(document) == BOTH
    assert document["receipt"]["parameters"]["detectors"] == ["shades", "things"]
    used = {use["name"]: use for use in document["receipt"]["models"]}
    assert {"shades", "things"} <= used.keys()
    assert used["shades"]["sha256"] != used["things"]["sha256"]


def test_the_overlay_draws_the_finds_of_both(folder: Path, picture: Path) -> None:
    drawn = {}
    for words in (["shades"], ["shades", "things"]):
        chosen = [word for name in words for word in ("--detector", name)]
        out = folder / "seen.png"
        ran = pagesight(folder, "read", str(picture), "-f", "overlay", "-o", str(out), *chosen)
        assert ran.returncode == Exit.OK, ran.stderr
        drawn[len(words)] = np.asarray(Image.open(io.BytesIO(out.read_bytes())), int)
    assert np.abs(drawn[1] - drawn[2]).max() > 50


def test_no_detector_at_all_can_be_chosen(folder: Path, picture: Path) -> None:
    ran = pagesight(folder, "read", str(picture), "--format", "json", "--detector", "")
    assert found(json.loads(ran.stdout)) == []


def test_a_detector_that_is_not_there_is_named_with_those_that_are(
    folder: Path, picture: Path
) -> None:
    ran = pagesight(folder, "read", str(picture), "--detector", "shades", "--detector", "shdaes")
    assert ran.returncode == Exit.FAILED
    assert "'shdaes'" in ran.stderr.decode()
    assert "shades" in ran.stderr.decode().replace("shdaes", "")


def test_a_detector_whose_file_is_lost_is_told_to_the_operator(
    folder: Path, picture: Path, tmp_path: Path
) -> None:
    file = write_colour_detector(tmp_path / "lost.onnx", names=SHADES)
    assert pagesight(tmp_path, "models", "add", str(file), "--licence", "MIT").returncode == Exit.OK
    (tmp_path / "models" / "lost-1.onnx").unlink()
    ran = pagesight(tmp_path, "read", str(picture), "--detector", "lost")
    assert ran.returncode == Exit.INSTALLATION
    assert "lost-1.onnx" in ran.stderr.decode()


def test_one_job_over_http_uses_several_detectors(folder: Path, picture: Path) -> None:
    with Workplace(folder, device="cpu", lease_s=30) as place:
        place.start_worker("control")
        reader = place.start_worker("pages")
        url = place.start_api()
        place.await_ready(reader)
        key = place.ledger.keys.create(TENANT, ("jobs:read", "jobs:write"), "test")[1]
        client = http_client(
            base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=PATIENCE_S
        )

        def send(*detectors: str) -> httpx.Response:
            form = {"options": json.dumps({"detectors": detectors})}
            return client.post("/v1/jobs", data=form, files={"file": picture.read_bytes()})

        with client:
            accepted = send("shades", "things")
            assert accepted.status_code == 202, accepted.text
            job = place.await_final(place.ledger.jobs.load(accepted.json()["id"]))
            assert found(client.get(f"/v1/jobs/{job.id}/result").json()) == BOTH
            refused = send("shades", "nobody")
        assert (refused.status_code, refused.json()["code"]) == (422, "unknown_detector")
        assert "'nobody'" in refused.json()["detail"]
        assert {"shades", "things", "pagesight-doc"} <= set(refused.json()["installed"])
