"""What the knobs may not do: replace what the chart owns, weaken a pod, or hold what cannot be written."""

import json

import pytest

from kubilitics_chartgen.kube.pod_security import violations
from tests.chart.helms import embedded, helm3, template
from tests.chart.objects import AI_ON, merged, render
from tests.chart.test_knobs import MAIN, WITH_INIT


def env_names(component):
    pod = render(WITH_INIT).get("Deployment", f"kubilitics-{component}")["spec"]["template"]["spec"]
    (main,) = [item for item in pod["containers"] if item["name"] == MAIN[component]]
    return [item["name"] for item in main.get("env", [])]


OWNED = [(component, name) for component in MAIN for name in env_names(component)]


def test_two_families_of_addresses_need_a_policy_that_has_two():
    families = {"ipFamilies": ["IPv6", "IPv4"]}
    assert "ai.service.ipFamilies: a Service has two" in embedded({"ai": {"service": families}})
    for policy in ("PreferDualStack", "RequireDualStack"):
        assert embedded({"ai": {"service": {**families, "ipFamilyPolicy": policy}}}) is None
    assert embedded({"ai": {"service": {"ipFamilies": ["IPv6"]}}}) is None


@pytest.mark.parametrize(
    ("component", "name", "words"),
    [
        # Contract, section 2.3: what beats the configuration file that the chart writes.
        *(
            ("ai", f"KUBILITICS_LLM_{each}", "other values")
            for each in ("PROVIDER", "OPENAI", "ANTHROPIC", "OLLAMA", "CUSTOM")
        ),
        *(("ai", f"{each}_BASE_URL", "other values") for each in ("OLLAMA", "ANTHROPIC")),
        # Sections 2.2 and 3.2: then plain HTTP answers 400, and so do probes and nginx get it.
        ("ai", "KUBILITICS_SERVER_TLS_ENABLED", "other values"),
        ("backend", "KUBILITICS_TLS_ENABLED", "other values"),
    ],
)
def test_no_variable_says_what_values_say_otherwise(component, name, words):
    for given in ({"value": "x"}, {"valueFrom": {"secretKeyRef": {"name": "keys", "key": "k"}}}):
        values = merged(AI_ON, {component: {"extraEnv": [{"name": name, **given}]}})
        assert f"{component}.extraEnv {name}: {words}" in embedded(values)


# From Kubernetes' documentation of quantities.
NOT_ABOVE = [("100m", "0.1"), ("0.1", 0.1), (1, "1000m"), ("1500m", "1.5"), ("64Mi", 67108864), ("1e3", "1k"),
             ("1023Ki", "1Mi"), ("999M", "1Gi"), ("1Gi", "1.1G"), ("1Pi", "1E"), ("12E", "12Ei")]  # fmt: skip
ABOVE = [("101m", "0.1"), (1, "999m"), ("1025Ki", "1Mi"), ("1Gi", "1G"), ("1.1k", "1e3"), (1, 0), ("1m", "999u"),
         ("64Mi", 67108863)]  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "limit", "refused"), [*((*each, False) for each in NOT_ABOVE), *((*each, True) for each in ABOVE)]
)
def test_a_askedabove_its_limit_is_refused_whatever_the_units(asked, limit, refused):
    resources = {"requests": {"memory": asked}, "limits": {"memory": limit}}
    complaint = embedded({"frontend": {"resources": resources}})
    assert (complaint is not None) is refused
    assert not refused or "frontend.resources.requests.memory: this is more than the limit" in complaint


def test_a_limit_that_is_no_more_asks_nothing_of_a_request():
    assert (
        embedded({"backend": {"resources": {"limits": {"cpu": None, "memory": None}, "requests": {"cpu": 64}}}}) is None
    )
    assert embedded({"backend": {"resources": {"requests": {"cpu": None}, "limits": {"cpu": "1m"}}}}) is None


