"""The image builds, read as a registry's scanner would, and the helper scripts, really run."""

import json
import os
import re
import shutil
import subprocess

import pytest

from tests.delivery.pipeline import PRODUCT
from tests.tools import needed

SCRIPTS = PRODUCT / "scripts"
DOCKERFILES = {path.name.split(".")[0]: path for path in (PRODUCT / "docker").glob("*.Dockerfile")}


def final_stage(name):
    return re.split(r"^FROM ", DOCKERFILES[name].read_text(encoding="utf-8"), flags=re.MULTILINE)[-1]


@pytest.mark.parametrize(("name", "uid"), [("backend", 1000), ("ai", 1000), ("frontend", 101)])
def test_an_image_runs_as_its_user_and_never_as_root(name, uid):
    users = re.findall(r"^USER (\S+)", final_stage(name), re.MULTILINE)
    assert users[-1] == f"{uid}:{uid}"


@pytest.mark.parametrize(
    ("name", "folders"),
    [
        ("backend", {"/data", "/home/kubilitics"}),
        ("ai", {"/var/lib/kubilitics", "/app/logs", "/data/ai"}),
        ("frontend", {"/var/cache/nginx", "/var/run", "/run/kubilitics", "/usr/share/kubilitics/html"}),
    ],
)
def test_the_user_owns_what_the_program_writes_and_nothing_else(name, folders):
    assert set(re.findall(r"chown \d+:\d+ (\S+)", final_stage(name))) == folders
    assert "--chown" not in final_stage(name), "the program itself belongs to root"


@pytest.mark.parametrize("name", ["backend", "ai"])
def test_go_programs_are_static_and_the_compiler_stays_behind(name):
    text = DOCKERFILES[name].read_text(encoding="utf-8")
    assert "CGO_ENABLED=0 go build -trimpath" in text
    assert "golang" not in final_stage(name)
    assert f"COPY --from=build /out/kubilitics-{name} /app/kubilitics-{name}" in final_stage(name)


def test_the_programs_start_as_the_chart_expects():
    assert 'ENTRYPOINT ["./kubilitics-backend"]' in final_stage("backend")
    assert "WORKDIR /app" in final_stage("backend")
    assert "KUBILITICS_PORT=8080" in final_stage("backend")
    assert 'ENTRYPOINT ["/app/kubilitics-ai"]' in final_stage("ai")
    assert 'CMD ["--config", "/etc/kubilitics/config.yaml"]' in final_stage("ai")
    assert "KUBILITICS_PORT=8081" in final_stage("ai")
    assert "/usr/share/nginx/html" in final_stage("frontend")


