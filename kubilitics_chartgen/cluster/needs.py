"""What a release needs of a cluster, read off its rendered objects. Pure: knows no chart, no values, no cluster."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from kubilitics_chartgen.kube.pod_security import pod_spec_of
from kubilitics_chartgen.kube.quantity import is_quantity, parse_quantity

__all__ = ["IMAGE_PULL", "Claim", "Needs", "Pod", "Reference", "needs_of", "requests_of"]

Object = Mapping[str, Any]
IMAGE_PULL = "image pull secret"
"""The kind of a reference to a Secret with a login to a registry."""


@dataclass(frozen=True)
class Reference:
    """A Secret, ConfigMap or other object that the release names and does not bring."""

    kind: str
    name: str
    keys: tuple[str, ...]
    user: str
    """The object that names it, such as `Deployment/web`."""
    optional: bool


@dataclass(frozen=True)
class Claim:
    """A volume the release asks for."""

    name: str
    """The claim's name; of a StatefulSet's first pod where it makes them."""
    storage_class: str | None
    """None: the cluster's default; empty: a volume that an administrator has made."""
    modes: tuple[str, ...]
    size: str


@dataclass(frozen=True)
class Pod:
    """One workload's pods."""

    owner: str
    replicas: int
    spec: Object
    annotations: Mapping[str, str]


@dataclass(frozen=True)
class Needs:
    """Everything, in the order of the objects."""

    objects: tuple[Object, ...]
    pods: tuple[Pod, ...]
    claims: tuple[Claim, ...]
    references: tuple[Reference, ...]


def needs_of(objects: Sequence[Object]) -> Needs:
    """Read them off; `objects` are all documents of the release, hooks included, without its tests."""
    brought = {(item.get("kind"), _name(item)) for item in objects} | set(_made_by_operators(objects))
    pods = tuple(_pods(objects))
    found: dict[tuple[str, str, str], Reference] = {}
    for reference in _references(objects, pods):
        known = found.get((reference.kind, reference.name, reference.user))
        if ("Secret" if reference.kind == IMAGE_PULL else reference.kind, reference.name) in brought:
            continue
        keys = tuple(dict.fromkeys((*(known.keys if known else ()), *reference.keys)))
        optional = reference.optional and (known is None or known.optional)
        merged = Reference(reference.kind, reference.name, keys, reference.user, optional)
        found[reference.kind, reference.name, reference.user] = merged
    return Needs(tuple(objects), pods, tuple(_claims(objects)), tuple(found.values()))


def requests_of(spec: Object, field: str = "requests") -> dict[str, Fraction]:
    """What one pod asks for, as the scheduler counts: the sum of its containers, or what runs while it starts.

    A sidecar runs beside the init containers after it, and beside the containers.
    """
    sidecars: dict[str, Fraction] = {}
    largest: dict[str, Fraction] = {}
    for container in spec.get("initContainers") or ():
        for name, amount in _amounts(container, field):
            beside = sidecars.get(name, Fraction(0)) + amount
            if container.get("restartPolicy") == "Always":
                sidecars[name] = beside
            largest[name] = max(largest.get(name, Fraction(0)), beside)
    total = dict(sidecars)
    for container in spec.get("containers") or ():
        for name, amount in _amounts(container, field):
            total[name] = total.get(name, Fraction(0)) + amount
    return {name: max(total.get(name, Fraction(0)), largest.get(name, Fraction(0))) for name in {*total, *largest}}


def _amounts(container: Object, field: str) -> Iterator[tuple[str, Fraction]]:
    resources = container.get("resources") or {}
    # A limit alone counts as a request as well.
    amounts = {**(resources.get("limits") or {}), **(resources.get(field) or {})}
    for name, value in amounts.items():
        if is_quantity(value):
            yield str(name), parse_quantity(value)


def _name(item: Object) -> str:
    return str(_map(item.get("metadata")).get("name") or "")


def _pods(objects: Sequence[Object]) -> Iterator[Pod]:
    scaled = {
        (target.get("kind"), target.get("name")): int((item.get("spec") or {}).get("minReplicas") or 1)
        for item in objects
        if item.get("kind") == "HorizontalPodAutoscaler"
        for target in [(item.get("spec") or {}).get("scaleTargetRef") or {}]
    }
    for item in objects:
        template = pod_spec_of(item)
        if template is None:
            continue
        kind, name, spec = item.get("kind"), _name(item), item.get("spec") or {}
        replicas = spec.get("replicas", spec.get("parallelism"))
        count = scaled.get((kind, name), 1 if replicas is None else int(replicas))
        yield Pod(f"{kind}/{name}", count, template.spec, template.annotations)


