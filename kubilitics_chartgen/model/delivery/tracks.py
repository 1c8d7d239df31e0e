"""The three independent tracks of a release, and the binaries and images they build (section 7). No I/O.

Static binaries for Linux are linked against musl, others against glibc; macOS gets one binary for both kinds of
processor. Images run as the users that are built into them, and can write where the programs write, nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass

from kubilitics_chartgen.model.components import AI, BACKEND, FRONTEND, Component

__all__ = ["TARGETS", "TRACKS", "Target", "Track"]


@dataclass(frozen=True)
class Target:
    """One platform that binaries are built for."""

    id: str
    runner: str
    platform: str
    arch: str


TARGETS = (
    Target("macos-universal", "macos-15", "darwin", "universal"),
    Target("windows-x86_64", "windows-2025", "windows", "x86_64"),
    Target("linux-x86_64-static", "ubuntu-24.04", "linux", "x86_64"),
    Target("linux-x86_64-glibc", "ubuntu-24.04", "linux", "x86_64"),
)


@dataclass(frozen=True)
class Track:
    """One component on its way from source to binaries and images."""

    component: Component
    folder: str
    """Where its source lies in the repository of the product."""
    is_go: bool
    writable: tuple[str, ...]
    """Folders of the image that belong to its user, beside /tmp, which anybody may write to. With a read-only root file
    system they are mounted."""
    budget_mb: tuple[int, int] | None = None
    """Least and most an image usually takes, unpacked (section 7); more fails the build, less is worth a look."""

    @property
    def id(self) -> str:
        """Also the name of its workflow and of its Dockerfile."""
        return self.component.id


BACKEND_TRACK = Track(BACKEND, "kubilitics-backend", True, ("/data", "/home/kubilitics"), (50, 150))
AI_TRACK = Track(AI, "kubilitics-ai", True, ("/data/ai", "/var/lib/kubilitics", "/app/logs"), (100, 300))
FRONTEND_TRACK = Track(
    FRONTEND,
    "kubilitics-frontend",
    False,
    ("/usr/share/kubilitics/html", "/run/kubilitics", "/var/cache/nginx", "/var/run"),
)
TRACKS = (BACKEND_TRACK, AI_TRACK, FRONTEND_TRACK)
