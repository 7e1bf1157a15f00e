"""The formats of results, as the registry lists them."""

from collections.abc import Mapping

from vision.core.registry import Plugin, plugins


def formats() -> Mapping[str, Plugin]:
    """Formats by name."""
    return plugins("format")


FORMATS_HELP = "; ".join(f"{name}: {each.summary}" for name, each in formats().items()) + "."
