"""Values of the ways from outside the cluster to the frontend, and of what clients are told. No I/O."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from kubilitics_chartgen.model.values.addresses import BYTE
from kubilitics_chartgen.model.values.types import NAME_PATTERN, Annotations, Name, Rule, Section, text_of

__all__ = [
    "CertManager",
    "Discovery",
    "HttpRoute",
    "HttpRouteTimeouts",
    "Ingress",
    "IngressTls",
    "Route",
]

_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
HOST_PATTERN = f"^({_LABEL}(\\.{_LABEL})*)?$"
WILDCARD_HOST_PATTERN = f"^((\\*\\.)?{_LABEL}(\\.{_LABEL})*)?$"
IPV4_PATTERN = f"^(0*{BYTE}\\.){{3}}0*{BYTE}$"
DURATION = "([0-9]{1,5}(h|m|s|ms)){1,4}"

Host = Annotated[str, Rule({"pattern": HOST_PATTERN, "maxLength": 253})]
WildcardHost = Annotated[str, Rule({"pattern": WILDCARD_HOST_PATTERN, "maxLength": 253})]
Duration = Annotated[str, text_of("Timeout", f"^({DURATION})?$")]
RenderMode = Literal["alwaysRender", "skipIfMissing", "failIfMissing"]
RENDER_MODE = (
    "Whether the cluster is asked if it has this kind. `helm template` asks no cluster: there skipIfMissing leaves "
    "the object out."
)
_OBJECT_NAME = {"type": "string", "pattern": "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$", "maxLength": 253}
_PARENT = {
    "type": "object",
    "properties": {
        "name": _OBJECT_NAME,
        "namespace": {"type": "string", "pattern": NAME_PATTERN, "maxLength": 63},
        "sectionName": _OBJECT_NAME,
        "port": {"type": "integer", "minimum": 1, "maximum": 65535},
        "group": {"type": "string", "pattern": "^([a-z0-9]([-a-z0-9.]*[a-z0-9])?)?$", "maxLength": 253},
        "kind": {"type": "string", "pattern": "^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$", "maxLength": 63},
    },
    "required": ["name"],
    "additionalProperties": False,
}


class IngressTls(Section):
    """Encryption between browsers and the ingress controller."""

    enabled: bool = Field(False, description="Answer by HTTPS.")
    secret_name: Name = Field(
        "", description="Secret with the certificate; empty leaves it to the controller, or to cert-manager."
    )


class CertManager(Section):
    """A certificate from cert-manager."""

    cluster_issuer: Name = Field("", description="ClusterIssuer that makes the certificate.")


class Ingress(Section):
    """An Ingress with one way: / to the frontend."""

    enabled: bool = Field(False, description="Create an Ingress.")
    class_name: Name = Field("", description="IngressClass; empty means the cluster's default.")
    host: Annotated[WildcardHost, Rule({"not": {"pattern": IPV4_PATTERN}})] = Field(
        "", description="Host name, such as kubilitics.example.com, and no IP address; empty means any."
    )
    annotations: Annotations = Field({}, description="Annotations for the controller; the README has some for each.")
    tls: IngressTls = Field(IngressTls(), description="Encryption between browsers and the controller.")
    cert_manager: CertManager = Field(CertManager(), description="A certificate from cert-manager.")


class HttpRouteTimeouts(Section):
    """How long a gateway waits."""

    request: Duration = Field("", description="For a whole request; empty means the gateway's default, 0s no end.")
    backend_request: Duration = Field("", description="For the frontend's answer; empty means the gateway's default.")


class HttpRoute(Section):
    """A Gateway API HTTPRoute with one way: / to the frontend."""

    enabled: bool = Field(False, description="Create an HTTPRoute.")
    parent_refs: Annotated[list[dict[str, Any]], Rule({"items": _PARENT})] = Field(
        [], description="Gateways it belongs to: name, and namespace, sectionName, port where needed."
    )
    hostnames: Annotated[
        list[str],
        Rule(
            {
                "items": {"type": "string", "minLength": 1, "maxLength": 253, "pattern": WILDCARD_HOST_PATTERN},
                "uniqueItems": True,
                "maxItems": 16,
            }
        ),
    ] = Field([], description="Host names; empty means the gateway's.")
    annotations: Annotations = Field({}, description="Annotations for the gateway.")
    timeouts: HttpRouteTimeouts = Field(HttpRouteTimeouts(), description="How long the gateway waits.")
    render_mode: RenderMode = Field("alwaysRender", description=RENDER_MODE)


class Route(Section):
    """An OpenShift Route with one way: / to the frontend, by HTTPS that ends at the router."""

    enabled: bool = Field(False, description="Create a Route.")
    host: Host = Field("", description="Host name; empty lets OpenShift choose one.")
    timeout: Duration = Field(
        "1h", description="How long the router keeps a silent connection; shells and AI's answers are long."
    )
    annotations: Annotations = Field({}, description="Annotations for the router.")
    render_mode: RenderMode = Field("alwaysRender", description=RENDER_MODE)


class Discovery(Section):
    """What clients learn at /api/discovery."""

    pattern: Literal["direct", "proxy"] = Field(
        "direct",
        description="Where clients are sent for AI: `direct` to /api/ai, `proxy` to /api/proxy/ai. Both always work.",
    )
