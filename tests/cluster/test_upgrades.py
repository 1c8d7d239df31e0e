"""The upgrade stories of section 10, with each Helm: from before AI, with AI off and on, back and forth again."""

import hashlib
import shutil

import pytest

from tests.chart.helms import parsed, template
from tests.cluster.helms import EmbeddedHelm, HelmFailed
from tests.cluster.profiles import CHART, merged
from tests.tools import REPOSITORY
from tests.tools import helm3 as helm3_program

RELEASES = sorted((REPOSITORY / "releases").glob("*.tgz"))
BEFORE_AI = REPOSITORY / "releases" / "kubilitics-1.1.0.tgz"
AI_ON = {"ai": {"enabled": True, "llmProvider": "openai"}}
CORE = ("backend", "frontend")
SAME_IMAGES = {"backend": {"image": {"tag": "1.1.0"}}, "frontend": {"image": {"tag": "1.1.0"}}}


@pytest.fixture
def storyteller(cluster, helm, namespace):
    cluster.make_secret(namespace, "kubilitics-ai-secrets", "openai-api-key")
    return Story(cluster, helm, namespace)


class Story:
    """One release, and what of it has been restarted."""

    def __init__(self, cluster, helm, namespace):
        self.cluster, self.helm, self.namespace = cluster, helm, namespace

    def install(self, chart, values=None):
        self.helm.install(chart, self.namespace, values or {}, wait=True)

    def upgrade(self, chart, values=None, **options):
        self.helm.upgrade(chart, self.namespace, values or {}, wait=True, **options)
        self.cluster.wait_ready(self.namespace)

    def rollback(self, revision):
        self.helm.rollback(self.namespace, revision)
        self.cluster.wait_ready(self.namespace)

    def pods(self, *components):
        """Which pods run, by component."""
        return {
            name: {pod["metadata"]["uid"] for pod in self.cluster.pods(self.namespace, name)} for name in components
        }

    def images(self):
        return {
            name: pod["spec"]["containers"][0]["image"].rpartition(":")[2]
            for name in (*CORE, "ai")
            for pod in self.cluster.pods(self.namespace, name)
        }

    def keeps(self):
        """What must never be another object: claims with their volumes, and the Secret with its content."""
        claims = self.cluster.list("v1", "PersistentVolumeClaim", self.namespace)
        found = {item["metadata"]["name"]: (item["metadata"]["uid"], item["spec"]["volumeName"]) for item in claims}
        secret = self.cluster.get("v1", "Secret", "kubilitics-ai-secrets", self.namespace)
        return found, (secret["metadata"]["uid"], secret["data"])


def test_each_release_in_the_history_is_the_one_whose_digest_is_written_down():
    assert BEFORE_AI in RELEASES
    for path in RELEASES:
        digest = path.with_suffix(".tgz.sha256").read_text(encoding="utf-8").split()
        assert digest == [hashlib.sha256(path.read_bytes()).hexdigest(), path.name]


def test_the_whole_story(storyteller):
    story = storyteller
    story.install(BEFORE_AI)
    assert story.images() == {"backend": "1.1.0", "frontend": "1.1.0"}
    kept = story.keeps()

    # With AI off: core gets its new images, and there is no AI.
    story.upgrade(CHART)
    assert story.images() == {"backend": "1.2.0", "frontend": "1.2.0"}
    assert story.keeps() == kept
    core = story.pods(*CORE)

    # AI on: core is not touched.
    story.upgrade(CHART, AI_ON)
    assert story.images() == {"backend": "1.2.0", "frontend": "1.2.0", "ai": "1.2.0"}
    assert story.pods(*CORE) == core
    claims, secret = story.keeps()
    assert secret == kept[1]
    assert {name: claims[name] for name in kept[0]} == kept[0]

    # Another AI image: core is not touched. Another backend image: AI and frontend are not.
    story.upgrade(CHART, merged(AI_ON, {"ai": {"image": {"tag": "1.2.1"}}}))
    assert story.images()["ai"] == "1.2.1"
    assert story.pods(*CORE) == core
    others = story.pods("ai", "frontend")
    story.upgrade(CHART, merged(AI_ON, {"ai": {"image": {"tag": "1.2.1"}}, "backend": {"image": {"tag": "1.2.1"}}}))
    assert story.images() == {"backend": "1.2.1", "frontend": "1.2.0", "ai": "1.2.1"}
    assert story.pods("ai", "frontend") == others

    # Back to where it began, and forward again: the data is the same.
    story.rollback(1)
    assert story.images() == {"backend": "1.1.0", "frontend": "1.1.0"}
    assert story.keeps() == (claims, secret)
    story.upgrade(CHART, AI_ON)
    assert story.images() == {"backend": "1.2.0", "frontend": "1.2.0", "ai": "1.2.0"}
    assert story.keeps() == (claims, secret)
    assert story.helm.history(story.namespace) == ["superseded"] * 6 + ["deployed"]


