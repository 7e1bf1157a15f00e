"""The edits that make PP-OCR's recogniser fast, in the order in which they belong."""

from collections.abc import Callable, Sequence

from models.onnx_edit.model_file import parse_model, serialise
from models.onnx_edit.prune_classes import list_characters, prune_classes
from models.onnx_edit.quantise_pointwise import quantise_pointwise
from models.onnx_edit.quantise_stem import quantise_stem
from models.onnx_edit.subnormals import flush_weights


def convert_recogniser(
    content: bytes,
    wanted: Callable[[str], bool] | None = None,
    *,
    int8: bool = False,
    characters: Sequence[str] = (),
) -> bytes:
    """The ONNX file with only the `wanted` characters, None keeping all, and normal weights.

    `int8` quantises its first and its wide pointwise convolutions. `characters` are those of a file
    that does not list its own: what all classes write but the first, a blank, and the last, a
    space.
    EngineFailure `model_unreadable` where the bytes are not a recogniser of PP-OCR.
    """
    model = parse_model(content)
    if characters:
        list_characters(model, characters)
    if wanted is not None:
        prune_classes(model, wanted)
    if int8:
        quantise_stem(model)
        quantise_pointwise(model)
    flush_weights(model)
    return serialise(model)
