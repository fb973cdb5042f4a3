"""`pkgs` without nixpkgs: the platform and the library are known, packages are names.

`pkgs.ripgrep` is an unknown value that prints as `pkgs.ripgrep`.
"""

from __future__ import annotations

from collections.abc import Callable

from hmls.catalog.formats import formats
from hmls.homes.builders.configuration import Environment
from hmls.lang.force import MISSING, delayed, expect_attrs, expect_string, force, get
from hmls.lang.interp import Interp
from hmls.lang.values import Attrs, Cause, ContextString, Lazy, OpenAttrs, Primop, Unknown, Value

PACKAGE = Cause("package", "packages are not evaluated here")
_NO_PACKAGES = frozenset((
    "attrByPath", "attrNames", "attrValues", "attrVals", "boolToString", "catAttrs",
    "concatLists", "concatMap", "concatMapAttrs", "concatMapStrings", "concatMapStringsSep",
    "concatStrings", "concatStringsSep", "elemAt", "escapeShellArg", "escapeShellArgs",
    "escapeXML", "evalModules", "filterAttrs", "findFirst", "flatten", "flip", "foldl",
    "foldl'", "foldlAttrs", "foldr", "forEach", "functionArgs", "genAttrs", "genList",
    "getAttrFromPath", "getExe", "getExe'", "getBin", "getName", "getVersion", "hasAttr",
    "hasAttrByPath", "hasInfix", "hasPrefix", "hasSuffix", "imap0", "imap1", "isAttrs",
    "isBool", "isDerivation", "isFunction", "isInt", "isList", "isString", "listToAttrs",
    "literalExpression", "literalMD", "mapAttrs", "mapAttrs'", "mapAttrsToList",
    "mapAttrsRecursive", "mapAttrsRecursiveCond", "mkAfter", "mkAliasOptionModule", "mkBefore",
    "mkDefault", "mkEnableOption", "mkForce", "mkIf", "mkMerge", "mkOption", "mkOptionDefault",
    "mkOrder", "mkOverride", "mkPackageOption", "mkRemovedOptionModule",
    "mkRenamedOptionModule", "mkVMOverride", "nameValuePair", "optional", "optionalAttrs",
    "optionalString", "optionals", "partition", "recursiveUpdate", "removePrefix",
    "removeSuffix", "replaceStrings", "setAttrByPath", "singleton", "splitString",
    "stringToCharacters", "subtractLists", "toInt", "toList", "toLower", "toUpper", "traceVal",
    "types", "versionAtLeast", "versionOlder", "zipAttrsWith", "zipLists", "unique",
))  # fmt: skip
"""Functions of lib that are no attributes of nixpkgs, so that `with pkgs;` leaves them alone."""
_OF_FUNCTION = Cause("package", "it is given as a function of the packages")
_NO_PROPERTY = frozenset(("_type",))
_NULL_SOMEWHERE = frozenset(("fts", "fuse2fs", "libintl", "libuuid"))
"""Packages that are null on some systems. Source: pkgs/top-level/all-packages.nix."""


class _PackageSet(Unknown):
    """The rest of a package set: what nixpkgs in the store has a package for is a set."""

    __slots__ = ("is_package",)

    def __init__(self, text: str, is_package: Callable[[str], bool]) -> None:
        super().__init__(text, PACKAGE, None, "set")
        self.is_package = is_package

    def select(self, name: str) -> Unknown:
        selected = super().select(name)
        if name not in _NULL_SOMEWHERE and self.is_package(name):
            selected.kind = "set"
        return selected


def packages_for(
    interp: Interp, system: Lazy, *, text: str = "pkgs", config: Lazy = None, source: str = ""
) -> OpenAttrs:
    """The package set of a system, as `import nixpkgs { inherit system config; }` gives it.

    `text` is how packages of the set are shown, `source` the store path of nixpkgs.
    """
    platform = delayed(lambda: _platform(system))
    host = interp.host
    is_package = host.is_package if isinstance(host, Environment) else _is_no_package
    rest = _PackageSet(text, is_package)
    known: dict[str, Lazy] = {
        "_type": "pkgs",
        "lib": delayed(lambda: interp.lib),
        "system": system,
        "stdenv": delayed(lambda: _stdenv(platform, rest)),
        "hostPlatform": platform,
        "buildPlatform": platform,
        "targetPlatform": platform,
        "formats": delayed(lambda: formats(interp)),
        "config": delayed(lambda: _config(config, rest)),
    }
    if source:
        known["path"] = ContextString(source, frozenset((source,)))
    packages = OpenAttrs(known, rest, {}, _NO_PACKAGES)
    # Overlays change packages, and those are names only.
    for name in ("extend", "appendOverlays"):
        known[name] = Primop(name, 1, lambda _overlays: packages)
    packages.update(known)
    return packages


def _is_no_package(_name: str) -> bool:
    return False


def _platform(system: Lazy) -> Value:
    from hmls.lang.lib.systems import host_platform

    value = force(system)
    if isinstance(value, Unknown):
        return value.select("hostPlatform")
    if isinstance(value, Attrs):
        value = force(value["system"])
    return host_platform(expect_string(value))


def _stdenv(platform: Lazy, packages: Unknown) -> OpenAttrs:
    rest = packages.select("stdenv")
    known: dict[str, Lazy] = {
        "hostPlatform": platform,
        "buildPlatform": platform,
        "targetPlatform": platform,
    }
    for name in ("isLinux", "isDarwin", "isx86_64", "isAarch64", "isx86_32", "isi686", "system"):
        known[name] = delayed(lambda name=name: force(expect_attrs(platform)[name]))  # type: ignore[misc]
    return OpenAttrs(known, rest)


def _config(config: Lazy, packages: Unknown) -> Value:
    """`pkgs.config`: what was given is known, the rest has defaults that nixpkgs decides."""
    given = force(config)
    rest = packages.select("config")
    if isinstance(given, Unknown):
        return given
    if isinstance(given, OpenAttrs):
        return given
    if isinstance(given, Attrs):
        return OpenAttrs(given, rest, given.positions, _NO_PROPERTY)
    if given is not None:
        rest = Unknown(rest.text, _OF_FUNCTION)
    return OpenAttrs((), rest, {}, _NO_PROPERTY)


def import_packages(interp: Interp, text: str, source: str) -> Primop:
    """What `import nixpkgs` is: a function from `{ system, config, overlays, … }` to `pkgs`."""

    def instantiate(lazy: Lazy) -> Value:
        arguments = force(lazy)
        if isinstance(arguments, Unknown):
            arguments = OpenAttrs((), arguments)
        given = expect_attrs(arguments)
        system = get(given, "system")
        if system is MISSING:
            system = get(given, "localSystem")
        if system is MISSING:
            cause = Cause("impure", "no system was given, and the machine's own is not known here")
            system = Unknown("builtins.currentSystem", cause, None, "string")
        config = given.get("config")
        return packages_for(interp, system, text=text, config=config, source=source)

    return Primop("nixpkgs", 1, instantiate)
