"""Which processes `pagesight serve` starts."""

import pytest
from pydantic import ValidationError

from cli.serve.command import parts_of
from jobs.settings import Settings


def settings(**given: object) -> Settings:
    return Settings(_env_file=None, **given)  # type: ignore[arg-type]


def test_without_devices_there_is_one_reader_which_sees_what_it_finds() -> None:
    parts = parts_of(settings())
    assert [part.name for part in parts] == ["control", "pages", "api"]
    assert [part.variables for part in parts] == [{}, {}, {}]


@pytest.mark.parametrize(("device", "wanted"), [("auto", "cuda"), ("cuda", "cuda"), ("cpu", "cpu")])
def test_each_device_has_a_reader_that_sees_no_other(device: str, wanted: str) -> None:
    parts = parts_of(settings(device=device, devices=("0", "GPU-8a7f")))
    readers = parts[1:-1]
    assert [part.name for part in readers] == ["pages-0", "pages-GPU-8a7f"]
    assert {part.words for part in readers} == {("worker", "--role", "pages")}
    assert [part.variables for part in readers] == [
        {"CUDA_VISIBLE_DEVICES": gpu, "PAGESIGHT_DEVICE": wanted} for gpu in ("0", "GPU-8a7f")
    ]


@pytest.mark.parametrize("gpu", ["", "0,1", "a b", "$HOME"])
def test_what_names_no_single_device_is_refused(gpu: str) -> None:
    with pytest.raises(ValidationError):
        settings(devices=(gpu,))
