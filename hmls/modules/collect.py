"""From a list of modules to all modules they import, in order and without doubles.

Source: nixpkgs lib/modules.nix: collectModules, loadModule, unifyModuleSyntax,
applyModuleArgs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hmls.lang import coerce, store
from hmls.lang.builtins.attrs import add_names
from hmls.lang.compare import equal
from hmls.lang.errors import NixError, Unknowable
from hmls.lang.force import (
    MISSING,
    call,
    delayed,
    expect_list,
    expect_open_list,
    force,
    get,
    get_lazy,
    has,
    is_function,
    names,
    type_of_set,
)
from hmls.lang.functions import function_args
from hmls.lang.show import quote
from hmls.lang.values import (
    Attrs,
    Lazy,
    OpenAttrs,
    Path,
    Site,
    Splice,
    Thunk,
    Unknown,
    Value,
    type_name,
)

if TYPE_CHECKING:
    from hmls.lang.interp import Interp

UNKNOWN_FILE = "<unknown-file>"
_STRUCTURE = (
    "_class", "_file", "key", "disabledModules", "imports", "options", "config", "meta",
    "freeformType",
)  # fmt: skip
_SHORTHAND = ("_class", "_file", "key", "disabledModules", "require", "imports", "freeformType")


@dataclass(frozen=True, slots=True)
class Given:
    """A module as it is given: a path, a set, a function, or something unknown."""

    value: Lazy
    file: str = UNKNOWN_FILE
    site: Site | None = None
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class Module:
    """A module in its one canonical form."""

    key: Value
    file: str
    """What Nix calls the place in messages."""
    module_class: str | None
    imports: Lazy
    disabled: Lazy
    options: Lazy
    config: Lazy
    site: Site | None = None
    """Where it stands, for definitions that have no place of their own."""
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class Unread:
    """A module that could not be read: it may declare and define anything."""

    unknown: Unknown
    importer: str
    site: Site | None


@dataclass(slots=True)
class Collected:
    """All modules in the order of the import graph, breadth first."""

    modules: list[Module] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    failures: list[NixError] = field(default_factory=list)
    """Modules that Nix would fail on; with any, nothing else of the evaluation is a value."""
    importers: dict[str, list[str]] = field(default_factory=dict)
    """File → the files that import it."""


@dataclass(slots=True)
class _Tree:
    module: Module
    imports: list[_Tree] = field(default_factory=list)


Arguments = Callable[[str], Lazy]
"""From the name of a module argument that is none of the special ones to its value."""


def collect(
    interp: Interp,
    given: list[Given],
    arguments: Attrs,
    module_argument: Arguments,
    *,
    module_class: str | None,
    modules_path: Lazy,
) -> Collected:
    """Load the modules and all that they import.

    `arguments` are those that every module gets (config, options, lib, specialArgs…),
    `module_argument` looks up the others in `_module.args`.
    """
    collected = Collected()
    loader = _Loader(interp, arguments, module_argument, module_class, collected)
    trees = loader.load_all(given, UNKNOWN_FILE, "")
    disabled = loader.disabled_keys(modules_path)
    seen: set[object] = set()
    queue = [tree for tree in trees if not _is_disabled(tree, disabled)]
    position = 0
    while position < len(queue):
        tree = queue[position]
        position += 1
        key = tree.module.key
        if key in seen:
            continue
        seen.add(key)
        collected.modules.append(tree.module)
        queue.extend(inner for inner in tree.imports if not _is_disabled(inner, disabled))
    return collected


def _is_disabled(tree: _Tree, disabled: list[Value]) -> bool:
    return any(equal(tree.module.key, key) for key in disabled)


class _Loader:
    def __init__(
        self,
        interp: Interp,
        arguments: Attrs,
        module_argument: Arguments,
        module_class: str | None,
        collected: Collected,
    ) -> None:
        self.interp = interp
        self.arguments = arguments
        self.module_argument = module_argument
        self.module_class = module_class
        self.collected = collected
        self.disabling: list[tuple[str, Lazy]] = []
        self.loading: list[str] = []
        self.files: dict[str, _Tree] = {}

    def load_all(self, given: list[Given], parent_file: str, parent_key: str) -> list[_Tree]:
        trees = []
        for number, item in enumerate(given, 1):
            try:
                tree = self._load(item, parent_file, f"{parent_key}:anon-{number}")
            except NixError as error:
                self.collected.failures.append(error)
                continue
            except Unknowable as stop:
                self._note_unread(stop.unknown, item, parent_file)
                continue
            if tree is not None:
                trees.append(tree)
        return trees

    def _note_unread(self, unknown: Unknown, given: Given, importer: str) -> None:
        self.collected.unread.append(Unread(unknown, importer, given.site or unknown.site))

    def _load(self, given: Given, parent_file: str, key: str) -> _Tree | None:
        value = force(given.value)
        if isinstance(value, Unknown):
            self._note_unread(value, given, parent_file)
            return None
        path = coerce.to_path(value) if _names_a_file(value) else None
        known = None if path is None else self.files.get(path)
        if known is not None:
            return known
        file = given.file if given.file != UNKNOWN_FILE else parent_file
        module = self._module(value, file, key, given)
        if self.module_class is not None and module.module_class not in (None, self.module_class):
            raise NixError(_wrong_class(module, self.module_class))
        disabled = force(module.disabled)
        if disabled != []:
            self.disabling.append((module.file, module.disabled))
        identity = module.key if isinstance(module.key, str) else repr(module.key)
        if identity in self.loading:
            return _Tree(module)  # A cycle of imports: the first time counts.
        tree = _Tree(module)
        if path is not None:
            self.files[path] = tree
        self.loading.append(identity)
        try:
            tree.imports.extend(self.load_all(self._imports(module), module.file, identity))
        finally:
            self.loading.pop()
        return tree

    def _imports(self, module: Module) -> list[Given]:
        try:
            items = expect_open_list(module.imports)
        except Unknowable as stop:
            self._note_unread(stop.unknown, Given(None, site=module.site), module.file)
            return []
        given = []
        for item in items:
            if item.__class__ is Splice:
                self._note_unread(item.unknown, Given(None, site=item.unknown.site), module.file)
                continue
            site = item.value if item.__class__ is Thunk and item.code is not None else None
            site = site if isinstance(site, Site) else module.site
            given.append(Given(item, module.file, site, module.origin))
        return given

    def _module(self, value: Value, file: str, key: str, given: Given) -> Module:
        """As nixpkgs' loadModule."""
        if is_function(value):
            return self._unify(self._apply(value), file, key, given)
        if isinstance(value, Attrs):
            kind = type_of_set(value)
            if kind in ("if", "override"):
                wrapped = Attrs({"config": value})
                return self._unify(wrapped, file, key, given)
            if kind not in (None, "module"):
                raise NixError(_not_a_module(kind or "", file))
            return self._unify(value, file, key, given)
        if isinstance(value, list):
            raise NixError(
                "Module imports can't be nested lists. Perhaps you meant to remove one level of "
                "lists? Definitions: "
            )
        return self._file(value, file, given)

    def _file(self, value: Value, importer: str, given: Given) -> Module:
        path = coerce.to_path(value)
        name = coerce.to_string(value)
        self.collected.importers.setdefault(path, []).append(importer)
        try:
            imported = self.interp.import_path(path)
            if isinstance(imported, Unknown):
                raise Unknowable(imported)
            if is_function(imported):
                imported = self._apply(imported)
        except NixError as error:
            if error.site is None:
                error.site = given.site
            raise
        return self._unify(imported, name, name, Given(value, name, None, given.origin))

    def _apply(self, function: Value) -> Value:
        """As nixpkgs' applyModuleArgs: other arguments come from `_module.args`, lazily."""
        arguments = self.arguments
        extra = {
            name: self.module_argument(name)
            for name in function_args(function)
            if name not in arguments
        }
        if not extra:
            return call(function, arguments)
        if isinstance(arguments, OpenAttrs):
            return call(
                function,
                OpenAttrs({**arguments, **extra}, arguments.rest, {}, arguments.absent),
            )
        return call(function, Attrs({**arguments, **extra}))

    def _unify(self, value: Value, file: str, key: str, given: Given) -> Module:
        """As nixpkgs' unifyModuleSyntax."""
        if isinstance(value, Unknown):
            raise Unknowable(value)
        if not isinstance(value, Attrs):
            raise NixError(f"module {file} ({key}) does not look like a module.")
        site = given.site
        if has(value, "config") or has(value, "options"):
            bad = [name for name in names(value) if name not in _STRUCTURE]
            if bad:
                raise NixError(
                    f"Module `{key}' has an unsupported attribute `{bad[0]}'. This is caused by "
                    "introducing a top-level `config' or `options' attribute. Add configuration "
                    "attributes immediately on the top level instead, or move all of them "
                    f"(namely: {' '.join(bad)}) into the explicit `config' attribute.",
                    value.positions.get(bad[0]),
                )
            options: Lazy = _or(get_lazy(value, "options"), Attrs())
            config: Lazy = _or(get_lazy(value, "config"), Attrs())
            meta = get_lazy(value, "meta")
            if meta is not MISSING:
                config = _merge(config, Attrs({"meta": meta}, _position(value, "meta")))
            imports = _or(get_lazy(value, "imports"), [])
        else:
            options = Attrs()
            config = _without(value, _SHORTHAND)
            imports = _shorthand_imports(value)
        freeform = get_lazy(value, "freeformType")
        if freeform is not MISSING:
            inner = Attrs({"freeformType": freeform}, _position(value, "freeformType"))
            config = _merge(config, Attrs({"_module": inner}))
        named_file = get(value, "_file")
        own_key = get(value, "key")
        module_class = get(value, "_class")
        return Module(
            key=key if own_key is MISSING else coerce.to_string(own_key),
            file=file if named_file is MISSING else coerce.to_string(named_file),
            module_class=module_class if isinstance(module_class, str) else None,
            imports=imports,
            disabled=_or(get_lazy(value, "disabledModules"), []),
            options=options,
            config=config,
            site=site,
            origin=given.origin,
        )

    def disabled_keys(self, modules_path: Lazy) -> list[Value]:
        """isDisabled: the keys that modules say are disabled."""
        keys: list[Value] = []
        for file, lazy in self.disabling:
            keys.extend(
                _disabled_key(force(item), file, modules_path) for item in expect_list(lazy)
            )
        return keys


