"""Completion of the names that a function takes in a set: `mkOption { | }`, `myFunction { | }`."""

from __future__ import annotations

from hmls.homes.repository import Repository
from hmls.ide.called import callee_of, function_of_call
from hmls.ide.completion.item import Item
from hmls.ide.place import CompletionPlace
from hmls.lang.values import quote_attribute
from hmls.syntax.attrpath import attrpath_names, node_text
from hmls.syntax.cursor import BindingName
from hmls.syntax.kinds import SETS, Field, Kind
from hmls.syntax.local import bound_names
from hmls.syntax.outline import function_name
from hmls.syntax.parse import Node, node_at

_SOURCE = ("owner", "repo", "rev", "tag", "hash", "sha256", "fetchSubmodules", "domain", "name")
_BUILD = (
    "pname", "version", "src", "nativeBuildInputs", "buildInputs", "propagatedBuildInputs",
    "patches", "postPatch", "configureFlags", "cmakeFlags", "mesonFlags", "preBuild", "buildPhase",
    "postBuild", "doCheck", "checkPhase", "preInstall", "installPhase", "postInstall",
    "preFixup", "postFixup", "dontUnpack", "dontBuild", "passthru", "outputs", "strictDeps", "meta",
    "name",
)  # fmt: skip
_SYSTEM = ("system", "modules", "specialArgs", "lib", "pkgs")
_KNOWN: dict[str, tuple[str, ...]] = {
    "mkOption": (
        "type", "default", "defaultText", "example", "description", "apply", "internal", "visible",
        "readOnly", "relatedPackages",
    ),
    "mkPackageOption": ("default", "nullable", "example", "extraDescription", "pkgsText"),
    "submodule": ("options", "config", "imports", "freeformType"),
    "submoduleWith": ("modules", "specialArgs", "shorthandOnlyDefinesConfig", "description"),
    "evalModules": ("modules", "specialArgs", "prefix", "class", "check"),
    "homeManagerConfiguration": (
        "pkgs", "modules", "extraSpecialArgs", "lib", "check", "minimal",
    ),
    "nixosSystem": _SYSTEM,
    "darwinSystem": ("system", "modules", "specialArgs", "inputs", "lib", "pkgs"),
    "nixOnDroidConfiguration": ("pkgs", "modules", "extraSpecialArgs", "home-manager-path"),
    "mkFlake": ("inputs", "specialArgs"),
    "mkDerivation": _BUILD,
    "buildPythonPackage": ("pyproject", "build-system", "dependencies", *_BUILD),
    "buildPythonApplication": ("pyproject", "build-system", "dependencies", *_BUILD),
    "buildGoModule": ("vendorHash", "subPackages", "ldflags", *_BUILD),
    "buildRustPackage": ("cargoHash", "cargoLock", "cargoBuildFlags", *_BUILD),
    "buildNpmPackage": ("npmDepsHash", "npmBuildScript", *_BUILD),
    "fetchFromGitHub": _SOURCE, "fetchFromGitLab": _SOURCE, "fetchFromGitea": _SOURCE,
    "fetchFromSourcehut": _SOURCE, "fetchFromCodeberg": _SOURCE,
    "fetchurl": ("url", "urls", "hash", "sha256", "name", "curlOpts"),
    "fetchzip": ("url", "hash", "sha256", "name", "stripRoot"),
    "fetchgit": ("url", "rev", "hash", "sha256", "fetchSubmodules", "deepClone"),
    "fetchpatch": ("url", "hash", "name", "stripLen", "excludes", "includes", "revert"),
    "fetchTarball": ("url", "sha256", "name"),
    "fetchTree": ("type", "url", "owner", "repo", "rev", "ref", "narHash", "path"),
    "fetchGit": ("url", "rev", "ref", "submodules", "shallow", "allRefs", "name"),
    "writeShellApplication": (
        "name", "text", "runtimeInputs", "runtimeEnv", "checkPhase", "excludeShellChecks",
        "bashOptions", "meta",
    ),
    "writeTextFile": ("name", "text", "executable", "destination", "checkPhase", "meta"),
    "mkShell": ("packages", "inputsFrom", "shellHook", "nativeBuildInputs", "buildInputs", "env"),
    "mkShellNoCC": ("packages", "inputsFrom", "shellHook", "env"),
    "symlinkJoin": ("name", "paths", "postBuild", "nativeBuildInputs", "meta"),
    "buildEnv": ("name", "paths", "pathsToLink", "extraOutputsToInstall", "postBuild"),
    "makeDesktopItem": (
        "name", "desktopName", "exec", "icon", "comment", "categories", "genericName",
        "mimeTypes", "terminal", "startupNotify", "keywords", "actions", "noDisplay", "type",
    ),
    "derivation": ("name", "system", "builder", "args", "outputs"),
    "path": ("path", "name", "filter", "recursive", "sha256"),
    "cleanSourceWith": ("src", "filter", "name"),
    "toSource": ("root", "fileset"),
    "nixpkgs": ("system", "config", "overlays", "localSystem", "crossSystem"),
    "overrideAttrs": _BUILD,
}  # fmt: skip
"""What functions of nixpkgs and its relatives take, as their manuals list it."""
_META = (
    "description", "longDescription", "homepage", "changelog", "license", "maintainers",
    "platforms", "mainProgram", "broken", "badPlatforms", "sourceProvenance",
)  # fmt: skip


