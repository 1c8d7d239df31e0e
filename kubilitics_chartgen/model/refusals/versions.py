"""Images of releases that do not go together. No I/O.

Which these are says the compatibility matrix; the message names the rule's own reason as well.
"""

from __future__ import annotations

from typing import Any

from kubilitics_chartgen.model.refusals.refusal import Refusal

__all__ = ["VERSION_REFUSALS"]


def _tags(**tags: str) -> dict[str, Any]:
    return {component: {"image": {"tag": tag}} for component, tag in tags.items()}


VERSION_REFUSALS: tuple[Refusal, ...] = (
    Refusal(
        "version-blocked",
        "*.image.tag",
        "the compatibility matrix blocks this combination",
        "Leave the tags empty for the chart's own release, or choose versions that go together "
        "(see the chart's README); compatibility.enforce: warn installs them nevertheless.",
        bad=_tags(frontend="1.3.0", backend="1.0.0"),
        good=_tags(frontend="1.3.0", backend="1.2.0"),
    ),
    Refusal(
        "ai-version-blocked",
        "*ai.image.tag",
        "the compatibility matrix blocks AI of this version",
        "Choose a version of AI that goes with the rest (see the chart's README), or keep the core and turn AI off "
        "with ai.enabled: false; compatibility.enforce: warn installs it nevertheless.",
        bad={"ai": {"enabled": True, "image": {"tag": "1.0.0"}}},
        good={"ai": {"enabled": False, "image": {"tag": "1.0.0"}}},
    ),
)