# From Kubernetes' documentation of extended resources and of huge pages: (requests, limits), None for none.
GPU, PAGES = "nvidia.com/gpu", "hugepages-2Mi"
WHOLE = [(GPU, None, 1), (GPU, 2, 2), (GPU, "1000m", "1"), (GPU, "2k", "2e3"), (PAGES, "4Mi", "4Mi"),
         (PAGES, None, "2Mi"), ("a.kubernetes.io/x", "1500m", None)]  # fmt: skip
NOT_WHOLE = [(GPU, 1, None), (GPU, 0, None), (GPU, 1, 2), (GPU, None, 0.5), (GPU, "1500m", "1500m"),
             (PAGES, "2Mi", None), (PAGES, "2Mi", "4Mi")]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "asked", "limit", "refused"),
    [*((*each, False) for each in WHOLE), *((*each, True) for each in NOT_WHOLE)],
)
def test_of_gpus_and_huge_pages_a_container_gets_what_it_asks_for(name, asked, limit, refused):
    resources = {part: {name: many} for part, many in (("requests", asked), ("limits", limit)) if many is not None}
    complaint = embedded({"ai": {"enabled": True, "resources": resources}})
    assert (complaint is not None) is refused
    assert not refused or f"ai.resources {name}: Kubernetes gives a container whole ones" in complaint


def test_ollamas_gpus_are_a_limit_as_well():
    ollama = {"enabled": True, "gpu": {"enabled": True}, "resources": {"requests": {GPU: 1}}}
    assert embedded(merged(AI_ON, {"ollama": ollama})) is None


@pytest.mark.parametrize(
    ("minor", "seconds", "grace", "refused"),
    [(30, 30, 30, False), (30, 31, 30, True), (30, 0, 30, True), (31, 0, 30, True), (32, 0, 30, False),
     (37, 0, 0, False), (37, 1, 0, True), (37, 30, None, False), (37, 31, None, True)],
)  # fmt: skip
def test_a_container_sleeps_no_longer_than_its_pod_may_take_to_stop(minor, seconds, grace, refused):
    """Without terminationGracePeriodSeconds Kubernetes takes 30."""
    for hook in ("preStop", "postStart"):
        knobs = {"lifecycle": {hook: {"sleep": {"seconds": seconds}}}, "terminationGracePeriodSeconds": grace}
        complaint = embedded({"kubeVersionOverride": f"1.{minor}", "backend": knobs})
        assert (complaint is not None) is refused
        assert not refused or f"backend.lifecycle.{hook}.sleep.seconds: Kubernetes takes at most" in complaint


@pytest.mark.parametrize(
    ("knob", "policy", "first"),
    [("initContainers", "Always", 28), ("initContainers", "OnFailure", 34), ("sidecars", "Always", 34)],
)
def test_a_container_has_a_restart_policy_where_kubernetes_knows_it(knob, policy, first):
    """Sidecars of Kubernetes came with 1.28, rules of restarting with 1.34, each behind a gate first."""
    for minor in (25, first - 1, first, 37):
        values = {knob: [{"name": "x", "image": "y", "restartPolicy": policy}]}
        complaint = embedded({"kubeVersionOverride": f"1.{minor}", "frontend": values})
        assert (complaint is None) is (minor >= first)
        assert complaint is None or f"frontend.{knob} x: Kubernetes knows Always" in complaint


def test_the_requests_of_what_does_not_run_are_nobodys_business():
    too_much = {"resources": {"requests": {"memory": "1Ti"}}}
    values = dict.fromkeys(("ai", "ollama"), too_much)
    off = {"frontend": {"enabled": False, **too_much}, "migrations": too_much, "tests": {"enabled": False, **too_much}}
    assert embedded({**values, **off, "vectorDatabase": {"qdrant": too_much}}) is None


@pytest.mark.parametrize(("component", "name"), OWNED)
def test_no_variable_of_the_chart_can_be_replaced(component, name):
    complaint = embedded(merged(WITH_INIT, {component: {"extraEnv": [{"name": name, "value": "x"}]}}))
    assert f"{component}.extraEnv {name}: the chart sets this environment variable itself" in complaint


