"""YAML that Helm reads back as what it was. No I/O.

PyYAML and Helm disagree on which plain words are text: to Helm `1e3` is a number. What may look like one is quoted.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

__all__ = ["yaml_text"]


class _Dumper(yaml.SafeDumper):
    """Writes text that does not begin with a letter, or is a single one, in quotes."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 -- anchors save nothing and puzzle readers
        """Write everything out."""
        return True


def _text(dumper: _Dumper, text: str) -> yaml.Node:
    plain = len(text) > 1 and text[0].isalpha()
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if plain or "\n" in text else '"')


_Dumper.add_representer(str, _text)


def yaml_text(data: Mapping[str, Any]) -> str:
    """The mapping as YAML, with sorted keys."""
    return str(yaml.dump(dict(data), Dumper=_Dumper, sort_keys=True, allow_unicode=True, width=120))
