"""Network addresses as values have them, each kind once. No I/O."""

from __future__ import annotations

from typing import Annotated, Any

from kubilitics_chartgen.model.values.types import Shared

__all__ = ["ADDRESSES", "BYTE", "Addresses", "Blocks"]

BYTE = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
ADDRESSES: dict[str, dict[str, Any]] = {
    "NetworkAddress": {
        "type": "string",
        "anyOf": [
            {"pattern": f"^{BYTE}(\\.{BYTE}){{3}}(/(3[0-2]|[12]?[0-9]))?$"},
            {
                "pattern": "^([0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F]{0,4}(/(12[0-8]|1[01][0-9]|[1-9]?[0-9]))?$",
                "not": {"pattern": ":::|::.*::|^:[^:]|[^:]:(/|$)"},
                "anyOf": [{"pattern": "::"}, {"pattern": "^([^:]+:){7}[^:]+$"}],
            },
        ],
    },
    "NetworkBlock": {"allOf": [{"$ref": "#/definitions/NetworkAddress"}, {"pattern": "/"}]},
}
"""An address with or without the length of its network, and a network: 10.0.0.1/32, not 10.0.0.1. Exact, because nginx
and Kubernetes do not start on any other; in several small patterns, because every render compiles them."""

Addresses = Annotated[list[str], Shared("NetworkAddress", ADDRESSES, is_list=True)]
Blocks = Annotated[list[str], Shared("NetworkBlock", ADDRESSES, is_list=True)]
