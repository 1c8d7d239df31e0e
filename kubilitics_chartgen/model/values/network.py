"""Values of the network policies. No I/O. Who may talk to whom: `model/connections.py`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from kubilitics_chartgen.model.connections import PRIVATE_CIDRS, USUAL_EXCEPTS
from kubilitics_chartgen.model.values.addresses import ADDRESSES, Blocks
from kubilitics_chartgen.model.values.types import (
    LABEL_VALUE_PATTERN,
    QUALIFIED_KEY_PATTERN,
    Rule,
    Section,
    Shared,
)

__all__ = [
    "AiNetwork",
    "ApiServer",
    "BackendNetwork",
    "CalicoFlavor",
    "Dns",
    "ExternalEgress",
    "FrontendNetwork",
    "MigrationsNetwork",
    "Monitoring",
    "NetworkPolicy",
    "PartNetwork",
]

_KEY = {"type": "string", "pattern": QUALIFIED_KEY_PATTERN, "maxLength": 317}
_VALUE = {"type": "string", "pattern": LABEL_VALUE_PATTERN, "maxLength": 63}


def _object(properties: dict[str, Any], *required: str, **more: Any) -> dict[str, Any]:
    shape = {"type": "object", "properties": properties, "additionalProperties": False}
    return shape | ({"required": list(required)} if required else {}) | more


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/definitions/{name}"}


_SELECTOR = _object(
    {
        "matchLabels": {
            "description": "Labels that all match.",
            "type": "object",
            "propertyNames": _KEY,
            "additionalProperties": _VALUE,
        },
        "matchExpressions": {
            "description": "Further conditions on labels.",
            "type": "array",
            "items": {
                "anyOf": [
                    _object(
                        {
                            "key": _KEY,
                            "operator": {"enum": ["In", "NotIn"]},
                            "values": {"type": "array", "items": _VALUE, "minItems": 1},
                        },
                        "key",
                        "operator",
                        "values",
                    ),
                    _object({"key": _KEY, "operator": {"enum": ["Exists", "DoesNotExist"]}}, "key", "operator"),
                ]
            },
        },
    }
)
_PEER = {
    "anyOf": [
        _object(
            {"podSelector": _ref("NetworkSelector"), "namespaceSelector": _ref("NetworkSelector")}, minProperties=1
        ),
        _object(
            {"ipBlock": _object({"cidr": _ref("NetworkBlock")}, "cidr")},
            "ipBlock",
        ),
    ]
}
_PORT = _object(
    {
        "port": {"type": "integer", "minimum": 1, "maximum": 65535},
        "protocol": {"enum": ["TCP", "UDP", "SCTP"]},
    },
    "port",
)
_EGRESS = _object(
    {
        "to": {"type": "array", "items": _ref("NetworkPeer"), "minItems": 1},
        "ports": {"type": "array", "items": _PORT, "minItems": 1},
    },
    "to",
    "ports",
)
_SHARED = {
    **ADDRESSES,
    "NetworkExcept": {"allOf": [_ref("NetworkBlock"), {"not": {"pattern": "/0$"}}]},
    "NetworkSelector": _SELECTOR,
    "NetworkPeer": _PEER,
    "NetworkEgress": _EGRESS,
}

Selector = Annotated[dict[str, Any], Shared("NetworkSelector", _SHARED)]
Peers = Annotated[list[dict[str, Any]], Shared("NetworkPeer", _SHARED, is_list=True)]
EgressRules = Annotated[list[dict[str, Any]], Shared("NetworkEgress", _SHARED, is_list=True)]
Excepts = Annotated[list[str], Shared("NetworkExcept", _SHARED, is_list=True)]
Ports = Annotated[
    list[int],
    Rule({"items": {"type": "integer", "minimum": 1, "maximum": 65535}, "uniqueItems": True, "minItems": 1}),
]


class Dns(Section):
    """Where names are looked up."""

    namespace_selector: Selector = Field(
        {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}},
        description="Namespaces of the DNS servers; on OpenShift the one called openshift-dns.",
    )
    pod_selector: Selector = Field({}, description="Pods of the DNS servers; empty means all in these namespaces.")
    cidrs: Blocks = Field([], description="DNS servers by address, for a cache on each node: 169.254.20.10/32.")
    ports: Ports = Field([53, 5353], description="Ports of the DNS servers' pods, by UDP and TCP; OpenShift's is 5353.")


class ApiServer(Section):
    """Where the Kubernetes API server is. With the flavor `cilium` only the ports count: Cilium knows the address."""

    cidrs: Annotated[Blocks, Rule({"minItems": 1})] = Field(
        list(PRIVATE_CIDRS),
        description="Networks the API server is in: `kubectl get endpointslices -n default` shows it as kubernetes. "
        "A public address, as some managed clusters have, must be listed.",
    )
    ports: Ports = Field([443, 6443], description="Ports of the API server.")


class ExternalEgress(Section):
    """Where servers outside the cluster are, for the flavors that know no host names."""

    cidrs: Blocks = Field(
        ["0.0.0.0/0", "::/0"], description="Networks of the providers' servers; list a private endpoint's to narrow it."
    )
    except_cidrs: Excepts = Field(
        list(USUAL_EXCEPTS),
        description="Left out of 0.0.0.0/0 and ::/0: private networks, and the cloud's metadata address.",
    )


class Monitoring(Section):
    """Who reads /metrics. Nobody while both are empty."""

    namespace_selector: Selector = Field({}, description="Namespaces of the scrapers; empty means the release's own.")
    pod_selector: Selector = Field({}, description="Pods of the scrapers; empty means all in these namespaces.")


class CalicoFlavor(Section):
    """What this Calico can do."""

    domain_rules: bool = Field(
        False, description="Allow host names by `domains` rules, which open-source Calico does not have."
    )


class BackendNetwork(Section):
    """The backend's connections beyond the table."""

    extra_ingress: Peers = Field([], description="Who else may reach the backend's port.")
    extra_egress: EgressRules = Field([], description="What else the backend may reach.")
    cluster_cidrs: Blocks = Field(
        [], description="Networks of further clusters' API servers, at the ports of `networkPolicy.apiServer`."
    )


