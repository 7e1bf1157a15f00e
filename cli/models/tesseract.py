"""`pagesight models inspect` and `convert`: Tesseract model files, shown and converted."""

from collections.abc import Iterator
from pathlib import Path

from rich.markup import escape

from cli.console import complain, err, out
from cli.exit_codes import Exit
from cli.json_output import print_json
from models.tesseract.network_tree import (
    ConvolveNode,
    InputNode,
    LstmNode,
    Node,
    PlumbingNode,
    PoolNode,
)
from models.tesseract.traineddata import LstmModel, read_traineddata
from vision.core.errors import EngineFailure


def inspect(path: Path, *, as_json: bool = False) -> int:
    """Print the contents of a `.traineddata` file: components, network, characters."""
    model = _read(path)
    if model is None:
        return Exit.FAILED
    if as_json:
        print_json({**dict(_facts(model)), "tree": list(_tree(model.network))})
        return Exit.OK
    for name, value in _facts(model):
        out.print(f"[bold]{name:<18}[/]{escape(value)}")
    for line in _tree(model.network):
        out.print(escape(line))
    return Exit.OK


def convert_to_onnx(path: Path, output: Path | None, *, as_json: bool = False) -> int:
    """Write the network of a `.traineddata` file as ONNX, beside it or to `output`."""
    model = _read(path)
    if model is None:
        return Exit.FAILED
    from models.tesseract.to_onnx import convert  # loads the `onnx` package

    target = output or path.with_suffix(".onnx")
    try:
        content = convert(model, path.name)
        target.write_bytes(content)
    except EngineFailure as failure:
        complain(f"{failure.message} [{failure.code}]")
        return Exit.FAILED
    except OSError as error:
        complain(f"{target}: {error.strerror}")
        return Exit.FAILED
    if as_json:
        print_json({"file": str(target), "bytes": len(content)})
    err.print(f"{target}: {len(content) / 1e6:.1f} MB", markup=False)
    return Exit.OK


def _read(path: Path) -> LstmModel | None:
    try:
        return read_traineddata(path)
    except EngineFailure as failure:
        complain(f"{failure.message} [{failure.code}]")
        return None


def _facts(model: LstmModel) -> Iterator[tuple[str, str]]:
    yield "version", model.version or "not stated"
    yield "network", model.spec
    yield "weights", "8-bit integers" if model.integer else "floating point"
    yield "training", f"{model.iterations} iterations"
    yield "characters", f"{len(model.characters)}, null class {model.null_class}"
    yield "dictionary", "words" if model.words else "none"
    for name, size in model.sizes.items():
        yield name, f"{size} bytes"


def _tree(node: Node, depth: int = 0) -> Iterator[str]:
    header = node.header
    yield f"{'  ' * depth}{header.kind} {header.inputs} -> {header.outputs}{_detail(node)}"
    if isinstance(node, PlumbingNode):
        for child in node.children:
            yield from _tree(child, depth + 1)
    if isinstance(node, LstmNode) and node.softmax is not None:
        yield from _tree(node.softmax, depth + 1)


def _detail(node: Node) -> str:
    match node:
        case InputNode():
            return f", {node.height} pixels high"
        case ConvolveNode():
            return f", window {2 * node.half_x + 1} x {2 * node.half_y + 1}"
        case PoolNode():
            return f", {node.x_scale} x {node.y_scale}"
        case _:
            return ""
