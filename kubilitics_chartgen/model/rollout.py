"""Who gets AI: the one statement of how the flags (delivery architecture, section 10) win over each other. Pure."""

from __future__ import annotations

__all__ = ["offered"]


def offered(*, enabled: bool, user: bool | None, organization: bool | None, in_share: bool) -> bool:
    """Whether a user is offered AI.

    `enabled` is `ai.enabled`; `user` and `organization` are their own flags, None where none is set; `in_share` says
    whether the user is among the percentage of the rollout.
    """
    if not enabled:
        return False
    if user is not None:
        return user
    if organization is not None:
        return organization
    return in_share
