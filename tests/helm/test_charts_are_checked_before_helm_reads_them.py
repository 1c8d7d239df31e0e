"""Charts, releases and Kubernetes versions that are refused, each with a sentence."""

from __future__ import annotations

import gzip
import io
import os
import stat
import tarfile
from collections.abc import Iterable
from pathlib import Path

import pytest

from kubilitics_chartgen.errors import ChartgenError, InputError, ToolError
from kubilitics_chartgen.helm import CommandEngine, EmbeddedEngine, Release, RenderRequest, command, render_chart
from tests.helm import charts
from tests.helm.conftest import BuildChart, RunHelm

CHART = ("demo/Chart.yaml", b"apiVersion: v2\nname: demo\nversion: 0.1.0\n")


def refusal(chart: Path, **options: object) -> str:
    with pytest.raises(ChartgenError) as caught:
        render_chart(RenderRequest(chart, **options))  # type: ignore[arg-type]
    return str(caught.value)


def archive(path: Path, members: Iterable[tuple[str | tarfile.TarInfo, bytes]]) -> Path:
    with tarfile.open(path, "w:gz") as packed:
        for name, data in members:
            member = name if isinstance(name, tarfile.TarInfo) else tarfile.TarInfo(name)
            member.size = len(data)
            packed.addfile(member, io.BytesIO(data))
    return path


def linked(name: str, kind: bytes) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, "/etc/passwd"
    return member


