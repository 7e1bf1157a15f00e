"""The manifests of deploy/: read as YAML, and the schemas that they are checked against."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import files
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft201909Validator, Draft202012Validator
from jsonschema.protocols import Validator
from referencing import Registry, Resource

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
KUBERNETES = DEPLOY / "kubernetes"
VERSION = "v1.37.0-local-strict"  # strict: a field that Kubernetes does not know is an error


def documents(file: Path) -> list[dict[str, Any]]:
    """The YAML documents of a file."""
    return [each for each in yaml.safe_load_all(file.read_text(encoding="utf-8")) if each]


def overlay(name: str) -> list[dict[str, Any]]:
    """Every object of an overlay: kustomize adds namespace and names of images, nothing else."""
    return list(_objects(KUBERNETES / "overlays" / name))


def _objects(folder: Path) -> Iterator[dict[str, Any]]:
    (kustomization,) = documents(folder / "kustomization.yaml")
    unknown = set(kustomization) - {
        "apiVersion", "kind", "namespace", "resources", "components", "images"
    }  # fmt: skip
    assert not unknown, f"{folder}: not read by the tests: {unknown}"
    for each in [*kustomization.get("resources", []), *kustomization.get("components", [])]:
        found = (folder / each).resolve()
        if found.is_dir():
            yield from _objects(found)
        else:
            yield from documents(found)


def kubernetes_errors(thing: Mapping[str, Any]) -> list[str]:
    """What Kubernetes' own schema says against an object."""
    group, _, version = thing["apiVersion"].rpartition("/")
    parts = [thing["kind"].lower(), *([group.split(".")[0]] if group else []), version]
    validator = Draft202012Validator(
        _schema(f"{'-'.join(parts)}.json"), registry=_kubernetes_registry()
    )
    return [f"{'/'.join(map(str, e.path))}: {e.message}" for e in validator.iter_errors(thing)]


@cache
def _kubernetes_registry() -> "Registry[Any]":
    definitions = Resource.from_contents(_schema("_definitions.json"))
    return Registry().with_resource("https://kubernetes.io/api/_definitions.json", definitions)


def _schema(name: str) -> Any:
    return json.loads((_schemas() / name).read_text(encoding="utf-8"))


@cache
def _schemas() -> Path:
    return _file_of("kubernetes-validate", f"{VERSION}/deployment-apps-v1.json").parent


def compose_validator() -> Validator:
    """The Compose specification's schema."""
    schema = json.loads(_file_of("docker-compose", "compose_spec.json").read_text(encoding="utf-8"))
    return Draft201909Validator(schema)


def _file_of(distribution: str, ending: str) -> Path:
    found = [each for each in files(distribution) or () if str(each).endswith(ending)]
    return Path(str(found[0].locate()))
