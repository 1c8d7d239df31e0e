"""The registry of LLM providers: one entry drives schema, Secret keys, environment, start-up and documentation. No I/O.

Secret keys and hosts: section 5 of the delivery architecture. Names, environment variables and start-up behaviour: what
the AI image does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

__all__ = ["PROVIDERS", "Host", "Provider"]


@dataclass(frozen=True)
class Host:
    """An address outside the cluster that a provider is reached at."""

    name: str
    port: int = 443


@dataclass(frozen=True)
class Provider:
    """One LLM provider, or `none`."""

    id: str
    """The value of `ai.llmProvider`."""
    title: str
    about: str
    """One sentence for people who choose."""
    image_name: str
    """What the AI image calls it in `llm.provider` and as the name of its settings map."""
    secret_key: str = ""
    """The key read from the Secret `ai.apiKeySecret`; empty where nothing is read."""
    secret_holds: Literal["", "key", "endpoint"] = ""
    secret_env: str = ""
    """The environment variable that carries what the Secret holds."""
    key_required: bool = False
    """Whether the image exits without the key; else it starts unconfigured, and the key may be missing."""
    settings_env: str = ""
    """The variable that takes all settings as JSON, where that is the only way for a key; empty where it is not."""
    key_pattern: str = ""
    """RE2 pattern of a well-formed key, to tell a typing mistake early."""
    key_example: str = ""
    default_model: str = ""
    """The image's own default; empty where it has none."""
    model_is: str = "Model to ask for"
    """What `model` names."""
    takes_tokens: bool = False
    """Whether the settings map has `max_tokens`."""
    needs_endpoint: bool = False
    endpoint_example: str = ""
    needs_path: bool = False
    """Whether an endpoint without a path cannot be right."""
    endpoint_in_secret: bool = False
    """Whether the Secret may hold the endpoint instead of the values."""
    ready_path: str = ""
    """Path below the endpoint that the image asks before it starts; it exits where that does not answer."""
    hosts: tuple[Host, ...] = field(default=())
    leaves_cluster: bool = False
    """Whether questions and the cluster data in them go to somebody else's servers."""
    has_settings: bool = True
    """Whether `ai.providers.<id>` exists."""
    can_reload: bool = True
    """Whether a running image takes over changed settings of this provider; else it must be restarted."""

    @property
    def holds_key(self) -> bool:
        """Whether what is read from the Secret is a key."""
        return self.secret_holds == "key"  # noqa: S105 -- the word, not a password

    @property
    def retires(self) -> bool:
        """Whether somebody else decides how long the default model is there."""
        return self.leaves_cluster and bool(self.default_model)


PROVIDERS: tuple[Provider, ...] = (
    Provider(
        id="none",
        title="None",
        about="AI runs but is not configured; every AI feature answers that it needs configuration.",
        image_name="none",
        has_settings=False,
        can_reload=False,  # a reload forgets the provider that was set through AI's API, the only one it can have
    ),
    Provider(
        id="openai",
        title="OpenAI",
        about="OpenAI's API; needs an API key.",
        image_name="openai",
        secret_key="openai-api-key",  # noqa: S106 - the name of a key, not a key
        secret_holds="key",  # noqa: S106
        secret_env="OPENAI_API_KEY",  # noqa: S106
        key_pattern="^sk-",
        key_example="sk-...",
        default_model="gpt-4",
        takes_tokens=True,
        hosts=(Host("api.openai.com"),),
        leaves_cluster=True,
    ),
    Provider(
        id="anthropic",
        title="Anthropic",
        about="Anthropic's API; needs an API key.",
        image_name="anthropic",
        secret_key="anthropic-api-key",  # noqa: S106
        secret_holds="key",  # noqa: S106
        secret_env="ANTHROPIC_API_KEY",  # noqa: S106
        key_pattern="^sk-ant-",
        key_example="sk-ant-...",
        default_model="claude-3-5-sonnet-20241022",
        takes_tokens=True,
        hosts=(Host("api.anthropic.com"),),
        leaves_cluster=True,
    ),
    Provider(
        id="azure",
        title="Azure OpenAI",
        about="OpenAI's models in your Azure subscription; needs your resource's address, a deployment and an API key.",
        image_name="custom",
        can_reload=False,
        secret_key="azure-openai-api-key",  # noqa: S106
        secret_holds="key",  # noqa: S106
        secret_env="AZURE_OPENAI_API_KEY",  # noqa: S106
        key_required=True,
        settings_env="KUBILITICS_LLM_CUSTOM",
        key_pattern="^[A-Za-z0-9]{32,}$",
        key_example="...",
        model_is="Name of your deployment",
        needs_endpoint=True,
        endpoint_example="https://my-resource.openai.azure.com/openai/v1",
        needs_path=True,
        ready_path="/models",
        leaves_cluster=True,
    ),
    Provider(
        id="ollama",
        title="Ollama",
        about="Open models on a server of your own; needs no key, and no data leaves your network.",
        image_name="ollama",
        secret_key="ollama-url",  # noqa: S106
        secret_holds="endpoint",  # noqa: S106
        secret_env="OLLAMA_BASE_URL",  # noqa: S106
        default_model="llama3",
        needs_endpoint=True,
        endpoint_in_secret=True,
        endpoint_example="http://ollama.ollama.svc:11434",
        ready_path="/api/tags",
    ),
    Provider(
        id="custom",
        title="OpenAI-compatible server",
        about="Any server that speaks OpenAI's API, such as vLLM or LiteLLM; a key only where the server asks for one.",
        image_name="custom",
        can_reload=False,
        secret_holds="key",  # noqa: S106
        secret_env="CUSTOM_API_KEY",  # noqa: S106
        key_required=True,
        settings_env="KUBILITICS_LLM_CUSTOM",
        key_example="...",
        needs_endpoint=True,
        endpoint_example="http://vllm.models.svc:8000/v1",
        ready_path="/models",
    ),
)
