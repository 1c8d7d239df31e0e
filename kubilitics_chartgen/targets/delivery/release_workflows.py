"""The two kinds of release: a full one, which any failure stops, and one of the core, which AI cannot stop. Pure."""

from __future__ import annotations

from kubilitics_chartgen.model.components import AI, BACKEND, COMPONENTS, FRONTEND
from kubilitics_chartgen.model.delivery import TRACKS, Call, Job, Step, Workflow, action
from kubilitics_chartgen.targets.delivery.publish_jobs import (
    CHART,
    ENVIRONMENT,
    VERSION,
    latest,
    publish_chart,
    publish_files,
    publish_images,
)
from kubilitics_chartgen.targets.delivery.steps import (
    CHARTGEN,
    checkout,
    download,
    keep_profiles,
    kind,
    kind_versions,
    python,
    script,
    setup_node,
    upload,
)

__all__ = ["core_release", "full_release"]


MAC = "aarch64-apple-darwin x86_64-apple-darwin"
DESKTOP = (
    {
        "system": "macos",
        "runner": "macos-15",
        "target": "macos-universal",
        "triples": f"{MAC} universal-apple-darwin",
        "build": f"rustup target add {MAC} && npx tauri build --target universal-apple-darwin",
    },
    {
        "system": "windows",
        "runner": "windows-2025",
        "target": "windows-x86_64",
        "triples": "x86_64-pc-windows-msvc",
        "build": "npx tauri build",
    },
    {
        "system": "linux",
        "runner": "ubuntu-24.04",
        "target": "linux-x86_64-glibc",
        "triples": "x86_64-unknown-linux-gnu",
        "build": "npx tauri build",
    },
)
"""What Tauri bundles for each system: which of our binaries, under which of Rust's names for the system."""
MOBILE = (
    {"system": "android", "runner": "ubuntu-24.04", "build": "npx tauri android build --apk --aab"},
    {"system": "ios", "runner": "macos-15", "build": "npx tauri ios build"},
)
DESKTOP_FILES = ("dmg", "app.tar.gz", "msi", "exe", "AppImage", "deb", "rpm", "sig")
MOBILE_FILES = ("apk", "aab", "ipa")


def full_release() -> Workflow:
    """Section 7: all pipelines must succeed; if any fails, the entire release is blocked."""
    tracks = tuple(track.id for track in TRACKS)
    made = ("chart", "compatibility", "desktop", "mobile")
    return Workflow(
        file="release.yml",
        name="Release",
        about="A full release, for a tag such as v1.2.0. Backend, AI and frontend are built on their own; if any of it "
        "fails, nothing is published. What is published are the very bytes that were tested.",
        on={"push": {"tags": ["v*"]}},
        jobs=(
            _version("v"),
            *(_track(track.id, track.component.title) for track in TRACKS),
            _compatibility('--ai "$VERSION"'),
            _chart(tracks),
            _desktop(tracks),
            _mobile(),
            _gate(("version", *tracks, *made), "Everything is fine"),
            publish_images("publish-images", COMPONENTS, ("version", "gate"), (latest(),)),
            publish_chart(("version", "publish-images")),
            publish_files(("version", "publish-images", "publish-chart")),
        ),
    )


def core_release() -> Workflow:
    """Sections 1 and 7: a failing AI does not keep a critical fix from the core."""
    return Workflow(
        file="release-core.yml",
        name="Release of the core",
        about="A critical fix of backend and frontend, for a tag such as core-v1.2.1. AI is built beside them; a "
        "failure there turns the run red and keeps AI back, and nothing else.",
        on={"push": {"tags": ["core-v*"]}},
        jobs=(
            _version("core-v"),
            *(_track(track.id, track.component.title) for track in TRACKS),
            _compatibility(""),
            _gate(("version", "backend", "frontend", "compatibility"), "The core is fine"),
            publish_images("publish-core", (BACKEND, FRONTEND), ("version", "gate")),
            publish_images("publish-ai", (AI,), ("version", "publish-core", "ai")),
        ),
    )


def _version(prefix: str) -> Job:
    run = (
        f"version=${{TAG#{prefix}}}\n"
        'if ! printf %s "$version" | grep -Eqx "[0-9]+\\.[0-9]+\\.[0-9]+(-[0-9A-Za-z.-]+)?"; then\n'
        '  echo "::error::the tag $TAG is no version such as '
        f'{prefix}1.2.0"\n  exit 1\nfi\n'
        'echo "version=$version" >> "$GITHUB_OUTPUT"\n'
    )
    step = script("Read the tag", run, id="read", TAG="${{ github.ref_name }}")
    return Job("version", "Version", (step,), outputs={"version": "${{ steps.read.outputs.version }}"}, minutes=5)


