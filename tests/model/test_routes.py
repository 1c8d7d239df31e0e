"""What the list of AI's routes promises to those who build on it."""

from __future__ import annotations

import re

import pytest

from kubilitics_chartgen.model.routes import AI_ROUTES, AIRoute

# The AI service's own routes that change what others see or where their data goes, none of which asks who calls.
DANGEROUS = (
    ("POST", "/api/v1/config/provider"),
    ("GET", "/api/v1/config/provider"),
    ("POST", "/api/v1/config/validate"),
    ("GET", "/api/v1/config/models"),
    ("GET", "/metrics"),
    ("POST", "/api/v1/budget/limits"),
    ("POST", "/api/v1/budget/reset"),
    ("POST", "/api/v1/cost/pricing"),
    ("POST", "/api/v1/safety/policies"),
    ("DELETE", "/api/v1/safety/policies/a"),
    ("POST", "/api/v1/safety/autonomy/a"),
    ("POST", "/api/v1/safety/approvals/a/approve"),
    ("POST", "/api/v1/memory/vector/index"),
    ("POST", "/api/v1/analytics/pipeline/ingest"),
    ("POST", "/api/v1/persistence/audit"),
)


def route_of(path: str) -> AIRoute | None:
    for route in AI_ROUTES:
        if path == route.path or (route.match == "subtree" and path.startswith(f"{route.path}/")):
            return route
    return None


@pytest.mark.parametrize(("method", "path"), DANGEROUS)
def test_no_client_changes_what_others_rely_on(method: str, path: str) -> None:
    route = route_of(path)
    assert route is None or method not in route.methods


def test_every_route_can_be_reached() -> None:
    assert [route_of(route.path) for route in AI_ROUTES] == list(AI_ROUTES)
    assert len({route.id for route in AI_ROUTES}) == len(AI_ROUTES)


@pytest.mark.parametrize("route", AI_ROUTES, ids=lambda route: route.id)
def test_a_route_stands_for_itself_in_a_regular_expression(route: AIRoute) -> None:
    assert re.fullmatch(r"(/[a-z0-9-]+)+", route.path)
    assert re.fullmatch(r"[a-z0-9-]+", route.id)
    assert route.methods
    assert set(route.methods) <= {"GET", "POST", "PUT", "PATCH", "DELETE"}
    assert (route.kind == "websocket") == route.path.startswith("/ws/")
    assert route.description.endswith(".")
