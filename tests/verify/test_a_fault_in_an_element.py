"""A fault that one field of an element shows, or one value beside another, or one name of the release, is found.

Helm says first that the values show it; whether `verify` may be sure that users write such values, the schema says.
"""

from __future__ import annotations

import json

import pytest

from kubilitics_chartgen.helm.embedded import EmbeddedEngine
from kubilitics_chartgen.helm.engine import Release
from kubilitics_chartgen.verify.verification import VerifyRequest, verify

FAULT = 'immutable: "yes"'
HOSTS = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["host"],
        "additionalProperties": False,
        "properties": {
            "host": {"type": "string"},
            "tls": {"type": "boolean"},
            "kind": {"enum": ["plain", "mixed", "strict"]},
            "paths": {"type": "array", "items": {"type": "object", "properties": {"exact": {"type": "boolean"}}}},
        },
    },
}
NUMBER = {"type": "integer", "minimum": 1, "maximum": 40}
WORD = {"type": "string", "pattern": "^[a-z]+$"}


def config(body):
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{{{ .Release.Name }}}}-b\n{body}\n"


def faulty_if(condition):
    return config(f"{{{{- if {condition} }}}}\n{FAULT}\n{{{{- end }}}}")


def faulty_if_any(loop, condition):
    """Where an element of a loop shows it."""
    body = f"{{{{- range {loop} }}}}{{{{- if {condition} }}}}{{{{- $found = true }}}}{{{{- end }}}}{{{{- end }}}}"
    return config(f"{{{{- $found := false }}}}{body}{{{{- if $found }}}}\n{FAULT}\n{{{{- end }}}}")


def schema(**properties):
    return {"type": "object", "additionalProperties": False, "properties": properties}


