"""Check `config-data`: what the API server wants of ConfigMaps and Secrets beyond the schema."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from typing import Any

from kubilitics_chartgen.verify.checks.check import Context, Document, Fault, Severity, fault
from kubilitics_chartgen.verify.checks.reading import Object, at, mapping, quoted

__all__ = ["ConfigData"]

Found = Iterator[tuple[str, str]]

_KEY = re.compile(r"[-._a-zA-Z0-9]{1,253}")
_MAX_SIZE = 1024 * 1024
_NEEDS: dict[str, tuple[str, ...]] = {
    "kubernetes.io/dockercfg": (".dockercfg",),
    "kubernetes.io/dockerconfigjson": (".dockerconfigjson",),
    "kubernetes.io/ssh-auth": ("ssh-privatekey",),
    "kubernetes.io/tls": ("tls.crt", "tls.key"),
}
_JSON = (".dockercfg", ".dockerconfigjson")


class ConfigData:
    """See `sentence`."""

    name = "config-data"
    sentence = (
        "The API server accepts every ConfigMap and Secret: names of keys, size, and the keys that a Secret's type "
        "needs; and no ConfigMap is empty."
    )
    severity: Severity = "error"
    fix = "Correct the key, or give the Secret the type that fits what is in it."

    def check(self, document: Document, context: Context) -> Iterator[Fault]:  # noqa: ARG002
        """What the API server would refuse."""
        if document.group or document.kind not in ("ConfigMap", "Secret"):
            return
        for path, message in _data(document.object):
            yield fault(self, document, path, message)
        if document.kind == "Secret":
            for path, message in _secret(document.object):
                yield fault(self, document, path, message)


def _data(obj: Object) -> Found:
    for part in ("data", "binaryData", "stringData"):
        for key in mapping(obj.get(part)):
            if not _KEY.fullmatch(key):
                yield f'{part}["{key}"]', f"{quoted(key)} is no key: at most 253 letters, digits, - _ ."
            elif key == "." or key.startswith(".."):
                yield f'{part}["{key}"]', f"{quoted(key)} must neither be . nor start with .."
    for key in mapping(obj.get("data")):
        if key in mapping(obj.get("binaryData")):
            yield f'binaryData["{key}"]', f"{quoted(key)} stands in data, too"
    if (
        not any(mapping(obj.get(part)) for part in ("data", "binaryData", "stringData"))
        and obj.get("kind") == "ConfigMap"
    ):
        yield "data", "holds nothing"
    if _size(obj) > _MAX_SIZE:
        yield "data", "is larger than 1 MiB"


def _size(obj: Object) -> int:
    """How many bytes the API server counts: of what is decoded, and stringData in place of data."""
    encoded, plain = ("data", "stringData") if obj.get("kind") == "Secret" else ("binaryData", "data")
    texts = mapping(obj.get(plain))
    size = sum(len(text.encode()) for text in texts.values() if isinstance(text, str))
    return size + sum(
        len(_decoded(text))
        for key, text in mapping(obj.get(encoded)).items()
        if key not in texts and isinstance(text, str)
    )


def _secret(obj: Object) -> Found:
    kind = str(obj.get("type") or "Opaque")
    data, plain = mapping(obj.get("data")), mapping(obj.get("stringData"))
    for key in _NEEDS.get(kind, ()):
        if key not in data and key not in plain:
            yield "data", f"must hold {quoted(key)} where the type is {kind}"
        elif key in _JSON and not _is_json(plain[key] if key in plain else _decoded(data[key])):
            yield f'data["{key}"]', "must be JSON"
    if kind == "kubernetes.io/basic-auth" and not ({"username", "password"} & (data.keys() | plain.keys())):
        yield "data", f"must hold `username` or `password` where the type is {kind}"
    account = at(obj, "metadata", "annotations").get("kubernetes.io/service-account.name")
    if kind == "kubernetes.io/service-account-token" and not account:
        yield "metadata.annotations", "must name the service account, kubernetes.io/service-account.name"


def _decoded(value: Any) -> bytes:
    try:
        return base64.b64decode(str(value), validate=False)
    except ValueError:
        return b""


def _is_json(text: Any) -> bool:
    try:
        json.loads(text.decode(errors="replace") if isinstance(text, bytes) else str(text))
    except (ValueError, RecursionError):
        return False
    return True
