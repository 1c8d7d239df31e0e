"""What the ways from outside and the network policies refuse. No I/O."""

from __future__ import annotations

from typing import Any

from kubilitics_chartgen.model.refusals.refusal import Example, Refusal

__all__ = ["EXPOSURE_REFUSALS", "OPENED"]

ACKNOWLEDGED: dict[str, Any] = {"backend": {"auth": {"acknowledgeExposed": True}}}
GATEWAY = [{"name": "public"}]
_WAYS_IN: dict[str, dict[str, Any]] = {
    "ingress": {"enabled": True},
    "httpRoute": {"enabled": True, "parentRefs": GATEWAY},
    "route": {"enabled": True},
}
HOST, TLS, ISSUER = "kubilitics.example.com", {"enabled": True}, {"clusterIssuer": "letsencrypt"}


def _http_route(**settings: Any) -> dict[str, Any]:
    return {"httpRoute": {"enabled": True, **settings}, **ACKNOWLEDGED}


def _ingress(**settings: Any) -> dict[str, Any]:
    return {"ingress": {"enabled": True, **settings}, **ACKNOWLEDGED}


OPENED = tuple(
    Example(f"{way}.enabled", {way: settings}, {way: settings, **ACKNOWLEDGED}) for way, settings in _WAYS_IN.items()
)
"""Each way in from outside: refused without a login, accepted where that is acknowledged."""

EXPOSURE_REFUSALS: tuple[Refusal, ...] = (
    Refusal(
        "exposed-without-frontend",
        "ingress.enabled",
        "the frontend is the one door to Kubilitics, and frontend.enabled is false",
        "Set frontend.enabled to true, or leave ingress, httpRoute and route off.",
        bad={"ingress": {"enabled": True}, "frontend": {"enabled": False}, **ACKNOWLEDGED},
        good={"ingress": {"enabled": True}, "frontend": {"enabled": True}, **ACKNOWLEDGED},
    ),
    Refusal(
        "http-route-without-gateway",
        "httpRoute.parentRefs",
        "an HTTPRoute without a gateway is reached by nobody",
        "Name the Gateway: httpRoute.parentRefs[0].name, and its namespace where it is another one.",
        bad={"httpRoute": {"enabled": True}, **ACKNOWLEDGED},
        good={"httpRoute": {"enabled": True, "parentRefs": GATEWAY}, **ACKNOWLEDGED},
    ),
    Refusal(
        "http-route-gateway-twice",
        "httpRoute.parentRefs",
        "several entries name one Gateway without telling its listeners apart, and the API server refuses that",
        "Keep one of them, or give each a sectionName of its own.",
        bad=_http_route(parentRefs=[*GATEWAY, {**GATEWAY[0], "port": 443}]),
        good=_http_route(parentRefs=[{**GATEWAY[0], "sectionName": name} for name in ("http", "https")]),
    ),
    Refusal(
        "http-route-timeouts",
        "httpRoute.timeouts.backendRequest",
        "it is longer than httpRoute.timeouts.request, and the API server refuses that",
        "Write a shorter one, or a longer request (0s has no end).",
        bad=_http_route(parentRefs=GATEWAY, timeouts={"request": "1m30s", "backendRequest": "91s"}),
        good=_http_route(parentRefs=GATEWAY, timeouts={"request": "0s", "backendRequest": "91s"}),
    ),
    Refusal(
        "certificate-without-tls",
        "ingress.certManager.clusterIssuer",
        "cert-manager makes a certificate for an Ingress with TLS and a host only, so there would be none",
        "Set ingress.tls.enabled to true and name the host in ingress.host, or remove the issuer.",
        bad=_ingress(certManager=ISSUER, host=HOST),
        good=_ingress(certManager=ISSUER, host=HOST, tls=TLS),
    ),
    Refusal(
        "custom-kind-missing",
        "httpRoute.renderMode",
        "the cluster does not have this kind of object, and the render mode is failIfMissing",
        "Install its CRD first, or write skipIfMissing or alwaysRender; `helm template` knows of a cluster's kinds "
        "by --api-versions only.",
        bad={
            "httpRoute": {"enabled": True, "parentRefs": GATEWAY, "renderMode": "failIfMissing"},
            **ACKNOWLEDGED,
        },
        good={"httpRoute": {"enabled": True, "parentRefs": GATEWAY, "renderMode": "alwaysRender"}, **ACKNOWLEDGED},
    ),
    Refusal(
        "except-without-all",
        "networkPolicy.externalEgress.exceptCidrs",
        "exceptions are taken out of 0.0.0.0/0 and ::/0 only, and externalEgress.cidrs does not list the one of this "
        "family, so these would be allowed after all",
        "List only the networks that are to be reached in networkPolicy.externalEgress.cidrs, without exceptions.",
        bad={"networkPolicy": {"externalEgress": {"cidrs": ["10.0.0.0/8"], "exceptCidrs": ["10.1.0.0/16"]}}},
        good={"networkPolicy": {"externalEgress": {"cidrs": ["10.2.0.0/16"], "exceptCidrs": []}}},
    ),
)
