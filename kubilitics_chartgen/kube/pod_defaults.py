"""What an API server fills into a pod and its template; `defaults` does the rest of an object. No I/O.

The functions change what they are given. Source: a real server, as `tests/cluster/test_plan.py` compares it.
"""

from __future__ import annotations

from typing import Any

__all__ = ["drop", "each", "fill", "fill_pod", "fill_template", "mapping_at"]

Object = dict[str, Any]

_PROBE = {"failureThreshold": 3, "periodSeconds": 10, "successThreshold": 1, "timeoutSeconds": 1}
_POD = {
    "dnsPolicy": "ClusterFirst",
    "restartPolicy": "Always",
    "schedulerName": "default-scheduler",
    "terminationGracePeriodSeconds": 30,
}
_VOLUME_MODES = ("configMap", "secret", "downwardAPI", "projected")
_HTTP_PATH, _MODE = "/", 0o644


def fill(owner: Object, **defaults: Any) -> None:
    """Set what is missing."""
    for key, value in defaults.items():
        owner.setdefault(key, value)


def drop(owner: Object, *keys: str) -> None:
    """What a server takes out by itself when the type it belongs to is left."""
    for key in keys:
        owner.pop(key, None)


def each(owner: Any, key: str) -> list[Object]:
    """The mappings in the list at `key`."""
    found = owner.get(key) if isinstance(owner, dict) else None
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def mapping_at(owner: Object, key: str) -> Object:
    """The mapping at `key`, made where it is missing."""
    found = owner.get(key)
    if not isinstance(found, dict):
        found = owner[key] = {}
    return found


def fill_template(owner: Object) -> None:
    """The pod template of a workload, and what lies beside it in each."""
    if owner.get("minReadySeconds") == 0:
        del owner["minReadySeconds"]
    template = mapping_at(owner, "template")
    if not template.get("metadata"):
        template.pop("metadata", None)
    fill_pod(mapping_at(template, "spec"))


def fill_pod(spec: Object) -> None:
    """A pod's spec."""
    fill(spec, **_POD, securityContext={})
    # The old name of the field, which the server still fills in; so dropping the new name alone changes nothing.
    account = spec.get("serviceAccountName") or spec.get("serviceAccount")
    if account:
        spec.update(serviceAccountName=account, serviceAccount=account)
    for key in ("initContainers", "containers"):
        for container in each(spec, key):
            _container(container, host_network=bool(spec.get("hostNetwork")))
    for volume in each(spec, "volumes"):
        _volume(volume)


def _container(container: Object, *, host_network: bool) -> None:
    fill(
        container,
        terminationMessagePath="/dev/termination-log",
        terminationMessagePolicy="File",
        imagePullPolicy=_pull_policy(str(container.get("image", ""))),
        resources={},
    )
    for port in each(container, "ports"):
        fill(port, protocol="TCP")
        if host_network:
            fill(port, hostPort=port.get("containerPort"))
    for key in ("livenessProbe", "readinessProbe", "startupProbe"):
        if isinstance(container.get(key), dict):
            fill(container[key], **_PROBE)
            _handler(container[key])
            if isinstance(container[key].get("grpc"), dict):
                fill(container[key]["grpc"], service="")
    for handler in (container.get("lifecycle") or {}).values():
        if isinstance(handler, dict):
            _handler(handler)
    for variable in each(container, "env"):
        source = (variable.get("valueFrom") or {}).get("fieldRef")
        if isinstance(source, dict):
            fill(source, apiVersion="v1")
        source = (variable.get("valueFrom") or {}).get("resourceFieldRef")
        if isinstance(source, dict):
            fill(source, divisor="0")
        if variable.get("value") == "":
            del variable["value"]


def _handler(handler: Object) -> None:
    if isinstance(handler.get("httpGet"), dict):
        fill(handler["httpGet"], scheme="HTTP", path=_HTTP_PATH)


def _pull_policy(image: str) -> str:
    if "@" in image:
        return "IfNotPresent"
    _repository, colon, tag = image.rpartition("/")[2].partition(":")
    return "Always" if not colon or tag == "latest" else "IfNotPresent"


def _volume(volume: Object) -> None:
    if set(volume) == {"name"}:
        volume["emptyDir"] = {}
    for key in _VOLUME_MODES:
        if isinstance(volume.get(key), dict):
            fill(volume[key], defaultMode=_MODE)
    for source in each(volume.get("projected"), "sources"):
        if isinstance(source.get("serviceAccountToken"), dict):
            fill(source["serviceAccountToken"], expirationSeconds=3600)
        for item in each(source.get("downwardAPI"), "items"):
            if isinstance(item.get("fieldRef"), dict):
                fill(item["fieldRef"], apiVersion="v1")
    for item in each(volume.get("downwardAPI"), "items"):
        if isinstance(item.get("fieldRef"), dict):
            fill(item["fieldRef"], apiVersion="v1")
    if isinstance(volume.get("hostPath"), dict):
        fill(volume["hostPath"], type="")
    claim = (volume.get("ephemeral") or {}).get("volumeClaimTemplate")
    if isinstance(claim, dict):
        fill(mapping_at(claim, "spec"), volumeMode="Filesystem")
