"""One chart of a pair, rendered with values that were written for the old one. Reads the chart.

What a template printed is remembered by what it reads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kubilitics_chartgen.errors import InputError
from kubilitics_chartgen.helm.batch import Context
from kubilitics_chartgen.helm.engine import Release
from kubilitics_chartgen.helm.manifests import Document, documents
from kubilitics_chartgen.verify.projection import projection
from kubilitics_chartgen.verify.space.configuration import configuration_of
from kubilitics_chartgen.verify.subject import Subject
from kubilitics_chartgen.verify.sweep.renderer import BATCH, Refusal, Renderer

__all__ = ["Refused", "Side"]

Refused = tuple[tuple[str, str], ...]
"""Values path (empty where none is known) and message of each reason for which values are refused."""
MAX_KNOWN = 60_000


class Side:
    """One chart."""

    def __init__(self, subject: Subject, *, upgrade: bool) -> None:
        self.subject = subject
        self.upgrade = upgrade
        self.renderer = Renderer(subject.files.folder)
        self._known: dict[tuple[object, ...], tuple[Document, ...]] = {}
        self._parsed: dict[tuple[str, str], tuple[Document, ...]] = {}

    def look(self, given: Sequence[Mapping[str, Any]], releases: Sequence[Release]) -> list[list[Document] | Refused]:
        """The objects for each set of values, or why there are none."""
        found: list[list[Document] | Refused] = []
        for start in range(0, len(given), BATCH):
            found.extend(self._some(given[start : start + BATCH], releases[start : start + BATCH]))
        return found

    def _some(self, given: Sequence[Mapping[str, Any]], releases: Sequence[Release]) -> list[list[Document] | Refused]:
        answers: dict[int, list[Document] | Refused] = {}
        asked: list[tuple[int, Context]] = []
        if len(self._known) > MAX_KNOWN:
            self._known.clear()
            self._parsed.clear()
        keys: list[dict[str, tuple[object, ...]]] = []
        for number, (values, release) in enumerate(zip(given, releases, strict=True)):
            release = Release(release.name, release.namespace, self.upgrade)
            keys.append(self._keys(values, release))
            whole = self.renderer.whole(values)
            if not self.renderer.judge.accepts(whole):
                answers[number] = tuple((one.path, one.message) for one in self.renderer.judge.problems(whole))
                continue
            unknown = [name for name, key in keys[number].items() if key not in self._known]
            asked.append((number, Context(whole, release, unknown)))
        texts = self.renderer.texts([context for _, context in asked], [given[number] for number, _ in asked])
        for (number, _context), text in zip(asked, texts, strict=True):
            answers[number] = self._answer(text, keys[number])
        return [answers[number] for number in range(len(given))]

    def _keys(self, values: Mapping[str, Any], release: Release) -> dict[str, tuple[object, ...]]:
        configuration = configuration_of(self.subject.space, values, release=release)
        if self.subject.dependencies.shared:
            return {name: (name, *configuration.levels, repr(configuration)) for name in self.renderer.entries}
        slices = self.subject.slices
        return {name: (name, *projection(slices[name], configuration)) for name in self.renderer.entries}

    def _answer(
        self, texts: Mapping[str, str] | Refusal, keys: Mapping[str, tuple[object, ...]]
    ) -> list[Document] | Refused:
        if isinstance(texts, Refusal):
            return tuple(("", line) for line in texts.message.splitlines() if line.strip())
        try:
            for name, text in texts.items():
                if name in keys:
                    self._known[keys[name]] = self._documents(name, text)
        except InputError as error:
            return (("", str(error)),)
        return [each for key in keys.values() for each in self._known[key]]

    def _documents(self, name: str, text: str) -> tuple[Document, ...]:
        if name.endswith("NOTES.txt"):
            return ()
        known = self._parsed.get((name, text))
        if known is None:
            known = self._parsed[name, text] = documents({name: text})
        return known
