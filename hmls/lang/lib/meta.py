"""lib.meta: what packages say of themselves.

Source: nixpkgs lib/meta.nix. Packages are mostly unknown; what can be said of them is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hmls.lang import coerce
from hmls.lang.builtins.registry import Registry
from hmls.lang.combine import concat_strings, update
from hmls.lang.compare import equal
from hmls.lang.errors import Unknowable
from hmls.lang.force import (
    MISSING,
    call,
    call2,
    delayed,
    expect_attrs,
    expect_list,
    expect_string,
    force,
    get,
    has,
    is_derivation,
    select,
)
from hmls.lang.lib import licenses
from hmls.lang.lib.pretty import identifier
from hmls.lang.lib.support import (
    NOT_NATIVE,
    assert_message,
    attribute_is,
    builtin,
    concat,
    function,
    library,
    part,
)
from hmls.lang.lib.systems.predicates import matches
from hmls.lang.values import Attrs, Lazy, OpenAttrs, Thunk, Unknown, Value, type_name

if TYPE_CHECKING:
    from hmls.lang.interp import Interp

register = Registry()


def constants(_interp: Interp) -> dict[str, Lazy]:
    """The members that are no functions."""
    by_id = licenses.by_spdx_id()
    rest = Unknown("lib.meta.licensesSpdx", NOT_NATIVE)
    return {"defaultPriority": 5, "licensesSpdx": OpenAttrs(by_id, rest)}


@register("addMetaAttrs")
def add_meta_attrs(attrs: Lazy, package: Lazy) -> Value:
    derivation = _package(package)
    if has(derivation, "overrideAttrs"):
        return call(select(derivation, "overrideAttrs"), function(lambda old: _meta(old, attrs)))
    return update(derivation, _meta(derivation, attrs))


def _package(lazy: Lazy) -> Attrs:
    value = force(lazy)
    if isinstance(value, Unknown):
        raise Unknowable(value)
    return expect_attrs(value)


def _meta(package: Lazy, attrs: Lazy) -> Attrs:
    """`{ meta = package.meta // attrs; }`, lazily."""

    def meta() -> Value:
        old = get(expect_attrs(package), "meta")
        return update(Attrs() if old is MISSING else old, force(attrs))

    return Attrs({"meta": delayed(meta)})


@register("dontDistribute")
def dont_distribute(package: Lazy) -> Value:
    return add_meta_attrs(Attrs({"hydraPlatforms": []}), package)


@register("setName")
def set_name(name: Lazy, package: Lazy) -> Value:
    return update(force(package), Attrs({"name": name}))


@register("updateName")
def update_name(updater: Lazy, package: Lazy) -> Value:
    derivation = force(package)
    name = delayed(lambda: select(expect_attrs(derivation), "name"))
    return update(derivation, Attrs({"name": delayed(lambda: call(force(updater), name))}))


@register.with_interp("appendToName")
def append_to_name(interp: Interp, suffix: Lazy, package: Lazy) -> Value:
    def appended(name: Lazy) -> Value:
        parsed = expect_attrs(call(builtin(interp, "parseDrvName"), name))
        return concat(select(parsed, "name"), "-", force(suffix), "-", select(parsed, "version"))

    return update_name(function(appended), package)


@register("mapDerivationAttrset")
def map_derivation_attrset(change: Lazy, packages: Lazy) -> Value:
    attrs = expect_attrs(packages)

    def changed(lazy: Lazy) -> Value:
        value = force(lazy)
        if isinstance(value, Unknown):
            raise Unknowable(value)
        return call(force(change), value) if is_derivation(value) else value

    items = {name: Thunk(changed, lazy) for name, lazy in attrs.items()}
    if isinstance(attrs, OpenAttrs):
        return OpenAttrs(items, attrs.rest, absent=attrs.absent)
    return Attrs(items)


@register("setPrio")
def set_prio(priority: Lazy, package: Lazy) -> Value:
    return add_meta_attrs(Attrs({"priority": priority}), package)


@register("lowPrio")
def low_prio(package: Lazy) -> Value:
    return set_prio(10, package)


@register("hiPrio")
def hi_prio(package: Lazy) -> Value:
    return set_prio(-10, package)


@register("lowPrioSet")
def low_prio_set(packages: Lazy) -> Value:
    return map_derivation_attrset(function(low_prio), packages)


@register("hiPrioSet")
def hi_prio_set(packages: Lazy) -> Value:
    return map_derivation_attrset(function(hi_prio), packages)


@register("platformMatch")
def platform_match(platform: Lazy, element: Lazy) -> Value:
    return _platform_matches(expect_attrs(platform), force(element))


def _platform_matches(platform: Attrs, element: Value) -> bool:
    if isinstance(element, Unknown):
        raise Unknowable(element)
    if isinstance(element, str):
        return has(platform, "system") and equal(element, select(platform, "system"))
    pattern = expect_attrs(element)
    return matches(pattern if has(pattern, "parsed") else Attrs({"parsed": pattern}), platform)


@register("availableOn")
def available_on(platform: Lazy, package: Lazy) -> Value:
    derivation = _package(package)
    given, bad = _platforms(derivation, "platforms"), _platforms(derivation, "badPlatforms")
    return (given is None or _any_platform(platform, given)) and (
        bad is None or not _any_platform(platform, bad)
    )


def _platforms(package: Attrs, name: str) -> list[Lazy] | None:
    meta = get(package, "meta")
    if isinstance(meta, Unknown):
        raise Unknowable(meta)
    if not isinstance(meta, Attrs) or not has(meta, name):
        return None
    return expect_list(select(meta, name))


def _any_platform(platform: Lazy, elements: list[Lazy]) -> bool:
    return any(_platform_matches(expect_attrs(platform), force(item)) for item in elements)


@register("cpeFullVersionWithVendor")
def cpe_full_version_with_vendor(vendor: Lazy, version: Lazy) -> Value:
    return Attrs({"vendor": vendor, "version": version, "update": "*"})


@register.with_interp("getExe")
def get_exe(interp: Interp, package: Lazy) -> Value:
    """The path of a package's main program."""
    derivation = force(package)
    if isinstance(derivation, Unknown) and derivation.kind in (None, "set"):
        return concat_strings([_applied("lib.getExe", derivation)])
    return get_exe_of(interp, derivation, delayed(lambda: _main_program(interp, derivation)))


