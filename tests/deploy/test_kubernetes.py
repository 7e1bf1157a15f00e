"""The manifests for Kubernetes: against its schema, and against what the product promises."""

import re
from typing import Any

import pytest
from typer.main import get_command

from api.routes import health
from cli.main import app
from jobs.settings import Settings
from tests.support.certificates import free_port
from tests.support.compose import image_variables
from tests.support.docs_commands import blocks_of
from tests.support.manifests import ROOT, documents, kubernetes_errors, overlay
from tests.support.workplace import answers
from workers.observability.endpoint import serving_metrics

WORKLOADS = {"Deployment", "Job"}
CUSTOM = {"ScaledObject"}  # of KEDA, which Kubernetes' schema does not have
OVERLAYS = ("cpu", "gpu")
PROBES = ("startupProbe", "livenessProbe", "readinessProbe")


def named(objects: list[dict[str, Any]], kind: str) -> dict[str, dict[str, Any]]:
    return {each["metadata"]["name"]: each for each in objects if each["kind"] == kind}


def pods() -> list[tuple[str, dict[str, Any]]]:
    """The pod of each workload of the widest overlay."""
    return [
        (each["metadata"]["name"], each["spec"]["template"])
        for each in overlay("gpu")
        if each["kind"] in WORKLOADS
    ]


@pytest.mark.parametrize("name", OVERLAYS)
def test_every_object_is_valid_and_has_a_name_of_its_own(name: str) -> None:
    objects = overlay(name)
    errors = {
        f"{each['kind']} {each['metadata']['name']}": kubernetes_errors(each)
        for each in objects
        if each["kind"] not in CUSTOM
    }
    assert {key: found for key, found in errors.items() if found} == {}
    assert len({(each["kind"], each["metadata"]["name"]) for each in objects}) == len(objects)


def test_the_schema_refuses_what_kubernetes_does_not_know() -> None:
    (api, *_) = [each for each in overlay("cpu") if each["kind"] == "Deployment"]
    api["spec"]["template"]["spec"]["containers"][0]["readOnly"] = True
    api["spec"]["replicas"] = "two"
    assert len(kubernetes_errors(api)) == 2


