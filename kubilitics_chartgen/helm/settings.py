"""What a chart's author tells this toolkit in `.chartgen.yaml` beside Chart.yaml. Reads that one file.

The part that rendering needs:

    kubeVersion:
      value: kubeVersionOverride    # the values path that overrides the Kubernetes version which the templates see
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from kubilitics_chartgen.errors import InputError, Problem

if TYPE_CHECKING:
    from kubilitics_chartgen.helm.values_file import Values

__all__ = ["SETTINGS_FILE", "kube_version_value", "parse_chart_settings", "placed_settings", "read_chart_settings"]

SETTINGS_FILE = ".chartgen.yaml"


def read_chart_settings(chart: Path) -> dict[str, Any]:
    """The settings of the chart in the folder `chart`; empty where it has none."""
    file = chart / SETTINGS_FILE
    try:
        text = file.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{file} cannot be read: {error}") from error
    return parse_chart_settings(text, name=str(file))


def parse_chart_settings(text: str, *, name: str = SETTINGS_FILE) -> dict[str, Any]:
    """The settings in `text`; raises InputError for what is no mapping."""
    return placed_settings(text, name=name).data


def placed_settings(text: str, *, name: str = SETTINGS_FILE) -> Values:
    """The same, each with its line."""
    from kubilitics_chartgen.helm.values_file import parse_values

    try:
        return parse_values(text, name=name)
    except InputError as error:
        raise InputError(f"{SETTINGS_FILE} cannot be used", error.problems) from None


def kube_version_value(settings: dict[str, Any]) -> tuple[str, ...] | None:
    """The values path that overrides the Kubernetes version; None where the chart declares none."""
    from kubilitics_chartgen.helm.paths import parse_dotted

    declared = settings.get("kubeVersion")
    if declared is None:
        return None
    value = declared.get("value") if isinstance(declared, dict) else None
    if not isinstance(value, str) or not all(parse_dotted(value)):
        problem = Problem("a values path is expected, such as `value: kubeVersionOverride`", path="kubeVersion.value")
        raise InputError(f"{SETTINGS_FILE} cannot be used", [problem])
    return parse_dotted(value)
