"""Dictionaries and lists that templates build, by where they are built. State of one analysis, no I/O.

Reads do not depend on the order of writes: the interpreter runs until nothing is added any more.
"""

from __future__ import annotations

from collections.abc import Mapping

from kubilitics_chartgen.verify.analysis.values import ANY, NOTHING, Abstract, Path, Site, join

__all__ = ["Heap"]

OUTSIDE = frozenset({"root", "path", "template", "subcharts", "context", "files", "glob", "file"})
"""What sites begin with that no template builds; a copy is its template's own."""


class Heap:
    """Fields and links per site; both only grow."""

    def __init__(self) -> None:
        self._fields: dict[Site, dict[str, Abstract]] = {}
        self._links: dict[Site, Abstract] = {}
        self._versions: dict[Site, int] = {}
        self.version = 0
        """Grows with every change, to see when nothing changes any more."""
        self.looked: dict[Site, int] = {}
        """What was looked at, and the version that it had, since whoever wants to know put an empty map here."""

    def look(self, site: Site) -> None:
        """Note that what follows depends on a site."""
        self.looked.setdefault(site, self._versions.get(site, 0))

    def touch(self, site: Site) -> None:
        """A site has changed."""
        self._versions[site] = self._versions.get(site, 0) + 1
        self.version += 1

    def same(self, looked: Mapping[Site, int]) -> bool:
        """Whether what was looked at is still as it was."""
        return all(self._versions.get(site, 0) == version for site, version in looked.items())

    def write(self, site: Site, key: str, value: Abstract) -> None:
        """A field may be `value`; the key `*` is a key that is not known."""
        fields = self._fields.setdefault(site, {})
        before = fields.get(key)
        after = value if before is None else join([before, value])
        if before is None or after != before:
            fields[key] = after
            self.touch(site)

    def link(self, site: Site, value: Abstract) -> None:
        """Whatever `value` has, `site` may have as well."""
        before = self._links.get(site, NOTHING)
        after = join([before, value])
        if after != before:
            self._links[site] = after
            self.touch(site)

    def read(self, site: Site, key: str) -> Abstract:
        """What a field may be, links aside."""
        self.look(site)
        fields = self._fields.get(site, {})
        if key == ANY:
            return join(fields.values())
        return join(fields[name] for name in (key, ANY) if name in fields)

    def linked(self, site: Site) -> Abstract:
        """What `site` is linked to."""
        self.look(site)
        return self._links.get(site, NOTHING)

    def keys(self, site: Site) -> tuple[str, ...] | None:
        """All keys of a site, None where they are not known."""
        self.look(site)
        fields = self._fields.get(site, {})
        return None if ANY in fields or site in self._links or site[0] == "copy" else tuple(fields)

    def written_outside(self) -> frozenset[tuple[Site, str]]:
        """The fields that others may see, because no template built what has them; `*` for those of a link."""
        fields = {(site, key) for site, written in self._fields.items() if site[0] in OUTSIDE for key in written}
        return frozenset(fields | {(site, ANY) for site in self._links if site[0] in OUTSIDE})

    def written_roots(self, given: frozenset[tuple[Site, str]]) -> frozenset[Path]:
        """Root contexts in which something was changed in place, their values aside; `given` was there before."""
        sites = [site for site, _key in self.written_outside() - given]
        return frozenset(site[1] for site in sites if site[0] != "path" and isinstance(site[1], tuple))
