"""The ways from outside the cluster to the frontend."""

import itertools

import pytest
from helm_python import HelmError

from tests.chart import crds
from tests.chart.helms import embedded, helm3, parsed, template
from tests.chart.objects import AI_ON, CHART, merged, render

OPEN = {"backend": {"auth": {"acknowledgeExposed": True}}}
WAYS = {
    "ingress": {"ingress": {"enabled": True}},
    "httpRoute": {"httpRoute": {"enabled": True, "parentRefs": [{"name": "public", "namespace": "gateways"}]}},
    "route": {"route": {"enabled": True}},
}
KINDS = {"ingress": "Ingress", "httpRoute": "HTTPRoute", "route": "Route"}
FULL = {
    "ingress": {
        "enabled": True,
        "className": "nginx",
        "host": "kubilitics.example.com",
        "annotations": {"nginx.ingress.kubernetes.io/proxy-buffering": "off"},
        "tls": {"enabled": True},
        "certManager": {"clusterIssuer": "letsencrypt"},
    },
    "httpRoute": {
        "enabled": True,
        "parentRefs": [{"name": "public", "namespace": "gateways", "sectionName": "https", "port": 443}],
        "hostnames": ["kubilitics.example.com", "*.example.com"],
        "timeouts": {"request": "0s", "backendRequest": "1h"},
        "annotations": {"a": "b"},
    },
    "route": {"enabled": True, "host": "kubilitics.apps.example.com", "annotations": {"a": "b"}, "timeout": "30m"},
}


def exposed(way, **more):
    return render(merged(OPEN, WAYS[way], {way: more})).get(KINDS[way], "kubilitics-frontend")


def test_nothing_is_exposed_by_default():
    kinds = {kind for kind, _ in render(AI_ON).names}
    assert not kinds & set(KINDS.values())
    assert {item["spec"]["type"] for item in render(AI_ON).all if item["kind"] == "Service"} == {"ClusterIP"}


def test_an_ingress_leads_everything_to_the_frontend():
    (rule,) = exposed("ingress")["spec"]["rules"]
    assert rule == {
        "http": {
            "paths": [
                {
                    "path": "/",
                    "pathType": "Prefix",
                    "backend": {"service": {"name": "kubilitics-frontend", "port": {"name": "http"}}},
                }
            ]
        }
    }


def test_an_http_route_leads_everything_to_the_frontend():
    spec = render(merged(OPEN, WAYS["httpRoute"], {"frontend": {"service": {"port": 8000}}})).get(
        "HTTPRoute", "kubilitics-frontend"
    )["spec"]
    (gateway,) = spec["parentRefs"]
    assert (gateway["name"], gateway["namespace"]) == ("public", "gateways")
    (rule,) = spec["rules"]
    assert rule["matches"] == [{"path": {"type": "PathPrefix", "value": "/"}}]
    (backend,) = rule["backendRefs"]
    assert (backend["name"], backend["port"]) == ("kubilitics-frontend", 8000)


def test_a_route_leads_everything_to_the_frontend_and_ends_https():
    item = exposed("route")
    assert item["spec"]["to"] == {"kind": "Service", "name": "kubilitics-frontend", "weight": 100}
    assert item["spec"]["path"] == "/"
    assert item["spec"]["port"] == {"targetPort": "http"}
    assert item["spec"]["tls"] == {"termination": "edge", "insecureEdgeTerminationPolicy": "Redirect"}


ROUTER = "haproxy.router.openshift.io"


def test_a_routes_timeout_is_for_websockets_too_which_have_a_tunnel_of_their_own():
    assert exposed("route", timeout="8h")["metadata"]["annotations"] == {
        f"{ROUTER}/timeout": "8h",
        f"{ROUTER}/timeout-tunnel": "8h",
    }


def test_the_operators_own_timeout_annotation_wins():
    item = exposed("route", annotations={f"{ROUTER}/timeout": "5s"})
    assert item["metadata"]["annotations"] == {f"{ROUTER}/timeout": "5s", f"{ROUTER}/timeout-tunnel": "1h"}


def test_tls_of_an_ingress_comes_from_a_secret_from_cert_manager_or_from_the_controller():
    host = {"host": "k.example.com"}
    assert "tls" not in exposed("ingress", **host)["spec"]
    assert exposed("ingress", **host, tls={"enabled": True})["spec"]["tls"] == [{"hosts": ["k.example.com"]}]
    assert exposed("ingress", **host, tls={"enabled": True, "secretName": "mine"})["spec"]["tls"] == [
        {"hosts": ["k.example.com"], "secretName": "mine"}
    ]
    managed = exposed("ingress", **host, tls={"enabled": True}, certManager={"clusterIssuer": "letsencrypt"})
    assert managed["metadata"]["annotations"] == {"cert-manager.io/cluster-issuer": "letsencrypt"}
    assert managed["spec"]["tls"] == [{"hosts": ["k.example.com"], "secretName": "kubilitics-frontend-tls"}]


