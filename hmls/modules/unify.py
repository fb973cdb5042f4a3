"""One canonical form for all the ways to write a module.

Source: nixpkgs lib/modules.nix: unifyModuleSyntax, messages.not_a_module.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hmls.lang import coerce
from hmls.lang.builtins.attrs import add_names
from hmls.lang.errors import Thrown, Unknowable
from hmls.lang.force import MISSING, expect_list, force, get_lazy
from hmls.lang.lib.string_escapes import escape_nix_string
from hmls.lang.values import Attrs, Lazy, OpenAttrs, Path, Site, Thunk, Unknown, Value
from hmls.modules.definitions import Loc
from hmls.modules.messages import nix_string, show_option
from hmls.modules.properties import merge

if TYPE_CHECKING:
    from hmls.modules.module_file import ModuleFile

UNKNOWN_FILE = "<unknown-file>"
_STRUCTURE = frozenset(
    (
        "_class", "_file", "key", "disabledModules", "imports", "options", "config", "meta",
        "freeformType",
    )
)  # fmt: skip
SHORTHAND = frozenset(
    ("_class", "_file", "key", "disabledModules", "require", "imports", "freeformType")
)
_NOTHING: list[Lazy] = []
_EMPTY = Attrs()


class Module(NamedTuple):
    """A module in its one canonical form."""

    key: str
    file: str
    """What Nix calls the place in messages."""
    module_class: Lazy
    imports: Lazy
    disabled: Lazy
    options: Lazy
    config: Lazy
    site: Site | None = None
    """Where it stands, for definitions that have no place of their own."""
    origin: str | None = None
    by_text: ModuleFile | None = None
    """What the text of its file tells, if that is all that it says."""


def unify(
    value: Value, file: str, key: str, site: Site | None = None, origin: str | None = None
) -> Module:
    """As unifyModuleSyntax. Raises NixError for what is no module, Unknowable for what may be."""
    if not isinstance(value, Attrs):
        if isinstance(value, Unknown):
            raise Unknowable(value)
        raise Thrown(f"module {file} ({key}) does not look like a module.")
    if "config" in value or "options" in value:
        if not value.keys() <= _STRUCTURE:
            raise _unsupported(value, key)
        options: Lazy = _field(value, "options", _EMPTY)
        config: Lazy = _field(value, "config", _EMPTY)
        if "meta" in value:
            config = merge([config, _alone(value, "meta")])
        imports = _field(value, "imports", _NOTHING)
    else:
        if isinstance(value, OpenAttrs) and value.keys() <= _STRUCTURE:
            raise Unknowable(value.rest)
        options = _EMPTY
        config = _without_structure(value)
        imports = _field(value, "imports", _NOTHING)
        if "require" in value:
            imports = Thunk(_all_imports, (value["require"], imports))
    if "freeformType" in value:
        config = merge([config, Attrs({"_module": _alone(value, "freeformType")})])
    return Module(
        _text(value["key"]) if "key" in value else key,
        _text(value["_file"]) if "_file" in value else file,
        value.get("_class"),
        imports,
        value.get("disabledModules", _NOTHING),
        options,
        config,
        site,
        origin,
    )


def _field(value: Attrs, name: str, default: Lazy) -> Lazy:
    found = get_lazy(value, name)
    return default if found is MISSING else found


def _text(lazy: Lazy) -> str:
    """`toString`; of something unknown, its text."""
    value = force(lazy)
    if isinstance(value, Unknown):
        return value.text
    return coerce.to_string(value)


def _alone(value: Attrs, name: str) -> Attrs:
    site = value.positions.get(name)
    return Attrs({name: value[name]}, {} if site is None else {name: site})


def _without_structure(value: Attrs) -> Attrs:
    if value.__class__ is Attrs and SHORTHAND.isdisjoint(value):
        return value
    kept = {name: lazy for name, lazy in value.items() if name not in SHORTHAND}
    if isinstance(value, OpenAttrs):
        return OpenAttrs(kept, value.rest, value.positions, add_names(value.absent, SHORTHAND))
    return Attrs(kept, value.positions)


def _all_imports(given: tuple[Lazy, Lazy]) -> Value:
    return expect_list(given[0]) + expect_list(given[1])


def _unsupported(value: Attrs, key: str) -> Thrown:
    bad = sorted(name for name in value if name not in _STRUCTURE)
    return Thrown(
        f"Module `{key}' has an unsupported attribute `{bad[0]}'. This is caused by "
        "introducing a top-level `config' or `options' attribute. Add configuration "
        "attributes immediately on the top level instead, or move all of them "
        f"(namely: {' '.join(bad)}) into the explicit `config' attribute.",
        value.positions.get(bad[0]),
    )


def wrong_class(file: str, found_class: Value, expected_class: Value) -> Thrown:
    """What Nix says of a module of another class."""
    found, expected = escape_nix_string(found_class), escape_nix_string(expected_class)
    for text in (found, expected):
        if isinstance(text, Unknown):
            raise Unknowable(text)
    return Thrown(
        f"The module `{file}` (class: {found}) cannot be imported into a module "
        f"evaluation that expects class {expected}.\n\nHelp:\n"
        "- Ensure that you are importing the correct module.\n"
        f"- Verify that the module's `_class`, {found} matches the expected `class` "
        f"{expected}.\n"
        "- If you are using a custom class, make sure it is correctly defined and used "
        "consistently across your modules.\n"
    )


def not_a_module(kind: str, file: str, prefix: Loc, expected_class: Value) -> Thrown:
    """What Nix says of a set with another `_type` among the imports."""
    into = "" if file == UNKNOWN_FILE else f", while trying to load a module into {file}"
    if prefix:
        into += f", while trying to load a module into {show_option(prefix)}"
    message = (
        f"Expected a module, but found a value of type {nix_string(kind)}{into}.\n"
        "A module is typically loaded by adding it to the imports = [ ... ]; attribute of an "
        "existing module, or in the modules = [ ... ]; argument of various functions.\n"
        "Please make sure that each of the list items is a module, and not a different kind of "
        "value."
    )
    if kind == "configuration":
        message += "\n\n" + _CONFIGURATION
    elif kind == "flake":
        flavour = "someApp" if expected_class is None else coerce.interpolate(expected_class)
        message += f"\n\n{_FLAKE}    inputs.someflake.modules.{flavour}.default"
        if flavour in ("nixos", "darwin"):
            message += f"\nor\n    inputs.someflake.{flavour}Modules.default"
    return Thrown(message)


_CONFIGURATION = (
    "If you really mean to import this configuration, instead please only import the modules "
    "that make up the configuration.\n"
    "You may have to create a `let` binding, file or attribute to give yourself access to the "
    "relevant modules.\n"
    "While loading a configuration into the module system is a very sensible idea, it can not "
    "be done cleanly in practice."
)
_FLAKE = """\
Perhaps you forgot to select an attribute name?
Instead of, for example,
    inputs.someflake
you need to write something like
"""


def names_a_file(value: Value) -> bool:
    """Whether loadModule would import the value: a path or a string."""
    return isinstance(value, Path | str)
