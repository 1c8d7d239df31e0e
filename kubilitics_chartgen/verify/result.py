"""What a verification found and how far it looked. Frozen data, no I/O."""

from __future__ import annotations

import json
import shlex
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from kubilitics_chartgen.helm.secret_names import HIDDEN, HIDDEN_NOTE, masked
from kubilitics_chartgen.words import counted

__all__ = ["BranchCoverage", "Coverage", "Proof", "Untaken", "VerifyReport"]


@dataclass(frozen=True)
class Proof:
    """A finding with the smallest values that show it."""

    check: str
    severity: str
    message: str
    object: str = ""
    path: str = ""
    template: str = ""
    line: int = 0
    """In what the template prints; in the file itself where there is no object; 0 where it is not known."""
    fix: str = ""
    values: str = ""
    """A values file that shows it."""
    command: str = ""
    """One line that shows it with plain Helm."""
    also: tuple[str, ...] = ()
    """Other objects with the same fault."""
    made_up: bool = False
    """Whether it needs values, or text in a file, that nothing says to be valid: then it is no fault of the chart."""
    file: str = ""
    """A file that the chart does not hold and a template asks for: it is there only with this file."""
    cluster: str = ""
    """Another cluster than the one the embedded Helm knows, in words: it is there only on such a one."""

    @property
    def fails(self) -> bool:
        """Whether a run with such a finding fails."""
        return not self.made_up

    @property
    def place(self) -> str:
        """Where it is, in words."""
        if not self.line:
            return self.template
        return f"{self.template}, line {self.line} of what it prints" if self.object else f"{self.template}:{self.line}"

    @property
    def shown(self) -> str:
        """The finding in lines, with the values that show it."""
        where = " ".join(part for part in (self.object, self.path, self.template and f"in {self.place}") if part)
        values = self.values and f"with these values:\n{self.values.rstrip()}"
        head = f"{self.severity} {self.check}: {where}: {self.message}"
        return "\n".join(part for part in (head, self.needs, self.fix, values, self.command) if part)

    @property
    def needs(self) -> str:
        """What it needs beside values, in words."""
        if self.cluster:
            return f"only on {self.cluster}"
        return self.file and f"only if the chart holds the file {self.file}, which a template asks for"

    def as_dict(self) -> dict[str, Any]:
        """The finding as plain data."""
        return asdict(self)


@dataclass(frozen=True)
class Coverage:
    """How far one template was looked at."""

    template: str
    factors: tuple[str, ...]
    """The values it reads."""
    configurations: int
    """In how many different ways it was rendered and accepted."""
    printed: int
    """In how many of them it printed an object."""
    combinations: int
    """How many combinations of t levels there are; of all levels where it was looked at whole."""
    covered: int
    strength: int
    """0: every combination there is."""
    widened: str = ""
    """Why it counts as reading everything; empty where it does not."""

    @property
    def undecided(self) -> int:
        """Combinations that no accepted configuration was found for; whether there is one is not known."""
        return self.combinations - self.covered

    @property
    def shown(self) -> str:
        """How far, in words."""
        kind = "exhaustive" if self.strength == 0 else f"{self.strength}-wise"
        text = f"{kind}, {counted(self.configurations, 'configuration')}"
        return f"{text}, {counted(self.undecided, 'combination')} undecided" if self.undecided else text


@dataclass(frozen=True)
class Untaken:
    """A branch of a template that no accepted configuration took."""

    line: int
    kind: str
    """`if`, `else if`, `else`, `with`, `else with`, `range`; `define` for a named template that nothing ran."""
    condition: str
    refused: bool = False
    """Whether values that are refused take it; then it is not searched with others any further."""

    @property
    def shown(self) -> str:
        """The branch in words."""
        return f"{self.kind} {self.condition}"


@dataclass(frozen=True)
class BranchCoverage:
    """The branches of one file of the chart, those of the named templates in it among them."""

    file: str
    branches: int
    taken: int
    untaken: tuple[Untaken, ...]
    """Without those that lie inside one of them."""
    decided: bool = True
    """Whether all accepted configurations were looked at; False where time was up before."""


@dataclass(frozen=True)
class VerifyReport:
    """The result of one run."""

    chart: str
    findings: tuple[Proof, ...]
    coverage: tuple[Coverage, ...] = ()
    branches: tuple[BranchCoverage, ...] = ()
    """By file; empty where it was not looked at."""
    numbers: Mapping[str, float] = field(default_factory=dict)
    """Counts and seconds, by name."""
    notes: tuple[str, ...] = ()
    """What a reader must know to read the verdict right."""
    complete: bool = True
    """False where the run ended before its time."""
    interrupted: bool = False
    """Whether the user ended it."""
    kube_versions: tuple[str, ...] = ()
    seed: int = 1

    def of_archive(self, archive: str) -> VerifyReport:
        """The report on a chart that was unpacked to be verified, with commands that name its archive."""

        def named(command: str) -> str:
            copy = f'cp -R {shlex.quote(f"{self.chart}/.")} "$chart"'
            unpack = f'tar -xzf {shlex.quote(archive)} -C "$chart" --strip-components=1'
            return command.replace(copy, unpack).replace(self.chart, shlex.quote(archive))

        findings = tuple(replace(each, command=named(each.command)) for each in self.findings)
        return replace(self, chart=archive, findings=findings)

    def hiding(self, secrets: Collection[str]) -> VerifyReport:
        """The report without these texts, which the user's own values hold and call secret."""
        return replace(self, findings=tuple(_hiding(each, secrets) for each in self.findings)) if secrets else self

    @property
    def failed(self) -> bool:
        """Whether something was found."""
        return any(finding.fails for finding in self.findings)

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain data, for JSON."""
        return {
            "chart": self.chart,
            "failed": self.failed,
            "complete": self.complete,
            "kubeVersions": list(self.kube_versions),
            "seed": self.seed,
            "findings": [finding.as_dict() for finding in self.findings],
            "coverage": [{**asdict(each), "undecided": each.undecided} for each in self.coverage],
            "branches": [asdict(each) for each in self.branches],
            "numbers": dict(self.numbers),
            "notes": list(self.notes),
        }


def _hiding(proof: Proof, secrets: Collection[str]) -> Proof:
    values, command = proof.values, proof.command
    forms: set[str] = set()
    # The longest first: one may stand in another.
    for secret in sorted(secrets, key=len, reverse=True):
        for quoted in dict.fromkeys((json.dumps(secret), json.dumps(secret, ensure_ascii=False), f'"{secret}"')):
            values = values.replace(quoted, f'"{HIDDEN}"')
            # Within an argument that the shell reads.
            command = command.replace(quoted.replace("'", "'\"'\"'"), f'"{HIDDEN}"')
            forms.add(quoted[1:-1])
    message, name, path, *also = (
        masked(text, forms) for text in (proof.message, proof.object, proof.path, *proof.also)
    )
    return replace(
        proof,
        message=message,
        object=name,
        path=path,
        also=tuple(also),
        values=f"{HIDDEN_NOTE}\n{values}" if values != proof.values else values,
        command=f"{command}  {HIDDEN_NOTE}" if command != proof.command else command,
    )
