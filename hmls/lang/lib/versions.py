"""lib.versions: parts of version numbers.

Source: nixpkgs lib/versions.nix.
"""

from __future__ import annotations

from hmls.lang import coerce
from hmls.lang.builtins.lists import elem_at
from hmls.lang.builtins.numbers import split_version
from hmls.lang.builtins.registry import Registry
from hmls.lang.builtins.strings import concat_strings_sep, slice_bytes
from hmls.lang.combine import add
from hmls.lang.force import expect_list, force
from hmls.lang.lib.list_parts import take
from hmls.lang.lib.lists import replicate
from hmls.lang.lib.string_bytes import byte_length
from hmls.lang.lib.string_cases import split_string
from hmls.lang.values import Lazy, Value

register = Registry()

BUILTINS = "compareVersions splitVersion"


@register("major")
def major(version: Lazy) -> Value:
    return elem_at(split_version(version), 0)


@register("minor")
def minor(version: Lazy) -> Value:
    return elem_at(split_version(version), 1)


@register("patch")
def patch(version: Lazy) -> Value:
    return elem_at(split_version(version), 2)


@register("majorMinor")
def major_minor(version: Lazy) -> Value:
    return ".".join(split_version(version)[:2])


@register("pad")
def pad(count: Lazy, version: Lazy) -> Value:
    """The version with `count` components, what follows the first dash left as it is."""
    numeric = force(expect_list(split_string("-", version))[0])
    zeros = replicate(count, "0")
    padded = take(count, split_version(numeric) + expect_list(zeros))
    text = coerce.coerce_copying(version)
    suffix = coerce.with_context(slice_bytes(text, byte_length(numeric), -1), text)
    return add(concat_strings_sep(".", padded), suffix)