def _track(id_: str, title: str) -> Call:
    return Call(id_, title, f"{id_}.yml", needs=("version",), inputs={"version": VERSION})


def _compatibility(further: str) -> Job:
    check = f'kubilitics-chartgen compat check --strict --frontend "$VERSION" --backend "$VERSION" {further}'.rstrip()
    run = f"pip install --quiet {CHARTGEN}\n{check}\nkubilitics-chartgen delivery check --release\n"
    return Job("compatibility", "Compatibility", (python(), script("Check", run, VERSION=VERSION)), needs=("version",))


def _chart(tracks: tuple[str, ...]) -> Job:
    load = "".join(
        f"skopeo copy --quiet oci-archive:images/image-{component.id}-amd64.tar "
        f'"docker-archive:{component.id}.tar:{component.registry}/{component.repository}:$VERSION"\n'
        f"kind load image-archive {component.id}.tar --name chart-testing\n"
        for component in COMPONENTS
    )
    return Job(
        "chart",
        "Chart on Kubernetes ${{ matrix.kubernetes }}",
        (
            checkout(history=True),
            Step("Set up Helm", action("azure/setup-helm")),
            python(),
            Step("Set up chart-testing", action("helm/chart-testing-action")),
            script("Lint", f"ct lint --charts {CHART} --validate-maintainers=false --check-version-increment=false\n"),
            kind(),
            download("image-*-amd64", "images"),
            script("Load the images", load, VERSION=VERSION),
            keep_profiles(CHART),
            script("Install", f"ct install --charts {CHART}\n"),
        ),
        needs=("version", *tracks),
        matrix=kind_versions(),
    )


def _desktop(tracks: tuple[str, ...]) -> Job:
    folder = "kubilitics-desktop"
    return Job(
        "desktop",
        "Desktop ${{ matrix.system }}",
        (
            checkout(),
            setup_node(folder),
            download("binary-*", "binaries"),
            download("web", "web"),
            script(
                "Place backend and AI",
                f'sh scripts/place-sidecars.sh binaries "$TARGET" {folder}/src-tauri/binaries "$TRIPLES"\n',
                in_bash=True,
                TARGET="${{ matrix.target }}",
                TRIPLES="${{ matrix.triples }}",
            ),
            script(
                "Install what Linux needs",
                'if [ "$SYSTEM" = linux ]; then\n  sudo apt-get update -qq\n'
                "  sudo apt-get install -y -qq libwebkit2gtk-4.1-dev librsvg2-dev\nfi\n",
                in_bash=True,
                SYSTEM="${{ matrix.system }}",
            ),
            script(
                "Bundle",
                f'cp -R web {folder}/dist\ncd {folder}\nnpm ci\nsh -c "$BUILD"\n',
                in_bash=True,
                BUILD="${{ matrix.build }}",
                TAURI_SIGNING_PRIVATE_KEY="${{ secrets.TAURI_SIGNING_PRIVATE_KEY }}",
                TAURI_SIGNING_PRIVATE_KEY_PASSWORD="${{ secrets.TAURI_SIGNING_PRIVATE_KEY_PASSWORD }}",  # noqa: S106
            ),
            _bundle("desktop-${{ matrix.system }}", f"{folder}/src-tauri/target/**/bundle/**", DESKTOP_FILES),
        ),
        needs=tracks,
        runner="${{ matrix.runner }}",
        matrix={"include": list(DESKTOP)},
        environment=ENVIRONMENT,
        minutes=60,
    )


def _mobile() -> Job:
    folder = "kubilitics-mobile"
    return Job(
        "mobile",
        "Mobile ${{ matrix.system }}",
        (
            checkout(),
            setup_node(folder),
            download("web", "web"),
            script(
                "Bundle",
                f'cp -R web {folder}/dist\ncd {folder}\nnpm ci\nsh -c "$BUILD"\n',
                BUILD="${{ matrix.build }}",
            ),
            _bundle("mobile-${{ matrix.system }}", f"{folder}/src-tauri/gen/**", MOBILE_FILES),
        ),
        needs=("frontend",),
        runner="${{ matrix.runner }}",
        matrix={"include": list(MOBILE)},
        minutes=60,
    )


def _bundle(name: str, folder: str, suffixes: tuple[str, ...]) -> Step:
    return upload(f"bundle-{name}", "".join(f"{folder}/*.{suffix}\n" for suffix in suffixes))


def _gate(needs: tuple[str, ...], name: str) -> Job:
    return Job("gate", name, (script("Say so", f'echo "{name}: it may be published."\n'),), needs=needs, minutes=5)
