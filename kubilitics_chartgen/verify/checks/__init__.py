"""Checks of rendered objects, one file each. `CHECKS` holds them all; no I/O beyond packaged data."""

from __future__ import annotations

from kubilitics_chartgen.verify.checks.autoscaling import Autoscaling
from kubilitics_chartgen.verify.checks.bindings import Bindings
from kubilitics_chartgen.verify.checks.budgets import Budgets
from kubilitics_chartgen.verify.checks.check import (
    ChartCheck,
    Check,
    Context,
    Document,
    DocumentCheck,
    Facts,
    Fault,
    Severity,
    ValuesCheck,
)
from kubilitics_chartgen.verify.checks.conditions import Meanings, Meant
from kubilitics_chartgen.verify.checks.config_data import ConfigData
from kubilitics_chartgen.verify.checks.config_files import ConfigFiles
from kubilitics_chartgen.verify.checks.containers import Containers
from kubilitics_chartgen.verify.checks.custom_kinds import CustomKinds
from kubilitics_chartgen.verify.checks.declared import Declared
from kubilitics_chartgen.verify.checks.declared_fields import DeclaredFields
from kubilitics_chartgen.verify.checks.declared_names import DeclaredNames
from kubilitics_chartgen.verify.checks.declared_reader import read_declared
from kubilitics_chartgen.verify.checks.deprecated_apis import DeprecatedApis
from kubilitics_chartgen.verify.checks.drift import Drift
from kubilitics_chartgen.verify.checks.duplicate_keys import DuplicateKeys
from kubilitics_chartgen.verify.checks.duplicates import Duplicates
from kubilitics_chartgen.verify.checks.exposure import Exposure
from kubilitics_chartgen.verify.checks.given_names import GivenNames
from kubilitics_chartgen.verify.checks.granted import Granted
from kubilitics_chartgen.verify.checks.hooks import Hooks
from kubilitics_chartgen.verify.checks.images import Images
from kubilitics_chartgen.verify.checks.ingresses import Ingresses
from kubilitics_chartgen.verify.checks.labels import Labels
from kubilitics_chartgen.verify.checks.names import Names
from kubilitics_chartgen.verify.checks.namespaces import Namespaces
from kubilitics_chartgen.verify.checks.network_policies import NetworkPolicies
from kubilitics_chartgen.verify.checks.numbers import Numbers
from kubilitics_chartgen.verify.checks.permissions import Permissions
from kubilitics_chartgen.verify.checks.plain_secrets import PlainSecrets
from kubilitics_chartgen.verify.checks.pod_security import PodSecurity
from kubilitics_chartgen.verify.checks.pods import Pods
from kubilitics_chartgen.verify.checks.ports import Ports
from kubilitics_chartgen.verify.checks.printed import Printed
from kubilitics_chartgen.verify.checks.probes import Probes
from kubilitics_chartgen.verify.checks.programs import Programs
from kubilitics_chartgen.verify.checks.reachability import Reachability
from kubilitics_chartgen.verify.checks.references import References
from kubilitics_chartgen.verify.checks.removed_apis import RemovedApis
from kubilitics_chartgen.verify.checks.resources import Resources
from kubilitics_chartgen.verify.checks.roles import Roles
from kubilitics_chartgen.verify.checks.rollouts import Rollouts
from kubilitics_chartgen.verify.checks.scaling import Scaling
from kubilitics_chartgen.verify.checks.schema import SchemaCheck
from kubilitics_chartgen.verify.checks.selectors import Selectors
from kubilitics_chartgen.verify.checks.services import Services
from kubilitics_chartgen.verify.checks.tokens import Tokens
from kubilitics_chartgen.verify.checks.volumes import Volumes
from kubilitics_chartgen.verify.checks.workloads import Workloads

__all__ = [
    "CHECKS",
    "ChartCheck",
    "Check",
    "Context",
    "Declared",
    "Document",
    "DocumentCheck",
    "Facts",
    "Fault",
    "Meanings",
    "Meant",
    "Severity",
    "ValuesCheck",
    "read_declared",
]

CHECKS: tuple[DocumentCheck | ChartCheck, ...] = (
    SchemaCheck(),
    CustomKinds(),
    RemovedApis(),
    DeprecatedApis(),
    DuplicateKeys(),
    Names(),
    DeclaredNames(),
    Labels(),
    Hooks(),
    Workloads(),
    Pods(),
    Containers(),
    Volumes(),
    Probes(),
    Programs(),
    ConfigData(),
    ConfigFiles(),
    Numbers(),
    Printed(),
    Services(),
    Ingresses(),
    NetworkPolicies(),
    Scaling(),
    Roles(),
    PodSecurity(),
    Resources(),
    Images(),
    Permissions(),
    Tokens(),
    PlainSecrets(),
    Drift(),
    Duplicates(),
    Selectors(),
    Ports(),
    References(),
    GivenNames(),
    DeclaredFields(),
    Autoscaling(),
    Budgets(),
    Reachability(),
    Exposure(),
    Namespaces(),
    Bindings(),
    Granted(),
    Rollouts(),
)
"""Every check, in the order of the report."""
