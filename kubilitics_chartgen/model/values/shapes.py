"""Kubernetes types as the operators' knobs take them: narrowed to what every supported version and `restricted` allow.

No I/O. A whole Kubernetes Volume or Container would make the schema half as large again, and would let things in that
the Pod Security Standard keeps out. Where a shape is open, Kubernetes itself is the judge: of the rarer sources of
volumes, and of what a container holds beside its name, image and security.
"""

from __future__ import annotations

from typing import Annotated, Any

from kubilitics_chartgen.model.values.types import NAME_PATTERN, Fragment

__all__ = ["Containers", "DnsConfig", "EnvFrom", "EnvVars", "HostAliases", "Lifecycle", "VolumeMounts", "Volumes"]

CORE = "io.k8s.api.core.v1."
ENV_NAME_PATTERN = "^[-._a-zA-Z][-._a-zA-Z0-9]*$"
ABSOLUTE_PATTERN = "^/[^:]*$"
TEXT: dict[str, Any] = {"type": ["string", "null"]}
SUB_PATH = {**TEXT, "not": {"type": "string", "pattern": "^/|(^|/)\\.\\.(/|$)"}}
SWITCH: dict[str, Any] = {"type": ["boolean", "null"]}
OPEN = {"type": ["object", "null"]}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/definitions/{name}"}


def _closed(required: list[str], properties: dict[str, Any], **keywords: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "required": required,
        "properties": properties,
        "additionalProperties": False,
        **keywords,
    }


ENV_VAR = Fragment(
    "ExtraEnvVar",
    is_list=True,
    uses=(f"{CORE}ConfigMapKeySelector", f"{CORE}SecretKeySelector", f"{CORE}ObjectFieldSelector"),
    schema=_closed(
        ["name"],
        {
            "name": {"type": "string", "pattern": ENV_NAME_PATTERN},
            "value": {"type": "string"},
            "valueFrom": _closed(
                [],
                {
                    "configMapKeyRef": _ref("ConfigMapKeySelector"),
                    "secretKeyRef": _ref("SecretKeySelector"),
                    "fieldRef": _ref("ObjectFieldSelector"),
                    "resourceFieldRef": OPEN,
                },
                minProperties=1,
                maxProperties=1,
            ),
        },
        maxProperties=2,
    ),
)
"""A name with a value or with where it comes from, never both."""

VOLUME = Fragment(
    "ExtraVolume",
    is_list=True,
    uses=tuple(f"{CORE}{name}VolumeSource" for name in ("ConfigMap", "Secret", "EmptyDir", "PersistentVolumeClaim")),
    schema=_closed(
        ["name"],
        {
            "name": {"type": "string", "pattern": NAME_PATTERN, "maxLength": 63},
            "configMap": _ref("ConfigMapVolumeSource"),
            "secret": _ref("SecretVolumeSource"),
            "emptyDir": _ref("EmptyDirVolumeSource"),
            "persistentVolumeClaim": _ref("PersistentVolumeClaimVolumeSource"),
            **dict.fromkeys(("csi", "downwardAPI", "ephemeral", "projected"), OPEN),
        },
        minProperties=2,
        maxProperties=2,
    ),
)
"""A name and one source: exactly those that the Pod Security Standard `restricted` lets through."""

VOLUME_MOUNT = Fragment(
    "ExtraVolumeMount",
    is_list=True,
    schema=_closed(
        ["name", "mountPath"],
        {
            "name": {"type": "string", "pattern": NAME_PATTERN, "maxLength": 63},
            "mountPath": {"type": "string", "pattern": ABSOLUTE_PATTERN},
            "subPath": SUB_PATH,
            "subPathExpr": SUB_PATH,
            "readOnly": SWITCH,
        },
        anyOf=[{"properties": {key: {"enum": ["", None]}}} for key in ("subPath", "subPathExpr")],
    ),
)

