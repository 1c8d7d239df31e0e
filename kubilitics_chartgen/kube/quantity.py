"""Kubernetes quantities (`500m`, `1Gi`, `0.5`, `1e3`) as exact numbers. No I/O.

In: a quantity as it stands in an object, text or number. Out: a `Fraction` in the base unit (cores, bytes, pieces).
The rules are those of apimachinery's `resource.ParseQuantity`; the API server also takes a bare number.
"""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

__all__ = ["QUANTITY_PATTERN", "is_quantity", "parse_quantity"]

QUANTITY_PATTERN = r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$"
"""What a quantity looks like as text; RE2-safe. `E` alone is exa, `E` with digits an exponent; `K` is no suffix."""

_PATTERN = re.compile(r"([+-]?)([0-9]+(?:\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]{1,18})?")
_BINARY = {f"{letter}i": Fraction(1024) ** power for power, letter in enumerate("KMGTPE", start=1)}
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_SCALES = {**_BINARY, **{suffix: Fraction(10) ** power for suffix, power in _DECIMAL.items()}}
# An exponent past this says nothing about a real resource, and would only cost memory.
_LARGEST_EXPONENT = 100


def parse_quantity(value: str | int | float) -> Fraction:
    """The exact value of a quantity; raises `ValueError` that names it when it is none.

    A float is read by the digits it prints as, which is how it stands in the object: 0.1 is a tenth.
    """
    text = format(Decimal(repr(value)), "f") if isinstance(value, float) else str(value)
    match = _PATTERN.fullmatch(text)
    if not match:
        raise ValueError(f"{value!r} is not a Kubernetes quantity; write it like 500m, 0.5, 1Gi or 1e3.")
    sign, digits, suffix = match[1], match[2], match[3] or ""
    number = Fraction(digits.rstrip(".") if digits != "." else "0")
    if suffix in _SCALES:
        scale = _SCALES[suffix]
    else:
        exponent = int(suffix[1:])
        if abs(exponent) > _LARGEST_EXPONENT:
            raise ValueError(f"{value!r} is no usable quantity: its exponent is beyond {_LARGEST_EXPONENT}.")
        scale = Fraction(10) ** exponent
    return -number * scale if sign == "-" else number * scale


def is_quantity(value: object) -> bool:
    """Whether an API server would read `value` as a quantity."""
    if not isinstance(value, str | int | float):
        return False
    try:
        parse_quantity(value)
    except ValueError:
        return False
    return True
