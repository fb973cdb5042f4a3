"""The words of TOML 1.0, and what numbers and dates are.

Source: toml11 4.3, include/toml11/impl/syntax_impl.hpp; parser.hpp, guess_number_type.
"""

from __future__ import annotations

import calendar
import re
from enum import Enum


class Moment(Enum):
    """A date or a time, of which Nix knows only that it does not take it."""

    SOME = "date or time"


_PLAIN = r"[\t\x20-\x7e\x80-\ud7ff\ue000-\U0010ffff]"
_NEWLINE = r"\r?\n"
_ESCAPE = r"\\(?:[\"\\bfnrt]|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8})"
_BASIC = rf"(?:(?![\"\\]){_PLAIN}|{_ESCAPE})"
_FOLD = rf"\\[ \t]*{_NEWLINE}(?:[ \t]|{_NEWLINE})*"
_ML_BASIC = rf"(?:{_BASIC}|{_NEWLINE}|{_FOLD})"
_LITERAL = rf"(?:(?!'){_PLAIN})"
_ML_LITERAL = rf"(?:{_LITERAL}|{_NEWLINE})"
_BLANK = r"[ \t]*"
_SIMPLE_KEY = rf"(?:[A-Za-z0-9_-]+|\"{_BASIC}*\"|'{_LITERAL}*')"
_KEY = rf"{_BLANK}{_SIMPLE_KEY}(?:{_BLANK}\.{_BLANK}{_SIMPLE_KEY})*{_BLANK}"

BLANK = re.compile(_BLANK)
NEWLINE = re.compile(_NEWLINE)
COMMENT = re.compile(rf"{_BLANK}#{_PLAIN}*")
SPACE = re.compile(rf"(?:[ \t]|{_NEWLINE}|#{_PLAIN}*{_NEWLINE})+")
BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
DOT = re.compile(rf"{_BLANK}\.{_BLANK}")
EQUALS = re.compile(rf"{_BLANK}={_BLANK}")
COMMA = re.compile(",")
BOOLEAN = re.compile("true|false")
STD_TABLE = re.compile(rf"\[{_KEY}\]")
ARRAY_TABLE = re.compile(rf"\[\[{_KEY}\]\]")
BASIC = re.compile(rf'"{_BASIC}*"')
LITERAL = re.compile(rf"'{_LITERAL}*'")
ML_BASIC = re.compile(rf'"""{_ML_BASIC}*+(?:"{{1,2}}{_ML_BASIC}++)*"""(?:"{{1,2}})?')
"""Nothing is tried twice: blanks behind a fold are the fold's, and there may be many."""
ML_LITERAL = re.compile(rf"'''{_ML_LITERAL}*(?:'{{1,2}}{_ML_LITERAL}+)*'''(?:'{{1,2}})?")
ESCAPE = re.compile(rf"{_ESCAPE}|{_FOLD}")
FIRST_NEWLINE = re.compile(rf"\A{_NEWLINE}")

_DIGITS = r"[0-9](?:_?[0-9])*"
_DECIMAL = r"[+-]?(?:[1-9](?:_?[0-9])+|[0-9])"
_DATE, _TIME = r"([0-9]{4})-([0-9]{2})-([0-9]{2})", r"([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]+)?"
_DATE_TIME = re.compile(rf"{_DATE}[Tt ]{_TIME}([Zz]|[+-][0-9]{{2}}:[0-9]{{2}})?")
_ONLY_DATE, _ONLY_TIME = re.compile(_DATE), re.compile(_TIME)
_FLOAT = re.compile(
    rf"{_DECIMAL}(?:[eE][+-]?{_DIGITS}|\.{_DIGITS}(?:[eE][+-]?{_DIGITS})?)|[+-]?(?:inf|nan)"
)
_INTEGER = re.compile(
    r"0x[0-9A-Fa-f](?:_?[0-9A-Fa-f])*|0o[0-7](?:_?[0-7])*|0b[01](?:_?[01])*|" + _DECIMAL
)
_BASES = {
    "b": (2, "bin", "bin_int must be like: 0b0101, 0b1111_0000"),
    "o": (8, "oct", "oct_int must be like: 0o775, 0o04_44"),
    "x": (16, "hex", "hex_int must be like: 0xC0FFEE, 0xdead_beef"),
}
_MOST_DIGITS = 20
"""Of a decimal integer that may fit into 64 bits, with its sign."""
_LOWERCASE = "A string must be surrounded by quotes."
_WORDS = {"T": "true", "F": "false", "i": "inf", "I": "inf", "n": "nan", "N": "nan"}


