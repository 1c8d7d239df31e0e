"""Values for operating the AI service: where its key comes from, and what it may do in the cluster. No I/O."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from kubilitics_chartgen.model.values.core import SECRET_KEY_PATTERN
from kubilitics_chartgen.model.values.types import NAME_PATTERN, PRINTABLE_PATTERN, HonouredBy, Name, Rule, Section

__all__ = ["ClusterAccess", "ExternalSecret", "InitializeProvider", "RenderMode", "SecretStoreRef"]

RenderMode = Literal["alwaysRender", "skipIfMissing", "failIfMissing"]
"""What happens where the cluster that Helm sees lacks the kind of an object."""

_REMOTE_TEXT = {"type": "string", "pattern": PRINTABLE_PATTERN, "maxLength": 1024}
REMOTE_REFS: dict[str, Any] = {
    "propertyNames": {"pattern": SECRET_KEY_PATTERN, "maxLength": 253},
    "additionalProperties": {
        "type": "object",
        "properties": {
            "key": {**_REMOTE_TEXT, "minLength": 1, "description": "Name of the entry in the store."},
            "property": {**_REMOTE_TEXT, "description": "Field of the entry, where it has several."},
            "version": {**_REMOTE_TEXT, "description": "Version of the entry; the newest where it is left out."},
        },
        "additionalProperties": False,
    },
}


class SecretStoreRef(Section):
    """The store that the operator reads from."""

    name: Name = Field("", description="Name of the store; needed.")
    kind: Literal["SecretStore", "ClusterSecretStore"] = Field(
        "SecretStore", description="A store of the release's namespace, or one of the whole cluster."
    )


class ExternalSecret(Section):
    """The Secret `ai.apiKeySecret` as an ExternalSecret of the External Secrets Operator."""

    enabled: bool = Field(False, description="Render the ExternalSecret.")
    render_mode: RenderMode = Field(
        "alwaysRender",
        description="Where the cluster lacks the kind: render it all the same, leave it out, or refuse. "
        "`helm template` sees no cluster, so there every such kind is missing.",
    )
    api_version: Literal["external-secrets.io/v1", "external-secrets.io/v1beta1"] = Field(
        "external-secrets.io/v1", description="API version the operator serves; v1beta1 for those before 0.16."
    )
    secret_store_ref: SecretStoreRef = Field(SecretStoreRef(), description="The store that the operator reads from.")
    refresh_interval: Annotated[str, Rule({"pattern": "^[0-9]+(\\.[0-9]+)?(ms|s|m|h)([0-9]+(ms|s|m|h))*$"})] = Field(
        "1h", description="How often the operator reads the store; `0s` reads it once."
    )
    remote_refs: Annotated[dict[str, Any], Rule(REMOTE_REFS)] = Field(
        {},
        description="Key of the Secret to its place in the store: `key`, and where needed `property` and `version`. "
        "Only the keys that the providers in use read are fetched.",
    )


class InitializeProvider(Section):
    """Handing the provider over to today's AI image through its own API."""

    enabled: bool = Field(
        False,
        description="After each start give the provider to AI by its API, unless it has it already: today's image "
        "reports llm_configured and offers REST completions only then. It keeps the key unencrypted in its database.",
    )


class ClusterAccess(Section):
    """Rights of AI's own in the cluster: to read pods, services and events, and nothing else."""

    enabled: Annotated[bool, HonouredBy("no AI image up to this release asks Kubernetes itself")] = Field(
        False, description="Let AI read pods, services and events, and mount its token."
    )
    scope: Literal["namespaces", "cluster"] = Field(
        "namespaces", description="Read in the namespaces below only, or in the whole cluster."
    )
    namespaces: Annotated[
        list[str], Rule({"items": {"type": "string", "pattern": NAME_PATTERN, "maxLength": 63}, "uniqueItems": True})
    ] = Field([], description="Namespaces with scope `namespaces`; empty means the release's own.")