def _applied(function_name: str, argument: Unknown) -> Unknown:
    """The unknown result of a function, told as it would be written."""

    def written() -> str:
        shown = argument.text
        return f"{function_name} ({shown})" if " " in shown else f"{function_name} {shown}"

    return argument.told_as(written)


def _main_program(interp: Interp, package: Value) -> Value:
    meta = get(package, "meta") if isinstance(package, Attrs) else MISSING
    if isinstance(meta, Unknown):
        return meta.select("mainProgram")
    program = get(meta, "mainProgram") if isinstance(meta, Attrs) else MISSING
    if program is not MISSING:
        return program
    name = _shown_name(package, meta)
    warning = (
        f"getExe: Package {identifier(name)} does not have the meta.mainProgram attribute. We'll "
        "assume that the main program has the same name for now, but this behavior is "
        "deprecated, because it leads to surprising errors when the assumption does not hold. "
        "If the package has a main program, please set `meta.mainProgram` in its definition to "
        "make this warning go away. Otherwise, if the package does not have a main program, or "
        "if you don't control its definition, use getExe' to specify the name to the program, "
        'such as lib.getExe\' foo "bar".'
    )
    lib_name = delayed(lambda: call(library(interp, "strings", "getName"), package))
    return call2(library(interp, "trivial", "warn"), warning, lib_name)


def _shown_name(package: Value, meta: Value) -> str:
    found = get(meta, "name") if isinstance(meta, Attrs) else MISSING
    if found is MISSING and isinstance(package, Attrs):
        found = get(package, "pname")
    if found is MISSING:
        found = select(expect_attrs(package), "name")
    return expect_string(found)


@register.with_interp("getExe'")
def get_exe_of(interp: Interp, package: Lazy, program: Lazy) -> Value:
    """The path of a program in a package."""
    derivation = force(package)
    unknown = isinstance(derivation, Unknown) and derivation.kind in (None, "set")
    assert_message(
        unknown or attribute_is(derivation, "type", "derivation"),
        f"lib.meta.getExe': The first argument is of type {type_name(derivation)}, "
        "but it should be a derivation instead.",
    )
    name = part(lambda: force(program))
    if not isinstance(name, Unknown):
        _check_program(name)
    if unknown:
        return concat(_applied("lib.getBin", derivation), "/bin/", name)
    folder = part(lambda: call(library(interp, "attrsets", "getBin"), derivation))
    return concat(folder, "/bin/", name)


def _check_program(name: Value) -> None:
    assert_message(
        isinstance(name, str),
        f"lib.meta.getExe': The second argument is of type {type_name(name)}, "
        "but it should be a string instead.",
    )
    assert_message(
        "/" not in name,
        f'lib.meta.getExe\': The second argument "{name}" is a nested path with a "/" character, '
        "but it should just be the name of the executable instead.",
    )


@register.with_interp("getLicenseFromSpdxId")
def get_license_from_spdx_id(interp: Interp, spdx_id: Lazy) -> Value:
    def warned() -> Value:
        shown = coerce.interpolate(force(spdx_id))
        message = f"getLicenseFromSpdxId: No license with the given SPDX ID found: {shown}"
        return call2(
            library(interp, "trivial", "warn"),
            message,
            Attrs({"shortName": spdx_id, "spdxId": spdx_id}),
        )

    return get_license_from_spdx_id_or(spdx_id, delayed(warned))


@register("getLicenseFromSpdxIdOr")
def get_license_from_spdx_id_or(spdx_id: Lazy, _default: Lazy) -> Value:
    wanted = expect_string(spdx_id).lower()
    for known, license_ in licenses.by_spdx_id().items():
        if known.lower() == wanted:
            return license_
    # Only nixpkgs itself can tell that there is no such license.
    raise Unknowable(Unknown(f"lib.licensesSpdx.{wanted}", NOT_NATIVE))
