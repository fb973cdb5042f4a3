"""Types of which an option has one value, however many modules define it."""

from __future__ import annotations

import re

from hmls.lang.errors import NixError, Unknowable
from hmls.lang.values import Value
from hmls.modules.types.base import OptionType
from hmls.modules.types.choices import CoercedTo, Either
from hmls.modules.types.wrappers import Checked, NullOr, Unique

_NAMES = frozenset(
    (
        "bool", "int", "float", "number", "str", "nonEmptyStr", "singleLineStr", "path",
        "pathInStore", "externalPath", "absolutePath", "package", "shellPackage", "enum",
    )
)  # fmt: skip
_PREFIXES = re.compile(r"(strMatching|passwdEntry|unsignedInt|signedInt|positiveInt|(int|number)B)")


def has_one_value(option_type: OptionType, value: Value) -> bool:
    """Whether another definition of the same priority must agree with the value, or fails.

    False where it would be merged with it, as lists and lines are, or where that is not known.
    """
    match option_type:
        case NullOr() | Unique():
            return value is None or has_one_value(option_type.element, value)
        case Either():
            fitting = [a for a in option_type.alternatives if _accepts(a, value)]
            return bool(fitting) and all(has_one_value(a, value) for a in fitting)
        case CoercedTo():
            return has_one_value(option_type.final, value)
        case Checked() if option_type.name == option_type.inner.name:
            return has_one_value(option_type.inner, value)
    name = option_type.name
    if name == "anything":
        # Of sets it has one for each key, and lists are not joined.
        return not isinstance(value, dict)
    return name in _NAMES or _PREFIXES.match(name) is not None


def _accepts(option_type: OptionType, value: Value) -> bool:
    try:
        return option_type.accepts(value)
    except (NixError, Unknowable):
        return True
