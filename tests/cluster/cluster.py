"""Questions to a real cluster, by the Kubernetes client."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import kubernetes
import yaml
from kubernetes.client.exceptions import ApiException
from kubernetes.dynamic import DynamicClient
from kubernetes.dynamic.exceptions import DynamicApiError, NotFoundError, ResourceNotFoundError

__all__ = ["CRDS", "Cluster", "eventually"]

AGGREGATED = ",".join(
    f"application/json;g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList" for version in ("v2", "v2beta1")
)
"""What is served, in one answer; v2 since Kubernetes 1.30."""
CRDS = Path(__file__).resolve().parents[1] / "crds"
METADATA_ONLY = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
WORKLOADS = ("Deployment", "StatefulSet", "Job")
RESTRICTED = {
    "pod-security.kubernetes.io/enforce": "restricted",
    "pod-security.kubernetes.io/enforce-version": "latest",
}


def eventually(holds: Callable[[], Any], what: str, seconds: float = 30) -> Any:
    """What `holds` answers once it is true; fails after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        found = holds()
        if found:
            return found
        assert time.monotonic() < end, f"not within {seconds:g} s: {what}"
        time.sleep(0.2)


@dataclass(frozen=True)
class Cluster:
    """A cluster, as one user of it."""

    kubeconfig: Path

    @cached_property
    def client(self) -> kubernetes.client.ApiClient:
        """The client of this user."""
        return kubernetes.config.new_client_from_config(config_file=str(self.kubeconfig))

    @cached_property
    def core(self) -> kubernetes.client.CoreV1Api:
        """Core resources."""
        return kubernetes.client.CoreV1Api(self.client)

    @cached_property
    def dynamic(self) -> DynamicClient:
        """Any resource."""
        return DynamicClient(self.client, cache_file=str(self.kubeconfig.parent / "discovery.json"))

    @cached_property
    def version(self) -> str:
        """Its Kubernetes version, such as 1.37."""
        found = kubernetes.client.VersionApi(self.client).get_code()
        return f"{found.major}.{found.minor.rstrip('+')}"

    def resource(self, api_version: str, kind: str) -> Any:
        """What to ask for objects of this kind."""
        try:
            return self.dynamic.resources.get(api_version=api_version, kind=kind)
        except NotFoundError:
            # Another test has just removed a definition that the client was about to read.
            return self.dynamic.resources.get(api_version=api_version, kind=kind)

    def make_namespace(self, name: str, *, restricted: bool = True) -> None:
        """A namespace that enforces the Pod Security Standard `restricted`; returns once pods can be made in it."""
        labels = RESTRICTED if restricted else {}
        self.core.create_namespace({"metadata": {"name": name, "labels": labels}})
        # Controllers make both, each in its own time: a test that looks before that takes them for what a release left.
        eventually(lambda: self.names("v1", "ServiceAccount", name), f"a service account in {name}")
        eventually(lambda: self.names("v1", "ConfigMap", name), f"the certificates of the API server in {name}")

    def make_secret(self, namespace: str, name: str, *keys: str) -> None:
        """A Secret whose keys hold something."""
        body = {"metadata": {"name": name}, "stringData": {key: f"value-of-{key}" for key in keys}}
        self.core.create_namespaced_secret(namespace, body)

    def install_crds(self, *folders: str) -> None:
        """The definitions in tests/crds, until they are served."""
        for path in sorted(path for folder in folders for path in (CRDS / folder).glob("*.yaml")):
            crd = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
            # Groups of Kubernetes want to be told that the definition is no official one.
            crd["metadata"].setdefault("annotations", {})["api-approved.kubernetes.io"] = "unapproved, for tests"
            self.apply(crd)
            name = crd["metadata"]["name"]
            eventually(lambda name=name: self._is_established(name), f"{name} established")
            # Discovery, which Helm asks, follows in its own time.
            eventually(lambda crd=crd: self._is_discovered(crd), f"{name} discovered")

    def remove_crds(self, *folders: str) -> None:
        """Remove them, and all of their objects."""
        for path in sorted(path for folder in folders for path in (CRDS / folder).glob("*.yaml")):
            name = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)["metadata"]["name"]
            self.remove("apiextensions.k8s.io/v1", "CustomResourceDefinition", name)
            eventually(
                lambda name=name: self.get("apiextensions.k8s.io/v1", "CustomResourceDefinition", name) is None, name
            )

    def _is_established(self, name: str) -> bool:
        crd = self.get("apiextensions.k8s.io/v1", "CustomResourceDefinition", name) or {}
        conditions = crd.get("status", {}).get("conditions") or []
        return any(item["type"] == "Established" and item["status"] == "True" for item in conditions)

    def _is_discovered(self, crd: dict[str, Any]) -> bool:
        answer = self.dynamic.request("get", "/apis", header_params={"Accept": AGGREGATED}).to_dict()
        found = {
            (group["metadata"]["name"], version["version"], resource["responseKind"]["kind"])
            for group in answer["items"]
            for version in group["versions"]
            for resource in version.get("resources") or ()
            if resource.get("responseKind")
        }
        spec = crd["spec"]
        served = [version["name"] for version in spec["versions"] if version["served"]]
        return {(spec["group"], version, spec["names"]["kind"]) for version in served} <= found

    def apply(self, item: dict[str, Any], *, manager: str = "tests", force: bool = True, dry_run: bool = False) -> Any:
        """Server-side apply; what the server made of it."""
        query = {"query_params": [("dryRun", "All"), ("fieldValidation", "Strict")]} if dry_run else {}
        answer = self.resource(item["apiVersion"], item["kind"]).server_side_apply(
            body=item,
            name=item["metadata"]["name"],
            namespace=item["metadata"].get("namespace"),
            field_manager=manager,
            force_conflicts=force,
            **query,
        )
        return answer.to_dict()

    def remove(self, api_version: str, kind: str, name: str) -> None:
        """Remove an object outside of all namespaces; the client may ask twice, so one that is gone already is fine."""
        with contextlib.suppress(NotFoundError):
            self.resource(api_version, kind).delete(name=name)

    def refusal(self, item: dict[str, Any]) -> str:
        """Why the server refuses to create this object, judging strictly; empty where it does not."""
        try:
            self.resource(item["apiVersion"], item["kind"]).create(
                body=item,
                namespace=item["metadata"].get("namespace"),
                query_params=[("dryRun", "All"), ("fieldValidation", "Strict")],
            )
        except DynamicApiError as error:
            return str(error.summary())
        except ResourceNotFoundError as error:
            return str(error)
        return ""

    def get(self, api_version: str, kind: str, name: str, namespace: str | None = None) -> dict[str, Any] | None:
        """An object; None where there is none."""
        try:
            return self._read(self.resource(api_version, kind).path(name=name, namespace=namespace))
        except NotFoundError:
            return None

    def serves(self, api_version: str, kind: str) -> bool:
        """Whether the cluster knows this kind."""
        try:
            answer = self.dynamic.request("get", f"/apis/{api_version}").to_dict()
        except NotFoundError:
            return False
        return kind in {item["kind"] for item in answer["resources"]}

    def list(self, api_version: str, kind: str, namespace: str | None = None) -> list[dict[str, Any]]:
        """All objects of a kind."""
        found = self._read(self.resource(api_version, kind).path(namespace=namespace))["items"] or []
        return [{"apiVersion": api_version, "kind": kind, **item} for item in found]

    def names(self, api_version: str, kind: str, namespace: str) -> list[str]:
        """Names of the objects of a kind, in this namespace if they lie in namespaces."""
        resource = self.resource(api_version, kind)
        path = resource.path(namespace=namespace if resource.namespaced else None)
        return [item["metadata"]["name"] for item in self._read(path, accept=METADATA_ONLY)["items"] or []]

    def _read(self, path: str, *, accept: str = "application/json") -> dict[str, Any]:
        # Not made into the client's own objects, which takes longer than all the rest.
        answer = self.dynamic.request("get", path, serialize=False, header_params={"Accept": accept})
        return dict(json.loads(answer.data))

    def pods(self, namespace: str, component: str = "") -> list[dict[str, Any]]:
        """Pods that are not being stopped."""
        found = self.list("v1", "Pod", namespace)
        return [
            pod
            for pod in found
            if "deletionTimestamp" not in pod["metadata"]
            and component in ("", pod["metadata"]["labels"].get("app.kubernetes.io/component"))
        ]

    def workloads(self, namespace: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """(kind, name, object) of every Deployment, StatefulSet and Job."""
        for kind in WORKLOADS:
            for item in self.list("batch/v1" if kind == "Job" else "apps/v1", kind, namespace):
                yield kind, item["metadata"]["name"], item

    def not_ready(self, namespace: str, names: Iterable[str] = ()) -> list[str]:
        """Workloads, all or those named, that are not rolled out."""
        wanted = set(names)
        return [
            f"{kind}/{name}"
            for kind, name, item in self.workloads(namespace)
            if (not wanted or name in wanted) and not _is_rolled_out(kind, item)
        ]

    def wait_ready(self, namespace: str, *names: str, seconds: float = 30) -> float:
        """Seconds until the workloads, all or those named, were rolled out."""
        start = time.monotonic()
        eventually(lambda: not self.not_ready(namespace, names), f"{names or 'all'} ready in {namespace}", seconds)
        return time.monotonic() - start

    def can(self, user: str, verb: str, group: str, resource: str, *, namespace: str = "", name: str = "") -> bool:
        """Whether the API server allows this to `user`, such as system:serviceaccount:NAMESPACE:NAME."""
        plain, _slash, subresource = resource.partition("/")
        attributes = {
            "verb": verb,
            "group": group,
            "resource": plain,
            "subresource": subresource,
            "namespace": namespace,
            "name": name,
        }
        groups = ["system:authenticated", "system:serviceaccounts", f"system:serviceaccounts:{user.split(':')[2]}"]
        review = {"spec": {"user": user, "groups": groups, "resourceAttributes": attributes}}
        answer = kubernetes.client.AuthorizationV1Api(self.client).create_subject_access_review(review)
        return bool(answer.status.allowed)

    def evict(self, pod: dict[str, Any]) -> int:
        """Ask for a pod's eviction as `kubectl drain` does: 201, or 429 while a budget forbids it."""
        name, namespace = pod["metadata"]["name"], pod["metadata"]["namespace"]
        body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name, "namespace": namespace}}
        try:
            self.core.create_namespaced_pod_eviction(name, namespace, body)
        except ApiException as error:
            return int(error.status)
        return 201


def _is_rolled_out(kind: str, item: dict[str, Any]) -> bool:
    status = item.get("status", {})
    if kind == "Job":
        return bool(status.get("succeeded"))
    wanted = item["spec"].get("replicas", 1)
    current = status.get("observedGeneration") == item["metadata"]["generation"]
    updated = status.get("updatedReplicas", 0) == wanted and status.get("replicas", 0) == wanted
    return current and updated and status.get("readyReplicas", 0) == wanted
