"""Objects of the operator's own, warnings about mixed versions, and the profile for Argo CD."""

import pytest
import yaml

from tests.chart.helms import embedded, helm3, template
from tests.chart.objects import CHART, render

OBJECT = {
    "apiVersion": "a.example/v1",
    "kind": "Widget",
    "metadata": {"name": "{{ .Release.Name }}", "namespace": "other"},
    "spec": {"text": "a\n---\nkind: Secret\n", "number": 12345678, "list": [1, "b", None, True], "empty": {}},
}


def test_extra_objects_are_installed_exactly_as_written():
    for rendered in (
        render({"extraObjects": [OBJECT, OBJECT]}).all,
        list(yaml.safe_load_all(template(helm3(), {"extraObjects": [OBJECT]})[1])),
    ):
        assert next(item for item in rendered if item and item["kind"] == "Widget") == OBJECT
        assert "Secret" not in {item["kind"] for item in rendered if item}
    assert len(render({"extraObjects": [OBJECT, OBJECT]}).all) == len(render().all) + 2


@pytest.mark.parametrize("missing", ["apiVersion", "kind", "metadata"])
def test_an_extra_object_that_is_none_is_refused(missing):
    item = {key: value for key, value in OBJECT.items() if key != missing}
    assert embedded({"extraObjects": [item]}) is not None
    assert embedded({"extraObjects": [{**OBJECT, "metadata": {}}]}) is not None


def test_a_secret_reference_is_fine_in_extra_objects_and_a_secrets_data_is_not_repeated():
    external = {"apiVersion": "external-secrets.io/v1", "kind": "ExternalSecret", "metadata": {"name": "x"}, "spec": {}}
    assert embedded({"extraObjects": [external]}) is None
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x"}, "data": {"password": "aHVudGVyMg=="}}
    complaint = embedded({"extraObjects": [external, secret]})
    assert "extraObjects.1: a Secret's data in values" in complaint
    assert "aHVudGVyMg==" not in complaint


def test_argo_cds_profile_pins_what_it_cannot_ask_for():
    values = yaml.safe_load((CHART / "ci" / "gitops-argocd-values.yaml").read_text(encoding="utf-8"))
    assert values["kubeVersionOverride"]
    objects = render(values)
    for item in objects.all:
        assert "ServerSideApply=true" in item["metadata"]["annotations"]["argocd.argoproj.io/sync-options"]
        if item["kind"] == "PersistentVolumeClaim":
            assert "Prune=false" in item["metadata"]["annotations"]["argocd.argoproj.io/sync-options"]
    assert "replicas" not in objects.get("Deployment", "kubilitics-frontend")["spec"]
