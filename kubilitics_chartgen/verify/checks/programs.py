"""Check `programs`: containers give their programs what these are declared to take, and ask for what they serve."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from kubilitics_chartgen.verify.checks.check import Context, Document, Fault, Severity, fault
from kubilitics_chartgen.verify.checks.declared import Program
from kubilitics_chartgen.verify.checks.reading import Container, Object, at, items, quoted

__all__ = ["Programs"]

_PROBES = ("startupProbe", "livenessProbe", "readinessProbe")
Found = Iterator[tuple[str, str]]


class Programs:
    """See `sentence`."""

    name = "programs"
    sentence = (
        "What `.chartgen.yaml` declares of a container's program holds: the variables it reads and needs, the ports "
        "it listens at, the paths that probes ask for, and where it reads and writes."
    )
    severity: Severity = "error"
    fix = "Correct the name, the value, the port, the path or the mount; or what is declared of the program."

    def check(self, document: Document, context: Context) -> Iterator[Fault]:
        """What a program would not read, miss, not serve, or not be able to write."""
        pod = document.pod
        if pod is None:
            return
        for container in pod.containers:
            for program in context.declared.programs:
                ours = all(pod.labels.get(key) == value for key, value in program.labels)
                if ours and program.container == container.object.get("name"):
                    for path, message in _judged(program, container):
                        yield fault(self, document, f"{container.path}.{path}", message)


def _judged(program: Program, container: Container) -> Found:
    variables = {str(item.get("name")): item for _, item in items(container.object.get("env"))}
    yield from _variables(program, variables)
    for key in _PROBES:
        path = at(container.object, key, "httpGet").get("path")
        if program.paths and path is not None and path not in program.paths:
            yield f"{key}.httpGet.path", f"{quoted(path)} is none that the program serves"
    for position, port in items(container.object.get("ports")):
        number = port.get("containerPort")
        if program.ports and number not in program.ports:
            yield f"ports[{position}].containerPort", f"{quoted(number)} is no port that the program listens at"
    mounts = [item for _, item in items(container.object.get("volumeMounts"))]
    for place in program.reads:
        if not _covers(mounts, place):
            yield "volumeMounts", f"{quoted(place)}, where the program reads what it is given, lies on no volume"
    for place in program.writes:
        if not _covers((item for item in mounts if not item.get("readOnly")), place):
            yield "volumeMounts", f"{quoted(place)}, where the program writes, lies on no volume it may write to"


def _covers(mounts: Iterable[Object], place: str) -> bool:
    paths = (str(item.get("mountPath")) for item in mounts)
    return any(place == path or place.startswith(f"{path.rstrip('/')}/") for path in paths)


def _variables(program: Program, variables: Mapping[str, Object]) -> Found:
    known = dict(program.variables)
    families = {name.partition("_")[0] + "_" for name in known if "_" in name}
    for name in program.needs:
        if name not in variables:
            yield "env", f"{quoted(name)} is not set, and the program needs it"
    for name, item in variables.items():
        if name in known:
            if "value" not in item and not item.get("valueFrom"):
                yield "env", f"{quoted(name)} has neither a value nor a source"
            elif not _fits(item.get("value"), known[name]):
                yield "env", f"{quoted(name)} is {quoted(item.get('value'))}, which the program does not take"
        elif any(name.startswith(family) for family in families):
            yield "env", f"{quoted(name)} is no variable that the program reads"


def _fits(value: Any, patterns: str) -> bool:
    if not patterns or value is None:
        return True
    return any(fnmatchcase(str(value), pattern) for pattern in patterns.split("|"))
