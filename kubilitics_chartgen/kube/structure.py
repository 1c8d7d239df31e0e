"""How an API server merges the fields of an object: lists with keys, what is replaced whole. Reads packaged data only.

The schemas of each Kubernetes version say it: `x-kubernetes-list-map-keys` for server-side apply, and
`x-kubernetes-patch-merge-key` for the strategic merge patch that Helm sends where it applies client-side.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from kubilitics_chartgen.kube.packaged import REF_PREFIX, JsonObject, raw_definitions
from kubilitics_chartgen.kube.schemas import served_kinds

__all__ = ["UNKNOWN", "Field", "field_of"]

_QUANTITY = f"{REF_PREFIX}io.k8s.apimachinery.pkg.api.resource.Quantity"


@dataclass(frozen=True, eq=False)
class Field:
    """One field of a kind; `schema` is empty where nothing is known of it."""

    minor: int
    schema: JsonObject
    definition: JsonObject

    def child(self, name: str) -> Field:
        """The field `name` of an object, or the value of a map."""
        found = (self.definition.get("properties") or {}).get(name)
        return _field(self.minor, found if found is not None else self.definition.get("additionalProperties"))

    @property
    def item(self) -> Field:
        """What a list holds."""
        return _field(self.minor, self.definition.get("items"))

    @property
    def known(self) -> bool:
        """Whether the schemas say anything of it: they do not for custom resources."""
        return bool(self.schema)

    @property
    def is_struct(self) -> bool:
        """Whether it has named fields, so that an empty one is not an absent one."""
        return "properties" in self.definition

    @property
    def is_quantity(self) -> bool:
        """Whether it is a quantity, of which `1` and `1000m` are the same."""
        return self.schema.get("$ref") == _QUANTITY

    @property
    def is_atomic(self) -> bool:
        """Whether server-side apply replaces this mapping whole."""
        return "atomic" in (
            self.schema.get("x-kubernetes-map-type"),
            self.definition.get("x-kubernetes-map-type"),
        )

    @property
    def retains_keys(self) -> bool:
        """Whether a strategic merge patch drops what it does not name, as in a Deployment's strategy."""
        return "retainKeys" in str(self.schema.get("x-kubernetes-patch-strategy"))

    def keys(self, *, server_side: bool) -> tuple[str, ...]:
        """The fields that tell a list's items apart; none where the list is replaced whole."""
        if server_side:
            return tuple(self.schema.get("x-kubernetes-list-map-keys") or ())
        if "merge" not in str(self.schema.get("x-kubernetes-patch-strategy")).split(","):
            return ()
        key = self.schema.get("x-kubernetes-patch-merge-key")
        return (key,) if key else ()

    @property
    def is_set(self) -> bool:
        """Whether it is a list of scalars that is merged, as finalizers are."""
        return self.schema.get("x-kubernetes-list-type") == "set"


UNKNOWN = Field(0, {}, {})


def _field(minor: int, schema: Any) -> Field:
    if not isinstance(schema, dict):
        return UNKNOWN
    reference = str(schema.get("$ref", ""))
    if not reference:
        return Field(minor, schema, schema)
    return Field(minor, schema, raw_definitions(minor)[reference.removeprefix(REF_PREFIX)])


@lru_cache(maxsize=512)
def field_of(api_version: str, kind: str, minor: int) -> Field:
    """The object itself; UNKNOWN for what Kubernetes does not bring."""
    name = served_kinds(minor).get((api_version, kind))
    return UNKNOWN if name is None else _field(minor, {"$ref": REF_PREFIX + name})
