"""The compatibility matrix as plain data, for other programs: written, described by a JSON Schema, read back. Pure."""

from __future__ import annotations

from typing import Any

from kubilitics_chartgen.errors import InputError, Problem, did_you_mean
from kubilitics_chartgen.model.compatibility.matrix import COMPONENTS, SUBJECTS, Answer, Matrix, Rule, Status
from kubilitics_chartgen.model.compatibility.versions import VERSION_PATTERN, Number, Range, Version, number_text

__all__ = ["FORMAT", "matrix_data", "matrix_schema", "read_matrix"]

FORMAT = 1
ANSWERS = ("unreadable", "prerelease", "newer")
MAX_RULES = 500
STATUSES = [status.value for status in Status]
RULE_KEYS = ("id", "when", "status", "reason", "missing")
KEYS = ("format", "versionPattern", "releases", "newer", "rules", "answers", "blockedUpdate", "$comment", "$schema")


def matrix_data(matrix: Matrix) -> dict[str, Any]:
    """Everything a reader needs to judge versions as `decide` does."""
    return {
        "format": FORMAT,
        "versionPattern": VERSION_PATTERN,
        "releases": {subject: list(texts) for subject, texts in matrix.releases.items()},
        "newer": {subject: f">={number_text(number)}" for subject, number in matrix.ends.items()},
        "rules": [
            {
                "id": rule.id,
                "when": dict(rule.when),
                "status": rule.status.value,
                "reason": rule.reason,
                "missing": list(rule.missing),
            }
            for rule in matrix.rules
        ],
        "answers": {
            name: {"status": answer.status.value, "reason": answer.reason} for name, answer in matrix.answers.items()
        },
        "blockedUpdate": matrix.blocked_update,
    }


def matrix_schema() -> dict[str, Any]:
    """The JSON Schema (draft-07) of `matrix_data`."""
    text = {"type": "string", "minLength": 1}
    status = {"enum": STATUSES, "description": "How well the versions go together."}
    number = "(0|[1-9][0-9]{0,8})[.](0|[1-9][0-9]{0,8})[.](0|[1-9][0-9]{0,8})"
    ranges = {"type": "string", "pattern": f"^(>={number}|<{number}|>={number}, <{number}|={number})$"}

    def per_subject(value: Any) -> dict[str, Any]:
        return {"type": "object", "properties": dict.fromkeys(SUBJECTS, value), "additionalProperties": False}

    def closed(properties: dict[str, Any], **keywords: Any) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": properties,
            "required": list(properties),
            "additionalProperties": False,
            **keywords,
        }

    answer = closed({"status": status, "reason": text})
    schema = closed(
        {
            "format": {"const": FORMAT, "description": "Grows when the meaning of this file changes."},
            "versionPattern": {
                **text,
                "description": "What a tag must match to be judged; the pre-release is group 4.",
            },
            "releases": {
                **per_subject({"type": "array", "items": {"type": "string", "pattern": f"^{number}$"}, "minItems": 1}),
                "description": "Releases that the rules speak for, oldest first.",
            },
            "newer": {**per_subject(ranges), "description": "Versions that the answer `newer` is for."},
            "rules": {
                "type": "array",
                "maxItems": MAX_RULES,
                "description": "Every rule whose ranges all hold speaks; the worst status wins. A pre-release is "
                "judged as the release it leads to, build metadata is left out.",
                "items": closed(
                    {
                        "id": text,
                        "when": {**per_subject(ranges), "minProperties": 1},
                        "status": status,
                        "reason": text,
                        "missing": {"type": "array", "items": text, "description": "Features users do without."},
                    }
                ),
            },
            "answers": {**closed(dict.fromkeys(ANSWERS, answer)), "description": "Where no rule can judge."},
            "blockedUpdate": {**text, "description": "What a user sees instead of a blocked update."},
        }
    )
    schema["properties"]["$comment"] = {"type": "string"}
    schema["properties"]["$schema"] = {"type": "string"}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Which versions of Kubilitics go together",
        **schema,
    }


