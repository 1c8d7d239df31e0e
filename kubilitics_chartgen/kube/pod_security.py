"""The `restricted` Pod Security Standard, which includes `baseline`, as a pure function over a pod spec. No I/O.

In: a pod spec as a plain mapping, already of the right shape (`schemas.problems` says so), and the pod's annotations.
Out: each field that the admission controller would refuse, with its path. Source: the Kubernetes documentation, "Pod
Security Standards", and the rules per version in k8s.io/pod-security-admission v0.37. Without a version the strictest
rule of all versions counts, so that a pod that passes is admitted by each of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kubilitics_chartgen.kube.versions import KubeVersion

__all__ = ["PodTemplate", "Violation", "pod_spec_of", "violations"]

Spec = Mapping[str, Any]


@dataclass(frozen=True)
class Violation:
    """One field that keeps a pod out of a `restricted` namespace."""

    path: str
    """Where, such as `spec.containers[0].securityContext.capabilities.drop`."""
    rule: str
    """The control's name in the Kubernetes documentation."""
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message} ({self.rule})"


@dataclass(frozen=True)
class PodTemplate:
    """A pod as it lies inside some object."""

    spec: Spec
    path: str
    """Where `spec` lies in the object, such as `spec.template.spec`."""
    annotations: Mapping[str, str]


_TEMPLATES = {
    ("", "Pod"): (),
    ("", "ReplicationController"): ("spec", "template"),
    ("apps", "DaemonSet"): ("spec", "template"),
    ("apps", "Deployment"): ("spec", "template"),
    ("apps", "ReplicaSet"): ("spec", "template"),
    ("apps", "StatefulSet"): ("spec", "template"),
    ("batch", "CronJob"): ("spec", "jobTemplate", "spec", "template"),
    ("batch", "Job"): ("spec", "template"),
}


def pod_spec_of(obj: Spec) -> PodTemplate | None:
    """The pod that `obj` is or makes; None where it makes none (or where what should hold it is missing)."""
    group = str(obj.get("apiVersion") or "").rpartition("/")[0]
    steps = _TEMPLATES.get((group, str(obj.get("kind"))))
    if steps is None:
        return None
    template: Any = obj
    for step in steps:
        template = _map(template, step)
    if not isinstance(template.get("spec"), Mapping):
        return None
    return PodTemplate(template["spec"], ".".join((*steps, "spec")), _map(_map(template, "metadata"), "annotations"))


def _map(owner: Any, key: str) -> Spec:
    """A mapping field, empty where it is absent or null."""
    return _as_map(_as_map(owner).get(key))


def _as_map(value: Any) -> Spec:
    # A dict is asked for by itself: to ask a Mapping takes ten times as long.
    return value if isinstance(value, (dict, Mapping)) else {}


def _profile(context: Spec, key: str) -> str | None:
    """The type of a profile; empty when the profile has none, None where no profile is set."""
    return None if context.get(key) is None else str(_map(context, key).get("type") or "")


def _list(owner: Spec, key: str) -> list[Any]:
    value = owner.get(key)
    return value if isinstance(value, list) else []


_SYSCTLS = {  # name -> first minor version of Kubernetes 1 that allows it
    "kernel.shm_rmid_forced": 0,
    "net.ipv4.ip_local_port_range": 0,
    "net.ipv4.ip_unprivileged_port_start": 0,
    "net.ipv4.ping_group_range": 0,
    "net.ipv4.tcp_syncookies": 0,
    "net.ipv4.ip_local_reserved_ports": 27,
    "net.ipv4.tcp_fin_timeout": 29,
    "net.ipv4.tcp_keepalive_intvl": 29,
    "net.ipv4.tcp_keepalive_probes": 29,
    "net.ipv4.tcp_keepalive_time": 29,
    "net.ipv4.tcp_rmem": 32,
    "net.ipv4.tcp_wmem": 32,
    "net.ipv4.tcp_notsent_lowat": 37,
    "net.ipv4.tcp_slow_start_after_idle": 37,
}
_SELINUX_TYPES = {"": 0, "container_t": 0, "container_init_t": 0, "container_kvm_t": 0, "container_engine_t": 31}
_VOLUMES = (
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "image",
    "persistentVolumeClaim",
    "projected",
    "secret",
)
_PROFILES = ("RuntimeDefault", "Localhost")
_APPARMOR_ANNOTATION = "container.apparmor.security.beta.kubernetes.io/"
_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
# Probes and hooks may name a host up to 1.33; user namespaces lift the rules about root from 1.35.
_NO_PROBE_HOST, _USER_NAMESPACES = 34, 35


