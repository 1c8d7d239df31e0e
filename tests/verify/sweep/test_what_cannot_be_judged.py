"""What a check stumbles over costs its own configuration, and never the run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from kubilitics_chartgen.errors import ToolError
from kubilitics_chartgen.verify.sweep.pool import Pool, Work
from kubilitics_chartgen.verify.verification import VerifyRequest, verify
from tests.verify.charts import write_chart


@dataclass(frozen=True)
class Number:
    index: int
    answer: str = ""


class Stumbles(Work[Number, Number]):
    """Answers numbers, but for some."""

    def runner(self, task: Any) -> Callable[[Sequence[Number]], list[Number]]:
        def run(numbers: Sequence[Number]) -> list[Number]:
            for number in numbers:
                if number.index in task["stumbles"]:
                    raise ValueError(f"no {number.index}")
                if number.index in task["lacks a tool"]:
                    raise ToolError("There is no tool.")
            return [Number(number.index, "fine") for number in numbers]

        return run

    def died(self, request: Number, reason: str) -> Number:
        return Number(request.index, reason)


def answers(**task: Sequence[int]) -> dict[int, str]:
    with Pool(Stumbles(), {"stumbles": (), "lacks a tool": (), **task}, workers=2) as pool:
        return {each.index: each.answer for each in pool.run([Number(each) for each in range(50)])}


def test_each_that_cannot_be_judged_is_told_and_all_others_are_answered() -> None:
    found = answers(stumbles=(7, 31))
    assert found.pop(7) == "What it renders cannot be judged: ValueError: no 7."
    assert found.pop(31) == "What it renders cannot be judged: ValueError: no 31."
    assert set(found.values()) == {"fine"}
    assert len(found) == 48


def test_a_tool_that_is_not_there_ends_the_run() -> None:
    with pytest.raises(ToolError, match="There is no tool"):
        answers(**{"lacks a tool": (3,)})


def test_a_text_too_deep_to_be_read_is_a_finding_of_its_own(tmp_path) -> None:  # type: ignore[no-untyped-def]
    head = "{{ if .Values.service.enabled }}apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
    deep = head + 'data: {{ repeat 900 "[" }}{{ repeat 900 "]" }}{{ end }}\n'
    report = verify(VerifyRequest(write_chart(tmp_path / "web", {"templates/deep.yaml": deep}), workers=1, random=0))
    assert report.complete
    assert any(each.template.endswith("deep.yaml") or "cannot be judged" in each.message for each in report.findings)
