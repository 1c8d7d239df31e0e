"""Tests against a real API server, etcd, controller manager and scheduler; KWOK plays the nodes."""
