"""A connection to a cluster that only asks: GET, and the API server's own questions about permissions.

In: a kubeconfig and a context. Out: JSON as plain dicts; None for what is not there. I/O: HTTPS to one API server. The
package `kubernetes` (extra `cluster`) reads kubeconfigs and brings credentials; it is imported when first needed.
"""

from __future__ import annotations

import binascii
import importlib
import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from kubilitics_chartgen.errors import InputError, ToolError

__all__ = ["Connection", "DeniedError", "connect"]

_LARGEST = 64 * 1024 * 1024
_METADATA = "application/json;as=PartialObjectMetadata{};g=meta.k8s.io;v=v1"


class DeniedError(Exception):
    """The cluster does not let this user ask; `what` is the permission that is missing."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class Connection:
    """Asks one API server as one user."""

    def __init__(self, client: Any, *, context: str, namespace: str, seconds: float = 10) -> None:
        self._client = client
        self._seconds = seconds
        self.context = context
        self.namespace = namespace
        self.url = str(client.configuration.host)

    def get(self, path: str, what: str, *, metadata_only: bool = False) -> dict[str, Any] | None:
        """The object at `path`; None where there is none. DeniedError names `what`, such as `list nodes`."""
        return self._ask("GET", path, what, accept=_METADATA.format("") if metadata_only else "")

    def items(self, path: str, what: str, *, metadata_only: bool = False, **query: str) -> list[dict[str, Any]]:
        """The items of a list, page by page; empty where the cluster does not know the kind."""
        found: list[dict[str, Any]] = []
        query = {**query, "limit": "500"}
        while True:
            page = (
                self._ask("GET", path, what, query=query, accept=_METADATA.format("List") if metadata_only else "")
                or {}
            )
            found += page.get("items") or []
            more = (page.get("metadata") or {}).get("continue")
            if not more:
                return found
            query["continue"] = more

    def may(self, verb: str, group: str, resource: str, *, namespace: str = "", name: str = "") -> bool:
        """Whether this user may do something, by the API server's own answer."""
        plain, _slash, subresource = resource.partition("/")
        attributes = {
            "verb": verb,
            "group": group,
            "resource": plain,
            "subresource": subresource,
            "namespace": namespace,
            "name": name,
        }
        body = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": attributes},
        }
        path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
        answer = self._ask("POST", path, "ask for its own permissions", body=body) or {}
        return bool((answer.get("status") or {}).get("allowed"))

    def _ask(
        self, method: str, path: str, what: str, *, query: Any = None, body: Any = None, accept: str = ""
    ) -> dict[str, Any] | None:
        import urllib3

        configuration = self._client.configuration
        headers = {"Accept": accept or "application/json", "Content-Type": "application/json"}
        for setting in configuration.auth_settings().values():
            headers[setting["key"]] = setting["value"]
        url = self.url.rstrip("/") + path + (f"?{urlencode(query)}" if query else "")
        try:
            answer = self._client.rest_client.pool_manager.request(
                method,
                url,
                body=json.dumps(body) if body is not None else None,
                headers=headers,
                timeout=self._seconds,
                retries=False,
                preload_content=False,
            )
            data = answer.read(_LARGEST + 1)
        except urllib3.exceptions.HTTPError as error:
            raise ToolError(_unreachable(self.url, self.context, error)) from error
        if len(data) > _LARGEST:
            raise ToolError(f"the cluster at {self.url} answers {path} with more than {_LARGEST // 2**20} MiB")
        return _judged(answer.status, data, what, f"{self.url} (context {self.context})")


def _judged(status: int, data: bytes, what: str, where: str) -> dict[str, Any] | None:
    if status == 404:
        return None
    if status == 403:
        raise DeniedError(what)
    if status == 401:
        raise ToolError(
            f"the cluster at {where} does not accept your credentials: they are expired or of another cluster. "
            "Log in again, or choose another context with --context."
        )
    try:
        found = json.loads(data)
    except ValueError as error:
        raise ToolError(f"what answers at {where} is no Kubernetes API server (HTTP {status})") from error
    if status >= 400 or not isinstance(found, dict):
        message = found.get("message", "") if isinstance(found, dict) else ""
        raise ToolError(f"the cluster at {where} answers with HTTP {status}: {message}".rstrip(": "))
    return found