def _claims(objects: Sequence[Object]) -> Iterator[Claim]:
    for item in objects:
        if item.get("kind") == "PersistentVolumeClaim":
            yield _claim(_name(item), item.get("spec") or {})
        elif item.get("kind") == "StatefulSet":
            for template in (item.get("spec") or {}).get("volumeClaimTemplates") or ():
                yield _claim(f"{_name(template)}-{_name(item)}-0", template.get("spec") or {})


def _claim(name: str, spec: Object) -> Claim:
    size = ((spec.get("resources") or {}).get("requests") or {}).get("storage")
    return Claim(name, spec.get("storageClassName"), tuple(spec.get("accessModes") or ()), str(size or ""))


def _made_by_operators(objects: Sequence[Object]) -> Iterator[tuple[str, str]]:
    """Secrets that appear by themselves: of the External Secrets Operator and of cert-manager."""
    for item in objects:
        spec = _map(item.get("spec"))
        if item.get("kind") == "ExternalSecret":
            yield "Secret", str(_map(spec.get("target")).get("name") or _name(item))
        annotations = _map(_map(item.get("metadata")).get("annotations"))
        if (
            item.get("kind") == "Ingress"
            and item.get("apiVersion") == "networking.k8s.io/v1"
            and any(key.startswith("cert-manager.io/") for key in annotations)
        ):
            for tls in spec.get("tls") or ():
                yield "Secret", str(tls.get("secretName") or "")


def _map(value: Any) -> Object:
    # Custom objects have been judged by nobody.
    return value if isinstance(value, Mapping) else {}


def _references(objects: Sequence[Object], pods: Sequence[Pod]) -> Iterator[Reference]:
    for pod in pods:
        yield from _of_pod(pod)
    for item in objects:
        owner = f"{item.get('kind')}/{_name(item)}"
        if item.get("kind") == "Ingress" and str(item.get("apiVersion")).startswith("networking.k8s.io/"):
            for tls in (item.get("spec") or {}).get("tls") or ():
                if tls.get("secretName"):
                    yield Reference("Secret", str(tls["secretName"]), ("tls.crt", "tls.key"), owner, False)


def _of_pod(pod: Pod) -> Iterator[Reference]:
    spec = pod.spec

    def found(kind: str, source: Any, keys: Sequence[str] = (), name: str = "name") -> Iterator[Reference]:
        if isinstance(source, Mapping) and source.get(name):
            yield Reference(kind, str(source[name]), tuple(keys), pod.owner, bool(source.get("optional")))

    for container in [*(spec.get("initContainers") or ()), *(spec.get("containers") or ())]:
        for variable in container.get("env") or ():
            source = variable.get("valueFrom") or {}
            for field, kind in (("secretKeyRef", "Secret"), ("configMapKeyRef", "ConfigMap")):
                named = source.get(field)
                yield from found(kind, named, [str((named or {}).get("key"))])
        for source in container.get("envFrom") or ():
            yield from found("Secret", source.get("secretRef"))
            yield from found("ConfigMap", source.get("configMapRef"))
    for volume in spec.get("volumes") or ():
        yield from found("Secret", volume.get("secret"), _keys(volume.get("secret")), "secretName")
        yield from found("ConfigMap", volume.get("configMap"), _keys(volume.get("configMap")))
        yield from found("PersistentVolumeClaim", volume.get("persistentVolumeClaim"), (), "claimName")
        for source in (volume.get("projected") or {}).get("sources") or ():
            yield from found("Secret", source.get("secret"), _keys(source.get("secret")))
            yield from found("ConfigMap", source.get("configMap"), _keys(source.get("configMap")))
    for secret in spec.get("imagePullSecrets") or ():
        yield from found(IMAGE_PULL, secret)
    if spec.get("priorityClassName"):
        yield Reference("PriorityClass", str(spec["priorityClassName"]), (), pod.owner, False)
    account = str(spec.get("serviceAccountName") or "default")
    if account != "default":
        yield Reference("ServiceAccount", account, (), pod.owner, False)


def _keys(source: Any) -> list[str]:
    return [str(item.get("key")) for item in (source or {}).get("items") or ()]
