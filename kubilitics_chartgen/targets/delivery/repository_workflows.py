"""The workflows of this repository, and what keeps its dependencies new. Pure."""

from __future__ import annotations

import json
from typing import Any

from kubilitics_chartgen.model.delivery import Job, Step, Workflow, action
from kubilitics_chartgen.targets.delivery.steps import (
    checkout,
    keep_profiles,
    kind,
    kind_versions,
    login,
    python,
    script,
)

__all__ = ["renovate", "repository_workflows"]

PINS = "kubilitics_chartgen/model/delivery/pins.py"
PYTHONS = ["3.10", "3.11", "3.12", "3.13"]
CHART_PATHS = ["charts/**", "ct.yaml", ".github/workflows/chart.yml"]


def repository_workflows() -> tuple[Workflow, ...]:
    """Checks of every change, the chart on clusters, the deep run of every week, the release of the chart."""
    return (_checks(), _chart(), _deep_verify(), _release())


def _checks() -> Workflow:
    return Workflow(
        file="checks.yml",
        name="Checks",
        about="What must be green for every change: style, types, layers, fresh generated files, all tests.",
        on={"push": {"branches": ["main"]}, "pull_request": {}},
        jobs=(_everything("${{ matrix.python }}", {"python": PYTHONS}),),
        cancels=True,
    )


def _everything(version: str, matrix: dict[str, Any]) -> Job:
    return Job(
        "everything",
        f"Python {version}",
        (
            checkout(),
            python(version),
            Step(
                "Set up Go",
                action("actions/setup-go"),
                options={"go-version-file": "tools/helm4/go.mod", "cache": False},
            ),
            script("Run", 'sudo make test-tools\nsudo chown -R "$(id -u):$(id -g)" .cache\nbash .ci/run\n', CI="true"),
        ),
        matrix=matrix,
        minutes=60,
    )


def _chart() -> Workflow:
    lint = Job(
        "lint",
        "Lint",
        (
            checkout(history=True),
            Step("Set up Helm", action("azure/setup-helm")),
            python(),
            Step("Set up chart-testing", action("helm/chart-testing-action")),
            script(
                "Lint",
                'ct lint --config ct.yaml --target-branch "$BRANCH"\n',
                BRANCH="${{ github.event.repository.default_branch }}",
            ),
        ),
    )
    install = Job(
        "install",
        "Install on Kubernetes ${{ matrix.kubernetes }}",
        (
            checkout(history=True),
            Step("Set up Helm", action("azure/setup-helm")),
            python(),
            Step("Set up chart-testing", action("helm/chart-testing-action")),
            kind(),
            keep_profiles("charts/kubilitics"),
            script(
                "Install",
                'ct install --config ct.yaml --target-branch "$BRANCH"\n',
                BRANCH="${{ github.event.repository.default_branch }}",
            ),
        ),
        needs=("lint",),
        matrix=kind_versions(),
        minutes=60,
    )
    return Workflow(
        file="chart.yml",
        name="Chart",
        about="chart-testing lints the chart and installs it on clusters of several Kubernetes versions.",
        on={"push": {"branches": ["main"], "paths": CHART_PATHS}, "pull_request": {"paths": CHART_PATHS}},
        jobs=(lint, install),
        cancels=True,
    )


def _deep_verify() -> Workflow:
    run = 'sudo make test-tools\nsudo chown -R "$(id -u):$(id -g)" .cache\nmake verify-deep\n'
    return Workflow(
        file="deep-verify.yml",
        name="Deep verify",
        about="Every week, what takes too long for every change.",
        on={"schedule": [{"cron": "17 3 * * 1"}], "workflow_dispatch": {}},
        jobs=(
            Job(
                "deep",
                "Verify deeply",
                (
                    checkout(),
                    python(),
                    Step(
                        "Set up Go",
                        action("actions/setup-go"),
                        options={"go-version-file": "tools/helm4/go.mod", "cache": False},
                    ),
                    script("Verify", run, CI="true"),
                ),
                minutes=180,
            ),
        ),
    )


def _release() -> Workflow:
    gate = (
        "make .venv/.ready\n"
        'version=$(sed -n "s/^version: //p" charts/kubilitics/Chart.yaml)\n'
        'if [ "$TAG" != "v$version" ]; then\n'
        '  echo "::error::the tag is $TAG, and the chart is $version"\n  exit 1\nfi\n'
        ".venv/bin/kubilitics-chartgen generate --check\n"
        ".venv/bin/kubilitics-chartgen delivery check --release\n"
        ".venv/bin/kubilitics-chartgen compat lint\n"
    )
    push = (
        "make .venv/.ready\n"
        ".venv/bin/kubilitics-chartgen package charts/kubilitics --output dist\n"
        '.venv/bin/kubilitics-chartgen publish "dist/kubilitics-${TAG#v}.tgz" "oci://ghcr.io/$OWNER/charts"\n'
    )
    sign = (
        'digest=$(skopeo inspect --format "{{.Digest}}" "docker://ghcr.io/$OWNER/charts/kubilitics:${TAG#v}")\n'
        'cosign sign --yes "ghcr.io/$OWNER/charts/kubilitics@$digest"\n'
    )
    tag, owner = "${{ github.ref_name }}", "${{ github.repository_owner }}"
    return Workflow(
        file="release.yml",
        name="Release",
        about="Publishes the chart for a tag such as v1.2.0: after all tests, with nothing left unpinned, signed.",
        on={"push": {"tags": ["v*"]}},
        jobs=(
            _everything("3.12", {}),
            Job("gate", "May be released", (checkout(), python(), script("Check", gate, TAG=tag)), minutes=15),
            Job(
                "publish",
                "Publish the chart",
                (
                    checkout(),
                    python(),
                    login(),
                    Step("Install cosign", action("sigstore/cosign-installer")),
                    script("Package and push", push, TAG=tag, OWNER=owner),
                    script("Sign", sign, TAG=tag, OWNER=owner),
                    Step(
                        "Say where it comes from",
                        action("actions/attest-build-provenance"),
                        options={"subject-path": "dist/*.tgz"},
                    ),
                ),
                needs=("everything", "gate"),
                permissions={"packages": "write", "id-token": "write", "attestations": "write"},
                environment="release",
            ),
        ),
    )


def renovate() -> str:
    """Updates for this repository. Workflows are generated, so their actions are updated where they are pinned."""
    fields = '"(?<depName>[^"]+)", "(?<currentValue>[^"]+)", "(?<currentDigest>[^"]*)"'
    return (
        json.dumps(
            {
                "$schema": "https://docs.renovatebot.com/renovate-schema.json",
                "description": "Generated by `kubilitics-chartgen generate`; edit the model, not this file. After an "
                f"update of {PINS} run it again.",
                "extends": ["config:recommended"],
                "schedule": ["before 6am on monday"],
                "enabledManagers": ["custom.regex", "pep621", "gomod"],
                "vulnerabilityAlerts": {"schedule": ["at any time"]},
                "customManagers": [
                    {
                        "customType": "regex",
                        "managerFilePatterns": [f"/^{PINS.replace('.', '[.]')}$/"],
                        "matchStrings": [f"{kind}[(]{fields}[)]"],
                        "datasourceTemplate": source,
                    }
                    for kind, source in (("Action", "github-tags"), ("Image", "docker"))
                ],
            },
            indent=2,
        )
        + "\n"
    )