@dataclass(frozen=True)
class _Pod:
    """A pod under judgement. `minor` is None for the strictest rules."""

    spec: Spec
    path: str
    annotations: Mapping[str, Any]
    minor: int | None

    def allowed(self, since: Mapping[str, int]) -> list[str]:
        return sorted(name for name, minor in since.items() if minor <= (self.minor or 0))

    def at_least(self, minor: int) -> bool:
        return self.minor is not None and self.minor >= minor

    def containers(self) -> Iterator[tuple[str, Spec]]:
        for key in ("initContainers", "containers", "ephemeralContainers"):
            for index, container in enumerate(_list(self.spec, key)):
                if isinstance(container, Mapping):
                    yield f"{self.path}.{key}[{index}]", container

    def contexts(self) -> Iterator[tuple[str, Spec]]:
        """The pod's security context, then each container's."""
        yield f"{self.path}.securityContext", _map(self.spec, "securityContext")
        yield from self.container_contexts()

    def container_contexts(self) -> Iterator[tuple[str, Spec]]:
        for path, container in self.containers():
            yield f"{path}.securityContext", _map(container, "securityContext")

    def windows(self) -> bool:
        return _map(self.spec, "os").get("name") == "windows"


def _host(pod: _Pod) -> Iterator[Violation]:
    for key in ("hostNetwork", "hostPID", "hostIPC"):
        if pod.spec.get(key):
            yield Violation(f"{pod.path}.{key}", "Host Namespaces", "must not be true.")
    for path, context in pod.contexts():
        if _map(context, "windowsOptions").get("hostProcess"):
            yield Violation(f"{path}.windowsOptions.hostProcess", "HostProcess", "must not be true.")
    for path, container in pod.containers():
        for index, port in enumerate(_list(container, "ports")):
            if isinstance(port, Mapping) and port.get("hostPort"):
                yield Violation(f"{path}.ports[{index}].hostPort", "Host Ports", "must not be set.")


def _probe_hosts(pod: _Pod) -> Iterator[Violation]:
    if pod.minor is not None and not pod.at_least(_NO_PROBE_HOST):
        return
    for path, container in pod.containers():
        handlers = [(f"{path}.{key}", _map(container, key)) for key in _PROBES]
        lifecycle = _map(container, "lifecycle")
        handlers += [(f"{path}.lifecycle.{key}", _map(lifecycle, key)) for key in ("postStart", "preStop")]
        for place, handler in handlers:
            for action in ("httpGet", "tcpSocket"):
                if _map(handler, action).get("host"):
                    yield Violation(f"{place}.{action}.host", "Host Probes / Lifecycle Hooks", "must not be set.")


def _privileges(pod: _Pod) -> Iterator[Violation]:
    for path, context in pod.container_contexts():
        if context.get("privileged"):
            yield Violation(f"{path}.privileged", "Privileged Containers", "must not be true.")
        if not pod.windows() and context.get("allowPrivilegeEscalation") is not False:
            yield Violation(f"{path}.allowPrivilegeEscalation", "Privilege Escalation", "must be false.")
        if (context.get("procMount") or "Default") != "Default":
            yield Violation(f"{path}.procMount", "/proc Mount Type", "must be Default.")


def _capabilities(pod: _Pod) -> Iterator[Violation]:
    if pod.windows():
        return
    for path, context in pod.container_contexts():
        capabilities = _map(context, "capabilities")
        if "ALL" not in _list(capabilities, "drop"):
            yield Violation(f"{path}.capabilities.drop", "Capabilities", "must hold ALL.")
        for name in _list(capabilities, "add"):
            if name != "NET_BIND_SERVICE":
                yield Violation(
                    f"{path}.capabilities.add", "Capabilities", f"must not hold {name}; only NET_BIND_SERVICE may."
                )