@pytest.mark.parametrize("way", WAYS)
def test_ai_has_no_door_of_its_own(way):
    objects = render(merged(OPEN, AI_ON, WAYS[way], {way: FULL[way]}))
    doors = [item for item in objects.all if item["kind"] in KINDS.values()]
    assert len(doors) == 1
    assert "kubilitics-ai" not in str(doors)


@pytest.mark.parametrize("way", WAYS)
def test_exposing_without_a_login_is_refused_unless_accepted(way):
    complaint = embedded(WAYS[way])
    assert f"- {way}.enabled: " in complaint
    assert "backend.auth.acknowledgeExposed" in complaint
    assert embedded(merged(OPEN, WAYS[way])) is None
    login = {"backend": {"auth": {"mode": "required", "existingSecret": "auth"}}}
    assert embedded(merged(login, WAYS[way])) is None
    optional = {"backend": {"auth": {"mode": "optional", "existingSecret": "auth"}}}
    assert embedded(merged(optional, WAYS[way])) is not None


def test_every_way_is_named_in_one_refusal():
    complaint = embedded(merged(*WAYS.values(), {"frontend": {"service": {"type": "NodePort"}}}))
    (line,) = [line for line in complaint.splitlines() if line.startswith("- ")]
    for path in ("frontend.service.type", "ingress.enabled", "httpRoute.enabled", "route.enabled"):
        assert path in line


@pytest.mark.parametrize("way", WAYS)
def test_there_is_no_way_around_the_frontend(way):
    complaint = embedded(merged(OPEN, WAYS[way], {"frontend": {"enabled": False}}))
    assert f"- {way}.enabled: " in complaint
    assert "frontend.enabled" in complaint


@pytest.mark.parametrize("way", ["httpRoute", "route"])
def test_a_server_adds_nothing_to_custom_kinds(way):
    """What it adds, tools that compare with what they rendered show as a difference for ever."""
    for more in ({}, FULL[way]):
        assert crds.added(exposed(way, **more)) == []


def test_a_parent_of_another_kind_is_left_as_it_is():
    service = {"name": "mesh", "group": "", "kind": "Service"}
    assert exposed("httpRoute", parentRefs=[service])["spec"]["parentRefs"] == [service]


@pytest.mark.parametrize("way", ["httpRoute", "route"])
def test_custom_kinds_are_what_their_crds_accept(way):
    for more in ({}, FULL[way]):
        item = exposed(way, **more)
        assert crds.problems(item) == []
        assert crds.problems({**item, "spec": {**item["spec"], "typo": True}}) != []


GATEWAY_API = ["--api-versions", "gateway.networking.k8s.io/v1/HTTPRoute"]


@pytest.mark.parametrize(
    ("mode", "has_kind", "outcome"),
    [
        ("alwaysRender", False, True),
        ("alwaysRender", True, True),
        ("skipIfMissing", False, False),
        ("skipIfMissing", True, True),
        ("failIfMissing", False, None),
        ("failIfMissing", True, True),
    ],
)
def test_the_render_mode_asks_the_cluster(mode, has_kind, outcome, tmp_path):
    import json
    import subprocess

    file = tmp_path / "values.json"
    file.write_text(json.dumps(merged(OPEN, WAYS["httpRoute"], {"httpRoute": {"renderMode": mode}})))
    command = [helm3(), "template", "kubilitics", str(CHART), "-f", str(file), *(GATEWAY_API if has_kind else [])]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if outcome is None:
        assert "httpRoute.renderMode" in run.stderr
    else:
        assert any(item["kind"] == "HTTPRoute" for item in parsed(run.stdout)) is outcome


def test_the_notes_say_where_it_is():
    assert "https://kubilitics.example.com" in render(merged(OPEN, {"ingress": FULL["ingress"]})).notes
    assert "http://k.example.com" in render(merged(OPEN, WAYS["ingress"], {"ingress": {"host": "k.example.com"}})).notes
    assert "https://kubilitics.example.com" in render(merged(OPEN, {"httpRoute": FULL["httpRoute"]})).notes
    assert "get route kubilitics-frontend" in render(merged(OPEN, WAYS["route"])).notes
    assert "port-forward" in render({}).notes
    for values in WAYS.values():
        assert "everybody who reaches this address" in render(merged(OPEN, values)).notes


