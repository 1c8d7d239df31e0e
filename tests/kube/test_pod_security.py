"""What keeps a pod out of a namespace that enforces the `restricted` Pod Security Standard.

One made-up pod per control of the page "Pod Security Standards" of the Kubernetes documentation, named as there. The
versions are those in which k8s.io/pod-security-admission changed a rule.
"""

from __future__ import annotations

import copy
from typing import Any

import pytest

from kubilitics_chartgen.kube.pod_security import pod_spec_of, violations
from kubilitics_chartgen.kube.versions import KubeVersion, supported

Spec = dict[str, Any]
CONTEXT = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
POD_CONTEXT = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}


def a_pod() -> Spec:
    """A pod that every version admits, with a container of each sort."""
    return {
        "securityContext": copy.deepcopy(POD_CONTEXT),
        "initContainers": [{"name": "init", "securityContext": copy.deepcopy(CONTEXT)}],
        "containers": [{"name": "app", "securityContext": copy.deepcopy(CONTEXT)}],
        "ephemeralContainers": [{"name": "debug", "securityContext": copy.deepcopy(CONTEXT)}],
    }


def with_(path: str, value: Any, pod: Spec | None = None) -> Spec:
    """The pod with one field set, named as `containers.0.securityContext.privileged`; `...` removes it."""
    pod = pod or a_pod()
    *steps, last = path.split(".")
    place: Any = pod
    for step in steps:
        place = place[int(step)] if step.isdigit() else place.setdefault(step, {})
    if value is ...:
        place.pop(last)
    else:
        place[last] = value
    return pod


def found(pod: Spec, **options: Any) -> list[tuple[str, str]]:
    return [(violation.path, violation.rule) for violation in violations(pod, **options)]


@pytest.mark.parametrize("version", [None, *supported()], ids=str)
def test_a_hardened_pod_is_admitted_by_every_version(version: KubeVersion | None) -> None:
    assert found(a_pod(), version=version) == []


def test_a_bare_pod_lacks_exactly_what_restricted_demands() -> None:
    assert found({"containers": [{"name": "app", "image": "x"}]}) == [
        ("spec.containers[0].securityContext.allowPrivilegeEscalation", "Privilege Escalation"),
        ("spec.containers[0].securityContext.capabilities.drop", "Capabilities"),
        ("spec.containers[0].securityContext.runAsNonRoot", "Running as Non-root"),
        ("spec.containers[0].securityContext.seccompProfile.type", "Seccomp"),
    ]


@pytest.mark.parametrize(
    ("path", "value", "rule"),
    [
        ("securityContext.windowsOptions", {"hostProcess": True}, "HostProcess"),
        ("hostNetwork", True, "Host Namespaces"),
        ("hostPID", True, "Host Namespaces"),
        ("hostIPC", True, "Host Namespaces"),
        ("volumes", [{"name": "v", "hostPath": {"path": "/"}}], "HostPath Volumes"),
        ("volumes", [{"name": "v", "nfs": {"server": "x", "path": "/"}}], "Volume Types"),
        ("volumes", [{"name": "v", "gitRepo": {"repository": "x"}}], "Volume Types"),
        ("volumes", [{"name": "v", "someday": {}}], "Volume Types"),
        ("securityContext.appArmorProfile", {"type": "Unconfined"}, "AppArmor"),
        ("securityContext.appArmorProfile", {}, "AppArmor"),
        ("securityContext.seLinuxOptions", {"type": "spc_t"}, "SELinux"),
        ("securityContext.seLinuxOptions", {"user": "system_u"}, "SELinux"),
        ("securityContext.seLinuxOptions", {"role": "system_r"}, "SELinux"),
        ("securityContext.seccompProfile", {"type": "Unconfined"}, "Seccomp"),
        ("securityContext.sysctls", [{"name": "kernel.msgmax", "value": "1"}], "Sysctls"),
        ("securityContext.runAsNonRoot", False, "Running as Non-root"),
        ("securityContext.runAsUser", 0, "Running as Non-root user"),
    ],
)
def test_each_control_of_the_pod_is_held(path: str, value: Any, rule: str) -> None:
    [(place, name)] = found(with_(path, value))
    assert name == rule
    assert place.startswith(f"spec.{path.split('.')[0]}")


