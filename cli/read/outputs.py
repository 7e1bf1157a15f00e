"""Where results are written: the file or folder of `--output`, or standard output."""

import errno
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from cli.read.formats import formats
from cli.read.inputs import Input
from vision.core.exports import Artefact


def output_problem(inputs: Sequence[Input], form: str, output: Path | None) -> str | None:
    """Why results cannot go to `output`, with what to do; None where they can."""
    if output is None:
        return None
    if len(inputs) > 1 and not output.is_dir():
        return f"--output {output} must be a folder that exists to take several results"
    if not output.parent.is_dir():
        return f"--output {output}: there is no folder {output.parent}; create it first"
    return _written_twice(inputs, form, output)


def _written_twice(inputs: Sequence[Input], form: str, output: Path) -> str | None:
    targets = [target(output, each, form) for each in inputs]
    for path, count in Counter(targets).items():
        if count > 1:
            names = " and ".join(
                given.name for given, each in zip(inputs, targets, strict=True) if each == path
            )
            return f"{names} would both be written to {path}: read them in separate commands"
    return None


def target(output: Path, given: Input, form: str, part: Artefact | None = None) -> Path:
    """The file for the result of a document, or for one page or part of it."""
    suffix = f"-p{part.page}" if part and part.page else ""
    suffix += f"-{part.name}" if part and part.name else ""
    if output.is_dir():
        place = given.place.with_name(f"{given.place.name}{suffix}{formats()[form].extension}")
        return output / place
    return output.with_stem(f"{output.stem}{suffix}")


def write(artefacts: Sequence[Artefact], given: Input, form: str, output: Path | None) -> None:
    """Write to standard output, to the file named, or into the folder named. OSError.

    FileExistsError where the result would replace the document that was read.
    """
    for artefact in artefacts:
        if output is None:
            sys.stdout.buffer.write(artefact.content)
            sys.stdout.buffer.flush()
        else:
            many = output.is_dir() or len(artefacts) > 1
            path = target(output, given, form, artefact if many else None)
            if path.resolve() == Path(given.name).resolve():
                raise FileExistsError(errno.EEXIST, "it is the document itself", str(path))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(artefact.content)
