"""Helm 3's and Helm 4's command lines and the embedded Helm, each acting on a real cluster, behind one interface."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helm_python import Chart, Config, HelmError

from tests import tools

__all__ = ["CommandHelm", "EmbeddedHelm", "Helm", "HelmFailed", "make_helm"]

SECONDS = 180
"""Longest wait for what is expected to come; a busy machine takes a minute for what takes a quiet one seconds."""


class HelmFailed(Exception):  # noqa: N818 -- what happened, as the tests read it
    """Helm said no."""


@dataclass(frozen=True)
class CommandHelm:
    """A helm program; with blind=True it does not read the cluster's schemas, which takes it most of its time."""

    binary: str
    kubeconfig: Path
    major: int

    def install(self, chart: Path, namespace: str, values: dict[str, Any], **options: Any) -> None:
        """Install the release `kubilitics`."""
        self._change("install", chart, namespace, values, options)

    def upgrade(self, chart: Path, namespace: str, values: dict[str, Any], **options: Any) -> None:
        """Upgrade it; keep="reuse" or "reset-then-reuse" keeps the values of before, reset=True none of them."""
        self._change("upgrade", chart, namespace, values, options)

    def rollback(self, namespace: str, revision: int) -> None:
        """Go back to a revision."""
        self.run("rollback", "kubilitics", str(revision), "--namespace", namespace)

    def uninstall(self, namespace: str) -> None:
        """Remove the release."""
        self.run("uninstall", "kubilitics", "--namespace", namespace)

    def test(self, namespace: str) -> None:
        """What `helm test` does."""
        self.run("test", "kubilitics", "--namespace", namespace, "--timeout", f"{SECONDS}s")

    def history(self, namespace: str) -> list[str]:
        """The status of each revision."""
        printed = self.run("history", "kubilitics", "--namespace", namespace, "--output", "json")
        return [item["status"] for item in json.loads(printed)]

    def _change(self, verb: str, chart: Path, namespace: str, values: dict[str, Any], options: dict[str, Any]) -> None:
        flags = []
        if options.get("wait"):
            flags.append("--wait")
        if options.get("atomic"):
            flags.append("--atomic" if self.major == 3 else "--rollback-on-failure")
        if options.get("keep"):
            flags.append(f"--{options['keep']}-values")
        if options.get("reset"):
            flags.append("--reset-values")
        if options.get("force") and self.major == 4:
            # What an autoscaler has set meanwhile is taken back.
            flags.append("--force-conflicts")
        if options.get("blind"):
            flags.append("--disable-openapi-validation")
        flags.append(f"--timeout={options.get('seconds', SECONDS)}s")
        self.run(
            verb, "kubilitics", str(chart), "--namespace", namespace, "--values", "-", *flags, stdin=json.dumps(values)
        )

    def run(self, *args: str, stdin: str = "") -> str:
        """What helm prints; HelmFailed with what it complains about."""
        process = self.start(*args, stdin=subprocess.PIPE)
        out, err = process.communicate(stdin, timeout=240)
        if process.returncode:
            raise HelmFailed(err)
        return out

    def start(self, *args: str, stdin: int = subprocess.DEVNULL) -> subprocess.Popen[str]:
        """A running helm."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith("HELM_")}
        environment["KUBECONFIG"] = str(self.kubeconfig)
        # It lives for a second or two, of which Go would look for garbage a quarter.
        environment.setdefault("GOGC", "400")
        for kind in ("CACHE", "CONFIG", "DATA"):
            environment[f"HELM_{kind}_HOME"] = str(self.kubeconfig.parent / "helm" / kind.lower())
        pipe = subprocess.PIPE
        return subprocess.Popen([self.binary, *args], stdin=stdin, stdout=pipe, stderr=pipe, text=True, env=environment)


@dataclass(frozen=True)
class EmbeddedHelm:
    """Helm as a library in this process."""

    kubeconfig: Path
    major: int = 4

    def install(self, chart: Path, namespace: str, values: dict[str, Any], **options: Any) -> None:
        """Install the release `kubilitics`."""
        self._change("install", chart, namespace, values, options)

    def upgrade(self, chart: Path, namespace: str, values: dict[str, Any], **options: Any) -> None:
        """Upgrade it; keep="reuse" keeps the values of before."""
        self._change("upgrade", chart, namespace, values, options)

    def rollback(self, namespace: str, revision: int) -> None:
        """Go back to a revision."""
        self._act(namespace, lambda config: config.rollback("kubilitics", version=revision))

    def uninstall(self, namespace: str) -> None:
        """Remove the release."""
        self._act(namespace, lambda config: config.uninstall("kubilitics"))

    def test(self, namespace: str) -> None:
        """What `helm test` does."""
        self._act(namespace, lambda config: config.test("kubilitics", timeout=SECONDS))

    def history(self, namespace: str) -> list[str]:
        """The status of each revision."""
        return [item["status"] for item in self._act(namespace, lambda config: config.history("kubilitics"))]

    def _change(self, verb: str, chart: Path, namespace: str, values: dict[str, Any], options: dict[str, Any]) -> None:
        given: dict[str, Any] = {"timeout": options.get("seconds", SECONDS)}
        if options.get("wait") or options.get("atomic"):
            given["wait"] = "watcher"
        if options.get("atomic"):
            given["rollback_on_failure"] = True
        if options.get("keep"):
            assert options["keep"] == "reuse", "the library knows no other way"
            given["reuse_values"] = True
        loaded = Chart.load_archive(chart.read_bytes()) if chart.is_file() else Chart.load(chart)
        self._act(
            namespace,
            lambda config: getattr(config, verb)(loaded, "kubilitics", values, namespace=namespace, **given),
        )

    def _act(self, namespace: str, action: Callable[[Config], Any]) -> Any:
        config = Config(kubeconfig_path=self.kubeconfig, namespace=namespace)
        try:
            return action(config)
        except HelmError as error:
            raise HelmFailed(str(error)) from error
        finally:
            config.close()


Helm = CommandHelm | EmbeddedHelm


def make_helm(name: str, kubeconfig: Path) -> Helm:
    """helm3, helm4 or embedded."""
    if name == "embedded":
        return EmbeddedHelm(kubeconfig)
    return CommandHelm(
        tools.helm3() if name == "helm3" else tools.helm4(), kubeconfig, major=3 if name == "helm3" else 4
    )
