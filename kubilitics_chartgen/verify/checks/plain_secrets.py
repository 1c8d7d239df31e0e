"""Check `plain-secrets`: no secret's value stands in an object that is not a Secret."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from kubilitics_chartgen.verify.checks.check import Context, Document, Fault, Severity, fault
from kubilitics_chartgen.verify.checks.reading import entries, items, mapping, quoted

__all__ = ["PlainSecrets"]

_TOKEN = re.compile(
    r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----"
    r"|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"
    r"|\bgh[pousr]_[A-Za-z0-9]{36}\b"
    r"|\bsk-(?:ant-|proj-)?[A-Za-z0-9_-]{20,}"
    r"|\bxox[abpr]-[A-Za-z0-9-]{10,}"
    r"|\bAIza[A-Za-z0-9_-]{35}\b"
    r"|://[^\s/:@$`'\"]{1,64}:[^\s/:@$`'\"]{3,}@"
)
_STARTS = ("-----BEGIN", "AKIA", "ASIA", "gh", "sk-", "xox", "AIza", "@")
_SECRET_NAME = re.compile(
    r"(?:^|[_.-]|[a-z](?=[A-Z]))(?:password|passwd|passphrase|api[_-]?key|secret[_-]?key|access[_-]?key|private[_-]?key"
    r"|client[_-]?secret|auth[_-]?token|access[_-]?token|bearer[_-]?token|token|secret|credentials?)$",
    re.IGNORECASE,
)
_FLAG = re.compile(r"--?([\w.-]+)=(.+)", re.DOTALL)
_WORD = re.compile(r"(?i:password|passwd|api[_-]?key|client[_-]?secret|secret[_-]?key)[\"']?[ \t]*[:=][ \t]*[\"']?([^\s\"',]+)")
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
        if any(start in text for start in _STARTS):
            match = _TOKEN.search(text)
            if match:
                line = text.count("\n", 0, match.start()) + 1
                yield fault(self, document, "", f"what looks like a key or password stands in line {line} of the document")
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
    return _SECRET_NAME.search(name) is not None and _HARMLESS.fullmatch(value) is None


def _shows(key: str, value: str) -> bool:
    if "\n" not in value and _is_plain(key, value):
        return True
    return any(_HARMLESS.fullmatch(found) is None for found in _WORD.findall(value))


def _shows_flag(argument: Any) -> bool:
    match = _FLAG.fullmatch(argument) if isinstance(argument, str) else None
    return match is not None and _is_plain(match[1], match[2])
