"""Nothing an operator types can become YAML structure or template code.

Judged by structure: the objects equal those of a harmless text, but for the leaves that carry the text itself.
"""

import json

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kubilitics_chartgen.helm.batch import Context
from kubilitics_chartgen.helm.engine import Release
from kubilitics_chartgen.model.values import Node, Values, leaves, tree
from kubilitics_chartgen.verify.sweep.renderer import Refusal, Renderer
from tests.chart.helms import embedded
from tests.chart.objects import CHART, Objects, merged, render

NASTY = [
    "{{ fail `no` }}",
    "{{ .Release.Name }}",
    'a"b',
    "a'b",
    "a\nkind: Secret\n",
    "a\n---\nkind: Pod",
    "$(HOME)",
    "$$(x)",
    "a: b",
    "# no comment",
    "- item",
    "&anchor *alias",
    "!!python/object",
    "\u2028\u0085\ufeff",
    "\u00fcml\u00e4ut \u65e5\u672c \U0001f600",
    "%",
    "|",
    ">",
    "null",
    "true",
    "1e3",
    "0x10",
    "12:30:00",
    "x" * 10_000,
    "\t tab",
    " leading and trailing ",
    "\\",
    "; return 200;",
    "}",
    "\x00\x07",
]
HARMLESS = "harmless"
SWITCHED_ON = {
    "ai": {
        "enabled": True,
        "llmProvider": "ollama",
        "providers": {"ollama": {"endpoint": "http://ollama:11434"}},
        "initializeProvider": {"enabled": True},
        "clusterAccess": {"enabled": True},
    },
    "backend": {"auth": {"mode": "optional", "existingSecret": "auth"}, "aiDiscovery": {"enabled": True}},
    "migrations": {"enabled": True, "command": ["/app/migrate"]},
    "vectorDatabase": {"enabled": True, "apiKeySecret": {"name": "memory"}},
    "ollama": {"enabled": True, "gpu": {"enabled": True}},
    "monitoring": {"serviceMonitor": {"enabled": True}},
}


PRINTABLE = st.characters(
    codec="utf-8", exclude_categories=["Cc", "Cn"], include_characters="\t\n\r", exclude_characters="\ufeff"
)


def settings_of(node: Node, text: str):
    """Values that put `text` into one leaf: as the string, as an item of a list, as the value of a map."""
    if node.type == "array":
        leaf = [{"name": text}] if node.key == "imagePullSecrets" else [text]
    elif node.type == "object":
        leaf = {"example.com/key": text}
    else:
        leaf = text
    for key in reversed(node.path):
        leaf = {key: leaf}
    return merged(SWITCHED_ON, leaf)


LEAVES = [
    node
    for node in leaves(tree(Values()))
    if (node.type in ("string", "array", "object")) and not node.fragment and "enum" not in (node.keywords or {})
]


def differences(one, other, path=()):
    """The paths of leaves that differ; the structure itself must be the same."""
    if isinstance(one, dict) and isinstance(other, dict):
        assert one.keys() == other.keys(), (path, one.keys() ^ other.keys())
        for key in one:
            yield from differences(one[key], other[key], (*path, key))
    elif isinstance(one, list) and isinstance(other, list):
        assert len(one) == len(other), (path, one, other)
        for index, (first, second) in enumerate(zip(one, other, strict=True)):
            yield from differences(first, second, (*path, index))
    elif path and path[-1] == "config.yaml":
        yield from differences(yaml.safe_load(one), yaml.safe_load(other), path[:-1])
    elif one != other or type(one) is not type(other):
        assert type(one) is type(other), (path, one, other)
        yield path, one, other


def carries(leaf: str, text: str) -> bool:
    """Whether a rendered leaf carries the operator's text, as it is or as the environment needs it."""
    return text in leaf or text.replace("$(", "$$(") in leaf or json.dumps(text)[1:-1] in leaf


