"""One packaged definition -> what a strict API server accepts, as JSON Schema 2020-12. Pure, no I/O.

The packaged definitions follow Kubernetes' OpenAPI, which differs from the server's decoder in places; here they are
mended:

- null: accepted where a field may be absent, as the server does. Not for a required field, and not as an item of a
  list or a value of a map: there the server would silently store an empty string or object, which nobody means.
- `resource.Quantity` is a text that parses as a quantity, or a number; int-or-string is a text or a 32-bit integer.
  (As packaged, a null matches both branches of their `oneOf` and is refused.)
- `format` becomes what the decoder does: bounds for int32 and int64, base64 for bytes, RFC 3339 for times.
- an object type without fields is closed, except those that hold anyone's data.
- inside `*Status` types nothing is required: a server resets `status` when it creates an object. Nor is what only older
  definitions require: no server asked for it, and newer definitions say so.
"""

from __future__ import annotations

from typing import Any

from kubilitics_chartgen.kube.packaged import JsonObject
from kubilitics_chartgen.kube.quantity import QUANTITY_PATTERN

__all__ = [
    "BASE64_PATTERN",
    "FREE_FORM",
    "INT32",
    "INT_OR_STRING",
    "QUANTITY",
    "outline",
    "refs_of",
    "strict_definition",
]

QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity"
INT_OR_STRING = "io.k8s.apimachinery.pkg.util.intstr.IntOrString"

_EXTENSIONS = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1."
_JSON = f"{_EXTENSIONS}JSON"
FREE_FORM = frozenset(
    {
        "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1",
        "io.k8s.apimachinery.pkg.apis.meta.v1.Patch",
        "io.k8s.apimachinery.pkg.runtime.RawExtension",
        _JSON,
        f"{_EXTENSIONS}CustomResourceSubresourceStatus",
        f"{_EXTENSIONS}JSONSchemaPropsOrArray",
        f"{_EXTENSIONS}JSONSchemaPropsOrBool",
        f"{_EXTENSIONS}JSONSchemaPropsOrStringArray",
    }
)
"""Types that hold anyone's data: their fields are not ours to judge."""

INT32: JsonObject = {"minimum": -(2**31), "maximum": 2**31 - 1}
_INT64: JsonObject = {"minimum": -(2**63), "maximum": 2**63 - 1}
# Four letters at a time, line breaks anywhere, as Go's base64 decoder reads it.
_LETTER = "[A-Za-z0-9+/][\\r\\n]*"
_PADDING = f"(?:{_LETTER}){{2}}=[\\r\\n]*=[\\r\\n]*|(?:{_LETTER}){{3}}=[\\r\\n]*"
BASE64_PATTERN = f"^[\\r\\n]*(?:(?:{_LETTER}){{4}})*(?:{_PADDING})?$"
_FORMATS: dict[str, JsonObject] = {
    "int32": INT32,
    "int64": _INT64,
    "byte": {"pattern": BASE64_PATTERN},
    "date-time": {"format": "date-time"},
    "double": {},
}
_NEVER_ASKED_FOR: dict[str, frozenset[str]] = {
    "io.k8s.api.apps.v1.ControllerRevision": frozenset({"revision"}),
    "io.k8s.api.apps.v1.StatefulSetSpec": frozenset({"serviceName"}),
    "io.k8s.api.batch.v1.PodFailurePolicyOnPodConditionsPattern": frozenset({"status"}),
    "io.k8s.api.batch.v1.PodFailurePolicyRule": frozenset({"onPodConditions"}),
    "io.k8s.api.discovery.v1.EndpointSlice": frozenset({"endpoints"}),
    "io.k8s.api.networking.v1.NetworkPolicySpec": frozenset({"podSelector"}),
    "io.k8s.api.rbac.v1.RoleRef": frozenset({"apiGroup"}),
    "io.k8s.api.scheduling.v1.PriorityClass": frozenset({"value"}),
}
"""What older definitions require and the newest does not: it has a default, or may be empty."""
_NOT_NULL = ["object", "array", "string", "number", "boolean"]
_SPECIAL: dict[str, JsonObject] = {
    QUANTITY: {"type": ["string", "number", "null"], "pattern": QUANTITY_PATTERN},
    INT_OR_STRING: {"type": ["string", "integer", "null"], **INT32},
}


def outline(schema: JsonObject, *, nullable: bool) -> JsonObject:
    """A schema's type and enum; without null unless `nullable`, for the packaged items and map values all allow it."""
    result: JsonObject = {key: schema[key] for key in ("type", "enum") if key in schema}
    if not nullable and isinstance(result.get("type"), list):
        kinds = [kind for kind in result["type"] if kind != "null"]
        result["type"] = kinds[0] if len(kinds) == 1 else kinds
    return result


def _node(schema: JsonObject, *, nullable: bool) -> JsonObject:
    """A field, an item or a map value; everything that does not judge is dropped."""
    if "$ref" in schema:
        ref: str = schema["$ref"]
        return {"$ref": ref} if nullable or ref.endswith(f"/{_JSON}") else {"$ref": ref, "type": _NOT_NULL}
    result = outline(schema, nullable=nullable)
    if "format" in schema:
        result.update(_FORMATS[schema["format"]])
    if "items" in schema:
        result["items"] = _node(schema["items"], nullable=False)
    additional: Any = schema.get("additionalProperties")
    if additional is not None:
        result["additionalProperties"] = (
            _node(additional, nullable=False) if isinstance(additional, dict) else additional
        )
    return result


def strict_definition(name: str, raw: JsonObject) -> JsonObject:
    """The definition `name` as a strict server reads it. In: as packaged. Out: refs are left as they are."""
    if name in _SPECIAL:
        return _SPECIAL[name]
    if name in FREE_FORM:
        return {key: raw[key] for key in ("type",) if key in raw}
    spared = _NEVER_ASKED_FOR.get(name, frozenset())
    required = [] if name.endswith("Status") else [each for each in raw.get("required", []) if each not in spared]
    result = _node(raw, nullable=True)
    properties: dict[str, JsonObject] = raw.get("properties", {})
    result["properties"] = {key: _node(field, nullable=key not in required) for key, field in properties.items()}
    if not properties and "object" in result.get("type", []):
        result.setdefault("additionalProperties", False)
    if required:
        result["required"] = required
    return result


def refs_of(schema: JsonObject) -> set[str]:
    """Full names of the definitions that `schema` refers to, without their own references."""
    found: set[str] = set()
    for key, value in schema.items():
        if key == "$ref":
            found.add(value.rsplit("/", 1)[1])
        elif key == "properties":
            for field in value.values():
                found |= refs_of(field)
        elif key in ("items", "additionalProperties") and isinstance(value, dict):
            found |= refs_of(value)
        elif key == "allOf":
            for part in value:
                found |= refs_of(part)
    return found
