"""From every release in the repository there is an upgrade to this chart, whatever values it was installed with."""

import json
import subprocess
import sys

import pytest

from tests.tools import REPOSITORY

RELEASES = sorted((REPOSITORY / "releases").glob("*.tgz"))
PROGRAM = [sys.executable, "-c", "from kubilitics_chartgen.cli import main; main()", "verify"]


@pytest.mark.parametrize("release", RELEASES, ids=lambda path: path.stem)
def test_no_values_of_a_release_stand_in_the_way(release):
    # As the command does it, but for the random configurations.
    command = [*PROGRAM, "charts/kubilitics", "--from", str(release), "--random", "0", "--workers", "1", "--json"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=900)
    report = json.loads(done.stdout)
    assert report["findings"] == []
    assert report["complete"]
    assert report["numbers"]["accepted"] > 1000
