import pytest

from cli.doctor.command import _chosen_device
from vision.core.document import ModelUse


def use(name: str, provider: str) -> ModelUse:
    return ModelUse(name, "1", "0" * 64, provider)


def test_why_cuda_does_not_run_is_said_once_for_all_models() -> None:
    models = [use("one", "CPUExecutionProvider"), use("two", "CPUExecutionProvider")]
    finding = _chosen_device(models)
    assert finding.verdict == "ok"
    assert finding.detail.count("CUDA does not run here") == 1


@pytest.mark.parametrize("order", [1, -1])
def test_models_on_a_gpu_need_no_reason(order: int) -> None:
    models = [use("one", "CUDAExecutionProvider"), use("two", "tesseract")]
    assert _chosen_device(models[::order]).detail == "auto: CUDA"
