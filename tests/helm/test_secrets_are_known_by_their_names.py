"""Which of the values that a user gives are kept out of all that is printed."""

from __future__ import annotations

import pytest

from kubilitics_chartgen.helm.secret_names import secret_texts, without_secrets


@pytest.mark.parametrize(
    ("values", "secrets"),
    [
        ({"auth": {"password": "a"}}, {"a"}),
        ({"auth": {"jwtSecretKey": "a", "clientId": "b"}}, {"a"}),
        ({"credentials": {"user": "a", "all": ["b", {"c": "d"}]}}, {"a", "b", "d"}),
        ({"env": [{"name": "DB_PASSWORD", "value": "a"}, {"name": "LEVEL", "value": "b"}]}, {"a"}),
        ({"auth": {"existingSecret": "a"}, "password": "", "token": 5, "maxTokens": "b"}, set()),
    ],
)
def test_texts_under_a_secret_name(values, secrets):
    assert secret_texts(values) == secrets


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("auth.password=a", "auth.password=(hidden)"),
        ("tag=1,auth.password=a\\,b,list={x,y}", "tag=1,auth.password=(hidden),list={x,y}"),
        ("users[0].token=a", "users[0].token=(hidden)"),
        ("auth.existingSecret=a,b=c", "auth.existingSecret=a,b=c"),
    ],
)
def test_what_set_gives(given, shown):
    assert without_secrets(given) == shown