def _names_a_file(value: Value) -> bool:
    """Whether loadModule would import the value: a path or a string."""
    return isinstance(value, Path | str)


def _disabled_key(value: Value, file: str, modules_path: Lazy) -> Value:
    if isinstance(value, Unknown):
        raise Unknowable(value)
    if isinstance(value, str):
        return value if value.startswith("/") else f"{coerce.to_string(modules_path)}/{value}"
    if isinstance(value, Path):
        return store.shown_path(value.path)
    if isinstance(value, Attrs):
        key = get(value, "key")
        if "outPath" in value or "__toString" in value:
            return coerce.to_string(value)
        if key is not MISSING:
            return key
        raise NixError(
            f"Module `{file}` contains a disabledModules item that is an attribute set, "
            "presumably a module, that does not have a `key` attribute. This means that the "
            "module system doesn't have any means to identify the module that should be "
            "disabled. Make sure that you've put the correct value in disabledModules: a string "
            "path relative to modulesPath, a path value, or an attribute set with a `key` "
            "attribute."
        )
    raise NixError(
        "Each disabledModules item must be a path, string, or a attribute set with a key "
        "attribute, or a value supported by toString. However, one of the disabledModules items "
        f"in `{file}` is none of that, but is of type {type_name(value)}."
    )


def _or(lazy: Lazy, default: Lazy) -> Lazy:
    return default if lazy is MISSING else lazy


