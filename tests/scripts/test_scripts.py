"""What holds for every shell script of the chart."""

import re
import subprocess

import pytest

from tests.scripts.shells import FILES
from tests.tools import shellcheck

SCRIPTS = sorted(FILES.rglob("*.sh"))
INLINE = [FILES / "backend" / "discover-ai.sh", FILES / "tests" / "core.sh", FILES / "tests" / "ai.sh"]
"""Those that stand in a container's command, where Kubernetes puts the value of a variable for $(NAME) and $ for $$."""

each = pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)


@each
def test_is_posix_shell(script):
    subprocess.run(["/bin/sh", "-n", str(script)], check=True)
    assert script.read_text(encoding="utf-8").startswith("#!/bin/sh\n")


@each
def test_shellcheck_finds_nothing(script):
    run = subprocess.run([shellcheck(), "--shell=sh", str(script)], capture_output=True, text=True, check=False)
    assert run.stdout == ""


@pytest.mark.parametrize("script", INLINE, ids=lambda path: path.name)
def test_kubernetes_expands_nothing_in_it(script):
    text = script.read_text(encoding="utf-8")
    assert "$$" not in text
    for inside in re.findall(r"\$\(([^)]*)\)", text):
        assert " " in inside, f"$({inside}) could be the name of a variable"
