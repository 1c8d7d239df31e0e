"""`--set` and `--set-string`, read by Helm's own parser and laid over values as Helm does. No I/O.

Helm lays `servers[0].port=80` into the list that is there already. Its parser alone does not know that list, so each
assignment is parsed by itself and then followed down to its one value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from kubilitics_chartgen.errors import InputError, Problem
from kubilitics_chartgen.helm.paths import ValuesPath, path_text
from kubilitics_chartgen.helm.sentences import kind_of
from kubilitics_chartgen.helm.values_file import Place, Values

__all__ = ["apply_set", "assignments", "parse_set"]

_NOTHING = object()
"""What stands where there is no key; a null that stands there is refused, as any value that is no mapping."""


def parse_set(expression: str, *, option: str = "--set") -> dict[str, Any]:
    """What Helm reads in the expression alone."""
    import helm_python

    read: Callable[[str], dict[str, Any]] = (
        helm_python.parse_set_string if option == "--set" else helm_python.parse_set_string_values
    )
    try:
        if "\0" in expression:
            raise _refused(option, expression, "it holds a character that no value may hold")
        return read(expression)
    except UnicodeError as error:
        raise _refused(
            option, expression.encode("ascii", "backslashreplace").decode(), "it is not UTF-8 text"
        ) from error
    except helm_python.HelmError as error:
        raise _refused(option, expression, str(error)) from error


def apply_set(values: Values, expression: str, *, option: str = "--set") -> Values:
    """`values` with the expression laid over them."""
    parse_set(expression, option=option)
    data = values.data
    places = dict(values.places)
    for assignment in assignments(expression):
        parsed = parse_set(assignment, option=option)
        leaf = _leaf(assignment, option)
        try:
            data, path = _laid(data, parsed, leaf, ())
        except TypeError as error:
            raise _refused(option, expression, str(error)) from error
        if path:
            places[path] = Place(option)
    return Values(data if isinstance(data, dict) else {}, places)


def assignments(expression: str) -> Iterator[str]:
    """The parts of `a=1,b={x,y},c=2`: a comma parts them unless it is escaped or stands in a list."""
    part, escaped, state = "", False, "key"
    for char in expression:
        if escaped or char == "\\":
            escaped = not escaped
        elif char == "," and state != "list":
            if part:
                yield part
            part, state = "", "key"
            continue
        elif char == "=" and state == "key":
            part, state = part + char, "begin"
            continue
        elif char == "{" and state == "begin":
            state = "list"
        elif char == "}" and state == "list":
            state = "value"
        if state == "begin":
            state = "value"
        part += char
    if part:
        yield part


def _leaf(assignment: str, option: str) -> Any:
    """The value of one assignment, which ends the chain of maps and lists that its key makes."""
    escaped = False
    for position, char in enumerate(assignment):
        if escaped or char == "\\":
            escaped = not escaped
        elif char == "=":
            return parse_set("x=" + assignment[position + 1 :], option=option).get("x")
    return None


def _laid(base: Any, parsed: Any, leaf: Any, path: ValuesPath) -> tuple[Any, ValuesPath]:
    """`base` with the one value in `parsed` laid over it, and that value's path."""
    if isinstance(parsed, dict):
        if base is not _NOTHING and not isinstance(base, dict):
            raise TypeError(f"{path_text(path)} holds {kind_of(base)} already, and it would have to be a mapping")
        merged: dict[str, Any] = dict(base) if isinstance(base, dict) else {}
        end = path
        for key, value in parsed.items():
            merged[key], end = _laid(merged.get(key, _NOTHING), value, leaf, (*path, key))
        return merged, end
    if isinstance(parsed, list) and parsed != leaf:
        if base is not _NOTHING and not isinstance(base, list):
            raise TypeError(f"{path_text(path)} holds {kind_of(base)} already, and it would have to be a list")
        filled: list[Any] = list(base) if isinstance(base, list) else []
        if not parsed:  # an item without a value, as in `a[0]`, which changes nothing
            return filled, path
        index = len(parsed) - 1
        filled.extend([None] * (index + 1 - len(filled)))
        below = filled[index]
        if below is None or (isinstance(parsed[index], dict) and not isinstance(below, dict)):
            below = _NOTHING  # Helm replaces an item that is no mapping by one, as it does with no key
        filled[index], end = _laid(below, parsed[index], leaf, (*path, index))
        return filled, end
    return parsed, path


def _refused(option: str, expression: str, why: str) -> InputError:
    key, equals, _value = expression.partition("=")
    # What follows may be a secret.
    shown = f"{key}=…" if equals else key
    problem = Problem(f"{why}.", file=f"{option} {shown}", fix="" if equals else "Write it as key=value.")
    return InputError("the values cannot be used", [problem])
