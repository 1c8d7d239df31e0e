"""The generated chart as a thing to read, ship and keep: its size, its rules, and that the model alone drives it."""

import io
import json
import os
import re
import subprocess
import sys
import tarfile

import pytest
import yaml
from helm_python import Chart

from kubilitics_chartgen.targets.chart import build
from tests.chart.machine_speed import REFERENCE_MS
from tests.chart.objects import AI_ON, CHART, REPOSITORY, Objects, followed, merged

SOURCES = REPOSITORY / "kubilitics_chartgen" / "targets" / "chart" / "sources"
TEMPLATES = sorted(CHART.glob("templates/**/*"))
PROFILE_TEXTS = {path.stem: path.read_text(encoding="utf-8") for path in (REPOSITORY / "values").glob("*.yaml")}


def source_files():
    return [path for path in SOURCES.rglob("*") if path.is_file()]


def test_jinja_and_helm_never_share_a_line():
    for path in source_files():
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            has_jinja = any(mark in line for mark in ("[[", "[%", "[#"))
            assert not (has_jinja and "{{" in line), f"{path.name}:{number}"


def test_jinja_only_inserts_literals_and_repeats_lists():
    for path in source_files():
        text = path.read_text(encoding="utf-8")
        for statement in re.findall(r"\[%-?\s*(\w+)", text):
            assert statement in ("for", "endfor", "else"), f"{path.name}: [% {statement} %]"
        assert not re.search(r"\[\[[^\]]*\{\{", text), path.name


def test_jinja_prints_no_braces_of_helm():
    helm_actions = {path.relative_to(SOURCES): path.read_text(encoding="utf-8").count("{{") for path in source_files()}
    for path, count in helm_actions.items():
        assert (CHART / path).read_text(encoding="utf-8").count("{{") == count, path


def test_a_source_without_jinja_is_copied_as_it_is():
    for path in source_files():
        text = path.read_text(encoding="utf-8")
        if not any(mark in text for mark in ("[[", "[%", "[#")):
            assert (CHART / path.relative_to(SOURCES)).read_text(encoding="utf-8") == text


def test_one_object_per_file_and_files_short_enough_to_read():
    for path in TEMPLATES:
        if path.suffix == ".yaml" and path.name not in ("validate.yaml", "extra-objects.yaml"):
            kinds = re.findall(
                r'^(?:kind:|\{\{ include "kubilitics.network.type")', path.read_text("utf-8"), re.MULTILINE
            )
            assert len(kinds) == 1, path.name
    lengths = sorted(len(path.read_text(encoding="utf-8").splitlines()) for path in TEMPLATES if path.suffix == ".yaml")
    assert lengths[int(len(lengths) * 0.8)] <= 80, "most templates stay under 80 lines"
    assert lengths[-1] <= 160


@pytest.mark.parametrize(
    "word", ["lookup", "rand", "now", "genCA", "genSignedCert", "uuidv4", "tpl", "getHostByName", "env"]
)
def test_templates_use_nothing_that_changes_from_one_render_to_the_next(word):
    for path in TEMPLATES:
        if path.is_file():
            actions = " ".join(re.findall(r"\{\{(.*?)\}\}", path.read_text(encoding="utf-8"), re.DOTALL))
            actions = re.sub(r'"[^"]*"|/\*.*?\*/', "", actions, flags=re.DOTALL)
            assert not re.search(rf"(?<![\w.$-]){word}\w*(?![\w-])", actions) or word == "env", path.name


def test_the_same_model_gives_the_same_bytes_and_the_tree_is_fresh():
    first, second = build(PROFILE_TEXTS), build(PROFILE_TEXTS)
    assert first == second
    for path, text in first.items():
        assert (REPOSITORY / path).read_text(encoding="utf-8") == text, f"{path}: run `make generate`"


def test_profiles_are_the_ci_values():
    assert {path.name for path in (CHART / "ci").iterdir()} == {f"{name}-values.yaml" for name in PROFILE_TEXTS}
    for name in ("minimal", "openai", "anthropic", "ollama-local", "air-gapped", "production", "gitops-argocd"):
        assert (CHART / "ci" / f"{name}-values.yaml").read_text(encoding="utf-8") == PROFILE_TEXTS[name]


def test_the_packaged_chart_stays_under_200_kib():
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        archive.add(CHART, arcname="kubilitics")
    assert len(stream.getvalue()) < 200 * 1024


def test_a_release_secret_stays_under_200_kib():
    """Helm keeps chart, values and manifest in one Secret: JSON, gzip, then base64 by Helm and once more as data."""
    import base64
    import gzip

    values = yaml.safe_load(PROFILE_TEXTS["production"])
    with Chart.load(CHART) as chart:
        rendered = chart.render(values, name="kubilitics", namespace="default")
        parts = [chart.templates, chart.files, chart.values, chart.schema, values, rendered]
    body = gzip.compress(json.dumps(parts).encode())
    assert len(base64.b64encode(base64.b64encode(body))) < 200 * 1024


