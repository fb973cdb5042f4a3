"""`pkgs` without nixpkgs: the platform and the library are known, packages are names.

`pkgs.ripgrep` is an unknown value that prints as `pkgs.ripgrep`.
"""

from __future__ import annotations

from hmls.catalog.formats import formats
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


def packages_for(
    interp: Interp, system: Lazy, *, text: str = "pkgs", config: Lazy = None, source: str = ""
) -> OpenAttrs:
    """The package set of a system, as `import nixpkgs { inherit system config; }` gives it.

    `text` is how packages of the set are shown, `source` the store path of nixpkgs.
    """
    platform = delayed(lambda: _platform(system))
    rest = Unknown(text, PACKAGE, None, "set")
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
    return OpenAttrs(known, rest, {}, _NO_PACKAGES)


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
    if isinstance(given, Attrs):
        return OpenAttrs(given, rest, given.positions)
    return OpenAttrs((), rest)


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
