"""The resource metrics API, which a cluster usually has from metrics-server, with usage that a test sets.

The API server finds it as it finds any extension: an APIService, and a Service of type ExternalName for localhost.
"""

from __future__ import annotations

import contextlib
import json
import ssl
import threading
from collections.abc import Iterator
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.cluster.cluster import Cluster, eventually

__all__ = ["Usage", "serve_metrics"]

GROUP = "/apis/metrics.k8s.io/v1beta1"
KINDS = [
    {"name": "pods", "singularName": "", "namespaced": True, "kind": "PodMetrics", "verbs": ["get", "list"]},
    {"name": "nodes", "singularName": "", "namespaced": False, "kind": "NodeMetrics", "verbs": ["get", "list"]},
]


class Usage:
    """CPU in use, in millicores, by each container of each pod of a component in one namespace; no other is metered,
    so that autoscalers of tests that run beside stay as they are."""

    def __init__(self, cluster: Cluster, namespace: str) -> None:
        self.cluster = cluster
        self.namespace = namespace
        self.millicores: dict[str, int] = {}

    def pod_metrics(self, namespace: str) -> dict[str, Any]:
        """What metrics-server would answer for the pods of a namespace."""
        now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        items = []
        for pod in self.cluster.pods(namespace) if namespace == self.namespace else ():
            labels = pod["metadata"]["labels"]
            cpu = self.millicores.get(labels.get("app.kubernetes.io/component", ""), 0)
            usage = {"cpu": f"{cpu}m", "memory": "1Mi"}
            items.append(
                {
                    "metadata": {"name": pod["metadata"]["name"], "namespace": namespace, "labels": labels},
                    "timestamp": now,
                    "window": "10s",
                    "containers": [{"name": item["name"], "usage": usage} for item in pod["spec"]["containers"]],
                }
            )
        return {"kind": "PodMetricsList", "apiVersion": "metrics.k8s.io/v1beta1", "metadata": {}, "items": items}


@contextlib.contextmanager
def serve_metrics(cluster: Cluster, namespace: str) -> Iterator[Usage]:
    """Serve them for the time of the block."""
    usage = Usage(cluster, namespace)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0].rstrip("/")
            answer: dict[str, Any] = {"kind": "Status", "status": "Success"}
            if path == GROUP:
                answer = {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": GROUP[6:], "resources": KINDS}
            elif path.startswith(f"{GROUP}/namespaces/"):
                answer = usage.pod_metrics(path.split("/")[5])
            body = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    folder = Path(cluster.kubeconfig).parent
    context.load_cert_chain(folder / "server.crt", folder / "server.key")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        _register(cluster, server.server_address[1])
        yield usage
    finally:
        cluster.remove("apiregistration.k8s.io/v1", "APIService", "v1beta1.metrics.k8s.io")
        cluster.core.delete_namespaced_service("metrics", "kube-system")
        server.shutdown()
        server.server_close()


def _register(cluster: Cluster, port: int) -> None:
    name = {"name": "metrics", "namespace": "kube-system"}
    spec = {"type": "ExternalName", "externalName": "localhost", "ports": [{"port": port}]}
    cluster.apply({"apiVersion": "v1", "kind": "Service", "metadata": name, "spec": spec})
    cluster.apply(
        {
            "apiVersion": "apiregistration.k8s.io/v1",
            "kind": "APIService",
            "metadata": {"name": "v1beta1.metrics.k8s.io"},
            "spec": {
                "group": "metrics.k8s.io",
                "version": "v1beta1",
                "groupPriorityMinimum": 100,
                "versionPriority": 100,
                "insecureSkipTLSVerify": True,
                "service": {**name, "port": port},
            },
        }
    )
    eventually(lambda: _is_available(cluster), "the metrics API is available")


def _is_available(cluster: Cluster) -> bool:
    found = cluster.get("apiregistration.k8s.io/v1", "APIService", "v1beta1.metrics.k8s.io") or {}
    conditions = found.get("status", {}).get("conditions", [])
    return any(item["type"] == "Available" and item["status"] == "True" for item in conditions)
