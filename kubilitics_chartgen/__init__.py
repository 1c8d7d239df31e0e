"""Generates, renders and proves the Helm chart of Kubilitics."""

__all__ = ["__version__"]

__version__ = "1.2.0"
