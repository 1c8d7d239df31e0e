"""What the delivery pipeline takes from others, at exactly which bytes: the one file to change for an update. No I/O.

An action is pinned by the commit its version tag names, an image by its digest. Each was read in public repositories
that carry the same pair of version and digest, never made up; where none was found, the digest is `UNPINNED`, and
`delivery check --release` refuses to release. renovate.json reads and updates this file, so keep one pin in one line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = [
    "ACTIONS",
    "IMAGES",
    "KIND_NODES",
    "KIND_VERSION",
    "UNPINNED",
    "Action",
    "Image",
    "action",
    "image",
    "unpinned",
]

UNPINNED = ""
"""Stands where the digest is not known yet."""
COMMIT = re.compile(r"[0-9a-f]{40}")
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True)
class Action:
    """One action of a workflow."""

    name: str
    version: str
    commit: str

    @property
    def reference(self) -> str:
        """As a workflow names it: by commit; by version only while the commit is not known."""
        return f"{self.name}@{self.commit or self.version}"


@dataclass(frozen=True)
class Image:
    """One image that something is built on, or run in."""

    name: str
    tag: str
    digest: str

    @property
    def reference(self) -> str:
        """As a Dockerfile names it."""
        return f"{self.name}:{self.tag}" + (f"@{self.digest}" if self.digest else "")


# fmt: off
ACTIONS = (
    Action("actions/checkout", "v6.0.2", "de0fac2e4500dabe0009e67214ff5f5447ce83dd"),
    Action("actions/setup-go", "v6.1.0", "4dc6199c7b1a012772edbd06daecab0f50c9053c"),
    Action("actions/setup-node", "v6.1.0", "395ad3262231945c25e8478fd5baf05154b1d79f"),
    Action("actions/setup-python", "v6.1.0", "83679a892e2d95755f2dac6acb0bfd1e9ac5d548"),
    Action("actions/upload-artifact", "v6.0.0", "b7c566a772e6b6bfb58ed0dc250532a479d7789f"),
    Action("actions/download-artifact", "v7.0.0", "37930b1c2abaa49bbe596cd826c3c89aef350131"),
    Action("actions/attest-build-provenance", "v3.0.0", "977bb373ede98d70efdf65b84cb5f73e068dcc2a"),
    Action("docker/setup-buildx-action", "v3.12.0", "8d2750c68a42422c14e847fe6c8ac0403b4cbd6f"),
    Action("docker/build-push-action", "v6.18.0", "263435318d21b8e681c14492fe198d362a7d2c83"),
    Action("docker/login-action", "v3.6.0", "5e57cd118135c172c3672efd75eb46360885c0ef"),
    Action("sigstore/cosign-installer", "v4.0.0", "faadad0cce49287aee09b3a48701e75088a2c6ad"),
    Action("anchore/scan-action", "v7.4.0", "e1165082ffb1fe366ebaf02d8526e7c4989ea9d2"),
    Action("azure/setup-helm", "v4.3.1", "1a275c3b69536ee54be43f2070a358922e12c8d4"),
    Action("helm/chart-testing-action", "v2.8.0", "6ec842c01de15ebb84c8627d2744a0c2f2755c9f"),
    Action("helm/kind-action", "v1.12.0", "a1b0e391336a6ee6713a0583f8c6240d70863de3"),
)

IMAGES = (
    Image("golang", "1.26-alpine", "sha256:7a3e50096189ad57c9f9f865e7e4aa8585ed1585248513dc5cda498e2f41812c"),
    Image("node", "24-alpine", "sha256:e67514e5d0f6c46656005e1b693b2ec9d52e80b641307de684d4a015ba7a4eaf"),
    Image("alpine", "3.22", "sha256:14358309a308569c32bdc37e2e0e9694be33a9d99e68afb0f5ff33cc1f695dce"),
    Image("nginxinc/nginx-unprivileged", "1.29-alpine", "sha256:0c79d56aee561a1d81c63f00eee5fb5fe29279560cdc55e91425133104c7fbe6"),  # noqa: E501
    Image("registry.k8s.io/kubectl", "v1.34.1", "sha256:59bafa07ff3a6d4b417e7633ddb9d79a9606ca98bf64bac080b3e65748669250"),  # noqa: E501
)

KIND_VERSION = "v0.33.0"
KIND_NODES = (
    Image("kindest/node", "v1.25.16", "sha256:6110314339b3b44d10da7d27881849a87e092124afab5956f2e10ecdb463b025"),
    Image("kindest/node", "v1.29.14", "sha256:8703bd94ee24e51b778d5556ae310c6c0fa67d761fae6379c8e0bb480e6fea29"),
    Image("kindest/node", "v1.33.1", "sha256:050072256b9a903bd914c0b2866828150cb229cea0efe5892e2b644d5dd3b34f"),
    Image("kindest/node", "v1.35.8", "sha256:07b2536e30b803ed61d1677a79df6115f798ce64c80f9e22f6ed45afd09323c0"),
    Image("kindest/node", "v1.37.0", "sha256:a1ed56cfb0e7b93589bdf97c8cd566405a265939e3620fc4f5de89adff580ae5"),
)
# fmt: on
"""Kubernetes versions that the chart is installed on, from the oldest it accepts to the newest it is validated for."""


def action(name: str) -> Action:
    """The pinned action of this name."""
    return next(pin for pin in ACTIONS if pin.name == name)


def image(name: str) -> Image:
    """The pinned image of this name."""
    return next(pin for pin in IMAGES if pin.name == name)


def unpinned() -> list[str]:
    """What no release may be made with: whatever has no digest, or none in the shape of one."""
    actions = [f"{pin.name} {pin.version}" for pin in ACTIONS if not COMMIT.fullmatch(pin.commit)]
    return actions + [f"{pin.name}:{pin.tag}" for pin in (*IMAGES, *KIND_NODES) if not DIGEST.fullmatch(pin.digest)]