def test_the_variables_of_proxy_and_certificates_are_the_charts_when_it_sets_them():
    own = [{"name": "HTTPS_PROXY", "value": "http://mine.example"}, {"name": "SSL_CERT_DIR", "value": "/certs"}]
    assert embedded({"frontend": {"extraEnv": own}}) is None
    values = {"proxy": {"httpsProxy": "http://p.example"}, "caBundle": {"configMap": "ca"}}
    complaint = embedded({"frontend": {"extraEnv": own}, "global": values})
    assert "frontend.extraEnv HTTPS_PROXY, frontend.extraEnv SSL_CERT_DIR: the chart sets" in complaint


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"frontend": {"extraVolumes": [{"name": "html", "emptyDir": {}}]}}, "frontend.extraVolumes html"),
        ({"ai": {"extraVolumes": [{"name": "data", "emptyDir": {}}]}}, "ai.extraVolumes data"),
        (
            {"backend": {"extraVolumeMounts": [{"name": "data", "mountPath": "/tmp/"}]}},
            "backend.extraVolumeMounts /tmp:",
        ),
        ({"ai": {"sidecars": [{"name": "wait-for-provider", "image": "x"}]}}, "ai.sidecars"),
        ({"frontend": {"initContainers": [{"name": "nginx", "image": "x"}]}}, "frontend.sidecars"),
        (
            {
                "backend": {
                    "sidecars": [{"name": "one", "image": "x"}],
                    "initContainers": [{"name": "one", "image": "x"}],
                }
            },
            "written twice",
        ),
        (
            {
                "backend": {"extraVolumes": [{"name": "ca-bundle", "emptyDir": {}}]},
                "global": {"caBundle": {"secret": "c"}},
            },
            "backend.extraVolumes ca-bundle",
        ),
    ],
    ids=json.dumps,
)
def test_what_collides_with_the_chart_is_refused_by_name(values, words):
    for complaint in (embedded(merged(WITH_INIT, values)), template(helm3(), merged(WITH_INIT, values))[0]):
        assert "These values cannot be used" in complaint
        assert words in complaint


def test_a_component_that_is_off_refuses_none_of_its_knobs():
    assert embedded({"frontend": {"enabled": False, "extraVolumeMounts": [{"name": "x", "mountPath": "/x"}]}}) is None


WEAKER = {
    "privileged": {"securityContext": {"privileged": True}},
    "escalation": {"securityContext": {"allowPrivilegeEscalation": True}},
    "root": {"securityContext": {"runAsUser": 0}},
    "perhaps root": {"securityContext": {"runAsNonRoot": False}},
    "a capability": {"securityContext": {"capabilities": {"drop": ["ALL"], "add": ["SYS_ADMIN"]}}},
    "capabilities kept": {"securityContext": {"capabilities": {"drop": ["NET_RAW"]}}},
    "no seccomp": {"securityContext": {"seccompProfile": {"type": "Unconfined"}}},
    "another SELinux type": {"securityContext": {"seLinuxOptions": {"type": "spc_t"}}},
    "proc": {"securityContext": {"procMount": "Unmasked"}},
    "a port of the node": {"ports": [{"containerPort": 8080, "hostPort": 8080}]},
    "a probe of another host": {"livenessProbe": {"httpGet": {"host": "a.example", "port": 80}}},
}


@pytest.mark.parametrize("weaker", WEAKER.values(), ids=WEAKER)
def test_an_extra_container_cannot_weaken_the_pod(weaker):
    for knob in ("sidecars", "initContainers"):
        assert embedded({"ai": {knob: [{"name": "x", "image": "y", **weaker}]}}) is not None