TWO = {"name": "a", "other": "b"}
HOST = {"hosts": [{"host": "a.example", "tls": False}]}
CERTAIN = {
    "a switch in an element": (faulty_if_any(".Values.hosts", ".tls"), HOST, None),
    "a choice in an element": (faulty_if_any(".Values.hosts", "eq .kind `strict`"), HOST, schema(hosts=HOSTS)),
    "two fields of an element": (
        faulty_if_any(".Values.hosts", "and .tls (eq .kind `mixed`)"),
        HOST,
        schema(hosts=HOSTS),
    ),
    "a field that an element may lack": (
        faulty_if_any(".Values.hosts", "not (hasKey . `tls`)"),
        HOST,
        schema(hosts=HOSTS),
    ),
    "an element of a list that is empty": (faulty_if_any(".Values.hosts", ".tls"), {"hosts": []}, schema(hosts=HOSTS)),
    "an element of an element": (
        config(
            "{{- range .Values.hosts }}{{- range .paths }}{{- if .exact }}\n"
            + FAULT
            + "\n{{- end }}{{- end }}{{- end }}"
        ),
        HOST,
        schema(hosts=HOSTS),
    ),
    "a field of the first element": (faulty_if("(first .Values.hosts).tls"), HOST, None),
    "a field of an element by its number": (faulty_if("eq (index .Values.hosts 0).host `b`"), HOST, None),
    "a text among others": (faulty_if_any(".Values.names", "eq . `x`"), {"names": ["a"]}, None),
    "a field of what a map holds": (
        faulty_if_any("$key, $value := .Values.queues", "$value.durable"),
        {"queues": {}},
        schema(queues={"type": "object", "additionalProperties": schema(durable={"type": "boolean"})}),
    ),
    "a key of a map": (
        faulty_if_any("$key, $value := .Values.labels", "eq $key `team`"),
        {"labels": {}},
        schema(labels={"type": "object", "additionalProperties": {"type": "string"}}),
    ),
    "a key that a map is asked for": (
        faulty_if("hasKey .Values.labels `team`"),
        {"labels": {}},
        schema(labels={"type": "object", "additionalProperties": {"type": "string"}}),
    ),
    "a key that fits a pattern": (
        faulty_if_any("$key, $value := .Values.queues", "$value.durable"),
        {"queues": {}},
        schema(
            queues={
                "type": "object",
                "additionalProperties": False,
                "patternProperties": {"^q-": schema(durable={"type": "boolean"})},
            }
        ),
    ),
    "a number above another": (
        faulty_if("gt (int .Values.least) (int .Values.most)"),
        {"least": 2, "most": 9},
        schema(least=NUMBER, most={**NUMBER, "minimum": 3}),
    ),
    "a number that is the same as another": (
        faulty_if("eq (int .Values.least) (int .Values.most)"),
        {"least": 2, "most": 9},
        schema(least=NUMBER, most=NUMBER),
    ),
    "a text that is the same as another": (
        faulty_if("eq .Values.first .Values.second"),
        {"first": "ab", "second": "cd"},
        schema(first=WORD, second=WORD),
    ),
    "a text that is in a list": (faulty_if("has .Values.first .Values.names"), {"first": "ab", "names": ["cd"]}, None),
    "a fraction": (faulty_if("gt .Values.share 0.5"), {"share": 0.1}, None),
    "less than nothing": (faulty_if("lt (int .Values.offset) 0"), {"offset": 3}, None),
    "a number that is worked out": (faulty_if("gt (mul .Values.count 2) 10"), {"count": 1}, None),
    "a number as a text": (faulty_if("eq (toString .Values.port) `80`"), {"port": 8080}, None),
    "a number in a text": (faulty_if("eq (int64 .Values.port) 80"), {"port": "8080"}, None),
    "a number with its unit": (faulty_if("gt (trimSuffix `Mi` .Values.size | int) 1000"), {"size": "10Mi"}, None),
    "a part of a text": (faulty_if("has `x` (splitList `,` .Values.names)"), {"names": "a,b"}, None),
    "a part of a text by its number": (faulty_if("eq (split `/` .Values.image)._0 `x`"), {"image": "a/b"}, None),
    "a list as one text": (faulty_if("contains `x` (join `,` .Values.names)"), {"names": ["a"]}, None),
    "a text in which something is replaced": (
        faulty_if("eq (regexReplaceAll `[0-9]+` .Values.name ``) `x`"),
        {"name": "a1"},
        None,
    ),
    "one of two values": (faulty_if("has `x` (list .Values.first .Values.last)"), {"first": "a", "last": "b"}, None),
    "a value that is the release's name": (faulty_if("contains .Values.name .Release.Name"), {"name": "a"}, None),
    "a value that is the namespace": (faulty_if("eq .Values.name .Release.Namespace"), {"name": "a"}, None),
    "a value as a text": (faulty_if("eq (printf `%v` .Values.name) `x`"), {"name": "a"}, None),
    "a number as a text of its own": (faulty_if("eq (printf `%d` (int .Values.port)) `80`"), {"port": 8080}, None),
    "a text with more around it": (faulty_if("eq (printf `%s-x` .Values.name) `y-x`"), {"name": "a"}, None),
    "a text made of two": (faulty_if("eq (printf `%s-%s` .Values.name .Values.other) `y-x`"), TWO, None),
    "a text put together of two": (faulty_if("eq (print .Values.name `:` .Values.other) `y:x`"), TWO, None),
    "a part of a text made of two": (
        faulty_if("contains `bad` (printf `%s/%s` .Values.name .Values.other)"),
        TWO,
        None,
    ),
    "how a text made of two begins": (
        faulty_if("hasPrefix `bad` (printf `%s/%s` .Values.name .Values.other)"),
        TWO,
        None,
    ),
    "a pattern of a text made of two": (
        faulty_if("regexMatch `^bad/` (printf `%s/%s` .Values.name .Values.other)"),
        TWO,
        None,
    ),
    "how long a text made of two is": (
        faulty_if("gt (len (printf `%s-%s` .Values.name .Values.other)) 20"),
        TWO,
        None,
    ),
    "a text made of the release's name": (
        faulty_if("eq (printf `%s-%s` .Release.Name .Values.name) `main-x`"),
        {"name": "a"},
        None,
    ),
    "a text that may be a template": (faulty_if("eq (tpl .Values.name .) `x`"), {"name": "a"}, None),
    "a text read as a number": (faulty_if("gt (atoi .Values.port) 100"), {"port": "80"}, None),
    "a number found in a text": (faulty_if("gt (regexFind `[0-9]+` .Values.size | int) 1000"), {"size": "10Mi"}, None),
    "how a text begins, cut out of it": (faulty_if("eq (substr 0 1 .Values.name) `x`"), {"name": "a"}, None),
    "the last part of a path": (faulty_if("eq (base .Values.path) `x`"), {"path": "/a/b"}, None),
    "a count of which one number is special": (
        faulty_if_any("until (int .Values.count)", "eq . 4"),
        {"count": 1},
        None,
    ),
    "how many parts a text has": (faulty_if("gt (len (splitList `/` .Values.image)) 3"), {"image": "a/b"}, None),
    "the parts of a text by their number": (
        faulty_if("eq (splitList ` ` .Values.when | len) 6"),
        {"when": "* * * * *"},
        None,
    ),
    "a number that is not one text": (faulty_if("ne (toString .Values.port) `80`"), {"port": 80}, None),
    "what a key holds": (faulty_if_any("$key, $value := .Values.names", "eq $value `x`"), {"names": {"a": "q"}}, None),
    "two fields below a key": (
        faulty_if_any("$key, $value := .Values.jobs", "and $value.enabled (eq $value.kind `cron`)"),
        {"jobs": {"a": {"enabled": False, "kind": "once"}}},
        None,
    ),
    "three fields below a key": (
        faulty_if_any("$key, $value := .Values.jobs", "and $value.enabled $value.paused (eq $value.kind `cron`)"),
        {"jobs": {"a": {"enabled": False, "paused": False, "kind": "once"}}},
        None,
    ),
    "three fields of an element": (
        faulty_if_any(".Values.jobs", "and .enabled .paused (eq .kind `cron`)"),
        {"jobs": [{"enabled": False, "paused": False, "kind": "once"}]},
        None,
    ),
    "a field of a field below a key": (
        faulty_if_any("$key, $value := .Values.apps", "eq ($value.image | default dict).tag `x`"),
        {"apps": {"a": {"image": {"tag": "q"}}}},
        None,
    ),
    "how many elements have a switch on": (
        config(
            "{{- $on := 0 }}{{- range .Values.jobs }}{{- if .enabled }}{{- $on = add1 $on }}{{- end }}{{- end }}"
            f"{{{{- if gt (int $on) 1 }}}}\n{FAULT}\n{{{{- end }}}}"
        ),
        {"jobs": [{"name": "a", "enabled": False}]},
        None,
    ),
    "a name of the release": (faulty_if("eq .Release.Name `main`"), {}, None),
    "a namespace": (faulty_if("hasPrefix `kube-` .Release.Namespace"), {}, None),
    "a namespace and a value": (faulty_if("and (eq .Release.Namespace `prod`) .Values.flag"), {"flag": False}, None),
}
UNCERTAIN = {
    "a field that an element lacks, which nothing allows": (
        faulty_if_any(".Values.hosts", "not (hasKey . `tls`)"),
        {"hosts": [{"tls": True}]},
    ),
    "an element of a list that is empty, of which nothing tells": (
        faulty_if_any(".Values.hosts", "eq .kind `strict`"),
        {"hosts": []},
    ),
    "any text but one": (faulty_if("ne .Values.mode `single`"), {"mode": "single"}),
    "a text without a part": (faulty_if("not (contains `:` .Values.image)"), {"image": "a:b"}),
    "a text that does not begin so": (faulty_if("not (hasPrefix `v` .Values.tag)"), {"tag": "v1"}),
    "a text that fits no pattern": (faulty_if("not (regexMatch `^[a-z]+$` .Values.name)"), {"name": "a"}),
    "a number that may be no number": (faulty_if("not (regexMatch `^[0-9]+$` (toString .Values.port))"), {"port": 80}),
    "how many keys a map has": (faulty_if("eq (len .Values.labels) 3"), {"labels": {}}),
    "how many keys a map has, by the list of them": (faulty_if("gt (len (keys .Values.labels)) 2"), {"labels": {}}),
    "a fourth element": (faulty_if_any("$number, $host := .Values.hosts", "gt $number 2"), {"hosts": [{"host": "a"}]}),
    "two fields of an element, of which nothing tells": (
        faulty_if_any(".Values.jobs", "and .enabled (eq .kind `cron`)"),
        {"jobs": []},
    ),
    "two fields below a key, and one that is not there": (
        faulty_if_any("$key, $job := .Values.jobs", "and $job.enabled (eq $job.kind `cron`) (not $job.schedule)"),
        {"jobs": {}},
    ),
    "a field that is empty beside another": (
        faulty_if_any(".Values.jobs", "and (eq .kind `cron`) (not .schedule)"),
        {"jobs": [{"kind": "once", "schedule": "@daily"}]},
    ),
    "a key of a map, of which nothing tells": (faulty_if("has `team` (keys .Values.labels)"), {"labels": {"a": "b"}}),
}


