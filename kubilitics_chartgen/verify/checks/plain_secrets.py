"""Check `plain-secrets`: no secret's value stands in an object that is not a Secret."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from kubilitics_chartgen.helm.secret_names import names_secret
from kubilitics_chartgen.verify.checks.check import Context, Document, Fault, Severity, fault
from kubilitics_chartgen.verify.checks.reading import entries, items, mapping, quoted, texts

__all__ = ["PlainSecrets"]

_TOKENS: dict[str, re.Pattern[str]] = {
    "PRIVATE KEY": re.compile(r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----"),
    "AKIA": re.compile(r"\bAKIA[A-Z0-9]{16}\b"),
    "ASIA": re.compile(r"\bASIA[A-Z0-9]{16}\b"),
    "ghp_": re.compile(r"\bghp_[A-Za-z0-9]{36}\b"),
    "gho_": re.compile(r"\bgho_[A-Za-z0-9]{36}\b"),
    "ghs_": re.compile(r"\bghs_[A-Za-z0-9]{36}\b"),
    "sk-": re.compile(r"\bsk-(?:ant-|proj-)?[A-Za-z0-9_-]{20,}"),
    "xox": re.compile(r"\bxox[abpr]-[A-Za-z0-9-]{10,}"),
    "AIza": re.compile(r"\bAIza[A-Za-z0-9_-]{35}\b"),
    "@": re.compile(r"://[^\s/:@$`'\"]{1,64}:[^\s/:@$`'\"]{3,}@"),
}
"""What known kinds of keys look like, by a text that each of them holds: looking for that is much faster."""
_FLAG = re.compile(r"--?([\w.-]+)=(.+)", re.DOTALL)
_HINTS = ("passw", "api", "secret")
_WORD = re.compile(
    r"(?:password|passwd|api[_-]?key|client[_-]?secret|secret[_-]?key)[\"']?[ \t]*[:=][ \t]*[\"']?([^\s\"',]+)"
)
_HARMLESS = re.compile(
    r"\s*|\d+(?:\.\d+)?|true|false|yes|no|null|none|~|[|>][-+]?|.*[$%<{(].*|[./~].*|\w+://[^@]*|(?:[\w.-]+/)+[\w.-]+|\*+|x+|redacted|changeme",
    re.IGNORECASE | re.DOTALL,
)


class PlainSecrets:
    """See `sentence`."""

    name = "plain-secrets"
    sentence = (
        "No password, token or key stands in an environment variable, an argument, a ConfigMap or anywhere outside a "
        "Secret, where whoever may look at pods would read it."
    )
    severity: Severity = "error"
    fix = "Put the value into a Secret and refer to it with secretKeyRef or a mounted file."

    def check(self, document: Document, context: Context) -> Iterator[Fault]:  # noqa: ARG002
        """Places where a secret shows. Messages never hold it."""
        if document.kind == "Secret" and not document.group:
            return
        text = document.text
        for hint, pattern in _TOKENS.items():
            match = pattern.search(text) if hint in text else None
            if match:
                path = next((path for path, value in texts(document.object) if pattern.search(value)), "")
                line = text.count("\n", 0, match.start()) + 1
                where = "in plain sight" if path else f"in line {line} of the document"
                yield fault(self, document, path, f"what looks like a key or password stands {where}")
                break
        if document.kind == "ConfigMap" and not document.group:
            for key, value in mapping(document.object.get("data")).items():
                if isinstance(value, str) and _shows(key, value):
                    yield fault(self, document, f'data["{key}"]', f"{quoted(key)} has its value in plain sight")
        pod = document.pod
        if pod is not None:
            for container in pod.containers:
                for position, item in items(container.object.get("env")):
                    name, value = item.get("name"), item.get("value")
                    if isinstance(name, str) and isinstance(value, str) and _is_plain(name, value):
                        path = f"{container.path}.env[{position}].value"
                        yield fault(self, document, path, f"{quoted(name)} has its value in plain sight")
                for key in ("command", "args"):
                    for position, argument in enumerate(entries(container.object.get(key))):
                        if _shows_flag(argument):
                            path = f"{container.path}.{key}[{position}]"
                            yield fault(self, document, path, "a password or key is given in plain sight")


def _is_plain(name: str, value: str) -> bool:
    return _means_secret(name) and _HARMLESS.fullmatch(value) is None


@lru_cache(maxsize=4096)
def _means_secret(name: str) -> bool:
    return names_secret(name)


@lru_cache(maxsize=1024)
def _shows(key: str, value: str) -> bool:
    if "\n" not in value and _is_plain(key, value):
        return True
    low = value.lower()
    return any(hint in low for hint in _HINTS) and any(
        _HARMLESS.fullmatch(found) is None for found in _WORD.findall(low)
    )


def _shows_flag(argument: Any) -> bool:
    match = _FLAG.fullmatch(argument) if isinstance(argument, str) else None
    return match is not None and _is_plain(match[1], match[2])
