"""Each check finds exactly what is wrong with its bad example, and nobody finds anything else in it or in the good one.

The bad examples differ from the good ones in what Kubernetes refuses or an operator would regret, and in nothing else.
"""

from __future__ import annotations

import pytest

from kubilitics_chartgen.verify.checks import CHECKS, ChartCheck, DocumentCheck
from tests.verify.checks.rendered import EXAMPLES, context, judged, rendered

EXPECTED = {
    "schema": [
        ("Deployment/shop-web", "spec.replicas", "must be an integer, not a text"),
        ("Deployment/shop-web", "spec.template.spec.containers[0].img", "unknown field"),
    ],
    "custom-kinds": [
        ("PodMonitor/shop-nothing", "metadata.interval", "unknown field"),
        ("PodMonitor/shop-nothing", "spec.podMetricsEndpoints", "names nothing to scrape"),
        (
            "PodMonitor/shop-secret",
            "spec.podMetricsEndpoints[0].authorization.credentials.name",
            "is missing: whose key is it?",
        ),
        ("ServiceMonitor/shop-web", "spec.endpoints[0].intervall", "unknown field"),
    ],
    "numbers": [
        ("ConfigMap/shop-web", "data.MAX_BYTES", "holds `1.048576e+07` where a whole number is meant"),
        ("ConfigMap/shop-web", 'data["web.conf"]', "holds `1.048576e+07` where a whole number is meant"),
    ],
    "printed": [
        ("ConfigMap/shop-web", "data.ADDRESS", "holds `%!d(`, which Go prints in place of a value"),
        ("ConfigMap/shop-web", "data.OWNER", "holds `<nil>`, which Go prints in place of a value"),
    ],
    "removed-apis": [
        (
            "PodDisruptionBudget/shop-web",
            "apiVersion",
            "`policy/v1beta1` is not served (in Kubernetes `1.25` to `1.37`); use `policy/v1`",
        ),
    ],
    "deprecated-apis": [
        (
            "Endpoints/shop-database",
            "apiVersion",
            "`v1` is deprecated since Kubernetes `1.33`; use `discovery.k8s.io/v1`",
        ),
    ],
    "duplicate-keys": [
        ("ConfigMap/shop-web", "", "the key `level` stands twice in one mapping (line 10 of the document)"),
    ],
    "names": [
        (
            "ConfigMap/shop-Web_App",
            "metadata.name",
            "`shop-Web_App` must be lower case letters, digits, `-` and `.`, with a letter or digit at both ends",
        ),
        (
            "ConfigMap/shop-Web_App",
            'metadata.labels["version"]',
            "`1.2.3+build` is no label's value: at most 63 letters, digits, - _ .",
        ),
    ],
    "labels": [
        (
            "ConfigMap/shop-web",
            'metadata.labels["helm.sh/resource-policy"]',
            "`helm.sh/resource-policy` is a label here, and Helm reads it as an annotation only",
        ),
        (
            "ConfigMap/shop-web",
            'metadata.labels["app.kubernetes.io/component"]',
            "must be `web`, as is declared for this template",
        ),
    ],
    "workloads": [
        ("Deployment/shop-web", "spec.selector", "does not match the labels of the pod template"),
        ("Deployment/shop-web", "spec.strategy.rollingUpdate", "cannot be set where the type is Recreate"),
    ],
    "pods": [
        (
            "Deployment/shop-web",
            "spec.template.spec.tolerations[0].value",
            "must be empty where the operator is Exists",
        ),
    ],
    "containers": [
        (
            "Deployment/shop-web",
            "spec.template.spec.containers[0].env[1].name",
            "`MODE` is set twice; the last one wins, and server-side apply refuses",
        ),
        (
            "Deployment/shop-web",
            "spec.template.spec.containers[0].resources.requests.memory",
            "`256Mi` must not be more than the limit `128Mi`",
        ),
        (
            "Deployment/shop-web",
            "spec.template.spec.containers[0].volumeMounts[0].name",
            "`cache` is no volume of the pod",
        ),
    ],
    "volumes": [
        ("Deployment/shop-web", "spec.template.spec.volumes[0]", "has more than one source: `configMap`, `emptyDir`"),
    ],
    "probes": [
        (
            "Deployment/shop-web",
            "spec.template.spec.containers[0].readinessProbe",
            "has several handlers: `httpGet`, `tcpSocket`",
        ),
    ],
    "granted": [
        ("Role/shop-web", "rules", "does not grant `get services`, though reads holds"),
        ("Role/shop-web", "rules", "grants `delete pods`, though writes does not hold"),
    ],
    "given-names": [
        (
            "Deployment/shop-web",
            "spec.template.spec.containers[0].env[0].valueFrom.secretKeyRef",
            "the Secret `web-password-web` is named by no value that may name one",
        ),
    ],
    "declared-fields": [
        (
            "ConfigMap/shop-web",
            "data.web.json.log.level",
            "is not there; debug|info is declared",
        ),
        ("Deployment/shop-web", "spec.replicas", "is `2`, and replicas is `3`"),
        (
            "Deployment/shop-web",
            "spec.template.spec.containers.web.env.METRICS",
            "is there, though measured does not hold",
        ),
        (
            "Deployment/shop-web",
            "spec.template.spec.containers.web.env.REGION",
            "is not there, though has-region holds",
        ),
        ("", "declared.fields", "there is no PodDisruptionBudget of templates/*, though shared holds"),
    ],
    "programs": [
        (
            "Deployment/shop-web",
            "spec.template.spec.containers[0].env",
            "`WEB_PORT` is not set, and the program needs it",
        ),
        (
            "Deployment/shop-web",
            "spec.template.spec.containers[0].env",
            "`WEB_PROT` is no variable that the program reads",
        ),
        (
            "Deployment/shop-web",
            "spec.template.spec.containers[0].env",
            "`WEB_MODE` is `careful`, which the program does not take",
        ),
        (
            "Deployment/shop-web",
            "spec.template.spec.containers[0].env",
            "`WEB_REGION` has neither a value nor a source",
        ),
        (
            "Deployment/shop-web",
            "spec.template.spec.containers[0].readinessProbe.httpGet.path",
            "`/readyz` is none that the program serves",
        ),
        (
            "Deployment/shop-web",
            "spec.template.spec.containers[0].ports[1].containerPort",
            "`9090` is no port that the program listens at",
        ),
        (
            "Deployment/shop-web",
            "spec.template.spec.containers[0].volumeMounts",
            "`/cache`, where the program reads what it is given, lies on no volume",
        ),
        (
            "Deployment/shop-web",
            "spec.template.spec.containers[0].volumeMounts",
            "`/cache`, where the program writes, lies on no volume it may write to",
        ),
    ],
    "declared-names": [
        ("Deployment/shop-website", "metadata.name", "`shop-website` is no name that is declared"),
    ],
    "config-data": [
        ("ConfigMap/shop-web", 'data["log level"]', "`log level` is no key: at most 253 letters, digits, - _ ."),
    ],
    "config-files": [
        ("ConfigMap/shop-web", 'data["config"]', "has no context `there`, which is the current one"),
        ("ConfigMap/shop-web", 'data["config"]', "has no user `me`, which its context `here` names"),
        (
            "ConfigMap/shop-web",
            'data["settings.json"]',
            "is no JSON: Expecting property name enclosed in double quotes",
        ),
        (
            "ConfigMap/shop-web",
            'data["settings.yaml"]',
            "is no YAML: yaml: line 2: mapping values are not allowed in this context",
        ),
        ("ConfigMap/shop-web", 'data["web.conf"]', "closes a block that is not open"),
    ],
    "services": [
        ("Service/shop-web", "spec.ports[0].nodePort", "cannot be set where the type is ClusterIP"),
    ],
    "ingresses": [
        (
            "Ingress/shop-web",
            "spec.rules[0].host",
            "`web.example.com:443` is no host name in lower case, without a port",
        ),
        ("Ingress/shop-web", "spec.rules[0].http.paths[0].path", "`web` must start with /"),
    ],
    "network-policies": [
        ("NetworkPolicy/shop-web", "spec.egress", "has no effect, for policyTypes does not hold Egress"),
        (
            "NetworkPolicy/shop-web",
            "spec.egress[0].to[0].ipBlock.except",
            "`192.168.0.0/16` must lie inside `10.0.0.0/8` and be smaller",
        ),
    ],
    "scaling": [
        ("HorizontalPodAutoscaler/shop-web", "spec.maxReplicas", "`5` must not be less than minReplicas, `7`"),
    ],
    "roles": [
        ("Role/shop-web", "rules[0].apiGroups", 'must hold a group, "" for the core'),
        ("RoleBinding/shop-web", "subjects[0].apiGroup", "must be empty for a ServiceAccount"),
    ],
    "pod-security": [
        (
            "Deployment/shop-web",
            "spec.template.spec.containers[0].securityContext.allowPrivilegeEscalation",
            "must be false (Privilege Escalation)",
        ),
    ],
    "resources": [
        ("Deployment/shop-web", "spec.template.spec.containers[0].resources.limits.memory", "is not set"),
    ],
    "images": [
        (
            "Deployment/shop-web",
            "spec.template.spec.containers[0].image",
            "`registry.example/web` has neither tag nor digest, so it means `latest`",
        ),
    ],
    "permissions": [
        ("Role/shop-web", "rules[0]", "grants `delete pods` of any name, which is not declared"),
    ],
    "tokens": [
        (
            "ServiceAccount/shop-web",
            "automountServiceAccountToken",
            "must be false: each pod says for itself whether it needs a token",
        ),
        (
            "Deployment/shop-web",
            "spec.template.spec.automountServiceAccountToken",
            "is not said, so that a token is mounted",
        ),
    ],
    "plain-secrets": [
        (
            "Deployment/shop-web",
            "spec.template.spec.containers[0].env[0].value",
            "`DATABASE_PASSWORD` has its value in plain sight",
        ),
    ],
    "drift": [
        ("Deployment/shop-web", "spec.revisionHistoryLimit", "is null, and the server leaves it out"),
        ("Deployment/shop-web", "spec.template.spec.nodeSelector", "is empty, and the server leaves it out"),
        ("Deployment/shop-web", "spec.template.spec.containers[0].resources.requests.cpu", "`0.1` is stored as `100m`"),
    ],
    "duplicates": [
        (
            "ConfigMap/shop-web",
            "metadata.name",
            "is rendered a second time; the first is in `duplicates/templates/config.yaml`",
        ),
    ],
    "selectors": [
        ("Service/shop-web", "spec.selector", "matches the pods of `Job/shop-migrate`, which do not serve"),
        (
            "NetworkPolicy/shop-web",
            "spec.ingress[0].from[0].podSelector",
            "does not name the release, so that it matches another release's pods, too",
        ),
    ],
    "hooks": [
        (
            "Job/shop-migrate",
            'metadata.annotations["helm.sh/hook-delete-policies"]',
            "is not known to Helm; known are -weight, -delete-policy, -output-log-policy",
        ),
        ("Job/shop-migrate", 'metadata.annotations["helm.sh/hook-weight"]', "`first` must be a whole number"),
    ],
    "ports": [
        (
            "Service/shop-peers",
            "spec.ports[0].port",
            "`80` is not the pods' own port, which clients of a headless Service ask",
        ),
        ("Service/shop-web", "spec.ports[0].targetPort", "`web` is no TCP port of the pods that the Service selects"),
        (
            "Ingress/shop-web",
            "spec.rules[0].http.paths[0].backend.service.port",
            "`8080` is no port of the Service `shop-web`",
        ),
    ],
    "references": [
        ("Deployment/shop-web", "spec.template.spec.serviceAccountName", "there is no ServiceAccount `shop-web`"),
        (
            "Deployment/shop-web",
            "spec.template.spec.volumes[2].configMap.items[0].key",
            "the ConfigMap `shop-web` has no key `level`",
        ),
        (
            "Deployment/shop-web",
            "spec.template.spec.containers[0].volumeMounts[1]",
            "the ConfigMap `shop-web` has no key `web.conf`",
        ),
    ],
    "autoscaling": [
        ("Deployment/shop-web", "spec.replicas", "is set, though a HorizontalPodAutoscaler decides it"),
    ],
    "budgets": [
        (
            "PodDisruptionBudget/shop-web",
            "spec.minAvailable",
            "is `2`, and `Deployment/shop-web` has `2` in all, so that no node with such a pod can be drained",
        ),
    ],
    "reachability": [
        (
            "NetworkPolicy/shop-web",
            "spec.egress[0]",
            "lets `web` connect to addresses in `10.0.0.0/8` at TCP port `5433`, which is not declared",
        ),
        (
            "NetworkPolicy/shop-web",
            "spec.ingress[0]",
            "lets any pod of its namespace connect to `web` at TCP port `8080`, which is not declared",
        ),
        ("Deployment/shop-web", "", "`web` cannot connect to `database` over TCP, though that is declared"),
    ],
    "exposure": [
        (
            "Ingress/shop-web",
            "spec.rules[0].http.paths[0].backend.service.name",
            "opens `database` to the outside, which is not declared",
        ),
    ],
    "namespaces": [
        ("ConfigMap/shop-two", "metadata.namespace", "is missing, though other objects say theirs"),
    ],
    "bindings": [
        ("ClusterRole/shop-web", "metadata.name", "no binding grants this role to anybody"),
    ],
    "rollouts": [
        (
            "Deployment/shop-web",
            "spec.strategy",
            "the new pod is started while the old one holds `shop-web`, a claim for one node",
        ),
    ],
}
NAMES = [check.name for check in CHECKS]


