"""The manifests for Kubernetes: against its schema, and against what the product promises."""

from typing import Any

import pytest

from jobs.settings import Settings
from tests.support.manifests import ROOT, documents, kubernetes_errors, overlay

WORKLOADS = {"Deployment", "Job"}
CUSTOM = {"ScaledObject"}  # of KEDA, which Kubernetes' schema does not have
OVERLAYS = ("cpu", "gpu")


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
