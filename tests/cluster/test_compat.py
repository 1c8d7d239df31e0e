"""`compat check --live` judges what a release really runs."""

import json

import pytest

from kubilitics_chartgen.cli import main
from tests.cluster.profiles import CHART


@pytest.fixture
def judged(monkeypatch, capsys, kube_config, namespace):
    def run(*options):
        command = ["compat", "check", "--live", "-n", namespace, "--kubeconfig", str(kube_config), *options]
        monkeypatch.setattr("sys.argv", ["kubilitics-chartgen", *command])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return ended.value.code, printed.out, printed.err

    return run


def test_the_versions_are_those_that_run(judged, helm4, namespace):
    code, _out, err = judged("--json")
    assert code == 2
    assert "nothing of Kubilitics in release kubilitics" in err

    helm4.install(CHART, namespace, {"ai": {"enabled": True, "image": {"tag": "1.1.0"}}})
    code, out, _err = judged("--json")
    verdict = json.loads(out)
    versions = {name: verdict["versions"][name] for name in ("frontend", "backend", "ai")}
    assert versions == {"frontend": "1.2.0", "backend": "1.2.0", "ai": "1.1.0"}
    # Section 7: an AI behind the backend lacks features and is not recommended, which is no reason to stop.
    assert (code, verdict["status"]) == (0, "not-recommended")
    assert judged("--strict")[0] == 1
