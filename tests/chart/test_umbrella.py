"""The chart as a dependency: under its own name, under an alias, twice, with `global`, conditions and nulls."""

import json
import shutil

import pytest
from helm_python import Chart

from tests.chart.helms import helm3, parsed, template
from tests.chart.objects import AI_ON, CHART, Objects, render

PARENT = """\
apiVersion: v2
name: platform
version: 1.0.0
dependencies:
  - {name: kubilitics, version: 1.2.0, condition: kubilitics.enabled}
  - {name: kubilitics, version: 1.2.0, alias: second, condition: second.enabled}
"""


@pytest.fixture(scope="module")
def umbrella(tmp_path_factory):
    folder = tmp_path_factory.mktemp("umbrella") / "platform"
    (folder / "charts").mkdir(parents=True)
    shutil.copytree(CHART, folder / "charts" / "kubilitics")
    (folder / "Chart.yaml").write_text(PARENT)
    (folder / "values.yaml").write_text("second:\n  enabled: false\n")
    return folder


def objects(umbrella, values, release="platform"):
    rendered = Chart.load(umbrella).render(values, name=release, namespace="default")
    return Objects({path: text for path, text in rendered.items() if "/templates/" in path})


def test_names_carry_the_release_and_the_chart(umbrella):
    names = objects(umbrella, {}).names
    assert ("Deployment", "platform-kubilitics-backend") in names


def test_ai_values_go_under_the_charts_name(umbrella):
    names = objects(umbrella, {"kubilitics": AI_ON}).names
    assert ("Deployment", "platform-kubilitics-ai") in names


def test_the_condition_turns_it_off(umbrella):
    assert objects(umbrella, {"kubilitics": {"enabled": False}}).names == []


def test_an_alias_is_an_installation_of_its_own(umbrella):
    both = objects(umbrella, {"kubilitics": AI_ON, "second": {"enabled": True, **AI_ON}})
    assert len(both.names) == len(set(both.names))
    pods = dict(both.pods())
    for item in both.all:
        if item["kind"] in ("Service", "Deployment"):
            selector = item["spec"]["selector"].get("matchLabels", item["spec"]["selector"])
            selected = [
                name for name, template in pods.items() if selector.items() <= template["metadata"]["labels"].items()
            ]
            assert selected == [item["metadata"]["name"]]


def test_global_values_of_the_parent_reach_the_images(umbrella):
    values = {"global": {"imageRegistry": "mirror.example", "imagePullSecrets": ["pull"], "storageClass": "other"}}
    for _, pod in objects(umbrella, values).pods():
        assert pod["spec"]["containers"][0]["image"].startswith("mirror.example/")
        assert pod["spec"]["imagePullSecrets"] == [{"name": "pull"}]


@pytest.mark.parametrize(
    "values", [{"kubilitics": {"ai": None}}, {"kubilitics": {"backend": {"podLabels": None}}}], ids=json.dumps
)
def test_nulls_of_the_parent_do_no_harm(umbrella, values):
    complaint, manifest = template(helm3(), values, umbrella)
    assert complaint is None, complaint
    assert parsed(manifest)
    assert objects(umbrella, values).names


def test_the_chart_in_an_umbrella_renders_the_same_core_as_alone(umbrella):
    """But for the release's name: a release that is called as the alias is."""
    alone = render({}, release="kubilitics")
    inside = objects(umbrella, {}, release="kubilitics")
    assert inside.names == alone.names


def test_helm_3_and_helm_4_render_the_same_umbrella(umbrella):
    values = {"kubilitics": AI_ON, "second": {"enabled": True}, "global": {"imageRegistry": "mirror.example"}}
    complaint, manifest = template(helm3(), values, umbrella)
    assert complaint is None
    four = "\n---\n".join(
        text for path, text in objects(umbrella, values, "kubilitics").texts.items() if path.endswith(".yaml")
    )
    assert parsed(manifest) == parsed(four)
