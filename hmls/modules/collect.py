"""From a list of modules to all modules they import, in order and without doubles.

Source: nixpkgs lib/modules.nix: collectModules, loadModule, applyModuleArgs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from hmls.lang import coerce
from hmls.lang.budget import overflow, tick
from hmls.lang.compare import equal
from hmls.lang.errors import NixError, Thrown, Unknowable
from hmls.lang.force import (
    call,
    expect_attrs,
    expect_open_list,
    force,
    get_lazy,
    is_function,
    type_of_set,
)
from hmls.lang.functions import function_args
from hmls.lang.lib.support import NESTED
from hmls.lang.values import (
    Attrs,
    Lambda,
    Lazy,
    OpenAttrs,
    Path,
    Primop,
    Site,
    Splice,
    Thunk,
    Unknown,
    Value,
)
from hmls.modules.bundle import BundledModules, without_disabled
from hmls.modules.definitions import Definition, Loc
from hmls.modules.disabling import disabled_keys
from hmls.modules.imported import whole_file
from hmls.modules.marks import Marks
from hmls.modules.messages import show_definitions
from hmls.modules.module_file import ModuleFile
from hmls.modules.native import Moved, NativeModule, with_raw
from hmls.modules.outline import FileOutline, outline_of
from hmls.modules.unify import (
    SHORTHAND,
    UNKNOWN_FILE,
    Module,
    names_a_file,
    not_a_module,
    unify,
    wrong_class,
)

if TYPE_CHECKING:
    from hmls.lang.interp import Interp
    from hmls.modules.level import Level


class Given(NamedTuple):
    """A module as it is given: a path, a set, a function, or something unknown."""

    value: Lazy
    file: str = UNKNOWN_FILE
    site: Site | None = None
    origin: str | None = None


class Unread(NamedTuple):
    """A module that could not be read: it may declare and define anything."""

    unknown: Unknown
    importer: str
    site: Site | None


@dataclass(slots=True)
class Tree:
    """A module and what it imports."""

    module: Module
    imports: list[Tree] = field(default_factory=list)


@dataclass(slots=True)
class Collected:
    """All modules in the order of the import graph, breadth first."""

    modules: list[Module] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    failures: list[NixError] = field(default_factory=list)
    """Modules that Nix would fail on; with any, nothing else of the evaluation is a value."""
    importers: dict[str, list[str]] = field(default_factory=dict)
    """File → the files that import it."""
    trees: list[Tree] = field(default_factory=list)
    """The modules that were given, disabled ones too."""
    disabled: list[Value] = field(default_factory=list)
    """Keys of modules that are left out."""
    imported: set[str] = field(default_factory=set)
    """Files on disk whose whole value was given as a module, as `import ./fonts.nix` is."""

    def is_disabled(self, module: Module) -> bool:
        return any(equal(module.key, key) for key in self.disabled)


class Arguments(NamedTuple):
    """What modules that are functions are called with."""

    common: Lazy
    """The set that every module gets: config, options, lib, specialArgs…"""
    look_up: Callable[[str], Lazy]
    """Gives an argument that is none of those, from `_module.args`."""
    raw_config: Lazy
    """`config` and `options` as if there were no modules but those that were read."""
    raw_options: Lazy
    root: Callable[[], Level]
    """Gives the level that the modules together become."""

    @property
    def native(self) -> Attrs:
        """What modules made in Python are called with."""
        return with_raw(expect_attrs(self.common), self.raw_config, self.raw_options)


class _Text(NamedTuple):
    """A file whose text tells what it is as a module."""

    name: str
    path: str
    outline: FileOutline


@dataclass(slots=True)
class _Alike:
    """A file's module that asks for nothing but `lib`: the same wherever that is the same.

    One that lists the files of its folder is such, and a host's homes have it in common.
    """

    lib: Lazy
    module: Module
    imports: list[Given] | None = None


class Terms(NamedTuple):
    """What an evaluation demands of its modules."""

    prefix: Loc
    module_class: Value
    modules_path: Lazy
    calls_when_needed: bool = True


def collect(
    interp: Interp, given: list[Given], internal: Module, arguments: Arguments, terms: Terms
) -> Collected:
    """Load the modules and all that they import; `internal` stands behind those given."""
    collected = Collected()
    loader = _Loader(interp, arguments, terms, collected)
    collected.trees = loader.load_all(given, UNKNOWN_FILE, "")
    collected.trees.append(Tree(internal))
    try:
        collected.disabled = disabled_keys(loader.disabling, terms.modules_path)
    except NixError as error:
        collected.failures.append(error)
    seen: set[str] = set()
    queue = list(collected.trees)
    if collected.disabled:
        queue = [tree for tree in queue if not collected.is_disabled(tree.module)]
    for tree in queue:
        key = tree.module.key
        if key in seen:
            continue
        seen.add(key)
        if not collected.disabled:
            collected.modules.append(tree.module)
            queue.extend(tree.imports)
        else:
            collected.modules.append(without_disabled(tree.module, collected.disabled))
            queue.extend(t for t in tree.imports if not collected.is_disabled(t.module))
    return collected


class _Loader:
    def __init__(
        self, interp: Interp, arguments: Arguments, terms: Terms, collected: Collected
    ) -> None:
        self.interp = interp
        self.arguments = arguments
        self.terms = terms
        self.collected = collected
        self.texts: dict[str, _Text] = interp.modules.setdefault(_Text, {})
        self.alike: dict[str, _Alike] = interp.modules.setdefault(_Alike, {})
        self.marks = Marks(arguments.common)
        self.disabling: list[tuple[str, Lazy]] = []
        self.files: dict[str, Tree | None] = {}
        """Path as written → its module, or None while its imports are loaded."""

    def load_all(self, given: list[Given], parent_file: str, parent_key: str) -> list[Tree]:
        trees: list[Tree] = []
        for number, item in enumerate(given, 1):
            try:
                tree = self._load(item, parent_file, parent_key, number)
            except NixError as error:
                self.collected.failures.append(error)
            except Unknowable as stop:
                self._note_unread(stop.unknown, item, parent_file)
            else:
                trees.append(tree)
        return trees

    def _note_unread(self, unknown: Unknown, given: Given, importer: str) -> None:
        self.collected.unread.append(Unread(unknown, importer, given.site or unknown.site))

    def _load(self, given: Given, parent_file: str, parent_key: str, number: int) -> Tree:
        value = force(given.value)
        if value.__class__ is Path:
            text = self.texts.get(value.path)
            if text is not None:
                # Most modules of most evaluations come this way.
                found = self.files.get(text.name)
                if found is None:
                    self._note_import(text.path, parent_file)
                    found = self._told(text, given)
                return found
        if isinstance(value, Unknown):
            raise Unknowable(value)
        if not names_a_file(value):
            file = given.file if given.file != UNKNOWN_FILE else parent_file
            module = self._module(value, file, f"{parent_key}:anon-{number}", given)
            with NESTED:
                return self._with_imports(module)
        name = coerce.to_string(value)
        if name in self.files:
            known = self.files[name]
            if known is None:
                # Nix follows the cycle until its stack ends.
                endless = overflow()
                endless.site = given.site
                raise endless
            return known
        path = coerce.to_path(value)
        self._note_import(path, parent_file)
        text = self._text(path, name, given)
        if text is not None:
            return self._told(text, given)
        module = self._imported(path, name, given)
        self.files[name] = None
        try:
            tree = self._with_imports(module)
        except BaseException:
            # However it ended: a file that is not wholly loaded is no cycle the next time.
            del self.files[name]
            raise
        self.files[name] = tree
        return tree

    def _with_imports(self, module: Module) -> Tree:
        expected = self.terms.module_class
        if expected is not None:
            found = force(module.module_class)
            if found is not None and not isinstance(found, Unknown) and not equal(found, expected):
                raise wrong_class(module.file, found, expected)
        disabled = module.disabled
        if disabled.__class__ is not list or disabled:
            value = force(disabled)
            if isinstance(value, Unknown):
                self._note_unread(value, Given(None, site=module.site), module.file)
            elif value != []:
                self.disabling.append((module.file, value))
        tree = Tree(module)
        if module.imports.__class__ is not list or module.imports:
            tree.imports = self.load_all(self._imports(module), module.file, module.key)
        return tree

    def _imports(self, module: Module) -> list[Given]:
        alike = self.alike.get(module.key)
        if alike is None or alike.module is not module:
            return self._imported_by(module)
        if alike.imports is None:
            before = len(self.collected.unread)
            found = self._imported_by(module)
            if len(self.collected.unread) > before:
                return found
            alike.imports = found
        return alike.imports

    def _imported_by(self, module: Module) -> list[Given]:
        try:
            items = expect_open_list(module.imports)
        except Unknowable as stop:
            self._note_unread(stop.unknown, Given(None, site=module.site), module.file)
            return []
        given: list[Given] = []
        for item in items:
            if item.__class__ is Splice:
                self._note_unread(item.unknown, Given(None, site=item.unknown.site), module.file)
                continue
            site = item.value if item.__class__ is Thunk and item.code is not None else None
            site = site if isinstance(site, Site) else module.site
            given.append(Given(item, module.file, site, module.origin))
        return given

    def _module(self, value: Value, file: str, key: str, given: Given) -> Module:
        """As nixpkgs' loadModule, for what is no file."""
        if isinstance(value, BundledModules):
            return value.module(self.interp, self.arguments.native, self.arguments.root)
        whole = whole_file(value)
        if whole is not None:
            self.collected.imported.add(whole)
        if is_function(value):
            # What a native module declares and defines stands nowhere, least of all where it is
            # imported.
            is_native = value.__class__ is Primop and isinstance(value.tag, NativeModule)
            site = None if is_native else given.site
            return unify(self._apply(value), file, key, site, given.origin)
        if isinstance(value, Attrs):
            kind = type_of_set(value)
            if kind in ("if", "override"):
                value = Attrs({"config": value})
            elif kind not in (None, "module"):
                raise not_a_module(kind or "", file, self.terms.prefix, self.terms.module_class)
            return unify(value, file, key, given.site, given.origin)
        if isinstance(value, list):
            raise Thrown(
                "Module imports can't be nested lists. Perhaps you meant to remove one level of "
                f"lists? Definitions: {show_definitions([Definition(file, value)])}"
            )
        self.interp.import_path(coerce.to_path(value))
        raise AssertionError(value)

    def _note_import(self, path: str, importer: str) -> None:
        tick(1)
        self.collected.importers.setdefault(path, []).append(importer)

    def _text(self, path: str, name: str, given: Given) -> _Text | None:
        """The text of a file that declares and defines, and does nothing else."""
        if not self.terms.calls_when_needed:
            return None
        try:
            compiled = self.interp.compiled(path)
        except NixError as error:
            if error.site is None:
                error.site = given.site
            raise
        outline = None if compiled is None else outline_of(compiled)
        if outline is None or not _says_no_more(outline.names):
            return None
        text = self.texts[path] = _Text(name, path, outline)
        return text

    def _told(self, text: _Text, given: Given) -> Tree:
        """The module of such a file. That it imports nothing is seen; the rest can wait."""
        name, path, outline = text
        whole = Thunk(_call_file, (self, path, name, given))
        module = ModuleFile(whole, outline, self.marks).module(name, given.origin)
        tree = self.files[name] = Tree(module)
        return tree

    def _imported(self, path: str, name: str, given: Given) -> Module:
        try:
            imported = self.interp.import_path(path)
            if imported.__class__ is Lambda and _asks_for_lib_alone(imported):
                return self._alike(imported, name, given)
            if imported.__class__ is Lambda or is_function(imported):
                imported = self._apply(imported)
            return unify(imported, name, name, None, given.origin)
        except NixError as error:
            if error.site is None:
                error.site = given.site
            raise

    def _alike(self, function: Lambda, name: str, given: Given) -> Module:
        lib = get_lazy(expect_attrs(self.arguments.common), "lib")
        known = self.alike.get(name)
        if (
            known is not None
            and _settled(known.lib) is _settled(lib)
            and known.module.origin == given.origin
        ):
            return known.module
        module = unify(self._apply(function), name, name, None, given.origin)
        self.alike[name] = _Alike(lib, module)
        return module

    def _apply(self, function: Value) -> Value:
        """As nixpkgs' applyModuleArgs: other arguments come from `_module.args`, lazily."""
        common = expect_attrs(self.arguments.common)
        if function.__class__ is Primop and isinstance(function.tag, NativeModule):
            return function.tag.build(self.interp, self.arguments.native)
        if function.__class__ is Primop and isinstance(function.tag, Moved):
            return call(function, self.arguments.native)
        extra: dict[str, Lazy] = {}
        for name in function_args(function):
            if name in common:
                continue
            if isinstance(common, OpenAttrs) and name not in common.absent and name != "pkgs":
                # `specialArgs` may have it, and would come before `_module.args`, which may
                # depend on this very module.
                extra[name] = common.rest.select(name)
            else:
                extra[name] = self.arguments.look_up(name)
        if not extra:
            return call(function, common)
        if isinstance(common, OpenAttrs):
            return call(function, OpenAttrs({**common, **extra}, common.rest, {}, common.absent))
        return call(function, Attrs({**common, **extra}))


def _asks_for_lib_alone(function: Lambda) -> bool:
    formals = function.formals
    return formals is not None and not formals.named and formals.arguments.keys() <= {"lib"}


def _settled(lazy: Lazy) -> Lazy:
    return lazy.value if lazy.__class__ is Thunk and lazy.code is None else lazy


def _says_no_more(names: frozenset[str]) -> bool:
    """Whether a module with these attributes declares and defines, and does nothing else."""
    if "options" in names or "config" in names:
        return names <= {"options", "config"}
    return names.isdisjoint(SHORTHAND)


def _call_file(given: tuple[_Loader, str, str, Given]) -> Value:
    loader, path, name, module = given
    return loader._imported(path, name, module)


def graph(collected: Collected) -> list[Lazy]:
    """`graph` of an evaluation: the modules as trees. Source: toGraph."""
    return [_node(tree, collected) for tree in collected.trees[:-1]]


def _node(tree: Tree, collected: Collected) -> Attrs:
    with NESTED:
        return Attrs(
            {
                "disabled": collected.is_disabled(tree.module),
                "key": tree.module.key,
                "file": tree.module.file,
                "imports": [_node(inner, collected) for inner in tree.imports],
            }
        )