def test_what_is_no_chart_is_told_apart(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("x")
    assert f"there is no chart at {tmp_path / 'no'}" in refusal(tmp_path / "no")
    assert "it has no Chart.yaml" in refusal(tmp_path)
    assert "neither a folder nor a .tgz" in refusal(tmp_path / "text")
    assert "charts are read from disk" in refusal(Path("oci://example.com/demo"))
    os.mkfifo(tmp_path / "pipe")
    assert "neither a folder nor a file" in refusal(tmp_path / "pipe")


def test_a_broken_chart_yaml_is_told_in_a_sentence(build_chart: BuildChart) -> None:
    assert "is not a chart that Helm can read" in refusal(build_chart({}, chart="type: [\n"))


@pytest.mark.parametrize(
    ("member", "told"),
    [
        ("/etc/cron.d/x", "leads out of the chart"),
        ("demo/../../x", "leads out of the chart"),
        ("demo\\..\\x", "leads out of the chart"),
        (linked("demo/values.yaml", tarfile.SYMTYPE), '"demo/values.yaml" is a link'),
        (linked("demo/values.yaml", tarfile.LNKTYPE), '"demo/values.yaml" is a link'),
        (linked("demo/pipe", tarfile.FIFOTYPE), "neither a file nor a folder"),
    ],
)
def test_an_archive_that_reaches_out_is_refused(tmp_path: Path, member: str | tarfile.TarInfo, told: str) -> None:
    assert told in refusal(archive(tmp_path / "c.tgz", [CHART, (member, b"")]))


def test_an_archive_that_is_damaged_or_holds_no_chart_is_refused(tmp_path: Path) -> None:
    good = archive(tmp_path / "good.tgz", [CHART]).read_bytes()
    (tmp_path / "cut.tgz").write_bytes(good[:-20])
    (tmp_path / "junk.tgz").write_bytes(gzip.compress(b"junk" * 500))
    assert "damaged archive" in refusal(tmp_path / "cut.tgz")
    assert "damaged archive" in refusal(tmp_path / "junk.tgz")
    assert "holds no Chart.yaml" in refusal(archive(tmp_path / "other.tgz", [("demo/values.yaml", b"")]))


def test_an_archive_may_not_be_large_packed_or_unpacked(tmp_path: Path) -> None:
    large = tmp_path / "large.tgz"
    large.write_bytes(b"\x1f\x8b" + b"x" * (10 * 1024 * 1024))
    assert "larger than 10 MiB" in refusal(large)
    bomb = tmp_path / "bomb.tgz"
    with gzip.open(bomb, "wb", compresslevel=1) as packed:
        header = tarfile.TarInfo("demo/zeros")
        header.size = 200 * 1024 * 1024
        packed.write(header.tobuf())
        for _ in range(200):
            packed.write(bytes(1024 * 1024))
    assert "unpacks to more than 100 MiB" in refusal(bomb)


@pytest.mark.parametrize("name", ["BAD_NAME", "", "a" * 54, "-x", "a..b", "é", "a b", "--help"])
def test_a_release_name_that_helm_refuses_is_refused(build_chart: BuildChart, helm3: RunHelm, name: str) -> None:
    chart = build_chart(charts.RELEASE)
    assert "release name" in refusal(chart, release=Release(name))
    if not name.startswith("-") and name:
        assert "release name" in helm3("template", name, str(chart), check=False)


@pytest.mark.parametrize("namespace", ["", "Upper", "a b", "-a", "a-", "a" * 64, "a.b", "é"])
def test_a_namespace_that_kubernetes_refuses_is_refused(build_chart: BuildChart, namespace: str) -> None:
    assert "a namespace is made of" in refusal(build_chart(charts.RELEASE), release=Release(namespace=namespace))


@pytest.mark.parametrize("version", ["foo", "1", "v", "1.2.3.4", "", "latest"])
def test_a_kubernetes_version_that_is_none_is_refused(build_chart: BuildChart, version: str) -> None:
    told = refusal(build_chart(charts.RELEASE), release=Release(kube_version=version))
    assert f"invalid kube version '{version}': write it as 1.32" in told


@pytest.mark.parametrize(
    "constraint",
    [">=1.25.0-0", "<1.30", "^1.29.0", "~1.29", "1.27 - 1.29", "1.x", ">=1.20 <1.29 || >1.31", ">= 1.29.3", "nonsense"],
)
@pytest.mark.parametrize("version", ["1.24", "1.29.3", "v1.32.0", "1.29.3-gke.5"])
def test_the_range_in_chart_yaml_counts_as_it_does_for_helm(
    build_chart: BuildChart, helm3: RunHelm, constraint: str, version: str
) -> None:
    settings = {".chartgen.yaml": "kubeVersion: {value: kubeVersionOverride}\n"}
    chart = build_chart({**settings, **charts.RELEASE}, chart=f"kubeVersion: '{constraint}'\n")
    verdict = helm3("template", str(chart), "--kube-version", version, check=False)
    told = ""
    try:
        EmbeddedEngine().load(chart).render({}, Release(kube_version=version))
    except InputError as error:
        told = str(error)
    said = f"chart requires kubeVersion: {constraint} which is incompatible with Kubernetes v"
    assert (said in told) == (said in verdict)
    assert bool(told) == bool(verdict)


def test_the_range_holds_for_the_version_that_is_rendered_by_default(build_chart: BuildChart) -> None:
    assert "chart requires kubeVersion: <1.30" in refusal(build_chart(charts.RELEASE, chart="kubeVersion: '<1.30'\n"))


def test_a_chart_that_declares_the_value_is_rendered_for_any_version_without_a_program(
    build_chart: BuildChart, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "find_helm", lambda: None)
    chart = build_chart(
        {
            ".chartgen.yaml": "kubeVersion: {value: global.kubeVersion}\n",
            "templates/x.yaml": "kind: ConfigMap\nmetadata: {name: {{ .Values.global.kubeVersion }}}\n",
            "values.yaml": "global: {other: 1}\n",
        }
    )
    for given in ("1.29", "v1.29.0"):
        rendered = render_chart(RenderRequest(chart, release=Release(kube_version=given)))
        assert [document.name for document in rendered.documents] == ["v1.29.0"]


def test_another_chart_is_rendered_by_the_program_and_without_one_the_reason_is_told(
    build_chart: BuildChart, helm3: RunHelm, monkeypatch: pytest.MonkeyPatch
) -> None:
    chart = build_chart(charts.KUBE_VERSION)
    request = RenderRequest(chart, release=Release(kube_version="1.27"))
    assert render_chart(request).text() == helm3("template", str(chart), "--kube-version", "1.27")
    told = refusal(chart, release=Release(kube_version="1.27"), engine="embedded")
    assert "the embedded Helm renders for Kubernetes v1.36.0 only" in told
    monkeypatch.setattr("kubilitics_chartgen.helm.rendering.find_helm", lambda: None)
    assert "--kube-version needs a helm program, and none was found" in refusal(
        chart, release=Release(kube_version="1.27")
    )


@pytest.mark.parametrize("text", ["kubeVersion: x\n", "kubeVersion: {value: 3}\n", "kubeVersion: {value: a..b}\n"])
def test_settings_that_cannot_be_used_are_told(build_chart: BuildChart, text: str) -> None:
    chart = build_chart({".chartgen.yaml": text})
    assert "kubeVersion.value: a values path is expected" in refusal(chart, release=Release(kube_version="1.29"))


def test_dependencies_that_were_not_fetched_are_told_as_helm_tells_them(
    build_chart: BuildChart, helm3: RunHelm
) -> None:
    chart = build_chart(charts.RELEASE, chart="dependencies: [{name: redis, version: 1.0.0, repository: ''}]\n")
    told = "found in Chart.yaml, but missing in charts/ directory: redis"
    assert told in refusal(chart)
    assert told in helm3("template", str(chart), check=False)


def test_a_library_chart_is_refused_as_helm_does(build_chart: BuildChart, helm3: RunHelm) -> None:
    chart = build_chart(charts.RELEASE, chart="type: library\n")
    assert "library charts are not installable" in refusal(chart)
    assert "library charts are not installable" in helm3("template", str(chart), check=False)


def script(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "helm"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IEXEC)
    return path


def test_a_program_that_hangs_dies_or_is_none_is_told(build_chart: BuildChart, tmp_path: Path) -> None:
    with pytest.raises(ToolError, match=r"did not answer within 0\.2 seconds"):
        CommandEngine(script(tmp_path, "exec sleep 30"), seconds=0.2)
    with pytest.raises(ToolError, match="was stopped by signal 9"):
        CommandEngine(script(tmp_path, "kill -9 $$"))
    with pytest.raises(ToolError, match="cannot be run"):
        CommandEngine(tmp_path / "nowhere")


def test_the_users_helm_environment_does_not_change_what_is_rendered(
    build_chart: BuildChart, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HELM_NAMESPACE", "surprise")
    monkeypatch.setenv("HELM_DEBUG", "true")
    texts = CommandEngine().load(build_chart(charts.RELEASE)).render({}, Release())
    assert "namespace: default" in texts["demo/templates/release.yaml"]
    refusing = build_chart({"templates/release.yaml": "{{ fail `no` }}"})
    with pytest.raises(InputError, match=r"^no$"):
        CommandEngine().load(refusing).render({}, Release())
