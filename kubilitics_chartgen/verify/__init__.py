"""Checks that work on any chart and know nothing of Kubilitics."""
