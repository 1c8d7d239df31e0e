"""What API servers ask of pods and autoscalers beyond Kubernetes' schemas, for a `values.schema.json`. Data only.

As in `pkg/apis/core/validation` and `pkg/apis/autoscaling/validation` of Kubernetes, and no stricter: what some
supported version takes, if only behind a feature gate, is let through.
"""

from __future__ import annotations

from kubilitics_chartgen.kube.packaged import JsonObject

__all__ = ["FIELD_RULES"]

_CORE = "io.k8s.api.core.v1."
_AUTOSCALING = "io.k8s.api.autoscaling.v2."

_TEXT: JsonObject = {"type": "string", "minLength": 1}
_FROM_1: JsonObject = {"minimum": 1}
_WEIGHT: JsonObject = {"minimum": 1, "maximum": 100}
_POLICY: JsonObject = {"enum": ["Honor", "Ignore", None]}
_NAMED: JsonObject = {"required": ["name"], "properties": {"name": _TEXT}}
_KEY_OF: JsonObject = {"required": ["name", "key"], "properties": {"name": _TEXT, "key": _TEXT}}

_BYTE = "0*(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_IPV4 = f"({_BYTE}\\.){{3}}{_BYTE}"
_ADDRESS: JsonObject = {
    "type": "string",
    "anyOf": [
        {"pattern": f"^{_IPV4}$"},
        {
            "pattern": f"^([0-9a-fA-F]{{0,4}}:){{2,8}}([0-9a-fA-F]{{0,4}}|{_IPV4})$",
            "not": {"pattern": ":::|::.*::|^:[^:]|[^:]:$"},
            "anyOf": [
                {"pattern": "::", "not": {"pattern": "([^:]+:+){7}[^:]"}},
                {"pattern": "^([^:]+:){7}[^:.]+$"},
                {"pattern": "^([^:]+:){6}[0-9]+\\."},
            ],
        },
    ],
}
"""With leading zeros, which servers still take in pods."""


def _is(**fields: JsonObject) -> JsonObject:
    return {"properties": fields}


def _has(field: str, said: JsonObject) -> JsonObject:
    return {"required": [field], "properties": {field: said}}


FIELD_RULES: dict[str, JsonObject] = {
    f"{_CORE}Toleration": {
        "properties": {
            # Lt and Gt stand behind a gate from 1.35 on.
            "operator": {"enum": ["Exists", "Equal", "Lt", "Gt", "", None]},
            "effect": {"enum": ["NoSchedule", "PreferNoSchedule", "NoExecute", "", None]},
        },
        "allOf": [
            {"anyOf": [_has("key", _TEXT), _has("operator", {"enum": ["Exists"]})]},
            {"anyOf": [_is(value={"enum": ["", None]}), _is(operator={"enum": ["Equal", "Lt", "Gt", "", None]})]},
            {"anyOf": [_is(tolerationSeconds={"type": "null"}), _has("effect", {"enum": ["NoExecute"]})]},
        ],
    },
    f"{_CORE}TopologySpreadConstraint": _is(
        maxSkew=_FROM_1,
        minDomains=_FROM_1,
        topologyKey={"minLength": 1},
        whenUnsatisfiable={"enum": ["DoNotSchedule", "ScheduleAnyway"]},
        nodeAffinityPolicy=_POLICY,
        nodeTaintsPolicy=_POLICY,
    ),
    f"{_CORE}PreferredSchedulingTerm": _is(weight=_WEIGHT),
    f"{_CORE}WeightedPodAffinityTerm": _is(weight=_WEIGHT),
    f"{_CORE}PodAffinityTerm": _is(topologyKey={"minLength": 1}),
    f"{_CORE}NodeSelector": _is(nodeSelectorTerms={"minItems": 1}),
    f"{_CORE}NodeSelectorRequirement": _is(operator={"enum": ["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"]}),
    "io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelectorRequirement": _is(
        operator={"enum": ["In", "NotIn", "Exists", "DoesNotExist"]}
    ),
    f"{_CORE}ConfigMapEnvSource": _NAMED,
    f"{_CORE}SecretEnvSource": _NAMED,
    f"{_CORE}ConfigMapKeySelector": _KEY_OF,
    f"{_CORE}SecretKeySelector": _KEY_OF,
    f"{_CORE}EnvFromSource": {
        "oneOf": [_has("configMapRef", {"type": "object"}), _has("secretRef", {"type": "object"})]
    },
    f"{_CORE}PodDNSConfig": _is(nameservers={"items": _ADDRESS, "maxItems": 3}),
    f"{_CORE}HostAlias": _is(ip=_ADDRESS, hostnames={"items": _TEXT}),
    f"{_AUTOSCALING}HPAScalingRules": _is(
        selectPolicy={"enum": ["Max", "Min", "Disabled", None]},
        stabilizationWindowSeconds={"minimum": 0, "maximum": 3600},
        policies={"minItems": 1},
    ),
    f"{_AUTOSCALING}HPAScalingPolicy": _is(
        type={"enum": ["Pods", "Percent"]}, value=_FROM_1, periodSeconds={"minimum": 1, "maximum": 1800}
    ),
}
"""By full name of the type: keywords for its fields, under `properties`, and for the whole."""
