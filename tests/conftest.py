"""The order of all tests."""

from __future__ import annotations

import pytest

LONGEST = (
    "test_plan.py",
    "test_plan_rollouts.py",
    "test_release_check.py",
    "test_release_history.py",
    "test_undecided.py",
)
"""Files that take minutes: whoever runs several at once begins with them, so that nothing waits for them at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.name not in LONGEST)