class FrontendNetwork(Section):
    """The frontend's connections."""

    from_: Peers = Field(
        [],
        alias="from",
        description="Who may reach the frontend, such as the ingress controller's pods. Empty means every pod in the "
        "cluster, and everybody where Kubilitics is exposed.",
    )
    extra_egress: EgressRules = Field([], description="What else the frontend may reach.")


class AiNetwork(Section):
    """The AI's connections beyond the table."""

    extra_ingress: Peers = Field([], description="Who else may reach AI's port. AI asks nobody who they are.")
    extra_egress: EgressRules = Field([], description="What else AI may reach.")


class PartNetwork(Section):
    """The connections of AI's own servers beyond the table."""

    extra_ingress: Peers = Field([], description="Who else may reach its ports.")
    extra_egress: EgressRules = Field([], description="What else it may reach.")


class MigrationsNetwork(Section):
    """The connections of a migration's pod beyond the table."""

    extra_egress: EgressRules = Field([], description="What it may reach, such as the database.")


class NetworkPolicy(Section):
    """Which connections are allowed. Everything that the README's table does not list is closed."""

    enabled: bool = Field(
        True,
        description="Create network policies for every pod of the chart, in both directions. Without them every pod of "
        "the cluster reaches AI, which asks nobody who they are.",
    )
    flavor: Literal["kubernetes", "cilium", "calico"] = Field(
        "kubernetes",
        description="Kind of the policies: those every cluster has, or Cilium's or Calico's own.",
    )
    calico: CalicoFlavor = Field(CalicoFlavor(), description="What this Calico can do.")
    dns: Dns = Field(Dns(), description="Where names are looked up.")
    api_server: ApiServer = Field(ApiServer(), description="Where the Kubernetes API server is.")
    external_egress: ExternalEgress = Field(
        ExternalEgress(), description="Where servers outside are, for flavors that know no host names."
    )
    monitoring: Monitoring = Field(Monitoring(), description="Who reads metrics; nobody while both are empty.")
    backend: BackendNetwork = Field(BackendNetwork(), description="The backend's further connections.")
    frontend: FrontendNetwork = Field(FrontendNetwork(), description="The frontend's connections.")
    ai: AiNetwork = Field(AiNetwork(), description="The AI's further connections.")
    vector_database: PartNetwork = Field(PartNetwork(), description="Further connections of the vector database.")
    ollama: PartNetwork = Field(PartNetwork(), description="Further connections of the chart's own Ollama.")
    migrations: MigrationsNetwork = Field(MigrationsNetwork(), description="Further connections of migrations.")