@pytest.fixture
def findings(tmp_path):
    def found(template, values, said=None):
        files = {
            "Chart.yaml": "apiVersion: v2\nname: hiding\nversion: 1.0.0\n",
            "values.yaml": json.dumps(values),
            "templates/b.yaml": template,
        }
        if said is not None:
            files["values.schema.json"] = json.dumps(said)
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        plain = EmbeddedEngine().load(tmp_path).render({}, Release("web"))
        assert FAULT not in "".join(plain.values())
        checks = ("schema", "renders", "duplicates")
        return verify(VerifyRequest(tmp_path, workers=1, checks=checks, random=0)).findings

    return found


@pytest.mark.parametrize(("template", "values", "said"), CERTAIN.values(), ids=CERTAIN)
def test_it_is_found(findings, template, values, said):
    assert {finding.check for finding in findings(template, values, said) if not finding.made_up} == {"schema"}


@pytest.mark.parametrize(("template", "values"), UNCERTAIN.values(), ids=UNCERTAIN)
def test_it_is_found_by_values_that_nothing_says_to_be_valid(findings, template, values):
    found = findings(template, values)
    assert {finding.check for finding in found} == {"schema"}
    assert all(finding.made_up for finding in found)


@pytest.mark.parametrize("said", [None, schema(hosts=HOSTS)], ids=["without a schema", "with one"])
def test_what_only_two_elements_show_is_found(findings, said):
    loop = "{{- range .Values.hosts }}\n---\n" + config("data: {host: {{ .host | quote }}}") + "{{- end }}\n"
    (finding,) = findings(loop.replace(".Release", "$.Release"), HOST, said)
    assert (finding.check, finding.object, finding.made_up) == ("duplicates", "ConfigMap/hiding-b", False)