@pytest.mark.timing
def test_a_render_with_its_schema_takes_under_25_ms():
    """As in a sweep's worker, which lets Go collect garbage rarely, and on a machine as fast as the quiet one."""
    run = subprocess.run(
        [sys.executable, "-m", "tests.chart.machine_speed", str(CHART), json.dumps(AI_ON)],
        capture_output=True,
        text=True,
        check=True,
        cwd=REPOSITORY,
        env={**os.environ, "GOGC": "600"},
    )
    assert json.loads(run.stdout) * REFERENCE_MS < 25


def test_chart_yaml_says_what_artifact_hub_and_helm_need():
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text(encoding="utf-8"))
    assert chart["kubeVersion"] == ">=1.25.0-0"
    assert chart["icon"].startswith("https://")
    assert chart["maintainers"]
    images = yaml.safe_load(chart["annotations"]["artifacthub.io/images"])
    assert [image["image"].rsplit("/", 1)[1] for image in images] == [
        "kubilitics-backend:1.2.0",
        "kubilitics-frontend:1.2.0",
        "kubilitics-ai:1.2.0",
    ]


def test_values_yaml_explains_every_value_where_it_is_set():
    lines = (CHART / "values.yaml").read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        if re.match(r"^ *[A-Za-z][\w-]*:", line) and not re.match(r"^ {4,}(cpu|memory|requests|limits)", line):
            nested_default = re.match(r"^ *(requests|limits|cpu|memory|options|matchLabels):", line)
            in_a_list = lines[number - 1].lstrip().startswith("- ")
            assert nested_default or in_a_list or lines[number - 1].lstrip().startswith("#"), (
                f"line {number + 1}: {line}"
            )


def values_rows(readme):
    """(value, default, meaning) of each row of the README's tables of values."""
    for line in readme.splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)]
        if len(cells) == 5 and re.fullmatch(r"`(<component>\.)?[A-Za-z][\w.-]*`", cells[1]):
            yield cells[1].strip("`"), cells[2], cells[3]


def meanings():
    """Value to what the README says of it."""
    return {value: meaning for value, _, meaning in values_rows((CHART / "README.md").read_text(encoding="utf-8"))}


def test_the_readme_lists_every_value_once_with_its_default():
    """A value that components share stands once, as `<component>.…`, for those that the text names, or for all."""
    readme = (CHART / "README.md").read_text(encoding="utf-8")
    schema = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))
    defaults = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
    components = re.findall(r"`([^`]+)`", re.search(r"`<component>` is one of (.*?)\. ", readme)[1])
    assert {"backend", "frontend", "ai"} <= set(components)

    said = []
    for value, default, meaning in values_rows(readme.split("## Values")[1]):
        only = re.search(r" For (`[^`]+`(?:, `[^`]+`)*)\.$", meaning)
        owners = re.findall(r"`([^`]+)`", only[1]) if only else components
        is_shared = value.startswith("<component>.")
        said += [(value.replace("<component>", owner), default) for owner in (owners if is_shared else [""])]

    listed = dict(said)

    def paths(node, path=()):
        for key, child in node.get("properties", {}).items():
            section = followed(schema, child)
            if "properties" in section and ".".join((*path, key)) not in listed:
                yield from paths(section, (*path, key))
            else:
                yield (*path, key)

    assert len(said) == len(listed), "a value stands in two tables"
    hidden = {("enabled",), ("ai", "apiKey"), ("backend", "auth", "jwtSecret")}
    for path in paths(schema):
        if path in hidden or path[-1] == "apiKey":
            continue
        default = defaults
        for key in path:
            default = default[key]
        assert ".".join(path) in listed, path
        assert listed.pop(".".join(path)).replace("\\|", "|") in (f"`{json.dumps(default)}`", "see values.yaml"), path
    assert listed == {}, "the README lists values that do not exist"


def test_what_no_image_honours_yet_says_so():
    rows = meanings()
    for section in ("reasoning", "vectorMemory", "features", "rateLimits", "tokenBudgets"):
        found = [meaning for value, meaning in rows.items() if value.startswith(f"ai.{section}.")]
        assert found
        assert all("Not yet effective" in meaning for meaning in found), section


def test_what_a_provider_expects_is_said_where_it_is_set():
    said = meanings()
    assert "https://my-resource.openai.azure.com/openai/v1" in said["ai.providers.azure.endpoint"]
    for provider in ("azure", "custom"):
        assert "with its `/v1`" in said[f"ai.providers.{provider}.endpoint"]
        assert "empty" not in said[f"ai.providers.{provider}.endpoint"]
    assert "/v1" not in said["ai.providers.ollama.endpoint"]
    assert "reads it from the Secret" in said["ai.providers.ollama.endpoint"]
    assert {value for value in said if "deployment" in said[value] and value.endswith(".model")} == {
        "ai.providers.azure.model"
    }
    assert {value for value in said if "retires models" in said[value]} == {
        "ai.providers.openai.model",
        "ai.providers.anthropic.model",
    }


