"""What is refused of the values for operating: secrets, reloading, handing over the provider, migrations. No I/O."""

from __future__ import annotations

from typing import Any

from kubilitics_chartgen.model.refusals.refusal import Refusal

__all__ = ["OPERATIONS_REFUSALS"]

STORE = {"name": "vault"}
KEY = {"openai-api-key": {"key": "kubilitics/openai"}}


def _ai(**settings: Any) -> dict[str, Any]:
    return {"ai": {"enabled": True, "llmProvider": "openai", **settings}}


def _external(**settings: Any) -> dict[str, Any]:
    return _ai(externalSecret={"enabled": True, **settings})


OPERATIONS_REFUSALS: tuple[Refusal, ...] = (
    Refusal(
        "crd-missing",
        "ai.externalSecret.renderMode",
        "the cluster does not have this kind of object, or Helm sees no cluster",
        "Install what brings the kind first, or write skipIfMissing or alwaysRender; with helm template name it by "
        "--api-versions.",
        bad=_external(renderMode="failIfMissing", secretStoreRef=STORE, remoteRefs=KEY),
        good=_external(renderMode="alwaysRender", secretStoreRef=STORE, remoteRefs=KEY),
    ),
    Refusal(
        "external-secret-store-missing",
        "ai.externalSecret.secretStoreRef.name",
        "without a store the External Secrets Operator does not know where the key is",
        "Name a SecretStore of the release's namespace, or a ClusterSecretStore together with its kind.",
        bad=_external(remoteRefs=KEY),
        good=_external(secretStoreRef=STORE, remoteRefs=KEY),
    ),
    Refusal(
        "external-secret-ref-missing",
        "ai.externalSecret.remoteRefs",
        "the chosen provider reads this key of the Secret, and nothing says where it is in the store",
        "Write the name of its entry in the store under ai.externalSecret.remoteRefs, "
        "such as openai-api-key: {key: kubilitics/openai}.",
        bad=_external(secretStoreRef=STORE),
        good=_external(secretStoreRef=STORE, remoteRefs=KEY),
    ),
    Refusal(
        "reload-not-possible",
        "ai.configReload",
        "a running AI image cannot take over the settings of this provider; with none it would even forget the one "
        "that was set through its API",
        "Write rollout, which restarts the pod instead.",
        bad=_ai(llmProvider="none", configReload="sidecar"),
        good=_ai(llmProvider="none", configReload="rollout"),
    ),
    Refusal(
        "reload-forgets-provider",
        "ai.configReload",
        "each reload makes AI forget the provider that ai.initializeProvider hands over",
        "Write rollout, or set ai.initializeProvider.enabled to false.",
        bad=_ai(configReload="sidecar", initializeProvider={"enabled": True}),
        good=_ai(configReload="rollout", initializeProvider={"enabled": True}),
    ),
    Refusal(
        "initialize-without-provider",
        "ai.initializeProvider.enabled",
        "there is no provider to hand over to AI",
        "Choose one in ai.llmProvider, or write false.",
        bad=_ai(llmProvider="none", initializeProvider={"enabled": True}),
        good=_ai(initializeProvider={"enabled": True}),
    ),
    Refusal(
        "initialize-with-post-start",
        "ai.lifecycle.postStart",
        "ai.initializeProvider hands the provider over in this hook, and a container has only one",
        "Remove it, or set ai.initializeProvider.enabled to false.",
        bad=_ai(initializeProvider={"enabled": True}, lifecycle={"postStart": {"exec": {"command": ["/bin/true"]}}}),
        good=_ai(initializeProvider={"enabled": True}, lifecycle={"preStop": {"exec": {"command": ["/bin/true"]}}}),
    ),
    Refusal(
        "migrations-without-command",
        "migrations.command",
        "without a command the Job would start another backend, which never ends, and the upgrade would wait for it",
        "Write the command that migrates your database, word by word.",
        bad={"migrations": {"enabled": True}},
        good={"migrations": {"enabled": True, "command": ["/app/migrate", "up"]}},
    ),
)
