"""The command line as its users meet it: answers, exit codes, and nothing lost on the way."""

import importlib
import json
import os
import pkgutil
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import kubilitics_chartgen
from kubilitics_chartgen.cli import demo, writing
from kubilitics_chartgen.cli.generate import apply, plan
from kubilitics_chartgen.errors import ToolError
from kubilitics_chartgen.kube.versions import supported
from kubilitics_chartgen.words import counted
from tests.chart.objects import REPOSITORY

PROGRAM = str(Path(sys.executable).parent / "kubilitics-chartgen")


def run(*arguments, cwd=REPOSITORY, **options):
    return subprocess.run([PROGRAM, *arguments], cwd=cwd, capture_output=True, text=True, check=False, **options)


@pytest.fixture
def repository(tmp_path):
    """A repository that holds nothing but its profiles."""
    shutil.copytree(REPOSITORY / "values", tmp_path / "values")
    return tmp_path


def files(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


YARDSTICK = """
import json, asyncio, unittest.mock, xml.dom.minidom, dataclasses
for _ in range(40): json.dumps(json.loads(json.dumps(list(range(2000)))), indent=1)
for _ in range(200): dataclasses.make_dataclass("D", ["a", "b"])
"""
QUIET_SECONDS = 0.146
"""What the yardstick takes on the two-core machine that the limits are meant for, with nothing else running on it."""


def processor_seconds(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=REPOSITORY, capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def seconds(*arguments, tries=8):
    """The least processor time that a command takes, as on the quiet machine.

    Neighbours on the same hardware slow a processor by half for minutes. A fixed piece of Python, run in turns with the
    command, tells by how much. A faster machine makes no limit stricter.
    """
    yardstick = [sys.executable, "-c", YARDSTICK]
    pairs = [(processor_seconds([PROGRAM, *arguments]), processor_seconds(yardstick)) for _ in range(tries)]
    slowness = max(1, min(yard for _, yard in pairs) / QUIET_SECONDS)
    return min(own for own, _ in pairs) / slowness


@pytest.mark.timing
def test_help_answers_in_under_300_ms():
    assert seconds("--help") < 0.3


@pytest.mark.parametrize(
    "command",
    [
        "generate",
        "render",
        "lint",
        "demo",
        "compat",
        "delivery",
        "package",
        "publish",
        "relocate",
        "release",
        "plan",
        "preflight",
        "verify",
    ],
)
def test_every_command_explains_itself(command):
    done = run(command, "--help")
    assert done.returncode == 0
    assert "Usage:" in done.stdout


def test_generate_writes_the_same_tree_twice_and_then_finds_it_fresh(repository):
    assert run("generate", "--root", str(repository)).returncode == 0
    first = files(repository)
    assert (repository / "charts" / "kubilitics" / "Chart.yaml").is_file()
    again = run("generate", "--root", str(repository))
    assert "fresh" in again.stdout
    assert files(repository) == first


@pytest.mark.timing
def test_generate_takes_under_a_second(repository):
    assert seconds("generate", "--root", str(repository)) < 1


def test_check_writes_nothing_and_shows_a_diff(repository):
    run("generate", "--root", str(repository))
    values = repository / "charts" / "kubilitics" / "values.yaml"
    values.write_text(values.read_text().replace("enabled: false", "enabled: true"))
    (repository / "charts" / "kubilitics" / "stray.txt").write_text("stray\n")
    before = files(repository)
    done = run("generate", "--check", "--root", str(repository))
    assert done.returncode == 1
    assert "--- a/charts/kubilitics/values.yaml" in done.stdout
    assert "-  enabled: true" in done.stdout
    assert "+  enabled: false" in done.stdout
    assert "-stray" in done.stdout
    assert files(repository) == before


def test_check_answers_programs_in_json(repository):
    done = run("generate", "--check", "--json", "--root", str(repository))
    assert done.returncode == 1
    answer = json.loads(done.stdout)
    assert "charts/kubilitics/Chart.yaml" in answer["changed"]
    assert answer["written"] is False


def test_generate_outside_the_repository_says_so(tmp_path):
    done = run("generate", "--root", str(tmp_path))
    assert done.returncode == 2
    assert "--root" in done.stderr
    assert "Traceback" not in done.stderr


OTHERS = (".github/workflows/ours.yml", ".github/workflows/release.yml", "delivery/notes.md", "renovate.json")


def test_generate_takes_no_file_of_somebody_elses_repository(repository):
    for name in OTHERS:
        (repository / name).parent.mkdir(parents=True, exist_ok=True)
        (repository / name).write_text("ours: true\n")
    before = files(repository)
    for arguments in ((), ("--check",)):
        done = run("generate", *arguments, "--root", str(repository))
        assert (done.returncode, done.stdout) == (2, "")
        assert f"would be lost: {', '.join(OTHERS[:3])} and 1 more." in done.stderr
        assert "--root" in done.stderr
    assert files(repository) == before


@pytest.mark.parametrize("ours", ["kubilitics_chartgen", "charts/kubilitics"])
def test_generate_replaces_what_differs_in_this_projects_repository(repository, ours):
    (repository / ours).mkdir(parents=True)
    (repository / "renovate.json").write_text("{}\n")
    done = run("generate", "--root", str(repository))
    assert done.returncode == 0
    assert "wrote renovate.json\n" in done.stdout


@pytest.mark.parametrize("stop", [KeyboardInterrupt, OSError("disk full")], ids=["Ctrl-C", "a full disk"])
@pytest.mark.parametrize("moment", range(0, 60, 7))
def test_an_interruption_leaves_the_old_chart_whole(repository, monkeypatch, stop, moment):
    apply(plan(repository))
    (repository / "values" / "another.yaml").write_text("ai:\n  enabled: false\n")
    before = files(repository)
    planned = plan(repository)
    written = 0
    write_text = Path.write_text

    def interrupted(self, *arguments, **options):
        nonlocal written
        written += 1
        if written > moment:
            raise stop
        return write_text(self, *arguments, **options)

    monkeypatch.setattr(Path, "write_text", interrupted)
    if moment < len([path for path in planned.wanted if path.startswith(planned.chart_dir)]):
        with pytest.raises((KeyboardInterrupt, ToolError)):
            apply(planned)
        monkeypatch.undo()
        assert files(repository) == before


@pytest.mark.parametrize("step", [0, 1])
def test_an_interruption_while_the_folders_change_places_leaves_one_whole(tmp_path, monkeypatch, step):
    folder = tmp_path / "chart"
    writing.replace_folder(folder, {"a": "old"})
    rename = Path.rename
    steps = 0

    def interrupted(self, target):
        nonlocal steps
        steps += 1
        result = rename(self, target)
        if steps == step + 1:
            raise KeyboardInterrupt
        return result

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        writing.replace_folder(folder, {"a": "new"})
    monkeypatch.undo()
    assert files(folder) in ({"a": b"old"}, {"a": b"new"})
    assert [path.name for path in tmp_path.iterdir()] == ["chart"]


def test_a_real_ctrl_c_ends_with_130_and_changes_nothing(repository):
    """The program is stopped right before it writes."""
    script = (
        "import signal, os, sys\n"
        "from kubilitics_chartgen.cli import generate, main\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it\n"
        "generate.apply = lambda plan: os.kill(os.getpid(), signal.SIGINT)\n"
        f"sys.argv = ['kubilitics-chartgen', 'generate', '--root', {str(repository)!r}]\n"
        "main()\n"
    )
    before = files(repository)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 130
    assert done.stderr.splitlines() == ["interrupted: each file is as it was, or new and whole"]
    assert files(repository) == before


@pytest.mark.parametrize("module", ["typer", "kubilitics_chartgen.cli.app", "kubilitics_chartgen.cli.verify"])
def test_ctrl_c_while_the_program_is_still_imported_ends_with_130(module):
    script = (
        "import os, signal, sys\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "class Stop:\n"
        "    def find_spec(name, path=None, target=None):\n"
        f"        if name == {module!r}:\n"
        "            os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Stop)\n"
        "from kubilitics_chartgen.cli import main\n"
        "sys.argv = ['kubilitics-chartgen', '--version']\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_a_place_that_cannot_be_written_gets_a_sentence(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ToolError, match="cannot write"):
        writing.replace_folder(tmp_path / "file" / "chart", {"a": "b"})
    with pytest.raises(ToolError, match="cannot write"):
        writing.replace_file(tmp_path / "file" / "a", "b")


def test_the_demo_ends_with_a_table_and_the_manifests(repository):
    done = run("demo", "--root", str(repository), env={**os.environ, "NO_COLOR": "1"})
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\x1b[" not in done.stdout
    for name in ("minimal", "openai", "anthropic", "ollama-local", "air-gapped", "production"):
        assert name in done.stdout
        assert (repository / "build" / "demo" / f"{name}.yaml").read_text().startswith("---\n# Source: ")
    assert "helm install kubilitics" in done.stdout


def test_the_demos_table_leaves_nothing_out_on_a_narrow_terminal(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "32")
    result = demo.ProfileResult("air-gapped", "custom", 12, Path("build/demo/a.yaml"), ())
    demo._print(Path("charts"), 1, [], 1, [result], supported())
    shown = capsys.readouterr().out
    assert "1 finding\n" in shown
    cells = [line.split("│")[1:-1] for line in shown.splitlines() if line.count("│") == 5]
    told = ["".join(part.strip() for part in column) for column in zip(*cells, strict=True)]
    assert told == ["air-gapped", "custom", "12", f"all{len(supported())}"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("verify", "--strength", "9"), "Invalid value for '--strength': 4 or less is expected."),
        (("verify", "--workers", "100000"), "Invalid value for '--workers': 64 or less is expected."),
        (("verify", "--strength", "x"), "Invalid value for '--strength': a whole number is expected."),
        (("verify", "--budget", "x"), "Invalid value for '--budget': a number is expected."),
        (("preflight", "--timeout", "0"), "Invalid value for '--timeout': 1 or more is expected."),
        (("verify", "--report", "foo"), "Invalid value for '--report': 'foo' is not one of 'junit', 'json', 'html'."),
    ],
)
def test_an_options_value_that_is_none_gets_plain_words(arguments, words):
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr


@pytest.mark.parametrize(
    ("output", "words"), [("values", "is a folder"), ("values/minimal.yaml/x", "cannot be written")]
)
def test_a_report_that_cannot_be_written_is_refused_before_the_run(output, words):
    done = run("verify", "--report", "html", "--output", output, timeout=10)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr


@pytest.mark.parametrize(("number", "said"), [(0, "0 findings"), (1, "1 finding"), (1234, "1,234 findings")])
def test_one_is_not_many(number, said):
    assert counted(number, "finding") == said


@pytest.mark.parametrize("command", ["lint", "verify", "compat check"])
def test_help_calls_files_and_charts_by_these_names(command):
    shown = run(*command.split(), "--help").stdout
    assert "--values FILE" in shown
    assert "list[str]" not in shown


def test_the_demo_fails_where_a_profile_does(repository):
    (repository / "values" / "broken.yaml").write_text("ai:\n  enabledd: true\n")
    done = run("demo", "--root", str(repository))
    assert done.returncode == 2
    assert "broken.yaml:2: ai.enabledd" in done.stderr


def modules():
    for module in pkgutil.walk_packages(kubilitics_chartgen.__path__, "kubilitics_chartgen."):
        if "sources" not in module.name:
            yield module.name


@pytest.mark.parametrize("name", sorted(modules()))
def test_public_names_are_listed_and_exist(name):
    module = importlib.import_module(name)
    assert module.__doc__, f"{name} does not say what it is for"
    for public in getattr(module, "__all__", ()):
        assert hasattr(module, public)
    defined = {
        key
        for key, value in vars(module).items()
        if not key.startswith("_") and getattr(value, "__module__", None) == name and callable(value)
    }
    assert defined <= set(getattr(module, "__all__", ())), "public by its name, but not listed in __all__"
