"""Language tags as Tesseract's codes, and back."""

import pytest

from vision.core.language_tags import language_tag, tesseract_codes


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


@pytest.mark.parametrize(
    ("code", "tag"),
    [
        ("eng", "en"),
        ("deu_frak", "de"),
        ("chi_sim_vert", "zh"),
        ("chi_tra", "zh-Hant"),
        ("srp_latn", "sr-Latn"),
        ("nor", "nb"),
        ("grc", "grc"),
        ("Fraktur", ""),
        ("osd_x", ""),
    ],
)
def test_a_code_has_the_shortest_tag_of_its_language(code: str, tag: str) -> None:
    assert language_tag(code) == tag
