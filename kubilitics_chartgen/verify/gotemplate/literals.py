"""Values of Go's string, character and number constants. Pure, no I/O.

`ValueError` says that a constant is malformed; the parser adds the place.
"""

from __future__ import annotations

import re

__all__ = ["character", "number", "unquote"]

_SIMPLE = {
    "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\", '"': '"', "'": "'",
}  # fmt: skip
_HEX_LENGTHS = {"x": 2, "u": 4, "U": 8}
_DIGITS = r"[0-9](?:_?[0-9])*"
_INTEGER = re.compile(r"0[xX](?:_?[0-9a-fA-F])+|0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0(?:_?[0-7])*|[1-9](?:_?[0-9])*")
_FLOAT = re.compile(r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_HEX_FLOAT = re.compile(
    r"0[xX](?=_?[0-9a-fA-F.])(?:_?[0-9a-fA-F])*\.?(?:[0-9a-fA-F](?:_?[0-9a-fA-F])*)?[pP][+-]?[0-9]+"
)


def unquote(text: str) -> str:
    """The value of a quoted or raw string constant."""
    if text[0] == "`":
        return text[1:-1].replace("\r", "")
    return _unescape(text[1:-1], quote='"')


def character(text: str) -> int:
    """The value of a character constant such as `'a'`."""
    value = _unescape(text[1:-1], quote="'")
    if len(value) != 1:
        raise ValueError(f"malformed character constant: {text}")
    return ord(value)


def _unescape(body: str, *, quote: str) -> str:
    out: list[str] = []
    # Escapes of single bytes (\x, octal) are read as UTF-8 together, as Go's strings are bytes.
    raw = bytearray()

    def flush() -> None:
        if raw:
            out.append(raw.decode("utf-8", "replace"))
            raw.clear()

    at = 0
    while at < len(body):
        char = body[at]
        if char != "\\":
            flush()
            out.append(char)
            at += 1
            continue
        escape = body[at + 1 : at + 2]
        if escape in _HEX_LENGTHS:
            length = _HEX_LENGTHS[escape]
            code = _code(body[at + 2 : at + 2 + length], length=length, base=16)
            at += 2 + length
        elif escape and escape in "01234567":
            code = _code(body[at + 1 : at + 4], length=3, base=8)
            at += 4
        else:
            if escape not in _SIMPLE or (escape in "'\"" and escape != quote):
                raise ValueError("invalid syntax")
            flush()
            out.append(_SIMPLE[escape])
            at += 2
            continue
        if escape in "uU":
            if code > 0x10FFFF or 0xD800 <= code < 0xE000:
                raise ValueError("invalid syntax")
            flush()
            out.append(chr(code))
        elif code > 0xFF:
            raise ValueError("invalid syntax")
        elif quote == "'":
            out.append(chr(code))
        else:
            raw.append(code)
    flush()
    return "".join(out)


def _code(digits: str, *, length: int, base: int) -> int:
    allowed = "0123456789abcdefABCDEF" if base == 16 else "01234567"
    if len(digits) != length or any(digit not in allowed for digit in digits):
        raise ValueError("invalid syntax")
    return int(digits, base)


def number(text: str) -> int | float | complex:
    """The value of a number constant."""
    if text.endswith("i"):
        return _complex(text)
    sign = -1 if text.startswith("-") else 1
    body = text[1:] if text[:1] in "+-" else text
    if _INTEGER.fullmatch(body):
        value = _integer(body)
        if value < (1 << 64) and not (sign < 0 and value > (1 << 63)) and not (text[:1] == "+" and value >= 1 << 63):
            return sign * value
        raise ValueError(f"integer overflow: {text}")
    real = _float(body)
    if not any(char in text for char in ".eEpP"):
        raise ValueError(f"integer overflow: {text}")
    return sign * real


def _integer(body: str) -> int:
    digits = body.replace("_", "")
    prefix = digits[:2].lower()
    if prefix in ("0x", "0b", "0o"):
        return int(digits[2:], {"0x": 16, "0b": 2, "0o": 8}[prefix])
    return int(digits, 8 if len(digits) > 1 and digits[0] == "0" else 10)


def _float(body: str) -> float:
    if _HEX_FLOAT.fullmatch(body):
        value = float.fromhex(body.replace("_", ""))
    elif _FLOAT.fullmatch(body):
        value = float(body)
    else:
        raise ValueError(f"illegal number syntax: {body}")
    if value == float("inf"):
        raise ValueError(f"illegal number syntax: {body}")
    return value


def _complex(text: str) -> complex:
    match = re.fullmatch(r"(?:([+-]?[^+-]+(?:[eEpP][+-]\d+)?))??([+-]?[^+-]*(?:[eEpP][+-]\d+)?)i", text)
    if match is None:
        raise ValueError(f"illegal number syntax: {text}")
    parts = [0.0 if part is None else _signed(part) for part in match.groups()]
    return complex(parts[0], parts[1])


def _signed(text: str) -> float:
    sign = -1.0 if text.startswith("-") else 1.0
    return sign * _float(text.lstrip("+-") if text[:1] in "+-" else text)