@pytest.mark.parametrize("name", NAMES)
def test_the_bad_example_is_found_out_and_nothing_else_is(name):
    chart = EXAMPLES / name / "bad"
    found = judged(rendered(chart), context(chart))
    assert {check for check, _ in found} == {name}
    assert [(fault.object, fault.path, fault.message) for _, fault in found] == EXPECTED[name]


@pytest.mark.parametrize("name", NAMES)
def test_nobody_finds_anything_in_the_good_example(name):
    chart = EXAMPLES / name / "good"
    assert judged(rendered(chart), context(chart)) == []


def test_there_are_examples_for_the_checks_and_for_no_others():
    assert sorted(NAMES) == sorted(folder.name for folder in EXAMPLES.iterdir()) == sorted(EXPECTED)


@pytest.mark.parametrize("check", CHECKS, ids=NAMES)
def test_a_check_says_what_it_does_and_is_of_one_kind(check):
    assert check.sentence.endswith(".")
    assert check.fix.endswith(".")
    assert check.severity in ("error", "warning")
    assert isinstance(check, DocumentCheck) != isinstance(check, ChartCheck)


def test_a_mistake_is_the_same_in_another_configuration():
    """Another release and another value, yet the same mistake in the same template."""
    chart = EXAMPLES / "containers" / "bad"
    one = [fault.key for _, fault in judged(rendered(chart), context(chart))]
    other = [
        fault.key.replace("shop", "x")
        for _, fault in judged(
            [
                type(item)(item.template, 9, item.text.replace("shop", "mall").replace("256Mi", "1Gi"), _mall(item))
                for item in rendered(chart)
            ],
            context(chart),
        )
    ]
    assert one == other
    assert len(set(one)) == 3


def _mall(item):
    from kubilitics_chartgen.helm.yaml_objects import yaml_object

    return yaml_object(item.text.replace("shop", "mall").replace("256Mi", "1Gi"))


def test_facts_are_small_plain_and_travel_to_other_processes():
    import pickle

    for name in NAMES:
        for check in CHECKS:
            if isinstance(check, ChartCheck):
                for item in rendered(EXAMPLES / name / "bad"):
                    fact = check.facts(item)
                    assert hash(fact) == hash(pickle.loads(pickle.dumps(fact)))
                    assert len(pickle.dumps(fact)) < 5000
