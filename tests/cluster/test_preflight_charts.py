"""`preflight` with charts that cannot be used, of another release, or out of a registry."""

import pytest

from tests.cluster.helms import HelmFailed
from tests.cluster.profiles import CHART
from tests.cluster.test_preflight import ask  # noqa: F401 -- a fixture
from tests.cluster.test_upgrades import BEFORE_AI
from tests.helm.bad_charts import BAD_CHARTS, packed
from tests.publishing.charts import ok
from tests.publishing.registries import running_registry

SHOP = b"apiVersion: v2\nname: shop\nversion: 1.0.0\n"


@pytest.mark.parametrize("name", BAD_CHARTS)
def test_a_bad_chart_is_one_sentence(ask, tmp_path, name):  # noqa: F811
    make, said = BAD_CHARTS[name]
    answer = ask(None, chart=make(tmp_path / "bad.tgz"))
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith("error: ")
    assert said in answer.err
    assert len(answer.err.splitlines()) == 1


def test_the_release_of_another_chart_is_a_problem(ask, helm3, namespace, tmp_path):  # noqa: F811
    shop = packed(tmp_path / "shop.tgz", chart_yaml=SHOP)
    helm3.install(shop, namespace, {})
    answer = ask()
    message = "kubilitics is a release of the chart shop, and this is kubilitics: an upgrade would replace everything"
    assert (answer.code, answer.of("release", "problem")) == (1, [message])
    assert ask(None, chart=shop).of("release", "problem") == []


def test_a_damaged_record_is_a_problem_as_it_is_for_helm(ask, helm3, cluster, namespace):  # noqa: F811
    helm3.install(CHART, namespace, {})
    damaged = {"data": {"release": "bm8gcmVjb3Jk"}}
    cluster.core.patch_namespaced_secret("sh.helm.release.v1.kubilitics.v1", namespace, damaged)
    assert "is no record that Helm has written, or a damaged one" in ask().of("release", "problem")[0]
    with pytest.raises(HelmFailed):
        helm3.upgrade(CHART, namespace, {})


def test_a_chart_out_of_a_registry(ask, tmp_path):  # noqa: F811
    with running_registry(tmp_path) as registry:
        base = f"oci://{registry.host}/charts"
        ok("publish", BEFORE_AI, base, "--plain-http")
        assert ask(None, "--plain-http", chart=f"{base}/kubilitics:1.1.0").code == 0
        missing = ask(None, "--plain-http", chart=f"{base}/kubilitics:9.9.9")
        assert (missing.code, missing.out) == (2, "")
        assert "there is no oci://" in missing.err
