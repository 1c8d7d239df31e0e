"""The AI features that can be switched one by one (sections 5 and 10 of the delivery architecture). No I/O."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["FEATURES", "Feature"]


@dataclass(frozen=True)
class Feature:
    """One switch under `ai.features`."""

    id: str
    about: str
    default: bool = True


FEATURES: tuple[Feature, ...] = (
    Feature("investigation", "Investigations of failing workloads, in several steps."),
    Feature("assistant", "The assistant panel that answers questions."),
    Feature("predictions", "Predictions of failures before they happen."),
    Feature("investigation-builder", "Building multi-step investigations; for desktop-sized screens.", default=False),
)