def test_a_limit_that_0_turns_off_says_so():
    said = meanings()
    limits = [value for value in said if value.startswith(("ai.rateLimits.", "ai.tokenBudgets.per"))]
    assert len(limits) == 5
    assert all("0 sets no limit" in said[value] for value in limits)


def test_what_each_feature_is_stands_beside_its_switch():
    said = meanings()
    assert "failing workloads" in said["ai.features.investigation.enabled"]
    assert "desktop" in said["ai.features.investigation-builder.enabled"], "section 4: desktop only"


def test_no_address_is_broken_over_two_lines_of_values_yaml():
    assert "`https://my-resource.openai.azure.com/openai/v1`" in (CHART / "values.yaml").read_text(encoding="utf-8")


ACME = """Provider(
    id="acme",
    title="Acme Models",
    about="Models by Acme; needs an API key.",
    image_name="acme",
    secret_key="acme-api-key",
    secret_holds="key",
    secret_env="ACME_API_KEY",
    key_pattern="^acme-",
    key_example="acme-...",
    default_model="acme-1",
    takes_tokens=True,
    hosts=(Host("api.acme.example"),),
    leaves_cluster=True,
)"""


def chart_with(change, folder):
    """The chart built from a changed model, in a fresh process, because the values models read the registries once."""
    script = f"""
import dataclasses, sys
from pathlib import Path
from kubilitics_chartgen.model import components, providers
from kubilitics_chartgen.model.providers import Host, Provider
{change}
from kubilitics_chartgen.targets.chart import build
for path, text in build({{}}).items():
    target = Path(sys.argv[1]) / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)
"""
    subprocess.run([sys.executable, "-c", script, str(folder)], check=True)
    return folder / "charts" / "kubilitics"


def test_a_provider_is_one_entry_in_the_model(tmp_path):
    folder = chart_with(f"providers.PROVIDERS = (*providers.PROVIDERS, {ACME})", tmp_path)
    with Chart.load(folder) as chart:
        rendered = chart.render(merged(AI_ON, {"ai": {"llmProvider": "acme"}}), name="kubilitics", namespace="default")
    deployment = yaml.safe_load(rendered["kubilitics/templates/ai/deployment.yaml"])
    env = {item["name"]: item for item in deployment["spec"]["template"]["spec"]["containers"][0]["env"]}
    reference = {"name": "kubilitics-ai-secrets", "key": "acme-api-key", "optional": True}
    assert env["ACME_API_KEY"]["valueFrom"]["secretKeyRef"] == reference
    config = yaml.safe_load(yaml.safe_load(rendered["kubilitics/templates/ai/configmap.yaml"])["data"]["config.yaml"])
    assert config["llm"] == {"provider": "acme", "acme": {"model": "acme-1", "max_tokens": 2048}}
    assert "api.acme.example:443" in rendered["kubilitics/templates/NOTES.txt"]
    assert "--from-literal=acme-api-key=acme-..." in rendered["kubilitics/templates/NOTES.txt"]
    assert "| `acme` | Models by Acme; needs an API key. |" in (folder / "README.md").read_text()
    schema = json.loads((folder / "values.schema.json").read_text())
    assert "acme" in schema["properties"]["ai"]["properties"]["llmProvider"]["enum"]
    assert "acme" in schema["properties"]["ai"]["properties"]["providers"]["properties"]


def test_a_components_port_and_user_are_stated_once_in_the_model(tmp_path):
    change = "components.BACKEND = dataclasses.replace(components.BACKEND, port=9090, uid=4242)"
    with Chart.load(chart_with(change, tmp_path)) as chart:
        rendered = chart.render(AI_ON, name="kubilitics", namespace="default")
    objects = Objects(rendered)
    assert objects.get("Service", "kubilitics-backend")["spec"]["ports"][0]["port"] == 9090
    assert objects.container("kubilitics-backend")["ports"][0]["containerPort"] == 9090
    assert objects.env("kubilitics-backend")["KUBILITICS_PORT"] == "9090"
    assert objects.env("kubilitics-ai")["KUBILITICS_BACKEND_HTTP_BASE_URL"] == "http://kubilitics-backend:9090"
    nginx = objects.get("ConfigMap", "kubilitics-frontend")["data"]["nginx.conf"]
    assert "$backend_host:9090" in nginx
    pod = objects.get("Deployment", "kubilitics-backend")["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsUser"] == 4242
