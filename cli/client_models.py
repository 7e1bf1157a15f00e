"""The Python client's models, made from the OpenAPI document and the schema of results.

`make docs` writes them, so that a client and the service of one version always agree.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from api.app import create_app
from jobs.settings import Settings
from vision.export.json import load_schema

FOLDER: Final = Path(__file__).parents[1] / "pagesight" / "client" / "models"
_WIDTH: Final = 100
_IMPORTS: Final = (
    ("Mapping", "from collections.abc import {}"),
    ("dataclass|field", "from dataclasses import {}"),
    ("datetime", "from datetime import {}"),
    ("Any|Literal", "from typing import {}"),
    ("Box", "\nfrom pagesight.client.box import {}"),
)
# Schemas of the OpenAPI document that the client returns, by their names there.
SERVICE: Final = {
    "JobState": "JobState",
    "BatchState": "BatchState",
    "PageState": "PageState",
    "DeliveryState": "DeliveryState",
    "FaultOut": "Fault",
    "InputOut": "JobInput",
    "PageCounts": "PageCounts",
    "JobOut": "Job",
    "PageOut": "PageStatus",
    "DocumentCounts": "DocumentCounts",
    "BatchOut": "Batch",
    "EndpointOut": "Webhook",
    "EndpointWithSecret": "WebhookWithSecret",
    "DeliveryOut": "Delivery",
    "PlaceOut": "Place",
    "UnsupportedOut": "Unsupported",
    "DifferenceOut": "Difference",
    "UnreadOut": "Unread",
    "BlankOut": "Blank",
    "VerificationOut": "Verification",
    "DeliveryWithPayload": "DeliveryWithPayload",
    "AttemptOut": "Attempt",
    "Replayed": "Replayed",
    "CorrectionOut": "Correction",
    "RevisionOut": "CorrectionRevision",
    "CorrectionsOut": "Corrections",
    "DayUsageOut": "DayUsage",
    "UsageOut": "Usage",
}
# Those in a file of their own, whose names `service.py` has too.
_CHECKING: Final = (
    "PlaceOut",
    "UnsupportedOut",
    "DifferenceOut",
    "UnreadOut",
    "BlankOut",
    "VerificationOut",
    "CorrectionOut",
    "RevisionOut",
    "CorrectionsOut",
)
UNUSED: Final = {"links"}  # the client knows the paths
_PLAIN: Final = {
    "string": "str",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "null": "None",
}
# Names of the result's schema that mean something else in Python, or too little.
_DOCUMENT: Final = {"failure": "PageFailure", "warning": "PageWarning", "cell": "TableCell"}

Schema = Mapping[str, Any]


def model_files() -> dict[Path, str]:
    """The text of each file of models."""
    return {
        FOLDER / "service.py": _service_models(),
        FOLDER / "checking.py": _checking_models(),
        FOLDER / "document.py": _document_models(),
    }


def service_schemas() -> Mapping[str, Schema]:
    """The schemas of the OpenAPI document by name."""
    settings = Settings(_env_file=None, database_url="sqlite://")
    schemas: Mapping[str, Schema] = create_app(settings).openapi()["components"]["schemas"]
    return schemas


def document_schemas() -> dict[str, Schema]:
    """The schemas of a result by name; `document` is the whole."""
    schema = load_schema()
    root = {key: each for key, each in schema.items() if key != "$defs"}
    return {**schema["$defs"], "document": root}


def _service_models() -> str:
    schemas = service_schemas()
    title = "Jobs, batches and webhooks as the service describes them (docs/reference/api.md)."
    own = {name: schemas[name] for name in SERVICE if name not in _CHECKING}
    others = sorted(SERVICE[name] for name in _CHECKING)
    rows = "".join(f"    {name},\n" for name in others)
    names = "".join(f'    "{name}",\n' for name in sorted(SERVICE.values()))
    more = f"from pagesight.client.models.checking import (\n{rows})\n\n__all__ = [\n{names}]\n"
    return _module(title, own, SERVICE, more=more)


def _checking_models() -> str:
    schemas = service_schemas()
    title = "Verification by the ink, and corrections by people (docs/reference/api.md)."
    return _module(title, {name: schemas[name] for name in _CHECKING}, SERVICE)


def _document_models() -> str:
    plain = document_schemas()
    used = {name: each for name, each in plain.items() if "properties" in each}
    names = {name: document_name(name) for name in used} | {"box": "Box"}
    return _module("What was read from a document (docs/reference/result.md).", used, names, plain)


def document_name(key: str) -> str:
    """The name of the class for a part of a result."""
    return _DOCUMENT.get(key, key[0].upper() + key[1:])


def _module(
    title: str,
    schemas: Mapping[str, Schema],
    names: Mapping[str, str],
    plain: Schema | None = None,
    more: str = "",
) -> str:
    """A module with a class or an alias for each schema; `plain` resolves references to others.

    `more` stands between its imports and these.
    """
    made = {names[key]: _definition(key, each, names, plain or {}) for key, each in schemas.items()}
    body = "\n".join(made[name] for name in _sorted(made))
    head = f'"""{title}\n\nMade by `make docs`; do not edit.\n"""\n\n'
    return head + "\n".join(["".join(_imports(body)), *([more] if more else []), body])


def _imports(body: str) -> Iterator[str]:
    for words, line in _IMPORTS:
        used = [word for word in words.split("|") if re.search(rf"\b{word}\b", body)]
        if used:
            yield line.format(", ".join(used)) + "\n"


def _sorted(made: Mapping[str, str]) -> Iterator[str]:
    """Each name after those that it mentions: nothing is resolved later."""
    done: list[str] = []

    def visit(name: str) -> None:
        if name in done:
            return
        text = made[name].partition("=")[2] if " = " in made[name] else made[name]
        for other in made:
            if other != name and re.search(rf": .*\b{other}\b|\[.*\b{other}\b", text):
                visit(other)
        done.append(name)

    for name in made:
        visit(name)
    return iter(done)


def _definition(key: str, schema: Schema, names: Mapping[str, str], plain: Schema) -> str:
    name = names[key]
    if "enum" in schema:
        return f"{name} = {_literal(schema['enum'])}\n"
    required = set(schema.get("required", ()))
    lines = [
        _wrapped(f"    {member}: {_typed(each, names, plain, present=member in required)}")
        for member, each in schema["properties"].items()
        if member not in UNUSED
    ]
    about = schema.get("description", name).strip().partition("\n")[0].partition(". ")[0]
    doc = f'    """{about.rstrip(".")}."""\n'
    head = f"\n@dataclass(frozen=True, slots=True, kw_only=True)\nclass {name}:\n"
    return f"{head}{doc}\n" + "\n".join(lines) + "\n"


def _typed(schema: Schema, names: Mapping[str, str], plain: Schema, *, present: bool) -> str:
    kind = _type(schema, names, plain)
    if present:
        return kind
    if kind.endswith("| None"):
        return f"{kind} = None"
    if kind.startswith("tuple"):
        return f"{kind} = ()"
    if kind.startswith("Mapping"):
        return f"{kind} = field(default_factory=dict)"
    return f"{kind} | None = None"


def _type(schema: Schema, names: Mapping[str, str], plain: Schema) -> str:
    """The annotation of a value of this schema; what JSON Schema can say beyond it is Any."""
    if "$ref" in schema:
        key = schema["$ref"].rpartition("/")[2]
        return names[key] if key in names else _type(plain.get(key, {}), names, plain)
    if "enum" in schema or "const" in schema:
        return _literal(schema.get("enum") or [schema["const"]])
    if members := schema.get("anyOf"):
        return _union(_type(each, names, plain) for each in members)
    if isinstance(kinds := schema.get("type"), list):
        return _union(_type({**schema, "type": kind}, names, plain) for kind in kinds)
    return _simple(schema, names, plain)


def _simple(schema: Schema, names: Mapping[str, str], plain: Schema) -> str:
    if schema.get("format") == "date-time":
        return "datetime"
    if schema.get("type") == "array":
        return _array(schema, names, plain)
    if schema.get("type") == "object":
        more = schema.get("additionalProperties")
        return f"Mapping[str, {_type(more, names, plain) if isinstance(more, dict) else 'Any'}]"
    return _PLAIN.get(str(schema.get("type")), "Any")


def _array(schema: Schema, names: Mapping[str, str], plain: Schema) -> str:
    if fixed := schema.get("prefixItems"):
        return f"tuple[{', '.join(_type(each, names, plain) for each in fixed)}]"
    items = schema.get("items")
    return f"tuple[{_type(items, names, plain) if isinstance(items, dict) else 'Any'}, ...]"


def _wrapped(line: str) -> str:
    """The line, or the values of its long Literal one to a line."""
    if len(line) <= _WIDTH:
        return line
    head, _, rest = line.partition("Literal[")
    values, _, tail = rest.partition("]")
    rows = "".join(f"        {each},\n" for each in values.split(", "))
    return f"{head}Literal[\n{rows}    ]{tail}"


def _union(kinds: Iterator[str]) -> str:
    return " | ".join(dict.fromkeys(kinds))


def _literal(values: list[Any]) -> str:
    shown = ", ".join(f'"{each}"' if isinstance(each, str) else repr(each) for each in values)
    return f"Literal[{shown}]"


def write_models() -> None:
    """Write the files."""
    for file, text in model_files().items():
        file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_models()