CONTAINER_CONTROLS = [
    ("securityContext.windowsOptions", {"hostProcess": True}, "HostProcess"),
    ("securityContext.privileged", True, "Privileged Containers"),
    ("securityContext.capabilities", {"drop": ["ALL"], "add": ["NET_ADMIN"]}, "Capabilities"),
    ("securityContext.capabilities", {"drop": ["ALL"], "add": ["CHOWN"]}, "Capabilities"),
    ("securityContext.capabilities", {"drop": ["NET_RAW"]}, "Capabilities"),
    ("securityContext.capabilities", {"drop": ["all"]}, "Capabilities"),
    ("securityContext.capabilities", None, "Capabilities"),
    ("ports", [{"containerPort": 80, "hostPort": 80}], "Host Ports"),
    ("livenessProbe", {"httpGet": {"port": 80, "host": "10.0.0.1"}}, "Host Probes / Lifecycle Hooks"),
    ("readinessProbe", {"tcpSocket": {"port": 80, "host": "10.0.0.1"}}, "Host Probes / Lifecycle Hooks"),
    ("startupProbe", {"httpGet": {"port": 80, "host": "127.0.0.1"}}, "Host Probes / Lifecycle Hooks"),
    ("lifecycle", {"preStop": {"httpGet": {"port": 80, "host": "x"}}}, "Host Probes / Lifecycle Hooks"),
    ("lifecycle", {"postStart": {"tcpSocket": {"port": 80, "host": "x"}}}, "Host Probes / Lifecycle Hooks"),
    ("securityContext.appArmorProfile", {"type": "Unconfined"}, "AppArmor"),
    ("securityContext.seLinuxOptions", {"type": "spc_t"}, "SELinux"),
    ("securityContext.seLinuxOptions", {"user": "system_u"}, "SELinux"),
    ("securityContext.procMount", "Unmasked", "/proc Mount Type"),
    ("securityContext.seccompProfile", {"type": "Unconfined"}, "Seccomp"),
    ("securityContext.seccompProfile", {}, "Seccomp"),
    ("securityContext.allowPrivilegeEscalation", True, "Privilege Escalation"),
    ("securityContext.allowPrivilegeEscalation", None, "Privilege Escalation"),
    ("securityContext.runAsNonRoot", False, "Running as Non-root"),
    ("securityContext.runAsUser", 0, "Running as Non-root user"),
]


@pytest.mark.parametrize("kind", ["containers", "initContainers", "ephemeralContainers"])
@pytest.mark.parametrize(("path", "value", "rule"), CONTAINER_CONTROLS)
def test_each_control_of_a_container_is_held_in_all_sorts_of_containers(
    kind: str, path: str, value: Any, rule: str
) -> None:
    [(place, name)] = found(with_(f"{kind}.0.{path}", value))
    assert name == rule
    assert place.startswith(f"spec.{kind}[0].{path.split('.')[0]}")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("volumes", [{"name": "v", kind: {}} for kind in ("configMap", "csi", "downwardAPI", "emptyDir", "ephemeral")]),
        ("volumes", [{"name": "v", kind: {}} for kind in ("image", "persistentVolumeClaim", "projected", "secret")]),
        ("volumes", [{"name": "defaults-to-emptyDir"}, {"name": "v", "hostPath": None, "secret": {}}]),
        ("hostNetwork", False),
        ("containers.0.ports", [{"containerPort": 8080, "hostPort": 0}]),
        ("containers.0.livenessProbe", {"httpGet": {"port": 80, "host": ""}}),
        ("containers.0.securityContext.capabilities", {"drop": ["ALL", "NET_RAW"], "add": ["NET_BIND_SERVICE"]}),
        ("containers.0.securityContext.privileged", False),
        ("containers.0.securityContext.procMount", "Default"),
        ("containers.0.securityContext.runAsUser", 10001),
        ("containers.0.securityContext.seccompProfile", {"type": "Localhost", "localhostProfile": "p.json"}),
        ("securityContext.appArmorProfile", {"type": "RuntimeDefault"}),
        ("securityContext.seLinuxOptions", {"level": "s0:c123,c456", "type": "container_t"}),
        ("securityContext.sysctls", [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}]),
        ("securityContext.fsGroup", 0),
    ],
)
def test_what_restricted_allows_is_admitted(path: str, value: Any) -> None:
    assert found(with_(path, value)) == []


def test_containers_may_opt_in_one_by_one_instead_of_the_pod() -> None:
    pod = a_pod()
    pod["securityContext"] = None
    for kind in ("containers", "initContainers", "ephemeralContainers"):
        pod[kind][0]["securityContext"] |= POD_CONTEXT
    assert found(pod) == []
    del pod["initContainers"][0]["securityContext"]["seccompProfile"]
    assert found(pod) == [("spec.initContainers[0].securityContext.seccompProfile.type", "Seccomp")]


def test_a_container_cannot_mend_a_pod_that_says_the_wrong_thing() -> None:
    pod = with_("securityContext.runAsNonRoot", False)
    for kind in ("containers", "initContainers", "ephemeralContainers"):
        with_(f"{kind}.0.securityContext.runAsNonRoot", True, pod)
    assert found(pod) == [("spec.securityContext.runAsNonRoot", "Running as Non-root")]


