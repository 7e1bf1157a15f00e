"""Language tags of other APIs as Tesseract's codes."""

import pytest

from api.intake.language_tags import tesseract_codes


@pytest.mark.parametrize(
    ("tags", "codes"),
    [
        (["en"], ["eng"]),
        (["de-DE", "en_GB", "eng"], ["deu", "eng"]),
        (["zh-Hans"], ["chi_sim"]),
        (["zh-Hant-TW"], ["chi_tra"]),
        (["sr-Latn"], ["srp_latn"]),
        (["chi_sim_vert", "Fraktur"], ["chi_sim_vert", "Fraktur"]),
        (["en", "mul"], ["auto"]),
        ([], []),
    ],
)
def test_a_tag_is_the_code_of_its_language_and_other_names_stay(
    tags: list[str], codes: list[str]
) -> None:
    assert tesseract_codes(tags) == codes