@pytest.mark.parametrize(("name", "pod"), pods(), ids=[name for name, _ in pods()])
def test_every_pod_runs_without_rights_on_a_root_that_is_read_only(
    name: str, pod: dict[str, Any]
) -> None:
    spec = pod["spec"]
    assert spec["securityContext"]["runAsNonRoot"]
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert spec["automountServiceAccountToken"] is False
    assert spec["enableServiceLinks"] is False  # they would look like settings
    (container,) = spec["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    mounted = {mount["mountPath"] for mount in container["volumeMounts"]}
    assert {"/data", "/tmp"} <= mounted
    assert {mount["name"] for mount in container["volumeMounts"]} == {
        volume["name"] for volume in spec["volumes"]
    }
    assert container["resources"]["requests"].keys() == {"cpu", "memory"}


@pytest.mark.parametrize("name", ["api", "control", "readers", "readers-gpu"])
def test_probes_and_time_to_stop_are_as_the_product_defines_them(name: str) -> None:
    deployment = named(overlay("gpu"), "Deployment")[f"pagesight-{name}"]
    spec = deployment["spec"]["template"]["spec"]
    (container,) = spec["containers"]
    (port,) = container["ports"]
    assert port["containerPort"] == (8765 if name == "api" else 9464)
    for probe, path in (
        ("startupProbe", "/healthz"),
        ("livenessProbe", "/healthz"),
        ("readinessProbe", "/readyz"),
    ):
        assert container[probe]["httpGet"] == {"path": path, "port": port["name"]}
    grace_s = float(settings()["PAGESIGHT_SHUTDOWN_GRACE_S"])
    assert spec["terminationGracePeriodSeconds"] > grace_s + 5


def test_every_container_runs_a_command_that_exists_with_its_options() -> None:
    commands = vars(get_command(app))["commands"]
    for name, pod in pods():
        (container,) = pod["spec"]["containers"]
        command, *words = container["args"]
        made = commands[command].make_context(command, list(words))
        assert made.params.get("role") in {None, "pages", "control"}, name
    with pytest.raises(Exception, match="No such option"):
        commands["worker"].make_context("worker", ["--rolle", "pages"])


def test_probes_are_answered_at_the_ports_that_the_image_sets() -> None:
    image = image_variables()
    paths, ports = {"/healthz", "/readyz", "/metrics"}, set()
    for _, pod in pods():
        (container,) = pod["spec"]["containers"]
        ports |= {port["containerPort"] for port in container.get("ports", [])}
        probes = [container[name] for name in PROBES if name in container]
        assert {probe["httpGet"]["path"] for probe in probes} <= paths
    assert ports == {Settings.model_fields["port"].default, int(image["PAGESIGHT_METRICS_PORT"])}
    assert {image["PAGESIGHT_HOST"], image["PAGESIGHT_METRICS_HOST"]} == {"0.0.0.0"}
    with serving_metrics("127.0.0.1", free_port(), lambda: (True, "")) as port:
        for path in paths:
            assert answers(f"http://127.0.0.1:{port}{path}")
    assert {"/healthz", "/readyz"} <= {vars(route)["path"] for route in health.router.routes}


def test_secrets_are_those_that_the_deploy_page_creates() -> None:
    text = (ROOT / "docs/operations/deploy.md").read_text(encoding="utf-8")
    created = set(re.findall(r"create secret generic (\S+)", text))
    files = dict(re.findall(r"create secret generic (\S+) --from-file=([\w-]+)=", text))
    used, mounted = set(), set()
    for _, pod in pods():
        (container,) = pod["spec"]["containers"]
        used |= {each["secretRef"]["name"] for each in container["envFrom"] if "secretRef" in each}
        for volume in pod["spec"]["volumes"]:
            if "secret" in volume:
                used.add(volume["secret"]["secretName"])
                (mount,) = (m for m in container["volumeMounts"] if m["name"] == volume["name"])
                mounted.add(f"{mount['mountPath']}/{files[volume['secret']['secretName']]}")
    assert used == created
    assert mounted == {settings()["PAGESIGHT_WEBHOOK_KEY_FILE"]}
    (variables,) = (block for block in blocks_of(ROOT / "docs/operations/deploy.md")
                    if block.text.startswith("PAGESIGHT_DATABASE_URL="))  # fmt: skip
    stated = {line.partition("=")[0] for line in variables.text.splitlines()}
    ours = {name.removeprefix("PAGESIGHT_").lower() for name in stated if "PAGESIGHT" in name}
    assert ours == {"database_url", "broker_url", "blob_url"}
    assert ours <= set(Settings.model_fields)


def settings() -> dict[str, str]:
    (found,) = named(overlay("gpu"), "ConfigMap").values()
    data: dict[str, str] = found["data"]
    return data


def test_every_setting_of_the_manifests_exists_and_takes_its_value() -> None:
    values = dict(settings())
    for _, pod in pods():
        for container in pod["spec"]["containers"]:
            values |= {each["name"]: each["value"] for each in container.get("env", [])}
    fields = {name.removeprefix("PAGESIGHT_").lower(): value for name, value in values.items()}
    assert set(fields) <= set(Settings.model_fields)
    Settings(_env_file=None, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", OVERLAYS)
def test_selectors_budgets_services_and_scalers_find_their_pods(name: str) -> None:
    objects = overlay(name)
    deployments = named(objects, "Deployment")
    labels = {
        each: found["spec"]["template"]["metadata"]["labels"] for each, found in deployments.items()
    }
    for each, found in deployments.items():
        assert found["spec"]["selector"]["matchLabels"].items() <= labels[each].items()
    budgets = named(objects, "PodDisruptionBudget")
    assert set(budgets) == set(deployments)
    for each, budget in budgets.items():
        assert budget["spec"]["selector"]["matchLabels"].items() <= labels[each].items()
    for service in named(objects, "Service").values():
        assert service["spec"]["selector"].items() <= labels["pagesight-api"].items()
        assert service["metadata"]["name"] != "pagesight"
    scalers = named(objects, "ScaledObject")
    assert scalers
    for scaler in scalers.values():
        assert scaler["spec"]["scaleTargetRef"]["name"] in deployments
        assert scaler["spec"]["minReplicaCount"] <= scaler["spec"]["maxReplicaCount"]


def test_only_control_workers_reach_the_internet() -> None:
    policies = named(overlay("gpu"), "NetworkPolicy")
    (everybody,) = [
        each
        for each in policies.values()
        if each["spec"]["podSelector"]
        == {"matchLabels": {"app.kubernetes.io/part-of": "pagesight"}}
    ]
    assert everybody["spec"]["policyTypes"] == ["Ingress", "Egress"]
    assert "ingress" not in everybody["spec"]  # nothing comes in but by another policy
    open_to_all = [
        each["spec"]["podSelector"]["matchLabels"]
        for each in policies.values()
        if "0.0.0.0/0" in str(each["spec"].get("egress"))
    ]
    assert open_to_all == [{"app.kubernetes.io/name": "pagesight-control"}]


def test_images_that_overlays_rename_are_used() -> None:
    for name in OVERLAYS:
        (kustomization,) = documents(
            ROOT / "deploy/kubernetes/overlays" / name / "kustomization.yaml"
        )
        renamed = {each["name"] for each in kustomization["images"]}
        used = {
            container["image"]
            for each in overlay(name)
            if each["kind"] in WORKLOADS
            for container in each["spec"]["template"]["spec"]["containers"]
        }
        assert used == renamed