def test_what_only_two_keys_show_is_found(findings):
    queues = {"type": "object", "additionalProperties": schema(durable={"type": "boolean"})}
    loop = (
        "{{- range $name, $queue := .Values.queues }}\n---\n"
        + config("data: {name: {{ $name | quote }}}")
        + "{{- end }}\n"
    )
    (finding,) = findings(loop.replace(".Release", "$.Release"), {"queues": {}}, schema(queues=queues))
    assert (finding.check, finding.made_up) == ("duplicates", False)


def test_two_elements_have_other_ports_and_paths(findings):
    first, last = "(first .Values.ports)", "(last .Values.ports)"
    other = f"(ne (int {first}.port) (int {last}.port)) (ne {first}.mountPath {last}.mountPath)"
    found = findings(faulty_if(f"and {other}"), {"ports": [{"name": "http", "port": 80, "mountPath": "/x"}]})
    assert {(finding.check, finding.made_up) for finding in found} == {("schema", False)}


def test_two_elements_of_which_one_would_not_be_valid_are_not_tried(findings):
    single = {**HOSTS, "maxItems": 1}
    loop = "{{- range .Values.hosts }}\n---\n" + config("data: {host: {{ .host | quote }}}") + "{{- end }}\n"
    assert findings(loop.replace(".Release", "$.Release"), HOST, schema(hosts=single)) == ()


def test_what_a_schema_does_not_allow_in_an_element_is_not_tried(findings):
    closed = {
        "type": "array",
        "items": {"type": "object", "properties": {"tls": {"const": False}}, "required": ["tls"]},
    }
    template = faulty_if_any(".Values.hosts", "or .tls (not (hasKey . `tls`))")
    assert findings(template, {"hosts": [{"tls": False}]}, schema(hosts=closed)) == ()