def read_matrix(data: Any, *, file: str = "") -> Matrix:
    """A matrix from plain data. Raises InputError with everything that is wrong, each with its place."""
    problems: list[Problem] = []

    def wrong(path: str, message: str, fix: str = "") -> None:
        problems.append(Problem(message, path=path, file=file, fix=fix))

    def expect(path: str, value: Any, kind: type[Any]) -> Any:
        if isinstance(value, kind) and not (isinstance(value, str) and not value):
            return value
        wrong(path, f"{_KINDS[kind]} is expected.")
        return kind()

    def known(path: str, key: str, allowed: tuple[str, ...] | list[str], what: str) -> bool:
        if key in allowed:
            return True
        near = did_you_mean(key, allowed)
        wrong(
            path,
            f'"{key}" is no {what}.',
            f'Did you mean "{near}"?' if near else f"There are: {', '.join(allowed)}.",
        )
        return False

    def status(path: str, value: Any) -> Status:
        text = expect(path, value, str)
        return Status(text) if text and known(path, text, STATUSES, "status") else Status.BLOCKED

    top = expect("", data, dict)
    for key in top:
        known(str(key), str(key), KEYS, "part of a matrix")
    if top and top.get("format") != FORMAT:
        wrong("format", f"this program reads format {FORMAT}, and this is {top.get('format')!r}.")
    releases = {}
    for subject, texts in expect("releases", top.get("releases"), dict).items():
        path = f"releases.{subject}"
        if known(path, str(subject), SUBJECTS, "subject"):
            listed = expect(path, texts, list)
            for text in listed:
                version = Version.read(text) if isinstance(text, str) else None
                if version is None or str(version) != text or version.prerelease:
                    wrong(path, f"{text!r} is no release such as 1.2.0.")
            releases[str(subject)] = tuple(sorted(set(map(str, listed)), key=_order))
    for subject in COMPONENTS:
        if not releases.get(subject):
            wrong(f"releases.{subject}", "at least one release is expected.")
    rules = tuple(_rules(expect("rules", top.get("rules"), list), wrong, expect, known, status))
    answers = {}
    given = expect("answers", top.get("answers"), dict)
    for name in ANSWERS:
        answer = expect(f"answers.{name}", given.get(name), dict)
        if answer:
            path = f"answers.{name}"
            reason = expect(f"{path}.reason", answer.get("reason"), str)
            answers[name] = Answer(status(f"{path}.status", answer.get("status")), reason)
    blocked = expect("blockedUpdate", top.get("blockedUpdate"), str)
    if problems:
        raise InputError("the compatibility matrix cannot be used", problems)
    return Matrix(releases, rules, answers, blocked)


_KINDS: dict[type[Any], str] = {dict: "a map", list: "a list", str: "a text"}


def _order(text: str) -> Number:
    version = Version.read(text)
    return version.number if version else (0, 0, 0)


def _rules(items: list[Any], wrong: Any, expect: Any, known: Any, status: Any) -> list[Rule]:
    if len(items) > MAX_RULES:
        wrong("rules", f"there are {len(items)} rules, and {MAX_RULES} is the limit.")
        return []
    rules: list[Rule] = []
    seen: set[str] = set()
    for index, item in enumerate(items):
        entry = expect(f"rules[{index}]", item, dict)
        if not entry:
            continue
        id_ = entry.get("id") if isinstance(entry.get("id"), str) else ""
        path = f"rules.{id_}" if id_ else f"rules[{index}]"
        for key in entry:
            known(f"{path}.{key}", str(key), RULE_KEYS, "part of a rule")
        expect(f"{path}.id", id_, str)
        if id_ and id_ in seen:
            wrong(path, "two rules have this id.", "Give one of them another.")
        seen.add(id_)
        when = expect(f"{path}.when", entry.get("when"), dict)
        for subject, text in when.items():
            place = f"{path}.when.{subject}"
            if known(place, str(subject), SUBJECTS, "subject") and expect(place, text, str):
                try:
                    Range.read(text)
                except ValueError as error:
                    wrong(place, f"{error}.")
        missing = entry.get("missing", [])
        for feature in expect(f"{path}.missing", missing, list) if missing else []:
            expect(f"{path}.missing", feature, str)
        reason = expect(f"{path}.reason", entry.get("reason"), str)
        rules.append(Rule(id_, when, status(f"{path}.status", entry.get("status")), reason, tuple(missing)))
    return rules