SECURITY_CONTEXT = {
    "type": ["object", "null"],
    "properties": {
        "allowPrivilegeEscalation": {"enum": [False, None]},
        "privileged": {"enum": [False, None]},
        "runAsNonRoot": {"enum": [True, None]},
        "runAsUser": {"type": ["integer", "null"], "minimum": 1},
        "runAsGroup": {"type": ["integer", "null"], "minimum": 0},
        "readOnlyRootFilesystem": SWITCH,
        "capabilities": {
            "type": ["object", "null"],
            "properties": {
                "add": {"type": ["array", "null"], "items": {"enum": ["NET_BIND_SERVICE"]}},
                "drop": {"type": "array", "items": {"type": "string"}, "contains": {"enum": ["ALL"]}},
            },
            "additionalProperties": False,
        },
        "seccompProfile": {
            "type": ["object", "null"],
            "properties": {"type": {"enum": ["RuntimeDefault", "Localhost"]}, "localhostProfile": TEXT},
            "additionalProperties": False,
        },
    },
    "additionalProperties": False,
}
HOSTLESS = {"type": ["object", "null"], "properties": {"host": {"type": "null"}}}
HANDLERS = ("exec", "httpGet", "tcpSocket", "grpc")
PROBE = {
    "type": ["object", "null"],
    "properties": {"httpGet": HOSTLESS, "tcpSocket": HOSTLESS},
    "oneOf": [
        {"type": "null"},
        *({"type": "object", "required": [name], "properties": {name: {"type": "object"}}} for name in HANDLERS),
    ],
}
PORT = {
    "type": "object",
    "required": ["containerPort"],
    "properties": {
        "containerPort": {"type": "integer", "minimum": 1, "maximum": 65535},
        "hostPort": {"type": "null"},
        "hostIP": {"type": "null"},
    },
}

CONTAINER = Fragment(
    "ExtraContainer",
    is_list=True,
    schema={
        "type": "object",
        "required": ["name", "image"],
        "properties": {
            "name": {"type": "string", "pattern": NAME_PATTERN, "maxLength": 63},
            "image": {"type": "string", "minLength": 1},
            "securityContext": SECURITY_CONTEXT,
            "imagePullPolicy": {"enum": ["Always", "IfNotPresent", "Never", "", None]},
            "restartPolicy": {"enum": ["Always", "OnFailure", "Never", None]},
            "ports": {"type": ["array", "null"], "items": PORT},
        },
        "patternProperties": {"^(liveness|readiness|startup)Probe$": PROBE},
    },
)
"""Open: all that the Pod Security Standard `restricted` asks of a container is judged here, and the commonest mistakes;
the rest by Kubernetes."""

HANDLER = _closed(
    [],
    {
        "exec": _closed(["command"], {"command": {"type": "array", "items": {"type": "string"}}}),
        "httpGet": _closed(
            ["port"],
            {"path": TEXT, "port": {"type": ["integer", "string"]}, "scheme": {"enum": ["HTTP", "HTTPS"]}},
        ),
        "sleep": _closed(["seconds"], {"seconds": {"type": "integer", "minimum": 0}}),
    },
    minProperties=1,
    maxProperties=1,
)

LIFECYCLE = Fragment(
    "Lifecycle",
    schema={
        "type": ["object", "null"],
        "patternProperties": {"^(postStart|preStop)$": HANDLER},
        "additionalProperties": False,
    },
)

EnvVars = Annotated[list[dict[str, Any]], ENV_VAR]
EnvFrom = Annotated[list[dict[str, Any]], Fragment(f"{CORE}EnvFromSource", is_list=True)]
Volumes = Annotated[list[dict[str, Any]], VOLUME]
VolumeMounts = Annotated[list[dict[str, Any]], VOLUME_MOUNT]
Containers = Annotated[list[dict[str, Any]], CONTAINER]
Lifecycle = Annotated[dict[str, Any], LIFECYCLE]
DnsConfig = Annotated[dict[str, Any], Fragment(f"{CORE}PodDNSConfig")]
HostAliases = Annotated[list[dict[str, Any]], Fragment(f"{CORE}HostAlias", is_list=True)]