def number(text: str, at: int, error: type[Exception]) -> tuple[int | float | Moment, int]:
    """The number, date or time at a place, and where it ends. Raises `error`."""
    char = text[at : at + 1]
    if char in _WORDS and not text.startswith(("inf", "nan"), at):
        raise error(f"toml::parse_value: `{_WORDS[char]}` must be in lowercase. {_LOWERCASE}")
    moment = _moment(text, at, error)
    if moment is not None:
        return Moment.SOME, moment
    found = _FLOAT.match(text, at)
    if found is not None:
        if text[found.end() : found.end() + 1] == "_":
            raise error("bad float: `_` must be surrounded by digits")
        value = float(found.group().replace("_", ""))
        if value in (float("inf"), float("-inf")) and "inf" not in found.group():
            message = "failed to read floating point value from stream"
            raise error(f"toml::parse_floating: {message}")
        return value, found.end()
    found = _INTEGER.match(text, at)
    if found is not None:
        _check_end(found.group(), text[found.end() : found.end() + 1], error)
        return _integer(text, at, found, error)
    match char:
        case ".":
            raise error("bad float: integer part is required before decimal point")
        case "_":
            raise error("bad number: `_` must be surrounded by digits")
    raise error("bad format: unknown value appeared")


def _check_end(integer: str, after: str, error: type[Exception]) -> None:
    if after == "_":
        if integer in ("0", "-0", "+0"):
            raise error("bad integer: leading zero is not allowed in decimal int")
        raise error("bad integer: `_` must be surrounded by digits")
    if after == "0":
        raise error("bad integer: leading zero")
    if after and after in "123456789":
        raise error("bad integer: invalid digit after an integer")
    if after and after in ":-":
        raise error("bad datetime: invalid format")
    if after and after in ".eE":
        raise error("bad float: invalid format")


def _integer(text: str, at: int, found: re.Match[str], error: type[Exception]) -> tuple[int, int]:
    unsigned = at + (text[at] in "+-")
    base, name, form = 10, "dec", ""
    if text[unsigned] == "0" and text[unsigned + 1 : unsigned + 2] in _BASES:
        base, name, form = _BASES[text[unsigned + 1]]
        if found.end() <= unsigned + 2:
            raise error(f"toml::parse_{name}_integer: invalid integer: {form}")
    digits = found.group().replace("_", "")
    # Python reads no more than some thousands of decimal digits.
    value = 2**63 if base == 10 and len(digits) > _MOST_DIGITS else int(digits, base)
    if not -(2**63) <= value < 2**63:
        what = "digits" if base == 10 else "value"
        message = f"too large integer: current max {what} = 2^63"
        raise error(f"toml::parse_{name}_integer: {message}")
    return value, found.end()


def _moment(text: str, at: int, error: type[Exception]) -> int | None:
    """Where a date or time ends; None if there is none."""
    found = _DATE_TIME.match(text, at)
    if found is not None:
        if found[7] is None and text[found.end() : found.end() + 1] in ("+", "-"):
            raise error("bad offset: must be [+-]HH:MM or Z")
        _check_date(found.groups()[:3], error)
        _check_time(found.groups()[3:6], error)
        if found[7] is not None and found[7] not in "Zz" and not _is_offset(found[7]):
            message = "too large offset: |hour| <= 24, |minute| <= 60"
            raise error(f"toml::parse_offset_datetime: {message}")
        return found.end()
    found = _ONLY_DATE.match(text, at)
    if found is not None:
        after, next_ = text[found.end() : found.end() + 1], text[found.end() + 1 :][:1]
        if after in ("T", "t") or (after == " " and "0" <= next_ <= "9"):
            raise error("bad time: must be HH:MM:SS.subsec")
        if "0" <= after <= "9":
            raise error("bad datetime: missing T or space")
        _check_date(found.groups(), error)
        return found.end()
    found = _ONLY_TIME.match(text, at)
    if found is not None:
        _check_time(found.groups(), error)
        return found.end()
    return None


def _is_offset(offset: str) -> bool:
    return int(offset[1:3]) <= 24 and int(offset[4:6]) <= 60


def _check_date(parts: tuple[str | None, ...], error: type[Exception]) -> None:
    year, month, day = (int(part or 0) for part in parts)
    leap = calendar.isleap(year)
    days = (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    if not 1 <= month <= 12 or not 1 <= day <= days[month - 1]:
        raise error("toml::parse_local_date: invalid date.")


def _check_time(parts: tuple[str | None, ...], error: type[Exception]) -> None:
    hour, minute, second = (int(part or 0) for part in parts)
    if hour > 23 or minute > 59 or second > 60:
        raise error("toml::parse_local_time: invalid time.")
