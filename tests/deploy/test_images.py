"""The images' sources; `make image-test` builds and runs them."""

import re

from tests.support.manifests import ROOT

CPU = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
GPU = (ROOT / "Dockerfile.gpu").read_text(encoding="utf-8").splitlines()


def test_both_images_have_one_source_but_for_base_and_flavour() -> None:
    assert len(CPU) == len(GPU)
    differing = [(a, b) for a, b in zip(CPU, GPU, strict=True) if a != b]
    assert [a.partition("=")[0] for a, _ in differing] == ["ARG BASE_IMAGE", "ARG FLAVOUR"]
    assert [b.partition("=")[0] for _, b in differing] == ["ARG BASE_IMAGE", "ARG FLAVOUR"]


def test_what_the_image_copies_is_let_through_to_the_build() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    packages = re.search(
        r"packages.find.include = (\[.*?\])", (ROOT / "pyproject.toml").read_text(), re.DOTALL
    )
    assert packages is not None
    for name in re.findall(r'"(\w+)\*"', packages[1]):
        assert f"!{name}" in ignored, name


def test_the_image_runs_without_root_and_says_how_it_is() -> None:
    text = "\n".join(CPU)
    assert "\nUSER 10001\n" in text
    assert "\nHEALTHCHECK" in text
    assert text.index("USER 10001") > text.rindex("RUN ")
    for label in ("title", "licenses", "version", "revision"):
        assert f"org.opencontainers.image.{label}=" in text