RENDERER = Renderer(CHART)
RELEASE = Release("kubilitics", "default")


def outcomes(values):
    """The objects of each, or None where Helm refuses it, in words and without a crash; all in one call of Helm."""
    whole = [RENDERER.whole(each) for each in values]
    accepted = [number for number, each in enumerate(whole) if RENDERER.judge.accepts(each)]
    contexts = [Context(whole[number], RELEASE, RENDERER.entries) for number in accepted]
    found: list[Objects | None] = [None] * len(values)  # that Helm's validators agree is tested with the schema
    for number, answer in zip(accepted, RENDERER.texts(contexts, [values[each] for each in accepted]), strict=True):
        if isinstance(answer, Refusal):
            assert not answer.broken, answer.message
        else:
            found[number] = Objects(answer)
    return found


def outcome(values):
    """The objects, or None where Helm refuses `values`, in words and without a crash."""
    return outcomes([values])[0]


def check(node: Node, *texts: str) -> list[Objects | None]:
    """Render with each text and with a harmless one; what was rendered, None for what was refused."""
    plain, *others = outcomes([settings_of(node, text) for text in (HARMLESS, *texts)])
    for text, rendered in zip(texts, others, strict=True):
        if plain and rendered:
            assert plain.texts.keys() == rendered.texts.keys()
            for template, before in plain.texts.items():
                after = rendered.texts[template]
                if before != after:
                    compare(Objects({template: before}), Objects({template: after}), text)
    return others


def compare(plain: Objects, rendered: Objects, text: str) -> None:
    """Objects differ in leaves that carry the text, and nowhere else."""
    assert len(plain.all) == len(rendered.all)
    for one, other in zip(plain.all, rendered.all, strict=True):
        for path, before, after in differences(one, other):
            hashed = path[-1].startswith("checksum/") if isinstance(path[-1], str) else False
            assert hashed or HARMLESS not in str(before) or carries(str(after), text), (path, before, after)


@pytest.mark.parametrize("node", LEAVES, ids=lambda node: node.dotted)
def test_no_text_becomes_structure_or_code(node):
    check(node, *NASTY)


@pytest.mark.parametrize(
    "path",
    ["backend.podAnnotations", "commonAnnotations", "ai.service.annotations", "backend.persistence.annotations"],
)
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(texts=st.lists(st.text(PRINTABLE, max_size=60), min_size=5, max_size=5))
def test_any_printable_text_is_accepted_as_an_annotation_and_arrives_unchanged(path, texts):
    (node,) = [node for node in LEAVES if node.dotted == path]
    for text, objects in zip(texts, check(node, *texts), strict=True):
        assert objects
        assert text in strings(objects.all)


@pytest.mark.parametrize("text", ["\x00", "\x07", "\x7f", "\x85", "\ufeff"])
def test_text_that_helm_cannot_write_is_refused_and_drops_nothing(text):
    """Helm's toYaml writes nothing at all for a map that holds one of these."""
    assert embedded({"commonAnnotations": {"a": text}}) is not None


def strings(value):
    if isinstance(value, dict):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)
    elif isinstance(value, str):
        yield value


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    node=st.sampled_from(LEAVES),
    text=st.text(min_size=1, max_size=80).filter(lambda text: text != "-") | st.sampled_from(NASTY),
)
def test_any_text_anywhere_stays_in_its_leaf(node, text):
    check(node, text)


def test_a_reference_to_a_variable_in_a_value_is_not_expanded():
    values = merged(SWITCHED_ON, {"ai": {"providers": {"ollama": {"endpoint": "http://ollama:11434/$(HOME)"}}}})
    if embedded(values) is None:
        (wait,) = render(values).get("Deployment", "kubilitics-ai")["spec"]["template"]["spec"]["initContainers"]
        endpoint = next(item["value"] for item in wait["env"] if item["name"] == "ENDPOINT")
        assert endpoint == "http://ollama:11434/$$(HOME)"
