from vision.core.document import ModelUse
from workers.engine.model_list import list_models_in_use


def test_models_are_listed_with_the_licences_of_the_catalogue() -> None:
    models = [ModelUse("pagesight-doc", "3", "0" * 64, "CPUExecutionProvider"),
              ModelUse("tesseract-eng", "4", "0" * 64, "CPUExecutionProvider")]  # fmt: skip
    assert list_models_in_use(models, None) == [
        {
            "name": "pagesight-doc",
            "version": "3",
            "provider": "CPUExecutionProvider",
            "licence": "AGPL-3.0",
        },
        {
            "name": "tesseract-eng",
            "version": "4",
            "provider": "CPUExecutionProvider",
            "licence": "",
        },
    ]
