"""One running service for all tests of the API; each test is a tenant of its own."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

import httpx
import pytest

from tests.support.service import Service, running_service

_tenants = count()


@dataclass
class Tenant:
    name: str
    client: httpx.Client


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("service")
    with running_service(folder, max_upload_mb=3, egress_allow=("hooks.example.com",)) as running:
        yield running


@pytest.fixture
def tenant(service: Service) -> Iterator[Tenant]:
    name = f"tenant{next(_tenants)}"
    with service.client(service.key(name)) as client:
        yield Tenant(name, client)


@pytest.fixture
def client(tenant: Tenant) -> httpx.Client:
    return tenant.client
