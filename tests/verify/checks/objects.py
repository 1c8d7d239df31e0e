"""Objects that every API server accepts, and a way to spoil them."""

from __future__ import annotations

import copy
import re
from typing import Any

import yaml

GONE = object()
"""In place of a value: the field is taken out."""

_POD = """
automountServiceAccountToken: false
securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
containers:
  - name: web
    image: registry.example/web:1.2.3
    securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
    resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {memory: 128Mi}}
"""
_SERVING = """
    ports: [{name: http, containerPort: 8080}, {name: metrics, containerPort: 9090, protocol: TCP}]
    env: [{name: MODE, value: fast}, {name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}]
    envFrom: [{configMapRef: {name: config}}]
    readinessProbe: {httpGet: {path: /ready, port: http}}
    livenessProbe: {tcpSocket: {port: 8080}}
    lifecycle: {preStop: {exec: {command: [sleep, "5"]}}}
    volumeMounts: [{name: cache, mountPath: /cache}, {name: config, mountPath: /etc/web, subPath: web}]
initContainers:
  - name: prepare
    image: registry.example/web:1.2.3
    securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
    resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {memory: 128Mi}}
volumes:
  - {name: cache, emptyDir: {sizeLimit: 1Gi}}
  - {name: config, configMap: {name: config, defaultMode: 420, items: [{key: a, path: a}, {key: b, path: b}]}}
  - {name: all, projected: {sources: [{secret: {name: keys}}]}}
tolerations: [{key: gpu, operator: Exists, effect: NoSchedule}]
affinity:
  nodeAffinity:
    requiredDuringSchedulingIgnoredDuringExecution:
      nodeSelectorTerms: [{matchExpressions: [{key: zone, operator: In, values: [a]}]}]
  podAntiAffinity:
    preferredDuringSchedulingIgnoredDuringExecution:
      - {weight: 50, podAffinityTerm: {topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: web}}}}
topologySpreadConstraints:
  - {maxSkew: 1, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels: {app: web}}}
dnsConfig: {nameservers: [10.0.0.10], options: [{name: ndots, value: "2"}]}
hostAliases: [{ip: 10.0.0.1, hostnames: [a.example]}]
"""
_TEXTS = {
    "Deployment": "{apiVersion: apps/v1, spec: {replicas: 2, strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1, maxUnavailable: 25%}}}}",
    "StatefulSet": "{apiVersion: apps/v1, spec: {replicas: 2, serviceName: web, updateStrategy: {type: RollingUpdate}, volumeClaimTemplates: [{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}]}}",
    "DaemonSet": "{apiVersion: apps/v1, spec: {updateStrategy: {type: RollingUpdate, rollingUpdate: {maxUnavailable: 1}}}}",
    "Job": "{apiVersion: batch/v1, spec: {backoffLimit: 3}}",
    "CronJob": "{apiVersion: batch/v1, spec: {schedule: 0 3 * * 1-5, concurrencyPolicy: Forbid, jobTemplate: {spec: {backoffLimit: 1}}}}",
    "Service": "{apiVersion: v1, spec: {type: ClusterIP, selector: {app: web}, ports: [{name: http, port: 80, targetPort: http}, {name: metrics, port: 9090}]}}",
    "Ingress": "{apiVersion: networking.k8s.io/v1, spec: {ingressClassName: nginx, tls: [{hosts: [web.example], secretName: tls}], rules: [{host: web.example, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]}}",
    "HorizontalPodAutoscaler": "{apiVersion: autoscaling/v2, spec: {minReplicas: 2, maxReplicas: 5, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}, metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 70}}}], behavior: {scaleDown: {stabilizationWindowSeconds: 300, policies: [{type: Pods, value: 1, periodSeconds: 60}]}}}}",
    "PodDisruptionBudget": "{apiVersion: policy/v1, spec: {minAvailable: 1, selector: {matchLabels: {app: web}}}}",
    "NetworkPolicy": "{apiVersion: networking.k8s.io/v1, spec: {podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress, Egress], ingress: [{from: [{podSelector: {matchLabels: {app: db}}}], ports: [{port: 8080, protocol: TCP}]}], egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}], ports: [{port: 5000, endPort: 5010}]}]}}",
    "Role": '{apiVersion: rbac.authorization.k8s.io/v1, rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]}',
    "RoleBinding": "{apiVersion: rbac.authorization.k8s.io/v1, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: web}, subjects: [{kind: ServiceAccount, name: web, namespace: store}]}",
    "ConfigMap": "{apiVersion: v1, data: {level: info}, binaryData: {blob: AAAA}}",
    "Secret": "{apiVersion: v1, type: kubernetes.io/tls, stringData: {tls.crt: a, tls.key: b}}",
    "PersistentVolumeClaim": "{apiVersion: v1, spec: {accessModes: [ReadWriteOnce], storageClassName: fast, resources: {requests: {storage: 1Gi}}}}",
}


def accepted(kind: str) -> dict[str, Any]:
    """An object of this kind that nobody has anything to say about."""
    obj: dict[str, Any] = yaml.safe_load(_TEXTS[kind])
    obj = {
        "apiVersion": obj.pop("apiVersion"),
        "kind": kind,
        "metadata": {"name": "web", "labels": {"app": "web"}},
        **obj,
    }
    template = {"metadata": {"labels": {"app": "web"}}, "spec": yaml.safe_load(_POD + _SERVING)}
    if kind in ("Deployment", "StatefulSet", "DaemonSet"):
        obj["spec"] |= {"selector": {"matchLabels": {"app": "web"}}, "template": template}
    elif kind in ("Job", "CronJob"):
        template = {"spec": yaml.safe_load(_POD) | {"restartPolicy": "Never"}}
        (obj["spec"]["jobTemplate"]["spec"] if kind == "CronJob" else obj["spec"])["template"] = template
    return obj


def spoiled(kind: str, changes: dict[str, Any]) -> dict[str, Any]:
    """The object with values set at paths such as `spec.ports[0].name`; a position past the end appends."""
    obj = accepted(kind)
    for path, value in changes.items():
        steps: list[Any] = [
            int(step[1:-1]) if step[0] == "[" else step for step in re.findall(r"\[\d+\]|[^.\[]+", path)
        ]
        place: Any = obj
        for step, following in zip(steps, steps[1:], strict=False):
            if isinstance(place, list) and step == len(place):
                place.append([] if isinstance(following, int) else {})
            elif isinstance(place, dict) and step not in place:
                place[step] = [] if isinstance(following, int) else {}
            place = place[step]
        if value is GONE:
            del place[steps[-1]]
        elif isinstance(place, list) and steps[-1] == len(place):
            place.append(copy.deepcopy(value))
        else:
            place[steps[-1]] = copy.deepcopy(value)
    return obj