def test_the_notes_say_when_policies_close_the_way_to_a_provider():
    secret = merged(AI_ON, {"ai": {"llmProvider": "ollama"}})
    assert "network policies keep AI from Ollama" in render(secret).notes
    known = merged(secret, {"ai": {"providers": {"ollama": {"endpoint": "http://ollama.ollama.svc:11434"}}}})
    for values in (known, merged(secret, {"networkPolicy": {"enabled": False}}), AI_ON):
        assert "network policies keep AI" not in render(values).notes


@pytest.mark.parametrize(("one", "other"), list(itertools.permutations(WAYS, 2)))
def test_two_ways_can_be_open_at_once(one, other):
    names = render(merged(OPEN, WAYS[one], WAYS[other])).names
    assert {(KINDS[one], "kubilitics-frontend"), (KINDS[other], "kubilitics-frontend")} <= set(names)


REFUSED = {
    "a host with a path": {"ingress": {"host": "a.example/x"}},
    "a gateway without a name": {"httpRoute": {"parentRefs": [{"namespace": "a"}]}},
    "an unknown field of a gateway": {"httpRoute": {"parentRefs": [{"name": "a", "gatway": "b"}]}},
    "a timeout that is none": {"httpRoute": {"timeouts": {"request": "soon"}}},
    "an unknown flavor": {"networkPolicy": {"flavor": "weave"}},
    "a network without its length": {"networkPolicy": {"apiServer": {"cidrs": ["10.0.0.1"]}}},
    "a network with letters": {"networkPolicy": {"apiServer": {"cidrs": ["10.0.0.x/8"]}}},
    "a network of six that is none": {"networkPolicy": {"apiServer": {"cidrs": ["1::2::3/64"]}}},
    "a network of six with too long a part": {"networkPolicy": {"apiServer": {"cidrs": ["12345::/64"]}}},
    "a network of six that is too short": {"networkPolicy": {"apiServer": {"cidrs": ["1:2:3/64"]}}},
    "an exception that is everything": {"networkPolicy": {"externalEgress": {"exceptCidrs": ["0.0.0.0/0"]}}},
    "no address of the API server": {"networkPolicy": {"apiServer": {"cidrs": []}}},
    "no port of DNS": {"networkPolicy": {"dns": {"ports": []}}},
    "a selector with a typing mistake": {"networkPolicy": {"dns": {"podSelector": {"matchLabel": {}}}}},
    "a label that ends Calico's string": {
        "networkPolicy": {"dns": {"podSelector": {"matchLabels": {"a": "b' || all()"}}}}
    },
    "an empty peer": {"networkPolicy": {"frontend": {"from": [{}]}}},
    "everywhere by leaving it out": {"networkPolicy": {"ai": {"extraEgress": [{"ports": [{"port": 443}]}]}}},
    "every port by leaving it out": {"networkPolicy": {"ai": {"extraEgress": [{"to": [{"podSelector": {}}]}]}}},
}


@pytest.mark.parametrize("values", REFUSED.values(), ids=REFUSED)
def test_refused_by_every_helm(values):
    assert embedded(merged(OPEN, values)) is not None
    assert template(helm3(), merged(OPEN, values))[0] is not None


@pytest.mark.parametrize(
    "cidr",
    ["0.0.0.0/0", "255.255.255.255/32", "::/0", "::1/128", "fd00::/8", "1:2:3:4:5:6:7:8/128", "2001:DB8::1:0/112"],
)
def test_networks_are_accepted_in_every_usual_form(cidr):
    values = {"networkPolicy": {"apiServer": {"cidrs": [cidr]}}}
    assert embedded(values) is None
    assert template(helm3(), values)[0] is None


def test_a_null_never_opens_anything():
    for section in ("dns", "apiServer", "externalEgress"):
        with pytest.raises(HelmError, match=f"networkPolicy.{section}"):
            render({"networkPolicy": {section: None}})
    for path in ("monitoring", "frontend", "backend", "ai", "calico"):
        assert render(merged(AI_ON, {"networkPolicy": {path: None}})).texts_of("ai", "backend", "frontend") == render(
            AI_ON
        ).texts_of("ai", "backend", "frontend")


def test_core_templates_do_not_know_ai():
    for folder in ("backend", "frontend", "network", "exposure"):
        for path in (CHART / "templates" / folder).iterdir():
            assert ".Values.ai" not in path.read_text(encoding="utf-8"), path.name