@pytest.mark.parametrize("source", ["hostPath", "nfs", "iscsi", "rbd", "gitRepo", "awsElasticBlockStore"])
def test_a_volume_that_restricted_keeps_out_is_refused(source):
    assert embedded({"backend": {"extraVolumes": [{"name": "x", source: {"path": "/"}}]}}) is not None


USUAL = {
    "nothing": {},
    "all that restricted asks for": {
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "runAsNonRoot": True,
            "capabilities": {"drop": ["ALL"]},
            "seccompProfile": {"type": "RuntimeDefault"},
        }
    },
    "only some of it": {"securityContext": {"runAsUser": 2000, "capabilities": {"add": ["NET_BIND_SERVICE"]}}},
    "a port and probes": {
        "ports": [{"containerPort": 9000}],
        "livenessProbe": {"httpGet": {"path": "/", "port": 9000}},
        "readinessProbe": {"tcpSocket": {"port": 9000}},
    },
}


@pytest.mark.parametrize("container", USUAL.values(), ids=USUAL)
def test_pods_with_extra_containers_pass_the_restricted_standard(container):
    extra = {
        "sidecars": [{"name": "x", "image": "y", **container}],
        "initContainers": [{"name": "z", "image": "y", **container}],
    }
    for _, pod in render(merged(WITH_INIT, dict.fromkeys(MAIN, extra))).pods():
        assert violations(pod["spec"]) == []
        assert "x" in [item["name"] for item in pod["spec"]["containers"]]


REFUSED_ENV = [
    {"value": "no name"},
    {"name": "A=B", "value": "c"},
    {"name": "A", "value": 1},
    {"name": "A", "value": "b", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}},
    {"name": "A", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}, "fieldRef": {"fieldPath": "x"}}},
    {"name": "A", "valueFrom": {"secretKeyRef": {"name": "s", "kee": "k"}}},
]


@pytest.mark.parametrize("item", REFUSED_ENV, ids=json.dumps)
def test_a_variable_that_kubernetes_would_refuse_is_refused(item):
    for complaint in (embedded({"ai": {"extraEnv": [item]}}), template(helm3(), {"ai": {"extraEnv": [item]}})[0]):
        assert complaint is not None


@pytest.mark.parametrize("character", ["\x7f", "\x80", "\x85", "\x9f", "\ufffe", "\uffff"])
@pytest.mark.parametrize(
    "values",
    [
        {"backend": {"extraEnv": [{"name": "A", "value": "TEXT"}]}},
        {"ai": {"sidecars": [{"name": "a", "image": "b", "args": ["TEXT"]}]}},
        {"frontend": {"extraVolumes": [{"name": "a", "secret": {"secretName": "TEXT"}}]}},
        {"backend": {"tolerations": [{"key": "TEXT"}]}},
        {"ai": {"lifecycle": {"preStop": {"exec": {"command": ["TEXT"]}}}}},
        {"extraObjects": [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}, "data": {"a": "TEXT"}}]},
    ],
    ids=json.dumps,
)
def test_text_that_helm_cannot_write_is_refused_and_its_place_is_named(values, character):
    """toYaml would give nothing for the whole map, and the render would go on without it."""
    complaint = embedded(json.loads(json.dumps(values).replace("TEXT", json.dumps(f"a{character}b")[1:-1])))
    assert "cannot be written into a manifest" in complaint
    assert f"- {next(iter(values))}." in complaint


@pytest.mark.parametrize(
    "text", ["\x00", "\x07", "\t", "\n", "\u2028", "üñ日本\U0001f600", "{{ .Release.Name }}", "a: b"]
)
def test_other_text_arrives_unchanged(text):
    values = {"backend": {"sidecars": [{"name": "a", "image": "b", "args": [f"x{text}y"]}]}}
    if embedded(values) is not None:
        assert text in ("\x00", "\x07")
        return
    pod = render(values).get("Deployment", "kubilitics-backend")["spec"]["template"]["spec"]
    assert pod["containers"][1]["args"] == [f"x{text}y"]
