"""Helm's record of a release, also when it is damaged or none; the real ones are read in tests/cluster/test_plan.py."""

import base64
import gzip
import json

import pytest

from kubilitics_chartgen.cluster.release import decode_release
from kubilitics_chartgen.errors import InputError

RECORD = {
    "name": "web",
    "namespace": "prod",
    "version": 3,
    "info": {"status": "deployed"},
    "chart": {"metadata": {"name": "shop", "version": "1.2.3"}},
    "manifest": "---\n# Source: shop/templates/a.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
    "hooks": [{"manifest": "kind: Job"}],
}


def packed(record):
    inner = base64.b64encode(gzip.compress(record if isinstance(record, bytes) else json.dumps(record).encode()))
    return base64.b64encode(inner).decode()


def test_a_record_says_what_runs_and_how_it_was_applied():
    found = decode_release(packed(RECORD), "it")
    assert (found.chart, found.chart_version, found.revision, found.server_side) == ("shop", "1.2.3", 3, False)
    assert decode_release(packed({**RECORD, "apply_method": "ssa"}), "it").server_side


@pytest.mark.parametrize(
    "data",
    ["", "!!", packed(b"no json"), packed([]), packed({**RECORD, "chart": None}), packed(RECORD)[:-80]],
    ids=["empty", "not base64", "not JSON", "a list", "no chart", "truncated"],
)
def test_what_is_no_record_is_one_sentence(data):
    with pytest.raises(InputError, match="revision 3 of web is no record that Helm has written, or a damaged one"):
        decode_release(data, "revision 3 of web")


def test_a_record_that_unpacks_to_gigabytes_is_refused():
    with pytest.raises(InputError, match="unpacks to more than 100 MiB"):
        decode_release(packed(b" " * (101 * 1024 * 1024)), "it")
