"""The workflows of the three tracks: test, binaries, image. They may only read the code. Pure."""

from __future__ import annotations

from kubilitics_chartgen.model.delivery import TARGETS, Job, Step, Track, Workflow, action
from kubilitics_chartgen.targets.delivery.steps import checkout, script, setup_go, setup_node, upload

__all__ = ["archive_name", "track_workflow"]

VERSION = "${{ inputs.version || 'dev' }}"
RUNNERS = {"amd64": "ubuntu-24.04", "arm64": "ubuntu-24.04-arm"}
"""Each image is built on its own kind of processor, without an emulator."""
VULNERABILITIES = "golang.org/x/vuln/cmd/govulncheck@v1.1.4"


def track_workflow(track: Track) -> Workflow:
    """Runs for every change of the component, and inside a release."""
    paths = [f"{track.folder}/**", f"docker/{track.id}.Dockerfile*", "scripts/**", f".github/workflows/{track.id}.yml"]
    inputs = {"version": {"description": "Version to build, without v.", "type": "string", "required": True}}
    return Workflow(
        file=f"{track.id}.yml",
        name=track.component.title,
        about=f"Tests and builds {track.folder} for every platform and checks its image. Publishes nothing; a release "
        "takes over what was built here. Independent of the other tracks.",
        on={
            "push": {"branches": ["main"], "paths": paths},
            "pull_request": {"paths": paths},
            "workflow_call": {"inputs": inputs},
        },
        jobs=(_test_go(track), _binaries(track), _image(track)) if track.is_go else (_web(track), _image(track)),
        cancels=True,
    )


def _test_go(track: Track) -> Job:
    return Job(
        "test",
        "Test",
        (
            checkout(),
            setup_go(track.folder),
            script("Test", f"cd {track.folder}\ngo vet ./...\ngo test -race ./...\n"),
            script("Look for known vulnerabilities", f"cd {track.folder}\ngo run {VULNERABILITIES} ./...\n"),
        ),
    )


def _binaries(track: Track) -> Job:
    program = track.folder
    return Job(
        "binaries",
        "Binary ${{ matrix.target }}",
        (
            checkout(),
            setup_go(track.folder),
            script(
                "Install musl",
                'if [ "$TARGET" = linux-x86_64-static ]; then\n'
                "  sudo apt-get update -qq\n  sudo apt-get install -y -qq musl-tools\nfi\n",
                in_bash=True,
                TARGET="${{ matrix.target }}",
            ),
            script(
                "Build",
                f'cd {track.folder}\nsh ../scripts/build-binary.sh {program} "$TARGET" "$VERSION" ../build\n',
                in_bash=True,
                TARGET="${{ matrix.target }}",
                VERSION=VERSION,
            ),
            upload(f"binary-{track.id}-${{{{ matrix.target }}}}", "build/"),
        ),
        needs=("test",),
        runner="${{ matrix.runner }}",
        matrix={"include": [{"target": target.id, "runner": target.runner} for target in TARGETS]},
    )


def _web(track: Track) -> Job:
    run = f"cd {track.folder}\nnpm ci\nnpm audit --omit=dev --audit-level=high\nnpm run lint\nnpm test\nnpm run build\n"
    return Job(
        "test",
        "Test and build",
        (checkout(), setup_node(track.folder), script("Test and build", run), upload("web", f"{track.folder}/dist/")),
    )


def archive_name(track: Track, architecture: str) -> str:
    """The artifact with one platform's image."""
    return f"image-{track.id}-{architecture}"


def _image(track: Track) -> Job:
    archive = f"{archive_name(track, '${{ matrix.arch }}')}.tar"
    checked = f"{track.folder}:checked"
    steps: list[Step] = [
        checkout(),
        Step("Set up Buildx", action("docker/setup-buildx-action")),
        Step(
            "Build",
            action("docker/build-push-action"),
            options={
                "context": track.folder,
                "file": f"docker/{track.id}.Dockerfile",
                "platforms": "linux/${{ matrix.arch }}",
                "build-args": f"VERSION={VERSION}",
                "outputs": f"type=oci,dest={archive}",
                "provenance": False,
                "sbom": False,
            },
        ),
    ]
    if track.budget_mb:
        least, most = track.budget_mb
        run = (
            f'skopeo copy --quiet "oci-archive:$ARCHIVE" docker-daemon:{checked}\n'
            f"sh scripts/check-size.sh {checked} {least} {most}\n"
        )
        steps.append(script("Check the size", run, ARCHIVE=archive))
    steps += [
        Step(
            "Scan for vulnerabilities",
            action("anchore/scan-action"),
            options={"image": f"oci-archive:{archive}", "severity-cutoff": "high", "fail-build": True},
        ),
        upload(archive.removesuffix(".tar"), archive),
    ]
    architectures = [platform.split("/")[1] for platform in track.component.platforms]
    runners = [{"arch": architecture, "runner": RUNNERS[architecture]} for architecture in architectures]
    return Job(
        "image",
        "Image ${{ matrix.arch }}",
        tuple(steps),
        needs=("test",),
        runner="${{ matrix.runner }}",
        matrix={"include": runners},
    )