def complete_set_arguments(repository: Repository, path: str, place: CompletionPlace) -> list[Item]:
    """The names for the set that a function is called with; none elsewhere."""
    if not isinstance(place.context, BindingName):
        return []
    attrset = set_at(place)
    if attrset is None:
        return []
    given = set(bound_names(attrset))
    call = _call_with(attrset)
    if call is not None:
        return _of_call(repository, path, call, given, place)
    if _is_value_of(attrset, "meta") and {"pname", "version", "src"} & _siblings(attrset):
        return _items(dict.fromkeys(_META, "meta of a package"), given, place)
    return []


def set_at(place: CompletionPlace) -> Node | None:
    """The set whose binding the name at the cursor begins."""
    node: Node | None = node_at(place.source, place.start + 1)
    while node is not None and node.kind_id not in (Kind.ATTRPATH, *SETS):
        node = node.parent
    if (
        node is None
        or node.kind_id != Kind.ATTRPATH
        or node.start_byte != place.start - place.in_quotes
    ):
        return None
    group = None if node.parent is None else node.parent.parent
    attrset = None if group is None else group.parent
    return attrset if attrset is not None and attrset.kind_id in SETS else None


def _call_with(attrset: Node) -> Node | None:
    """The call whose argument a set is; of `f (x: { })` the same, as `overrideAttrs` wants."""
    node, outer = attrset, attrset.parent
    while outer is not None and outer.kind_id in (Kind.PARENTHESIZED, Kind.FUNCTION):
        node, outer = outer, outer.parent
    if outer is None or outer.kind_id != Kind.APPLY:
        return None
    return outer if outer.child_by_field_id(Field.ARGUMENT) == node else None


def _of_call(
    repository: Repository, path: str, call: Node, given: set[str], place: CompletionPlace
) -> list[Item]:
    argument = call.child_by_field_id(Field.ARGUMENT)
    is_function = argument is not None and _holds_function(argument)
    callee = callee_of(call)[0]
    name = function_name(callee)
    if name == "import":
        imported = call.child_by_field_id(Field.FUNCTION)
        name = "nixpkgs" if imported is not None and b"nixpkgs" in (imported.text or b"") else name
    if name == "submodule" or (not is_function and name != "overrideAttrs"):
        found = function_of_call(repository, path, call)
        written = None if found is None else _formals(found[0].node, found[1])
        if written:
            return _items(written, given, place)
    elif name not in ("overrideAttrs", "mkDerivation"):
        return []
    return _items(dict.fromkeys(_KNOWN.get(name, ()), f"argument of {name}"), given, place)


def _holds_function(node: Node) -> bool:
    while node.kind_id == Kind.PARENTHESIZED:
        inner = node.child_by_field_id(Field.EXPRESSION)
        if inner is None:
            return False
        node = inner
    return node.kind_id == Kind.FUNCTION


def _formals(function: Node, before: int) -> dict[str, str]:
    """Name → detail of what a function takes in its argument after some others."""
    node: Node | None = function
    for _ in range(before):
        node = None if node is None else node.child_by_field_id(Field.BODY)
        if node is None or node.kind_id != Kind.FUNCTION:
            return {}
    formals = None if node is None else node.child_by_field_id(Field.FORMALS)
    found = {}
    for formal in formals.named_children if formals is not None else ():
        name = formal.child_by_field_id(Field.NAME)
        if name is not None:
            default = formal.child_by_field_id(Field.DEFAULT)
            text = "" if default is None else " ".join(node_text(default).split())[:40]
            found[node_text(name)] = "argument" if default is None else f"argument, else {text}"
    return found


def _items(names: dict[str, str], given: set[str], place: CompletionPlace) -> list[Item]:
    return [
        Item(name, "variable", quote_attribute(name), place.start, place.end, detail)
        for name, detail in names.items()
        if name not in given
    ]


def _is_value_of(attrset: Node, name: str) -> bool:
    node = attrset.parent
    while node is not None and node.kind_id in (Kind.WITH, Kind.PARENTHESIZED):
        node = node.parent
    attrpath = None if node is None else node.child_by_field_id(Field.ATTRPATH)
    return attrpath is not None and attrpath_names(attrpath) == (name,)


def _siblings(attrset: Node) -> set[str]:
    node = attrset.parent
    while node is not None and node.kind_id not in SETS:
        node = node.parent
    return set() if node is None else set(bound_names(node))
