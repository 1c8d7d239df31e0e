"""What the programs in the chart's containers take and serve: variables, paths of probes, places they write to.

Those of Kubilitics' own images as sections 2, 3 and 6 of the delivery architecture need them; those of others as their
documentation has them. The scripts are the chart's own. No I/O.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kubilitics_chartgen.model.components import CUT_NAME
from kubilitics_chartgen.model.providers import PROVIDERS

__all__ = ["PROGRAMS", "Program"]


@dataclass(frozen=True)
class Program:
    """One container's program."""

    container: str
    component: str = ""
    """Where containers of this name stand in several pods: the component whose pods are meant."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """What it reads, with a pattern of what it takes: `a|b`, empty for anything. Of each family (the part before the
    first `_`) no others."""
    needs: tuple[str, ...] = ()
    decided: tuple[str, ...] = ()
    """Variables that it would read as well, though values decide what they are about: with them what the chart says of
    it, and does around it, would not be true."""
    ports: tuple[int, ...] = ()
    """Where it listens."""
    paths: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    """Where it reads what the chart gives it."""
    writes: tuple[str, ...] = ()

    @property
    def labels(self) -> dict[str, str]:
        """What tells its pods from others with a container of this name."""
        return {"app.kubernetes.io/component": self.component} if self.component else {}


_SECONDS = "[0-9]*"
_ALL_ADDRESSES = "0.0.0.0|::"
"""The second takes IPv4 as well, where the node has IPv6."""
_PROXY = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"), "")
"""Programs differ in the case that they read."""

PROGRAMS = (
    Program(
        "backend",
        variables={
            "KUBILITICS_BIND_ADDRESS": "0.0.0.0",  # noqa: S104 -- what a container must listen on
            "KUBILITICS_PORT": "8080",
            "KUBILITICS_GRPC_PORT": "0",
            "KUBILITICS_DEPLOYMENT_MODE": "in-cluster",
            "KUBILITICS_DATABASE_PATH": "/data/*.db",
            "KUBILITICS_AI_BACKEND_URL": f"http://*-ai:8081|http://{CUT_NAME}:8081",
            "KUBILITICS_AUTH_MODE": "disabled|optional|required",
            "KUBILITICS_AUTH_JWT_SECRET": "",
            "KUBILITICS_AUTH_ADMIN_USER": "",
            "KUBILITICS_AUTH_ADMIN_PASS": "",
            "KUBILITICS_ALLOWED_ORIGINS": "",
            "KUBILITICS_LOG_LEVEL": "",
            "KUBILITICS_LOG_FORMAT": "json|text",
            "KUBILITICS_MAX_CLUSTERS": "",
            "KUBECONFIG": "/etc/kubilitics-kubeconfig/config",
            "HOME": "/data",
        },
        needs=(
            "KUBILITICS_BIND_ADDRESS",
            "KUBILITICS_PORT",
            "KUBILITICS_GRPC_PORT",
            "KUBILITICS_DEPLOYMENT_MODE",
            "KUBILITICS_DATABASE_PATH",
            "KUBILITICS_AI_BACKEND_URL",
            "KUBILITICS_AUTH_MODE",
            "KUBECONFIG",
            "HOME",
        ),
        decided=("KUBILITICS_TLS_ENABLED", "KUBILITICS_TLS_CERT_PATH", "KUBILITICS_TLS_KEY_PATH"),
        ports=(8080,),
        paths=("/health",),
        reads=("/etc/kubilitics-kubeconfig",),
        writes=("/data", "/tmp"),  # noqa: S108 -- a path in the container
    ),
    Program(
        "nginx",
        ports=(8080,),
        paths=("/nginx-health",),
        reads=("/etc/kubilitics/nginx", "/usr/share/kubilitics/html"),
        writes=("/run/kubilitics", "/tmp"),  # noqa: S108
    ),
    Program("prepare", writes=("/usr/share/kubilitics/html", "/run/kubilitics", "/tmp")),  # noqa: S108
    Program(
        "ai",
        "ai",
        variables={
            "KUBILITICS_PORT": "8081",
            "KUBILITICS_DATABASE_PATH": "/data/ai/*.db",
            "KUBILITICS_BACKEND_ADDRESS": "localhost:50051",
            "KUBILITICS_BACKEND_HTTP_BASE_URL": "http://*:8080",
            "KUBILITICS_VECTOR_MEMORY_API_KEY": "",
            **_PROXY,
            **{name: "" for each in PROVIDERS for name in (each.secret_env, each.settings_env) if name},
        },
        needs=(
            "KUBILITICS_PORT",
            "KUBILITICS_DATABASE_PATH",
            "KUBILITICS_BACKEND_ADDRESS",
            "KUBILITICS_BACKEND_HTTP_BASE_URL",
        ),
        decided=(
            "KUBILITICS_LLM_PROVIDER",
            "KUBILITICS_LLM_OPENAI",
            "KUBILITICS_LLM_ANTHROPIC",
            "KUBILITICS_LLM_OLLAMA",
            "KUBILITICS_LLM_CUSTOM",
            "OLLAMA_BASE_URL",
            "ANTHROPIC_BASE_URL",
            "KUBILITICS_SERVER_TLS_ENABLED",
            "KUBILITICS_SERVER_TLS_CERT_PATH",
            "KUBILITICS_SERVER_TLS_KEY_PATH",
        ),
        ports=(8081,),
        paths=("/health", "/ready"),
        reads=("/etc/kubilitics",),
        writes=("/data/ai", "/app/logs"),
    ),
    Program(
        "qdrant",
        variables={
            "QDRANT__SERVICE__HOST": _ALL_ADDRESSES,
            "QDRANT__SERVICE__HTTP_PORT": "6333",
            "QDRANT__SERVICE__GRPC_PORT": "6334",
            "QDRANT__SERVICE__API_KEY": "",
            "QDRANT__TELEMETRY_DISABLED": "true",
            "QDRANT__STORAGE__STORAGE_PATH": "/qdrant/storage",
            "QDRANT__STORAGE__SNAPSHOTS_PATH": "/qdrant/snapshots",
            "QDRANT_INIT_FILE_PATH": "/qdrant/storage/.qdrant-initialized",
        },
        needs=(
            "QDRANT__SERVICE__HTTP_PORT",
            "QDRANT__TELEMETRY_DISABLED",
            "QDRANT__STORAGE__STORAGE_PATH",
            "QDRANT__STORAGE__SNAPSHOTS_PATH",
            "QDRANT_INIT_FILE_PATH",
        ),
        ports=(6333, 6334),
        paths=("/livez", "/readyz"),
        writes=("/qdrant/storage", "/qdrant/snapshots"),
    ),
    Program(
        "chromadb",
        variables={
            "CHROMA_LISTEN_ADDRESS": _ALL_ADDRESSES,
            "CHROMA_PORT": "8000",
            "CHROMA_PERSIST_PATH": "/data",
            "ANONYMIZED_TELEMETRY": "False",
            "HOME": "/data",
        },
        needs=("CHROMA_LISTEN_ADDRESS", "CHROMA_PORT", "CHROMA_PERSIST_PATH", "ANONYMIZED_TELEMETRY", "HOME"),
        ports=(8000,),
        paths=("/api/v2/heartbeat",),
        writes=("/data", "/tmp"),  # noqa: S108
    ),
    Program(
        "ollama",
        variables={"OLLAMA_HOST": "0.0.0.0:11434", "OLLAMA_MODELS": "/data/*", "HOME": "/data", **_PROXY},
        needs=("OLLAMA_HOST", "OLLAMA_MODELS", "HOME"),
        ports=(11434,),
        paths=("/api/version",),
        writes=("/data", "/tmp"),  # noqa: S108
    ),
    Program(
        "pull",
        variables={"OLLAMA_HOST": "127.0.0.1:11434", "TIMEOUT_SECONDS": _SECONDS, "HOME": "/tmp"},  # noqa: S108
        needs=("OLLAMA_HOST", "TIMEOUT_SECONDS", "HOME"),
        writes=("/tmp",),  # noqa: S108
    ),
    Program(
        "wait-for-provider",
        variables={"ENDPOINT": "", "READY_PATH": "/*", "TIMEOUT_SECONDS": _SECONDS},
        needs=("ENDPOINT", "READY_PATH", "TIMEOUT_SECONDS"),
    ),
    Program(
        "discover-ai",
        variables={"AI_HOST": "*.svc.*", "AI_PORT": "8081", "TIMEOUT_SECONDS": _SECONDS},
        needs=("AI_HOST", "AI_PORT", "TIMEOUT_SECONDS"),
    ),
    Program("core", "test", variables={"TIMEOUT_SECONDS": _SECONDS}, needs=("TIMEOUT_SECONDS",)),
    Program("migrate", writes=("/tmp",)),  # noqa: S108
)