def _position(value: Attrs, name: str) -> dict[str, Site]:
    site = value.positions.get(name)
    return {} if site is None else {name: site}


def _merge(*contents: Lazy) -> Attrs:
    return Attrs({"_type": "merge", "contents": list(contents)})


def _without(value: Attrs, removed: tuple[str, ...]) -> Attrs:
    kept = {name: lazy for name, lazy in value.items() if name not in removed}
    if isinstance(value, OpenAttrs):
        return OpenAttrs(kept, value.rest, value.positions, add_names(value.absent, removed))
    return Attrs(kept, value.positions)


def _shorthand_imports(value: Attrs) -> Lazy:
    require = get_lazy(value, "require")
    imports = _or(get_lazy(value, "imports"), [])
    if require is MISSING:
        return imports
    return delayed(lambda: expect_list(require) + expect_list(imports))


def _wrong_class(module: Module, expected: str) -> str:
    name = module.file or module.key
    return (
        f"The module `{name}` (class: {quote(module.module_class or '')}) cannot be imported into "
        f"a module evaluation that expects class {quote(expected)}.\n\nHelp:\n"
        "- Ensure that you are importing the correct module.\n"
        f"- Verify that the module's `_class`, {quote(module.module_class or '')} matches the "
        f"expected `class` {quote(expected)}.\n"
        "- If you are using a custom class, make sure it is correctly defined and used "
        "consistently across your modules.\n"
    )


def _not_a_module(kind: str, file: str) -> str:
    where = "" if file == UNKNOWN_FILE else f", while trying to load a module into {file}"
    return f"Expected a module, but found a value of type {quote(kind)}{where}."