def _volumes(pod: _Pod) -> Iterator[Violation]:
    for index, volume in enumerate(_list(pod.spec, "volumes")):
        kinds = [key for key, value in _as_map(volume).items() if key != "name" and value is not None]
        # A volume that names no type is an emptyDir.
        if kinds and not any(kind in _VOLUMES for kind in kinds):
            rule = "HostPath Volumes" if "hostPath" in kinds else "Volume Types"
            path = ".".join([f"{pod.path}.volumes[{index}]", *kinds[:1]])
            yield Violation(path, rule, f"must be one of {', '.join(_VOLUMES)}.")


def _profiles(pod: _Pod) -> Iterator[Violation]:
    """AppArmor, SELinux and sysctls: what is set must be from the lists."""
    for path, context in pod.contexts():
        if _profile(context, "appArmorProfile") not in (None, *_PROFILES):
            yield Violation(f"{path}.appArmorProfile.type", "AppArmor", "must be RuntimeDefault or Localhost.")
        selinux = _map(context, "seLinuxOptions")
        if (selinux.get("type") or "") not in (types := pod.allowed(_SELINUX_TYPES)):
            yield Violation(f"{path}.seLinuxOptions.type", "SELinux", f"must be {' or '.join(filter(None, types))}.")
        for key in ("user", "role"):
            if selinux.get(key):
                yield Violation(f"{path}.seLinuxOptions.{key}", "SELinux", "must not be set.")
    place = pod.path.rpartition("spec")[0] + "metadata.annotations"
    for key, value in pod.annotations.items():
        ours = key.startswith(_APPARMOR_ANNOTATION)
        if ours and value not in ("", None, "runtime/default") and not str(value).startswith("localhost/"):
            yield Violation(f'{place}["{key}"]', "AppArmor", "must be runtime/default or localhost/*.")
    for index, sysctl in enumerate(_list(_map(pod.spec, "securityContext"), "sysctls")):
        if _as_map(sysctl).get("name") not in (names := pod.allowed(_SYSCTLS)):
            path = f"{pod.path}.securityContext.sysctls[{index}].name"
            yield Violation(path, "Sysctls", f"must be one of {', '.join(names)}.")


def _non_root(pod: _Pod) -> Iterator[Violation]:
    if pod.spec.get("hostUsers") is False and pod.at_least(_USER_NAMESPACES):
        return
    default = _map(pod.spec, "securityContext").get("runAsNonRoot")
    if default is False:
        yield Violation(f"{pod.path}.securityContext.runAsNonRoot", "Running as Non-root", "must be true.")
    for path, context in pod.container_contexts():
        own = context.get("runAsNonRoot")
        if own is False or (own is None and default is None):
            yield Violation(f"{path}.runAsNonRoot", "Running as Non-root", "must be true, here or for the pod.")
    for path, context in pod.contexts():
        # False equals 0 in Python; a boolean is the schema's business.
        if context.get("runAsUser") == 0 and context.get("runAsUser") is not False:
            yield Violation(f"{path}.runAsUser", "Running as Non-root user", "must not be 0.")


def _seccomp(pod: _Pod) -> Iterator[Violation]:
    if pod.windows():
        return
    wanted = "must be RuntimeDefault or Localhost"
    default = _profile(_map(pod.spec, "securityContext"), "seccompProfile")
    if default not in (None, *_PROFILES):
        yield Violation(f"{pod.path}.securityContext.seccompProfile.type", "Seccomp", f"{wanted}.")
    for path, context in pod.container_contexts():
        own = _profile(context, "seccompProfile")
        if (own is None and default is None) or own not in (None, *_PROFILES):
            yield Violation(f"{path}.seccompProfile.type", "Seccomp", f"{wanted}, here or for the pod.")


_RULES = (_host, _probe_hosts, _privileges, _capabilities, _volumes, _profiles, _non_root, _seccomp)


def violations(
    pod_spec: Spec,
    *,
    annotations: Mapping[str, str] | None = None,
    path: str = "spec",
    version: KubeVersion | None = None,
) -> list[Violation]:
    """Everything that keeps the pod out of a `restricted` namespace, ordered by path; empty when it is admitted.

    `path` is where the spec lies in its object. `version` None takes the strictest rules of all supported versions.
    """
    pod = _Pod(pod_spec, path, annotations or {}, version.minor if version else None)
    return sorted(
        (found for rule in _RULES for found in rule(pod)), key=lambda item: (item.path, item.rule, item.message)
    )
