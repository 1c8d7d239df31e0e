"""One YAML document as an object, by the rules of Helm's own YAML reader. Pure, and remembers what it has read.

Helm reads YAML 1.1 (`on` is true, `017` is 15) with Go's habits (`1e3` is a number, `1:30` and `2001-01-01` are
text), so Helm's own reader does the work.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from kubilitics_chartgen.errors import InputError
from kubilitics_chartgen.helm.yaml_blocks import read_blocks
from kubilitics_chartgen.helm.yaml_keys import may_repeat_keys

__all__ = ["YamlTextError", "read_yaml", "yaml_object"]

_LONG = 16
"""Lines from which it pays to read a text in blocks."""


class YamlTextError(InputError):
    """The text is not YAML, or not a mapping at the top; `line` counts from 1 where it is known."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


def yaml_object(text: str) -> dict[str, Any]:
    """The mapping in `text`, empty where there is none. The same object is given out again: never change it."""
    return read_yaml(text)[0]


@lru_cache(maxsize=128)
def read_yaml(text: str) -> tuple[dict[str, Any], bool]:
    """What `yaml_object` gives, and whether it is known that no mapping in it has a key twice."""
    import helm_python

    if "\0" in text:
        raise YamlTextError("yaml: control characters are not allowed", text[: text.index("\0")].count("\n") + 1)
    if text.count("\n") > _LONG:
        doubtful = False

        def read(block: str) -> dict[str, Any]:
            nonlocal doubtful
            found, distinct = _block(block)
            doubtful = doubtful or not distinct
            return found

        known = read_blocks(text, read)
        if known is not None:
            return known, not doubtful
    try:
        return helm_python.values_from_yaml(text), False
    except helm_python.HelmError as error:
        message = str(error).replace("error converting YAML to JSON: ", "")
        if "cannot unmarshal" in message:
            what = message.split("cannot unmarshal ")[1].split(" ")[0]
            raise YamlTextError(f"a mapping is expected at the top, not {what}", 1) from error
        raise YamlTextError(message, _line(text)) from error
    except RecursionError as error:
        raise YamlTextError("yaml: exceeded max depth") from error


@lru_cache(maxsize=4096)
def _block(text: str) -> tuple[dict[str, Any], bool]:
    import helm_python

    try:
        return helm_python.values_from_yaml(text), not may_repeat_keys(text)
    except helm_python.HelmError as error:
        raise ValueError(str(error)) from error


def _line(text: str) -> int | None:
    """Where PyYAML stumbles over the same text: Helm's reader does not always say."""
    import yaml

    try:
        for _event in yaml.parse(text, Loader=yaml.CSafeLoader):
            pass
    except yaml.MarkedYAMLError as error:
        return error.problem_mark.line + 1 if error.problem_mark else None
    except yaml.YAMLError:
        return None
    return None
