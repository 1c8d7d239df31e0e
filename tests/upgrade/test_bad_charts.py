"""Charts that cannot be used, on either side of a plan: one clear sentence each, and nothing planned."""

import pytest

from tests.helm.bad_charts import BAD_CHARTS, packed
from tests.upgrade.test_command import NEW, plan


@pytest.mark.parametrize("side", ["old", "new"])
@pytest.mark.parametrize("name", BAD_CHARTS)
def test_a_bad_chart_is_one_sentence(tmp_path, name, side):
    make, said = BAD_CHARTS[name]
    bad = make(tmp_path / "bad.tgz")
    answer = plan(*((bad, NEW) if side == "old" else (NEW, bad)))
    assert (answer.returncode, answer.stdout) == (2, "")
    assert answer.stderr.startswith("error: ")
    assert said in answer.stderr
    assert len(answer.stderr.splitlines()) == 1


def test_the_release_of_another_chart_is_never_planned_away(tmp_path):
    other = packed(tmp_path / "other.tgz", chart_yaml=b"apiVersion: v2\nname: shop\nversion: 1.0.0\n")
    answer = plan(NEW, other)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert "is a release of the chart kubilitics, and" in answer.stderr
    assert "is shop: an upgrade would replace everything" in answer.stderr
