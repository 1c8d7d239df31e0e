"""What a template depends on, for a reader. Reads the chart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kubilitics_chartgen.errors import InputError
from kubilitics_chartgen.kube.versions import supported
from kubilitics_chartgen.verify.analysis.reads import Use
from kubilitics_chartgen.verify.dependencies import TemplateDependencies
from kubilitics_chartgen.verify.lint.paths import shown
from kubilitics_chartgen.verify.subject import read_subject
from kubilitics_chartgen.words import counted

__all__ = ["Explanation", "explain"]

_USES = {Use.TEST: "asked for", Use.KEYS: "its keys", Use.VALUE: "printed or used", Use.TEMPLATE: "run as a template"}


@dataclass(frozen=True)
class Explanation:
    """What one template depends on."""

    template: str
    conditions: tuple[str, ...]
    """Values on which a condition depends."""
    data: tuple[str, ...]
    """Values that are only printed."""
    reads: tuple[tuple[str, str, str], ...]
    """Values path, how it is read, and where."""
    also: tuple[str, ...]
    """What else of the root context it sees."""
    combinations: int
    writes: tuple[str, ...] = ()
    widened: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The explanation as plain data."""
        return asdict(self)

    def lines(self) -> Iterator[str]:
        """The explanation in lines."""
        read = counted(len(self.conditions) + len(self.data), "value")
        yield f"{self.template}: {read}, {counted(self.combinations, 'combination')}"
        if self.widened:
            yield f"It counts as reading everything: {self.widened}."
        if self.also:
            yield f"It also sees {', '.join(self.also)}."
        if self.writes:
            yield f"It changes in place: {', '.join(self.writes)}."
        for title, names in (("conditions depend on", self.conditions), ("printed only", self.data)):
            yield f"{title}:"
            yield from (f"  {name}" for name in names)
        yield "read at:"
        yield from (f"  {path}  ({how}, {where})" for path, how, where in self.reads)


def explain(chart: Path, template: str) -> Explanation:
    """What the template depends on. Raises InputError where there is none of that name, or where several fit."""
    subject = read_subject(chart, kube_versions=supported())
    known = subject.dependencies.templates
    exact = [name for name in known if template in (name, f"{subject.name}/{name}")]
    matching = exact or sorted(name for name in known if name.endswith(f"/{template}"))
    if not matching:
        raise InputError(f"There is no template {template}. The templates are: {', '.join(sorted(known))}")
    if len(matching) > 1:
        raise InputError(f"{template} fits several templates. Name one of them: {', '.join(matching)}")
    one: TemplateDependencies = known[matching[0]]
    part = subject.slices[f"{subject.name}/{matching[0]}"]
    conditions: list[str] = []
    data: list[str] = []
    combinations = 1
    for number in part.factors:
        factor = subject.space.factors[number]
        combinations *= len(factor.levels)
        decides = one.widened or any(_overlap(path, factor.path) for path in one.controls)
        (conditions if decides else data).append(factor.name)
    reads = dict.fromkeys(
        (shown(read.path) or "all values", _USES[read.use], f"{read.file}:{read.line}")
        for read in one.reads
        if read.use is not Use.TEST or not any(other.path[:-1] == read.path for other in one.reads)
    )
    return Explanation(
        matching[0],
        tuple(conditions),
        tuple(data),
        tuple(sorted(reads)),
        tuple(sorted(fact for fact in one.facts if fact != "*")),
        combinations,
        tuple(sorted(shown(path) or "the root context" for path in one.writes)),
        one.widened,
    )


def _overlap(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return all(left == right or left == "*" for left, right in zip(one, other, strict=False)) and len(one) >= len(other)