def test_every_forbidden_capability_is_named() -> None:
    pod = with_("containers.0.securityContext.capabilities.add", ["SYS_ADMIN", "NET_BIND_SERVICE", "CHOWN"])
    assert [violation.message.split(";")[0] for violation in violations(pod)] == [
        "must not hold CHOWN",
        "must not hold SYS_ADMIN",
    ]


@pytest.mark.parametrize(
    ("value", "admitted"),
    [("runtime/default", True), ("localhost/mine", True), ("", True), ("unconfined", False), ("localhost", False)],
)
def test_the_old_apparmor_annotation_is_judged(value: str, admitted: bool) -> None:
    key = "container.apparmor.security.beta.kubernetes.io/app"
    expected = [] if admitted else [(f'spec.template.metadata.annotations["{key}"]', "AppArmor")]
    annotations = {key: value, "example.com/other": "unconfined"}
    assert found(a_pod(), annotations=annotations, path="spec.template.spec") == expected


@pytest.mark.parametrize(
    ("path", "value", "since"),
    [
        ("securityContext.sysctls", [{"name": "net.ipv4.ip_local_reserved_ports", "value": "1"}], 27),
        ("securityContext.sysctls", [{"name": "net.ipv4.tcp_keepalive_time", "value": "1"}], 29),
        ("securityContext.sysctls", [{"name": "net.ipv4.tcp_rmem", "value": "1"}], 32),
        ("securityContext.sysctls", [{"name": "net.ipv4.tcp_notsent_lowat", "value": "1"}], 37),
        ("securityContext.seLinuxOptions", {"type": "container_engine_t"}, 31),
    ],
)
def test_a_rule_that_was_relaxed_is_relaxed_from_that_version_on(path: str, value: Any, since: int) -> None:
    pod = with_(path, value)
    assert found(pod, version=KubeVersion(1, since)) == []
    assert len(found(pod, version=KubeVersion(1, since - 1))) == 1
    assert len(found(pod)) == 1, "without a version the strictest rule counts"


def test_hosts_in_probes_are_forbidden_from_1_34_on() -> None:
    pod = with_("containers.0.livenessProbe", {"httpGet": {"port": 80, "host": "10.0.0.1"}})
    assert found(pod, version=KubeVersion(1, 33)) == []
    assert len(found(pod, version=KubeVersion(1, 34))) == 1


def test_root_in_a_user_namespace_is_admitted_from_1_35_on() -> None:
    pod = with_("securityContext.runAsUser", 0, with_("hostUsers", False))
    assert found(pod, version=KubeVersion(1, 35)) == []
    assert len(found(pod, version=KubeVersion(1, 34))) == 1
    assert len(found(pod)) == 1


def test_a_windows_pod_need_not_set_what_only_linux_has() -> None:
    pod = {"os": {"name": "windows"}, "securityContext": {"runAsNonRoot": True}, "containers": [{"name": "app"}]}
    assert found(pod) == []


@pytest.mark.parametrize(
    ("api_version", "kind", "where"),
    [
        ("v1", "Pod", ""),
        ("apps/v1", "Deployment", "spec.template"),
        ("apps/v1", "StatefulSet", "spec.template"),
        ("apps/v1", "DaemonSet", "spec.template"),
        ("apps/v1", "ReplicaSet", "spec.template"),
        ("batch/v1", "Job", "spec.template"),
        ("batch/v1", "CronJob", "spec.jobTemplate.spec.template"),
    ],
)
def test_the_pod_of_every_workload_is_found(api_version: str, kind: str, where: str) -> None:
    pod: Spec = {"metadata": {"annotations": {"a": "b"}}, "spec": {"containers": []}}
    obj: Spec = pod
    for step in reversed(where.split(".") if where else []):
        obj = {step: obj}
    template = pod_spec_of({"apiVersion": api_version, "kind": kind, **obj})
    assert template is not None
    assert template.spec == {"containers": []}
    assert template.annotations == {"a": "b"}
    assert template.path == (f"{where}.spec" if where else "spec")


@pytest.mark.parametrize(
    "obj",
    [
        {"apiVersion": "v1", "kind": "Service", "spec": {}},
        {"apiVersion": "example.com/v1", "kind": "Deployment", "spec": {"template": {"spec": {}}}},
        {"apiVersion": "apps/v1", "kind": "Deployment", "spec": None},
        {"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"template": []}},
        {},
    ],
)
def test_what_makes_no_pod_has_no_pod(obj: Spec) -> None:
    assert pod_spec_of(obj) is None


@pytest.mark.parametrize(
    "spec", [{"containers": None}, {"containers": ["x"], "volumes": ["x"], "securityContext": {"sysctls": ["x"]}}]
)
def test_a_spec_of_the_wrong_shape_does_not_crash(spec: Spec) -> None:
    assert isinstance(violations(spec), list)
