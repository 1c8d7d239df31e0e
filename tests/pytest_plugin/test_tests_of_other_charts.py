"""What authors of other charts write with the plugin, run as they run it: pytest in a folder of their own."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
import textwrap
from importlib.metadata import EntryPoint

import pytest

from tests.tools import REPOSITORY
from tests.verify.charts import SERVICE, write_chart

PLUGIN = "kubilitics_chartgen.pytest_plugin"


def run(folder, test, *arguments, ini="[pytest]\nchart_path = web\n"):
    (folder / "pytest.ini").write_text(ini)
    (folder / "test_it.py").write_text(textwrap.dedent(test))
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:helm-charts",
            "-p",
            "no:cacheprovider",
            *arguments,
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def test_values_marks_and_selectors(tmp_path):
    write_chart(tmp_path / "web")
    (tmp_path / "two.yaml").write_text("replicas: 2\ngreeting: from a file\n")
    test = """
        import pytest

        @pytest.mark.values({"replicas": 7, "labels": {"tier": "a"}}, release="shop", namespace="prod")
        class TestShop:
            @pytest.mark.values("two.yaml", {"labels": {"app.kubernetes.io/component": "front"}})
            def test_the_nearer_mark_wins(self, rendered):
                deployment = rendered.one(kind="Deployment", component="front")
                assert deployment["spec"]["replicas"] == 2
                assert rendered.one(name="shop-config")["data"]["greeting"] == "from a file"
                assert len(rendered.all(labels={"tier": "a"})) == 2
                assert rendered.all(kind="Secret") == []

            def test_the_class_alone(self, chart):
                assert chart.rendered.one(kind="Deployment", name="shop")["spec"]["replicas"] == 7
                assert chart.render({"replicas": 3}, release="b").one(kind="Deployment", name="b")

        @pytest.mark.values({"replicas": 99})
        def test_what_is_refused(chart):
            from kubilitics_chartgen.helm import RefusedError
            with pytest.raises(RefusedError, match="replicas"):
                chart.rendered
    """
    done = run(tmp_path, test, "--strict-markers")
    assert "3 passed" in done.stdout, done.stdout + done.stderr


def test_one_that_is_not_there_tells_what_there_is(tmp_path):
    write_chart(tmp_path / "web")
    done = run(tmp_path, "def test_it(rendered):\n    rendered.one(kind='Secret')\n")
    assert done.returncode == 1
    assert "0 objects are such, not one. There is: ConfigMap/release-name-config, Service/release-name" in done.stdout


def test_verify_in_a_test_passes_and_fails_with_what_was_found(tmp_path):
    test = "def test_it(chart):\n    assert not chart.verify(random=0, workers=1).failed\n"
    write_chart(tmp_path / "web")
    assert "1 passed" in run(tmp_path, test).stdout
    write_chart(tmp_path / "web", {"templates/service.yaml": SERVICE.replace("{{ .Values.service.port }}", "70000")})
    done = run(tmp_path, test)
    assert done.returncode == 1
    assert "error services: Service/web" in done.stdout
    assert "helm template" in done.stdout


def test_our_own_chart_by_the_option_and_for_a_version_of_kubernetes(tmp_path):
    test = """
        import pytest

        @pytest.mark.values({"ai": {"enabled": True}}, release="kubilitics", kube_version="1.30")
        def test_it(rendered):
            assert rendered.one(kind="Deployment", component="backend")["metadata"]["name"] == "kubilitics-backend"
            assert rendered.all(component="ai")
    """
    done = run(tmp_path, test, "--chart", str(REPOSITORY / "charts/kubilitics"), ini="[pytest]\n")
    assert "1 passed" in done.stdout, done.stdout


@pytest.mark.parametrize(
    ("test", "ini", "message"),
    [
        ("def test_it(rendered): pass", "[pytest]\nchart_path = nowhere\n", "there is no chart at"),
        (
            "import pytest\n@pytest.mark.values({}, relase='x')\ndef test_it(rendered): pass",
            "[pytest]\nchart_path = web\n",
            "A release has no relase",
        ),
        (
            "import pytest\n@pytest.mark.values('none.yaml')\ndef test_it(rendered): pass",
            "[pytest]\nchart_path = web\n",
            "none.yaml",
        ),
    ],
)
def test_what_cannot_be_used_is_said(test, ini, message, tmp_path):
    write_chart(tmp_path / "web")
    done = run(tmp_path, test, ini=ini)
    assert done.returncode == 1
    assert message in done.stdout


@pytest.mark.parametrize("ini", ["[pytest]\n", "[pytest]\nchart_path = nowhere\n"])
@pytest.mark.parametrize(
    ("test", "place"),
    [
        ("def test_it(rendered): pass", ""),
        ("def test_it(chart):\n    1\n    chart.render()", "test_it.py:3: "),
        ("def test_it(chart):\n    chart.verify()", "test_it.py:2: "),
    ],
)
def test_no_chart_is_said_in_words_and_not_in_code_of_the_plugin(test, place, ini, tmp_path):
    done = run(tmp_path, test, ini=ini)
    assert done.returncode == 1
    assert "def render" not in done.stdout
    assert "Error" not in done.stdout
    assert re.search(rf"^{re.escape(place)}.*{re.escape(str(tmp_path))}", done.stdout, re.MULTILINE), done.stdout


def test_values_that_are_refused_can_still_be_expected(tmp_path):
    write_chart(tmp_path / "web")
    test = """
        import pytest
        from kubilitics_chartgen.helm import RefusedError

        def test_it(chart):
            with pytest.raises(RefusedError):
                chart.render({"replicas": "many"})
    """
    assert run(tmp_path, test).returncode == 0


def test_verify_starts_from_the_values_of_the_marks_and_files_beside_the_test(tmp_path):
    tests = tmp_path / "tests"
    tests.mkdir()
    write_chart(tmp_path / "web")
    (tests / "many.yaml").write_text("replicas: many\n")
    (tests / "two.yaml").write_text("replicas: 2\n")
    (tests / "test_start.py").write_text(
        textwrap.dedent("""
            import pytest
            from kubilitics_chartgen.errors import InputError

            OPTIONS = {"random": 0, "workers": 1, "checks": ["renders"]}

            @pytest.mark.values("many.yaml")
            def test_marks_and_what_lies_over_them(chart):
                with pytest.raises(InputError, match="refuses the values to start from"):
                    chart.verify(**OPTIONS)
                chart.verify(files=["two.yaml"], **OPTIONS)
                with pytest.raises(InputError, match="refuses the values to start from"):
                    chart.verify(files=["two.yaml", {"replicas": "many"}], **OPTIONS)

            @pytest.mark.values({"replicas": "many"})
            def test_a_dictionary(chart):
                with pytest.raises(InputError, match="refuses the values to start from"):
                    chart.verify(**OPTIONS)
        """)
    )
    done = run(tmp_path, "")
    assert "2 passed" in done.stdout, done.stdout


MARKS = (
    ("kube_version=1.30", 'kube_version is a text such as "1.30", not 1.3.'),
    ("namespace=5", "namespace is a text, not 5."),
    ("release=5", "release is a text, not 5."),
    ("releas='x'", "A release has no releas; it has kube_version, namespace, release, upgrade."),
    ("['a']", "Values are a dictionary, or the name of a values file, not ['a']."),
    ("3", "Values are a dictionary, or the name of a values file, not 3."),
    ("{'extra': {'a': [datetime.date(2024, 1, 1)]}}", "extra.a[0] is datetime.date(2024, 1, 1), which no values file"),
    ("{'extra': object}", "extra is <class 'object'>, which no values file can hold"),
    ("{'extra': {5: 'a'}}", "The names of values are texts, not 5 at extra."),
)


def test_wrong_marks_are_told_in_a_sentence_alone(tmp_path):
    write_chart(tmp_path / "web")
    test = "import datetime, pytest\n"
    for number, (mark, _) in enumerate(MARKS):
        test += f"\n@pytest.mark.values({mark})\ndef test_{number}(rendered): pass\n"
    done = run(tmp_path, test)
    assert f"{len(MARKS)} errors" in done.stdout
    assert "def " not in done.stdout
    assert "Traceback" not in done.stdout
    for _, sentence in MARKS:
        assert f"\n{sentence}" in done.stdout


CALLS = (
    ("rendered.all(labels=['a'])", "labels is a dictionary of texts, not ['a']."),
    ("rendered.one(kind=5)", "kind is a text, not 5."),
    ("chart.render(3)", "Values are a dictionary, or the name of a values file, not 3."),
    ("chart.verify(workers=-3)", "The number of workers is one from 1 to 64, or 0 for one per processor."),
    ("chart.verify(workers=100000)", "The number of workers is one from 1 to 64, or 0 for one per processor."),
    ("chart.verify(budget=-1)", "The budget is a number of seconds above 0."),
    ("chart.verify(random=-1)", "The number of random configurations is 0 or more."),
    ("chart.verify(strength=9)", "The strength is a number from 2 to 4."),
    ("chart.verify(strength='2')", "strength is a whole number, not '2'."),
    ("chart.verify(checks='schema')", "checks is a list of texts, not 'schema'."),
    ("chart.verify(files='a.yaml')", "files is a list of values files and dictionaries, not 'a.yaml'."),
    ("chart.verify(kube_versions=['1.99'])", "The Kubernetes versions '1.99' cannot be used."),
    ("chart.verify(kube_versions=[1.30])", 'kube_versions is a text such as "1.30-1.37", or a list of such texts'),
    ("chart.verify(kube_version='1.30')", "verify has no kube_version; it has budget, checks,"),
    ("chart.verify(scheduler='tcp://host:1', workers=1)", "Workers are started on this machine, a scheduler uses"),
)


def test_wrong_calls_are_told_in_a_sentence_with_their_line(tmp_path):
    write_chart(tmp_path / "web")
    test = "".join(f"def test_{number}(chart, rendered):\n    {call}\n" for number, (call, _) in enumerate(CALLS))
    test += "import pytest\n@pytest.mark.values(release='a', kube_version='1.30')\ndef test_marked(chart):\n"
    test += "    chart.verify()\n"
    done = run(tmp_path, test)
    assert f"{len(CALLS) + 1} failed" in done.stdout
    assert "def " not in done.stdout
    for number, (_, sentence) in enumerate(CALLS):
        assert f"\ntest_it.py:{2 * number + 2}: {sentence}" in done.stdout
    assert "A mark says kube_version, release, and verify tries releases" in done.stdout


def test_versions_of_kubernetes_are_read_as_the_command_line_reads_them(tmp_path):
    write_chart(tmp_path / "web")
    test = """
        import pytest

        @pytest.mark.parametrize("versions", ["1.31-1.32", ["1.31", "1.32"]])
        def test_it(chart, versions):
            report = chart.verify(kube_versions=versions, random=0, workers=1, checks=["renders"])
            assert report.kube_versions == ("1.31", "1.32")
    """
    assert "2 passed" in run(tmp_path, test).stdout


def test_pytest_itself_starts_without_the_toolkit():
    loaded = subprocess.run(
        [sys.executable, "-c", f"import sys, pytest; before = set(sys.modules); import {PLUGIN}; "
         "print(*sorted(set(sys.modules) - before))"],
        capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    assert loaded == ["kubilitics_chartgen", PLUGIN]


def test_pytest_finds_it_by_itself():
    text = (REPOSITORY / "pyproject.toml").read_text()
    (value,) = re.findall(r'^\[project\.entry-points\.pytest11\]\n\S+ = "(.+)"$', text, re.MULTILINE)
    assert EntryPoint("it", value, "pytest11").load() is importlib.import_module(PLUGIN)
