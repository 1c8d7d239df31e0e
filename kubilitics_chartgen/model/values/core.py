"""Values of the core: backend, frontend, and what they may do in the cluster. No I/O."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from kubilitics_chartgen.model.components import BACKEND, FRONTEND
from kubilitics_chartgen.model.values.addresses import Addresses, Blocks
from kubilitics_chartgen.model.values.common import (
    Image,
    Persistence,
    Resources,
    Service,
    ServiceAccount,
    StartupProbe,
    Workload,
    image_of,
    resources_of,
)
from kubilitics_chartgen.model.values.scaling import Autoscaling, PodDisruptionBudget
from kubilitics_chartgen.model.values.types import NAME_PATTERN, Hidden, Name, Rule, Section, text_of

__all__ = ["AiDiscovery", "Auth", "Backend", "Frontend", "FrontendService", "Rbac"]

SECRET_KEY_PATTERN = "^[-._a-zA-Z0-9]+$"  # noqa: S105 - what a Secret's key may look like
SecretKey = Annotated[str, text_of("SecretKey", SECRET_KEY_PATTERN, maxLength=253)]

ORIGIN_PATTERN = r"^(\*|[a-z][a-z0-9+.-]*://[A-Za-z0-9.:\[\]-]+)$"
LOAD_BALANCER_CLASS_PATTERN = "^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$"

CSP_PATTERN = "^[A-Za-z0-9 '*:/._;=+-]*$"


class Auth(Section):
    """Who may use the backend."""

    mode: Literal["disabled", "optional", "required"] = Field(
        "disabled",
        description="`disabled` lets everybody in who can reach the Service; `required` asks for a login. "
        "With any other mode than `disabled` the AI's tools get no answer from the backend.",
    )
    existing_secret: Name = Field(
        "",
        description="Secret with the signing key of sessions and the first administrator; "
        "needed unless mode is `disabled`.",
    )
    jwt_secret_key: SecretKey = Field(
        "jwt-secret", description="Key in that Secret: signs sessions, 32 characters or more."
    )
    admin_user_key: SecretKey = Field("admin-user", description="Key in that Secret: name of the first administrator.")
    admin_password_key: SecretKey = Field(
        "admin-password", description="Key in that Secret: password of the first administrator."
    )
    acknowledge_exposed: bool = Field(
        False, description="Expose Kubilitics outside the cluster although mode is not `required`."
    )
    jwt_secret: Annotated[Any, Hidden()] = Field("", description="Not a value: a secret does not belong in values.")


class AiDiscovery(Section):
    """An init container of the backend that looks for AI, and neither stops it nor delays it beyond the limit."""

    enabled: bool = Field(False, description="Look for AI's Service before the backend starts, and log what was found.")
    timeout_seconds: Annotated[int, Rule({"minimum": 1, "maximum": 60})] = Field(
        5, description="Longest delay; then the backend starts, as it does when AI is not found."
    )


class Backend(Workload):
    """The API server: REST, WebSockets and the database."""

    image: Image = Field(image_of(BACKEND), description="Image of the backend.")
    replicas: Annotated[int, Rule({"minimum": 0})] = Field(
        1, description="0 or 1: the database is one SQLite file with one writer."
    )
    auth: Auth = Field(Auth(), description="Who may use the backend.")
    allowed_origins: Annotated[
        list[str], Rule({"items": {"type": "string", "pattern": ORIGIN_PATTERN, "maxLength": 300}, "uniqueItems": True})
    ] = Field(
        [],
        description="Origins of browsers beside the frontend's own, exact, such as `https://tools.example.com`.",
    )
    ai_discovery: AiDiscovery = Field(
        AiDiscovery(), description="An init container that looks for AI; the backend starts whatever it finds."
    )
    trusted_proxies: Annotated[Addresses, Rule({"uniqueItems": True})] = Field(
        [],
        description="Addresses or CIDRs of proxies in front of the frontend whose X-Forwarded-For is believed; "
        "the backend limits requests per client address.",
    )
    log_level: Literal["debug", "info", "warn", "error"] = Field("info", description="How much the backend logs.")
    log_format: Literal["json", "text"] = Field("json", description="How the backend logs.")
    resources: Resources = Field(resources_of(BACKEND), description="CPU and memory of the backend.")
    persistence: Persistence = Field(
        Persistence(size="5Gi"), description="The backend's volume: database, uploaded kubeconfigs, home folder."
    )
    pod_disruption_budget: PodDisruptionBudget = Field(
        PodDisruptionBudget(), description="Drains of nodes may take the backend's pod."
    )
    service_account: ServiceAccount = Field(ServiceAccount(), description="Identity of the backend's pod.")
    service: Service = Field(Service(), description="The backend's Service; always ClusterIP, port 8080.")
    startup_probe: StartupProbe = Field(StartupProbe(failureThreshold=36), description="How long the start may take.")


class FrontendService(Service):
    """How the frontend is reached."""

    type: Literal["ClusterIP", "NodePort", "LoadBalancer"] = Field("ClusterIP", description="Type of the Service.")
    port: Annotated[int, Rule({"minimum": 1, "maximum": 65535})] = Field(80, description="Port of the Service.")
    node_port: Annotated[int, Rule({"minimum": 0, "maximum": 65535})] = Field(
        0, description="Port on every node, with type NodePort or LoadBalancer; 0 lets Kubernetes choose."
    )
    external_traffic_policy: Literal["", "Cluster", "Local"] = Field(
        "", description="With type NodePort or LoadBalancer; `Local` keeps the clients' addresses."
    )
    load_balancer_class: Annotated[str, Rule({"pattern": LOAD_BALANCER_CLASS_PATTERN, "maxLength": 317})] = Field(
        "",
        description="Which load balancer; cannot be changed later, so set it together with type LoadBalancer.",
    )
    load_balancer_source_ranges: Annotated[Blocks, Rule({"uniqueItems": True})] = Field(
        [], description="CIDRs that may reach the load balancer, with type LoadBalancer."
    )


class Frontend(Workload):
    """The web interface: nginx with the static files, and the one door to backend and AI."""

    enabled: bool = Field(
        True, description="Deploy the frontend; false where the backend's image serves the files itself."
    )
    image: Image = Field(image_of(FRONTEND), description="Image of the frontend.")
    replicas: Annotated[int, Rule({"minimum": 0})] = Field(1, description="Number of frontend pods.")
    content_security_policy: Annotated[str, Rule({"pattern": CSP_PATTERN, "maxLength": 3000})] = Field(
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        "font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'self'; "
        "form-action 'self'; frame-ancestors 'none'",
        description="Content-Security-Policy of every answer; empty sends none.",
    )
    service: FrontendService = Field(FrontendService(), description="How the frontend is reached.")
    resources: Resources = Field(resources_of(FRONTEND), description="CPU and memory of the frontend.")
    autoscaling: Autoscaling = Field(
        Autoscaling(minReplicas=2), description="More frontend pods under load, instead of `frontend.replicas`."
    )
    pod_disruption_budget: PodDisruptionBudget = Field(
        PodDisruptionBudget(), description="Drains of nodes take the frontend's pods one by one."
    )
    service_account: ServiceAccount = Field(ServiceAccount(), description="Identity of the frontend's pods.")


class Rbac(Section):
    """What the backend may do in the cluster it runs in."""

    create: bool = Field(
        True, description="Create roles and bindings for the backend; false where an administrator does."
    )
    scope: Literal["cluster", "namespaces"] = Field(
        "cluster", description="Read the whole cluster, or the namespaces below only."
    )
    namespaces: Annotated[
        list[str], Rule({"items": {"type": "string", "pattern": NAME_PATTERN, "maxLength": 63}, "uniqueItems": True})
    ] = Field([], description="Namespaces with scope `namespaces`; empty means the release's own.")
    manage: bool = Field(
        False,
        description="Also create, change and delete workloads, services and configuration. Whoever creates pods can "
        "mount every Secret of their namespace: with scope `cluster` this amounts to reading all Secrets.",
    )
    exec: bool = Field(False, description="Also open shells in pods and forward their ports.")