def _unreachable(url: str, context: str, error: Exception) -> str:
    text = str(error)
    where = f"the cluster at {url} (context {context})"
    if "certificate verify failed" in text:
        return f"{where} shows a certificate that the kubeconfig does not trust. Is it the right cluster?"
    if "certificate" in text and "expired" in text:
        return f"{where} does not accept your client certificate: it has expired. Fetch a new kubeconfig."
    reasons = {
        "Connection refused": "nothing listens there",
        "timed out": "it does not answer in time",
        "Failed to resolve": "its name cannot be found",
        "Name or service not known": "its name cannot be found",
        "No route to host": "there is no way to it",
    }
    reason = next((said for sign, said in reasons.items() if sign in text), text)
    return (
        f"{where} cannot be reached: {reason}. Is it running, is a VPN needed, or is another context meant (--context)?"
    )


def connect(*, kubeconfig: str = "", context: str = "", namespace: str = "", seconds: float = 10) -> Connection:
    """A connection as kubectl would make it: KUBECONFIG or ~/.kube/config, the current context unless one is named."""
    try:
        # It has no types of its own that mypy --strict would take.
        config: Any = importlib.import_module("kubernetes.config")
    except ImportError as error:
        raise ToolError(
            "asking a cluster needs one more package: pip install 'kubilitics-chartgen[cluster]'"
        ) from error
    logging.getLogger("kubernetes").setLevel(logging.CRITICAL)
    # ~/.kube/config need not exist; a file that was named must.
    named = kubeconfig or os.environ.get("KUBECONFIG", "")
    files = named or str(Path.home() / ".kube" / "config")
    if Path(files).is_dir():
        raise InputError(f"{files} is a folder, and a kubeconfig is a file. Name the file in it.")
    if not any(Path(name).is_file() for name in files.split(os.pathsep)):
        raise InputError(
            f"there is no kubeconfig at {files}. Name one with --kubeconfig or KUBECONFIG, as for kubectl and helm."
        )
    try:
        # The client's own list wants a current context, even where another one is named.
        merged = config.kube_config.KubeConfigMerger(files).config
        contexts = [] if merged is None else [item.value for item in merged["contexts"]]
        current = None if merged is None else merged.safe_get("current-context")
    except config.ConfigException as error:
        raise InputError(f"the kubeconfig {files} cannot be used: {error}") from error
    except Exception as error:  # PyYAML's errors, and whatever a file that is no kubeconfig leads to
        raise InputError(f"{files} is not a kubeconfig: {_reason(error)}") from error
    names = [item["name"] for item in contexts]
    chosen = context or str(current or "")
    if chosen not in names:
        what = f'there is no context "{chosen}" in {files}' if chosen else f"{files} names no current context"
        raise InputError(f"{what}; it has: {', '.join(sorted(names)) or 'none'}. Name one with --context.")
    its = next(item for item in contexts if item["name"] == chosen)
    with _said() as words:
        try:
            client = config.new_client_from_config(config_file=files, context=chosen)
        except Exception as error:  # what it does not look at before it uses it
            why = str(error) if isinstance(error, config.ConfigException) else _reason(error)
            raise InputError(f'the context "{chosen}" of {files} cannot be used: {why}') from error
    if words:
        # It would go on without credentials, where kubectl stops.
        raise ToolError(f'the context "{chosen}" of {files} gives no credentials: {"; ".join(words)}')
    default = str(its.get("context", {}).get("namespace") or "default")
    return Connection(client, context=chosen, namespace=namespace or default, seconds=seconds)


def _reason(error: Exception) -> str:
    """What is wrong with a kubeconfig, in words; a library's own words may quote what is secret."""
    if isinstance(error, OSError):
        return f"{error.filename or 'a file it names'} cannot be read: {error.strerror}"
    if isinstance(error, binascii.Error):
        return "what stands at one of its keys that end in -data is not base64"
    if isinstance(error, UnicodeError):
        return "it is not UTF-8 text"
    mark = getattr(error, "problem_mark", None)
    if mark is not None:
        return f"line {mark.line + 1} is not YAML: {getattr(error, 'problem', None) or 'something else is expected'}"
    if type(error).__module__.startswith("yaml"):
        return "it is not YAML"
    return "a value in it is of another kind than a kubeconfig has there, such as a number where text is expected"


@contextmanager
def _said() -> Iterator[list[str]]:
    """What is logged as an error at the root while the block runs, which would go to standard error."""
    words: list[str] = []

    class Listening(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            words.append(record.getMessage())

    listening = Listening(logging.ERROR)
    root = logging.getLogger()
    root.addHandler(listening)
    try:
        yield words
    finally:
        root.removeHandler(listening)