@pytest.mark.parametrize("name", ["backend", "ai", "frontend"])
def test_secrets_and_history_stay_out_of_the_build(name):
    ignored = (PRODUCT / "docker" / f"{name}.Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    assert {".git", ".env*", "**/*.key", "**/kubeconfig*"} <= set(ignored)


@pytest.fixture
def tools(tmp_path, monkeypatch):
    """A folder of stand-ins, first in the path."""
    folder = tmp_path / "tools"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")

    def add(name, text):
        (folder / name).write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        (folder / name).chmod(0o755)

    return add


def sh(script, *arguments, cwd, **environment):
    return subprocess.run(
        ["sh", str(SCRIPTS / script), *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )


@pytest.fixture
def module(tmp_path):
    """A Go program that says which version it is."""
    needed(shutil.which("go"), "no Go: install it to test the build of binaries")
    folder = tmp_path / "program"
    (folder / "cmd" / "server").mkdir(parents=True)
    (folder / "go.mod").write_text("module example.com/program\n\ngo 1.21\n", encoding="utf-8")
    (folder / "cmd" / "server" / "main.go").write_text(
        'package main\n\nimport (\n\t"fmt"\n\t_ "os/user"\n)\n\nvar version string\n\n'
        'func main() { fmt.Println("version", version) }\n',
        encoding="utf-8",
    )
    return folder


def built(module, target):
    done = sh("build-binary.sh", "kubilitics-ai", target, "1.2.3", module / "out", cwd=module)
    assert done.returncode == 0, done.stderr
    return module / "out" / f"kubilitics-ai-{target}"


def test_a_glibc_binary_with_its_manifest(module):
    program = built(module, "linux-x86_64-glibc")
    assert subprocess.run([program], capture_output=True, text=True, check=True).stdout == "version 1.2.3\n"
    manifest = json.loads(program.with_name(f"{program.name}.manifest.json").read_text(encoding="utf-8"))
    digest = subprocess.run(["sha256sum", program], capture_output=True, text=True, check=True).stdout.split()[0]
    assert manifest == {"name": program.name, "sha256": digest, "platform": "linux", "arch": "x86_64"}


def test_a_static_binary_needs_no_loader(module):
    needed(shutil.which("musl-gcc"), "no musl-gcc: run `make test-tools`, or install the Debian package musl-tools")
    program = built(module, "linux-x86_64-static")
    assert subprocess.run([program], capture_output=True, text=True, check=True).stdout == "version 1.2.3\n"
    headers = subprocess.run(["readelf", "--program-headers", program], capture_output=True, text=True, check=True)
    assert "INTERP" not in headers.stdout


def test_a_binary_that_only_looks_static_is_refused(module, tools):
    tools("readelf", "echo '  INTERP 0x0'")
    tools("musl-gcc", 'exec gcc "$@"')
    done = sh("build-binary.sh", "kubilitics-ai", "linux-x86_64-static", "1.2.3", module / "out", cwd=module)
    assert done.returncode == 1
    assert "is not static" in done.stderr


def test_a_windows_binary(module):
    done = sh("build-binary.sh", "kubilitics-ai", "windows-x86_64", "1.2.3", module / "out", cwd=module)
    assert done.returncode == 0, done.stderr
    assert (module / "out" / "kubilitics-ai-windows-x86_64.exe").read_bytes()[:2] == b"MZ"


def test_both_kinds_of_mac_in_one_binary(module, tools):
    tools("lipo", 'shift 2; out=$1; shift; cat "$@" > "$out"')
    program = built(module, "macos-universal")
    assert program.read_bytes()[:4] == b"\xcf\xfa\xed\xfe", "Mach-O"
    assert sorted(path.name for path in (module / "out").iterdir()) == [program.name, f"{program.name}.manifest.json"]


def test_an_unknown_target(module):
    done = sh("build-binary.sh", "kubilitics-ai", "linux-mips", "1.2.3", module / "out", cwd=module)
    assert done.returncode == 2
    assert "there is no target linux-mips" in done.stderr


@pytest.mark.parametrize(
    ("size", "code", "words"),
    [
        (150_000_000, 0, "takes 150 MB"),
        (151_000_000, 1, "::error::"),
        (49_000_000, 0, "::warning::"),
        (50_000_000, 0, "takes 50 MB"),
    ],
)
def test_the_size_of_an_image_against_its_budget(tmp_path, tools, size, code, words):
    tools("docker", f"echo {size}")
    done = sh("check-size.sh", "backend:checked", 50, 150, cwd=tmp_path)
    assert done.returncode == code
    assert words in done.stdout
    assert ("::" in done.stdout) == ("::" in words)


def test_a_size_that_cannot_be_read_is_a_failure(tmp_path, tools):
    tools("docker", "exit 1")
    assert sh("check-size.sh", "backend:checked", 50, 150, cwd=tmp_path).returncode != 0


def artifacts(folder, target, suffix=""):
    folder.mkdir()
    for program in ("kubilitics-backend", "kubilitics-ai"):
        file = folder / f"{program}-{target}{suffix}"
        file.write_text(program, encoding="utf-8")
        digest = subprocess.run(["sha256sum", file], capture_output=True, text=True, check=True).stdout.split()[0]
        (folder / f"{file.name}.manifest.json").write_text(json.dumps({"sha256": digest}, separators=(",", ":")))
    return folder


def test_sidecars_get_the_names_that_tauri_looks_for(tmp_path):
    found = artifacts(tmp_path / "binaries", "macos-universal")
    triples = "aarch64-apple-darwin x86_64-apple-darwin"
    done = sh("place-sidecars.sh", found, "macos-universal", tmp_path / "out", triples, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "kubilitics-ai-aarch64-apple-darwin",
        "kubilitics-ai-x86_64-apple-darwin",
        "kubilitics-backend-aarch64-apple-darwin",
        "kubilitics-backend-x86_64-apple-darwin",
    ]
    assert all(os.access(path, os.X_OK) for path in (tmp_path / "out").iterdir())


def test_sidecars_on_windows_keep_their_suffix(tmp_path):
    found = artifacts(tmp_path / "binaries", "windows-x86_64", ".exe")
    done = sh("place-sidecars.sh", found, "windows-x86_64", tmp_path / "out", "x86_64-pc-windows-msvc", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "kubilitics-ai-x86_64-pc-windows-msvc.exe").exists()


def test_a_sidecar_that_is_not_what_its_manifest_says_is_not_bundled(tmp_path):
    found = artifacts(tmp_path / "binaries", "macos-universal")
    (found / "kubilitics-ai-macos-universal").write_text("something else", encoding="utf-8")
    done = sh("place-sidecars.sh", found, "macos-universal", tmp_path / "out", "aarch64-apple-darwin", cwd=tmp_path)
    assert done.returncode == 1
    assert "is not what its manifest says" in done.stderr


SKOPEO = r"""
echo "skopeo $*" >> "$LOG"
case "$*" in
  "inspect --raw docker://"*) [ -n "$PUBLISHED" ] || exit 1; echo "$PUBLISHED" ;;
  *oci-archive:*amd64.tar) echo sha256:amd64 ;;
  *oci-archive:*arm64.tar) echo sha256:arm64 ;;
  "inspect --format {{.Digest}} docker://"*) echo sha256:index ;;
esac
"""


@pytest.fixture
def push(tmp_path, tools):
    """Pushes two archives; gives the answer and what was called."""
    tools("skopeo", SKOPEO)
    tools("docker", 'echo "docker $*" >> "$LOG"')
    log = tmp_path / "log"

    def run(published=""):
        log.write_text("", encoding="utf-8")
        archives = ("images/image-backend-amd64.tar", "images/image-backend-arm64.tar")
        done = sh(
            "push-image.sh",
            "registry.example/backend",
            "1.2.0",
            *archives,
            cwd=tmp_path,
            LOG=str(log),
            PUBLISHED=published,
        )
        return done, log.read_text(encoding="utf-8")

    return run


def test_each_platform_is_pushed_and_joined_under_one_tag(push):
    done, log = push()
    assert done.returncode == 0, done.stderr
    assert done.stdout == "sha256:index\n", "nothing else is printed"
    assert "docker://registry.example/backend:1.2.0-amd64" in log
    assert "docker://registry.example/backend:1.2.0-arm64" in log
    joined = "registry.example/backend@sha256:amd64 registry.example/backend@sha256:arm64"
    assert f"imagetools create --tag registry.example/backend:1.2.0 {joined}" in log


def test_a_broken_run_can_be_repeated(push):
    done, log = push(published='{"manifests":[{"digest":"sha256:amd64"},{"digest":"sha256:arm64"}]}')
    assert done.returncode == 0, done.stderr
    assert done.stdout == "sha256:index\n"
    assert "copy" not in log
    assert "imagetools" not in log


def test_a_published_version_is_never_replaced(push):
    done, log = push(published='{"manifests":[{"digest":"sha256:amd64"},{"digest":"sha256:other"}]}')
    assert done.returncode == 1
    assert "a version never changes" in done.stderr
    assert "imagetools" not in log
