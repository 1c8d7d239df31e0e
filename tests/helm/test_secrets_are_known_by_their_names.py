"""Which of the values that a user gives are kept out of all that is printed."""

from __future__ import annotations

import pytest

from kubilitics_chartgen.helm.secret_names import masked, secret_texts, without_passwords, without_secrets


@pytest.mark.parametrize(
    ("values", "secrets"),
    [
        ({"auth": {"password": "a"}}, {"a"}),
        ({"auth": {"jwtSecretKey": "a", "clientId": "b"}}, {"a"}),
        ({"credentials": {"user": "a", "all": ["b", {"c": "d"}]}}, {"a", "b", "d"}),
        ({"env": [{"name": "DB_PASSWORD", "value": "a"}, {"name": "LEVEL", "value": "b"}]}, {"a"}),
        ({"auth": {"existingSecret": "a"}, "password": "", "token": 5, "maxTokens": "b"}, set()),
        ({"url": "postgres://me:a b@host"}, set()),
        ({"url": "postgres://me:open-sesame@host/db"}, {"open-sesame", "postgres://me:open-sesame@host/db"}),
        ({"url": "https://me@host:8080/a:b@c"}, set()),
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
        ("url=amqp://me:sesame@mq/x,b=c", "url=amqp://me:(hidden)@mq/x,b=c"),
    ],
)
def test_what_set_gives(given, shown):
    assert without_secrets(given) == shown


LONG = "0123456789-a-secret-of-many-letters-that-a-sentence-would-not-quote-whole"


@pytest.mark.parametrize(
    ("text", "secrets", "shown"),
    [
        ("url password-1234", {"pass", "password-1234"}, "url (hidden)"),
        ("abc and abcd", {"abc", "abcd"}, "abc and (hidden)"),
        (f"`{LONG}` is no label", {LONG}, "`(hidden)` is no label"),
        (f"`{LONG[:57]}...` is no label's value", {LONG}, "`(hidden)...` is no label's value"),
        (f"{LONG[:20]}x{LONG[:16]}", {LONG}, "(hidden)x(hidden)"),
        (f"{LONG[:15]}", {LONG}, LONG[:15]),
    ],
)
def test_a_secret_is_masked_whole_or_cut_and_the_longest_first(text, secrets, shown):
    assert masked(text, secrets) == shown


def test_a_password_in_an_address_is_masked_and_nothing_else_of_it():
    assert without_passwords("a redis://:p4ss@r:6379 b http://u:x@h c http://h/a:b@c") == (
        "a redis://:(hidden)@r:6379 b http://u:(hidden)@h c http://h/a:b@c"
    )