def pod_templates(chart, values):
    """What each core component's pods are made from, as Helm renders it."""
    error, manifest = template(helm3_program(), values, chart)
    assert error is None
    found = {item["metadata"]["name"]: item for item in parsed(manifest) if item["kind"] == "Deployment"}
    return {name: found[f"kubilitics-{name}"]["spec"]["template"] for name in CORE}


def test_core_pods_are_restarted_by_nothing_but_their_own_change(storyteller):
    """With the images of before, only those restart whose pod template differs; with AI on or off nobody does."""
    story = storyteller
    old, new = pod_templates(BEFORE_AI, SAME_IMAGES), pod_templates(CHART, SAME_IMAGES)
    story.install(BEFORE_AI, SAME_IMAGES)
    before = story.pods(*CORE)
    story.upgrade(CHART, SAME_IMAGES)
    core = story.pods(*CORE)
    assert [name for name in CORE if core[name] != before[name]] == [name for name in CORE if old[name] != new[name]]
    story.upgrade(CHART, merged(SAME_IMAGES, AI_ON))
    story.upgrade(CHART, SAME_IMAGES)
    assert story.pods(*CORE) == core


def test_values_of_before_ai_can_be_reused_as_long_as_ai_stays_off(storyteller):
    story = storyteller
    story.install(BEFORE_AI, {"frontend": {"replicas": 2}})
    story.upgrade(CHART, keep="reuse")
    assert story.images() == {"backend": "1.2.0", "frontend": "1.2.0"}
    assert len(story.pods("frontend")["frontend"]) == 2
    # Reused values are the old defaults too, and AI's are not among them.
    core = story.pods(*CORE)
    with pytest.raises(HelmFailed, match="--reset-then-reuse-values"):
        story.upgrade(CHART, AI_ON, keep="reuse")
    assert story.pods(*CORE) == core


def test_new_defaults_with_ones_own_values_is_what_the_readme_says(storyteller):
    story = storyteller
    story.install(BEFORE_AI, {"frontend": {"replicas": 2}})
    if isinstance(story.helm, EmbeddedHelm):
        # The library has no such option; all values are given again.
        story.upgrade(CHART, merged(AI_ON, {"frontend": {"replicas": 2}}))
    else:
        story.upgrade(CHART, AI_ON, keep="reset-then-reuse")
    assert len(story.pods("frontend")["frontend"]) == 2
    assert set(story.images()) == {"backend", "frontend", "ai"}


def test_a_release_of_helm_3_goes_on_with_helm_4_and_back(cluster, helm3, helm4, namespace):
    cluster.make_secret(namespace, "kubilitics-ai-secrets", "openai-api-key")
    story = Story(cluster, helm3, namespace)
    story.install(BEFORE_AI)
    kept = story.keeps()
    story.helm = helm4
    story.upgrade(CHART, AI_ON)
    core = story.pods(*CORE)
    story.helm = helm3
    story.upgrade(CHART, AI_ON)
    assert story.pods(*CORE) == core
    story.helm = helm4
    story.rollback(1)
    assert story.images() == {"backend": "1.1.0", "frontend": "1.1.0"}
    assert kept[0].items() <= story.keeps()[0].items()


def test_a_chart_that_changes_a_selector_is_refused_by_the_server(cluster, helm, namespace, tmp_path):
    """The stories would notice: what Kubernetes calls immutable is refused, and the old pods run on."""
    copy = tmp_path / "kubilitics"
    shutil.copytree(CHART, copy)
    template = copy / "templates" / "backend" / "deployment.yaml"
    text = template.read_text(encoding="utf-8")
    changed = text.replace("  selector:\n    matchLabels:\n", "  selector:\n    matchLabels:\n      new: label\n")
    assert changed != text
    template.write_text(changed, encoding="utf-8")
    story = Story(cluster, helm, namespace)
    story.install(CHART)
    before = story.pods(*CORE)
    with pytest.raises(HelmFailed, match=r"immutable|does not match template"):
        helm.upgrade(copy, namespace, {})
    assert story.pods(*CORE) == before
