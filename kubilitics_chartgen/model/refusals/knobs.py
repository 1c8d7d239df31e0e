"""What the knobs of every component, the proxy and extra objects refuse. No I/O."""

from __future__ import annotations

from typing import Any

from kubilitics_chartgen.model.refusals.refusal import Example, Refusal

__all__ = ["AGENT", "KNOB_REFUSALS", "MEASURED_AGENT"]

PROXY = "http://proxy.example:3128"


def _backend(**knobs: Any) -> dict[str, Any]:
    return {"backend": knobs}


def _proxy(**settings: Any) -> dict[str, Any]:
    return {"global": {"proxy": settings}}


def _named(name: str, **more: Any) -> list[dict[str, Any]]:
    return [{"name": name, **more}]


def _reload(resources: dict[str, Any]) -> dict[str, Any]:
    return {"ai": {"enabled": True, "reloadResources": resources}}


def _migrations(resources: dict[str, Any]) -> dict[str, Any]:
    return {"migrations": {"enabled": True, "command": ["/migrate"], "resources": resources}}


_RESOURCES = {"requests": {"cpu": "10m", "memory": "16Mi"}, "limits": {"memory": "16Mi"}}

AGENT = {"name": "agent", "image": "tools.example/agent:1.0.0"}
"""A container of the operator's own."""
MEASURED_AGENT = {**AGENT, "resources": _RESOURCES}

