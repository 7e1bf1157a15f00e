"""The API keeps its OpenAPI document: requests that schemathesis makes up, bounded and seeded.

It sends what the document allows, and what it does not, to every operation. Statuses, types and
bodies of the answers must be documented, and what the document does not allow must be refused.
"""

import json
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest

from tests.support.parts import require
from tests.support.patience import PATIENCE_S
from tests.support.service import Service, running_service

try:
    import schemathesis
    from schemathesis import GenerationMode
except ImportError:  # installed by `make dev`
    schemathesis = None
    MODES: list[str] = []
else:
    MODES = [mode.value for mode in GenerationMode]

EXAMPLES = 8
SEED = 20261129
TAGS = ("jobs", "results", "batches", "webhooks", "keys", "service")
# Rules that no schema expresses: which hosts, languages and detectors there are, Accept headers.
STRICTER_THAN_THE_SCHEMA = "positive_data_acceptance"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    require(schemathesis, "schemathesis (make dev)")
    folder = tmp_path_factory.mktemp("contract")
    with running_service(folder, egress_allow=("hooks.example.com",), max_upload_mb=3) as running:
        yield running


@pytest.fixture(scope="module")
def schema(service: Service) -> Any:
    @schemathesis.serializer("application/jsonl")
    def write_lines(_context: object, value: object) -> bytes:
        return value.encode() if isinstance(value, str) else json.dumps(value).encode()

    return schemathesis.openapi.from_url(f"{service.url}/openapi.json")


@pytest.mark.parametrize("mode", MODES or ["missing"])
@pytest.mark.parametrize("tag", TAGS)
def test_every_answer_is_documented(service: Service, schema: Any, tag: str, mode: str) -> None:
    headers = {"Authorization": f"Bearer {service.key(f'contract-{tag}-{mode}')}"}
    operations = [each.ok() for each in schema.get_all_operations()]
    ours = [each for each in operations if tag in each.definition.raw["tags"]]
    assert ours
    assert sum(_try(each, mode, service.url, headers) for each in ours) >= EXAMPLES


def _try(operation: Any, mode: str, url: str, headers: dict[str, str]) -> int:
    """Send examples to an operation; how many. Some have nothing that could be wrong."""
    tried = 0

    def send(case: Any) -> None:
        nonlocal tried
        tried += 1
        answer = case.call(base_url=url, headers=headers, timeout=PATIENCE_S)
        case.validate_response(answer, excluded_checks=_excluded())

    strategy = operation.as_strategy(generation_mode=GenerationMode(mode))
    run = hypothesis.given(case=strategy)(send)
    run = hypothesis.seed(SEED)(run)
    settings = hypothesis.settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    try:
        settings(run)()
    except hypothesis.errors.Unsatisfiable:
        assert mode == "negative"
    return tried


def _excluded() -> list[Any]:
    schemathesis.checks.load_all_checks()
    return [schemathesis.checks.CHECKS.get_one(STRICTER_THAN_THE_SCHEMA)]