KNOB_REFUSALS: tuple[Refusal, ...] = (
    Refusal(
        "extra-env-owned",
        "backend.extraEnv KUBILITICS_PORT",
        "the chart sets this environment variable itself, and Kubernetes refuses a name that is there twice",
        "Remove it, and set the value that stands for it, if there is one.",
        bad=_backend(extraEnv=_named("KUBILITICS_PORT", value="9090")),
        good=_backend(extraEnv=_named("KUBILITICS_MAX_CLUSTERS", value="10")),
    ),
    Refusal(
        "extra-env-decided",
        "ai.extraEnv KUBILITICS_LLM_PROVIDER",
        "other values decide this: with it, what the chart says of AI's provider, opens for it, or asks of pods would "
        "not be true",
        "Remove it, and set ai.llmProvider, ai.providers or ai.apiKeySecret. TLS ends in front of the frontend.",
        bad={"ai": {"enabled": True, "extraEnv": _named("KUBILITICS_LLM_PROVIDER", value="openai")}},
        good={"ai": {"enabled": True, "llmProvider": "openai"}},
        elsewhere=(
            Example(
                "backend.extraEnv KUBILITICS_TLS_ENABLED",
                bad=_backend(extraEnv=_named("KUBILITICS_TLS_ENABLED", value="true")),
                good=_backend(extraEnv=[]),
            ),
        ),
    ),
    Refusal(
        "extra-volume-owned",
        "backend.extraVolumes tmp",
        "the chart has a volume of this name, or mounts one at this path, itself",
        "Choose another name or path.",
        bad=_backend(extraVolumes=_named("tmp", emptyDir={})),
        good=_backend(extraVolumes=_named("scratch", emptyDir={})),
    ),
    Refusal(
        "extra-container-owned",
        "backend.sidecars or backend.initContainers backend",
        "the chart has a container of this name itself",
        "Choose another name.",
        bad=_backend(sidecars=_named("backend", image="tools.example/agent:1.0.0")),
        good=_backend(sidecars=[MEASURED_AGENT]),
    ),
    Refusal(
        "extra-twice",
        "backend.extraEnv REGION",
        "this is written twice, and Kubernetes would refuse one of them or drop it",
        "Keep one.",
        bad=_backend(extraEnv=[*_named("REGION", value="a"), *_named("REGION", value="b")]),
        good=_backend(extraEnv=_named("REGION", value="b")),
    ),
    Refusal(
        "extra-mount-without-volume",
        "backend.extraVolumeMounts models",
        "the pod has no volume of this name",
        "Add it to extraVolumes of the same component.",
        bad=_backend(extraVolumeMounts=_named("models", mountPath="/models")),
        good=_backend(
            extraVolumeMounts=_named("models", mountPath="/models"), extraVolumes=_named("models", emptyDir={})
        ),
    ),
    Refusal(
        "request-above-limit",
        "backend.resources.requests.memory",
        "this is more than the limit of the same name, and Kubernetes refuses such a pod",
        "Lower it, or raise the limit.",
        bad=_backend(resources={"requests": {"memory": "2Gi"}}),
        good=_backend(resources={"requests": {"memory": "2Gi"}, "limits": {"memory": "3Gi"}}),
        elsewhere=(
            Example(
                "ai.reloadResources.requests.cpu",
                _reload({"limits": {"cpu": "4m"}}),
                _reload({"limits": {"cpu": "4m"}, "requests": {"cpu": "4m"}}),
            ),
            Example(
                "migrations.resources.requests.cpu",
                _migrations({"requests": {"cpu": 1}}),
                _migrations({"requests": {"cpu": 1}, "limits": {"cpu": 2}}),
            ),
            Example(
                "tests.resources.requests.memory",
                {"tests": {"resources": {"requests": {"memory": "65Mi"}}}},
                {"tests": {"resources": {"requests": {"memory": "64Mi"}}}},
            ),
        ),
    ),
    Refusal(
        "extended-resource",
        "backend.resources nvidia.com/gpu",
        "Kubernetes gives a container whole ones of this only, and no more than it asks for: a request needs a limit "
        "that is the same",
        "Write a whole number under limits alone.",
        bad=_backend(resources={"requests": {"nvidia.com/gpu": 1}}),
        good=_backend(resources={"limits": {"nvidia.com/gpu": 1}}),
    ),
    Refusal(
        "dns-without-servers",
        "backend.dnsPolicy",
        "with None the pod knows only the DNS servers in dnsConfig.nameservers, and there are none",
        "List them, or remove the policy.",
        bad=_backend(dnsPolicy="None"),
        good=_backend(dnsPolicy="None", dnsConfig={"nameservers": ["10.96.0.10"]}),
    ),
    Refusal(
        "sleep-too-new",
        "backend.lifecycle.preStop.sleep",
        "Kubernetes knows this from 1.30 on",
        'Write exec with command ["sleep", "5"] instead.',
        bad={"kubeVersionOverride": "1.29", **_backend(lifecycle={"preStop": {"sleep": {"seconds": 5}}})},
        good={"kubeVersionOverride": "1.29", **_backend(lifecycle={"preStop": {"exec": {"command": ["sleep", "5"]}}})},
    ),
    Refusal(
        "sleep-out-of-range",
        "backend.lifecycle.preStop.sleep.seconds",
        "Kubernetes takes at most terminationGracePeriodSeconds here, and 0 from 1.32 on",
        "Write fewer seconds, or raise backend.terminationGracePeriodSeconds, and leave out a sleep of 0.",
        bad=_backend(lifecycle={"preStop": {"sleep": {"seconds": 31}}}),
        good=_backend(lifecycle={"preStop": {"sleep": {"seconds": 31}}}, terminationGracePeriodSeconds=60),
    ),
    Refusal(
        "restart-policy-too-new",
        "backend.initContainers agent",
        "Kubernetes knows Always of an init container from 1.28 on, and any other restartPolicy of a container from "
        "1.34 on",
        "Remove it; a container that runs beside the main one goes into sidecars.",
        bad={"kubeVersionOverride": "1.27", **_backend(initContainers=[{**MEASURED_AGENT, "restartPolicy": "Always"}])},
        good={"kubeVersionOverride": "1.27", **_backend(sidecars=[MEASURED_AGENT])},
    ),
    Refusal(
        "two-ip-families",
        "backend.service.ipFamilies",
        "a Service has two IP families with ipFamilyPolicy PreferDualStack or RequireDualStack only",
        "Keep the first, or write one of these policies.",
        bad=_backend(service={"ipFamilyPolicy": "SingleStack", "ipFamilies": ["IPv4", "IPv6"]}),
        good=_backend(service={"ipFamilyPolicy": "PreferDualStack", "ipFamilies": ["IPv4", "IPv6"]}),
    ),
    Refusal(
        "service-type-without",
        "frontend.service.nodePort",
        "a Service of this frontend.service.type has no such thing, and Kubernetes refuses it",
        "Remove it, or choose the type LoadBalancer (or NodePort, for nodePort and externalTrafficPolicy).",
        bad={"frontend": {"service": {"nodePort": 30080}}},
        good={
            "frontend": {"service": {"type": "NodePort", "nodePort": 30080}},
            **_backend(auth={"acknowledgeExposed": True}),
        },
    ),
    Refusal(
        "proxy-credentials",
        "global.proxy.httpsProxy",
        "a password in values ends up in version control and in the release's history",
        "Put the whole address into a Secret under the key https-proxy, name the Secret in "
        "global.proxy.existingSecret, and remove the address here.",
        bad=_proxy(httpsProxy="http://user:password@proxy.example:3128"),
        good=_proxy(existingSecret="proxy"),
    ),
    Refusal(
        "proxy-twice",
        "global.proxy.httpsProxy",
        "the address would come from here and from global.proxy.existingSecret",
        "Remove one of the two.",
        bad=_proxy(httpsProxy=PROXY, existingSecret="proxy"),
        good=_proxy(httpsProxy=PROXY),
    ),
    Refusal(
        "ca-bundle-twice",
        "global.caBundle.secret",
        "the certificates would come from a ConfigMap and from a Secret",
        "Remove one of the two; all certificates fit into one key, one after the other.",
        bad={"global": {"caBundle": {"configMap": "ca", "secret": "ca"}}},
        good={"global": {"caBundle": {"configMap": "ca"}}},
    ),
    Refusal(
        "secret-in-extra-objects",
        "extraObjects.0",
        "a Secret's data in values ends up in version control and in the release's history",
        "Create the Secret by hand, or let an operator do so: an ExternalSecret or SealedSecret here is fine.",
        bad={
            "extraObjects": [
                {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x"}, "stringData": {"password": "x"}}
            ]
        },
        good={
            "extraObjects": [
                {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}, "data": {"region": "x"}}
            ]
        },
    ),
    Refusal(
        "unwritable-text",
        "backend.extraEnv.0.value",
        "this holds a control character or a character that is none, which cannot be written into a manifest",
        "Remove that character; it is often pasted along, and most editors can show it.",
        bad=_backend(extraEnv=_named("REGION", value="a\x7fb")),
        good=_backend(extraEnv=_named("REGION", value="ab")),
    ),
)
