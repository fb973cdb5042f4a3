"""What modules declare and write, found by evaluating them with symbols.

The modules are loaded and evaluated as in any configuration, but that `config`, `options`
and the arguments that a configuration decides are symbols. What then stands in the
declarations and definitions is written down as residuals and types.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from hmls.catalog.beside import Both, one_after_the_other
from hmls.catalog.branches import branches
from hmls.catalog.documents import description, example, is_plain, known_flag
from hmls.catalog.later import Later
from hmls.catalog.residual import Residual, guarded, residual, unknown_residual
from hmls.catalog.symbolic_evaluation import SymbolicEvaluation, open_items
from hmls.catalog.symbols import Symbol
from hmls.catalog.type_writer import TypeWriter
from hmls.lang import store
from hmls.lang.errors import NixError, Unknowable
from hmls.lang.force import MISSING, expect_attrs, force, get
from hmls.lang.show import show
from hmls.lang.values import Attrs, Lazy, Site, Splice, Thunk, Value
from hmls.modules.collect import Given
from hmls.modules.declarations import OptionDeclaration
from hmls.modules.evaluation import Evaluation
from hmls.modules.level import Declared, Level
from hmls.modules.native import Moved
from hmls.modules.option_value import Option
from hmls.modules.system import ModuleSystem
from hmls.modules.types.submodules import Submodule
from hmls.modules.unify import Module

Path = tuple[str, ...]
Json = Any


@dataclass(slots=True)
class Extraction:
    """What was found. Files are relative to the root, texts and types are numbered.

    `options` is a tree of objects with arrays `[type, {…}]` for options; `writes` are
    `[path, residual, file, line]`, `moved` are `[kind, sources, target, note, file, change]`.
    """

    options: Mapping[str, Json] = field(default_factory=dict)
    writes: list[Json] = field(default_factory=list)
    moved: list[Json] = field(default_factory=list)
    types: list[Json] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    """What could not be read, for whoever builds a table."""


def extract(
    system: ModuleSystem,
    modules: list[Given],
    arguments: Mapping[str, Lazy],
    *,
    root: str,
    module_class: str | None = None,
    definitions: bool = True,
    both: Both[None] = one_after_the_other,
) -> Extraction:
    """What modules declare and, with `definitions`, what they write, as `both` computes the two.

    `arguments` are further arguments of the modules, symbols among them; `root` is the
    folder on disk that files are told relative to.
    """
    return _Extractor(system, root).run(modules, arguments, module_class, definitions, both)


def declared_options(evaluation: Evaluation, root: str, without: frozenset[str]) -> Extraction:
    """What the modules of an evaluation declare, but for those of some origins.

    Default values are left out: they would be those of this very configuration.
    """
    return _Extractor(evaluation.system, root, without).declared(evaluation)


class _Item(NamedTuple):
    """Something defined: the conditions and priorities around it are `guards`."""

    file: str
    site: Site | None
    guards: tuple[tuple[str, Lazy], ...]
    value: Lazy

    def with_value(self, value: Lazy) -> _Item:
        return _Item(self.file, self.site, self.guards, value)


class _Open(NamedTuple):
    """A submodule whose inside is being written, and what it is known by."""

    submodule: Submodule
    written: tuple[tuple[str, Site | None], ...]
    names: frozenset[str]


_REPEATED = 2
"""How often a submodule lies in itself until the next one counts as the first again."""


class _Extractor:
    def __init__(
        self, system: ModuleSystem, root: str, without: frozenset[str] | None = None
    ) -> None:
        self.system = system
        self.root = root
        self.without = without
        """Origins of what is left out, None where everything is taken, values too."""
        self.found = Extraction()
        types = expect_attrs(get(expect_attrs(system.lib), "types"))
        self.types = TypeWriter(types, self._submodule, self._option_of_attrs)
        self.found.types = self.types.pool
        self._texts: dict[str, int] = {}
        self._files: dict[str, int] = {}
        self._guards: dict[int, tuple[Lazy, Residual]] = {}
        self._submodules = 0
        self._open: list[_Open] = []
        """The submodules that are being written, the outermost first."""
        self._given: Lazy = None
        """The first of all modules: a submodule that has it is a whole configuration again."""

    def run(
        self,
        modules: list[Given],
        arguments: Mapping[str, Lazy],
        module_class: str | None,
        definitions: bool,
        both: Both[None],
    ) -> Extraction:
        self._given = modules[0].value if modules else None
        special = Attrs({"config": Symbol(("config",)), "options": Symbol(("options",))})
        special.update(arguments)
        evaluation = SymbolicEvaluation(self.system, modules, special, module_class, "")
        found = self.found
        if definitions:
            evaluation.root.declared  # noqa: B018 — both need it
            written, _ = both(lambda: self._written(evaluation), lambda: self._declare(evaluation))
            self._take(*written)
        else:
            self._declare(evaluation)
        found.moved = [self._moved(moved, module) for moved, module in evaluation.moves]
        for failure in evaluation.collected.failures:
            found.problems.append(f"a module fails: {failure.message}")
        for unread in evaluation.collected.unread:
            found.problems.append(f"unread: {unread.unknown.text} in {unread.importer}")
        return found

    def declared(self, evaluation: Evaluation) -> Extraction:
        self._declare(evaluation)
        return self.found

    def _declare(self, evaluation: Evaluation) -> None:
        self.found.options = self._options(evaluation.root)

    def _written(self, evaluation: Evaluation) -> Json:
        """What the modules write, with the files and problems known by then."""
        return self._writes(evaluation), self.found.files, self.found.problems

    def _take(self, writes: list[Json], files: list[str], problems: list[str]) -> None:
        """Take over what was written down, if need be by somebody with other numbers of files."""
        found = self.found
        if files is not found.files:
            numbers = [self._numbered(file, self._files, found.files) for file in files]
            writes = [[path, what, numbers[file], line] for path, what, file, line in writes]
            found.problems.extend(problem for problem in problems if problem not in found.problems)
        found.writes = writes

    # Declarations.

    def _options(self, level: Level) -> Mapping[str, Json]:
        made: dict[str, Json] = {}
        try:
            declared = level.declared
        except NixError as error:
            self._problem(level.loc, error.message)
            return made
        except Unknowable as stop:
            self._problem(level.loc, f"unknown: {stop.unknown.text}")
            return made
        names = [name for name in declared.by_name if self._is_wanted(declared, name)]
        if self.without is not None:
            return Later(names, lambda name: self._node(level, name))
        made.update((name, self._node(level, name)) for name in names)
        if declared.rest is not None:
            self._problem(level.loc, f"more options: {declared.rest.text}")
        return made

    def _is_wanted(self, declared: Declared, name: str) -> bool:
        if name == "_module":
            return False
        without = self.without or ()
        return not all(each.origin in without for each in declared.by_name[name])

    def _node(self, level: Level, name: str) -> Json:
        """The option or group of options of a name."""
        try:
            node = level.node(name)
            if isinstance(node, Level):
                return self._options(node)
            if isinstance(node, Option):
                return self._option(node.declaration)
            problem = "of an unknown module"
        except NixError as error:
            problem = error.message
        except Unknowable as stop:
            problem = f"unknown: {stop.unknown.text}"
        self._problem((*level.loc, name), problem)
        # That there is something of this name is known all the same.
        return [self.types.unknown(), {}]

    def _option(self, declared: OptionDeclaration) -> Json:
        more: dict[str, Json] = {}
        default, apply = declared.get("default"), declared.get("apply")
        if default is not MISSING and (self.without is None or is_plain(default)):
            more["default"] = residual(default)
        if apply is not MISSING and self.without is None:
            more["apply"] = residual(apply)
        if known_flag(declared.get("internal")) is True:
            more["internal"] = True
        read_only = declared.get("readOnly")
        if read_only is not MISSING and known_flag(read_only) is not False:
            # On some systems only, where it is not simply true.
            more["readOnly"] = residual(read_only)
        visible = known_flag(declared.get("visible"))
        if visible is not MISSING and visible is not True:
            more["visible"] = visible
        for name in ("description", "defaultText", "example"):
            lazy = declared.get(name)
            told = description if name == "description" else example
            text = None if lazy is MISSING else told(lazy)
            if text is not None:
                more[name] = self._text(text)
        places = [self._place(d.file, d.site) for d in declared.declarations]
        return [self.types.write(declared.type), {**more, "declared": places}]

    def _option_of_attrs(self, lazy: Lazy) -> Json:
        """An option that is a value, as those of attrTag are."""
        from hmls.modules.declarations import declaration_of_attrs

        return self._option(declaration_of_attrs((), expect_attrs(lazy)))

    def _submodule(self, submodule: Submodule) -> dict[str, Json] | Submodule:
        try:
            return self._inside(submodule)
        finally:
            if self._open and self._open[-1].submodule is submodule:
                self._open.pop()

    def _around(self, submodule: Submodule, evaluation: Evaluation) -> Submodule | None:
        """The submodule around one that it repeats: those of modular services have no end.

        They are made anew at each level, so they are known by where they are written and by
        the names of their options.
        """
        modules = evaluation.collected.modules
        written = tuple((module.file, module.site) for module in modules)
        names = frozenset(evaluation.root.declared.by_name)
        outer = [o.submodule for o in self._open if (o.written, o.names) == (written, names)]
        self._open.append(_Open(submodule, written, names))
        return outer[0] if len(outer) >= _REPEATED else None

    def _inside(self, submodule: Submodule) -> dict[str, Json] | Submodule:
        self._submodules += 1
        if any(_bare(module) is self._given for module in submodule.sub_modules or ()):
            return {"number": self._submodules, "whole": True}
        suffix = f"/{self._submodules}"
        own = {name: Symbol((name + suffix,)) for name in ("config", "options", "name")}
        special = Attrs({**expect_attrs(submodule.special_args), **own})
        modules = Thunk(_given, submodule)
        evaluation = SymbolicEvaluation(
            self.system, modules, special, submodule.module_class, suffix
        )
        around = self._around(submodule, evaluation)
        if around is not None:
            return around
        made: dict[str, Json] = {"number": self._submodules}
        for name, lazy in (
            ("description", submodule.given_description),
            ("shorthand", submodule.shorthand),
            ("class", submodule.module_class),
        ):
            value = force(lazy)
            if value is not None and not isinstance(value, Attrs):
                made[name] = residual(value)
        made["options"] = self._options(evaluation.root)
        writes = self._writes(evaluation) if self.without is None else []
        if writes:
            made["writes"] = writes
        freeform = evaluation.freeform_type
        if freeform is not None:
            made["freeform"] = self.types.write(freeform)
        if evaluation.moves:
            made["moved"] = [self._moved(moved, module) for moved, module in evaluation.moves]
        for failure in evaluation.collected.failures:
            self._problem(evaluation.prefix, f"a module of a submodule fails: {failure.message}")
        for unread in evaluation.collected.unread:
            self._problem(evaluation.prefix, f"unread in a submodule: {unread.unknown.text}")
        return made

    def _moved(self, moved: Moved, module: Module) -> Json:
        note = residual(moved.note)
        change = None if moved.change is None else residual(moved.change)
        sources = [list(source) for source in moved.sources]
        target = None if moved.target is None else list(moved.target)
        return [moved.kind, sources, target, note, self._file(module.file), change]

    # Definitions.

    def _writes(self, evaluation: Evaluation) -> list[Json]:
        items = [
            _Item(module.file, module.site, (), module.config)
            for module in evaluation.collected.modules[::-1]
        ]
        found: list[Json] = []
        self._walk(evaluation.root, items, (), found)
        return found

    def _walk(self, level: Level, items: list[_Item], path: Path, found: list[Json]) -> None:
        by_name: dict[str, list[_Item]] = {}
        for item in items:
            self._push(item, by_name, path, found)
        if not path:
            # What modules tell the module system is in the types and the arguments. What they
            # say of themselves decides nothing.
            by_name.pop("_module", None)
            by_name.pop("meta", None)
        for name, inner in by_name.items():
            here = (*path, name)
            try:
                node = level.node(name)
            except (NixError, Unknowable):
                continue  # It is among the problems of the declarations.
            if isinstance(node, Level):
                self._walk(node, inner, here, found)
            elif node is None:
                self._problem(here, f"defined but not declared, in {inner[0].file}")
            else:
                for item in inner:
                    self._write(here, item, residual(item.value), found)

    def _push(
        self, item: _Item, by_name: dict[str, list[_Item]], path: Path, found: list[Json]
    ) -> None:
        """Sort what is defined by the first name, properties pushed down."""
        try:
            value = force(item.value)
            kind = get(value, "_type") if isinstance(value, Attrs) and "_type" in value else None
        except NixError as error:
            self._write(path, item, unknown_residual(f"«error: {error.message}»"), found)
            return
        except Unknowable as stop:
            self._write(path, item, unknown_residual(stop.unknown.text), found)
            return
        if kind == "merge":
            for part in open_items(value["contents"]):
                if part.__class__ is Splice:
                    self._write(path, item, unknown_residual(part.unknown.text), found)
                else:
                    self._push(item.with_value(part), by_name, path, found)
        elif kind == "if":
            guards = (*item.guards, ("mkIf", value["condition"]))
            if self._guard(value["condition"]) is not False:
                inner = _Item(item.file, item.site, guards, value["content"])
                self._push(inner, by_name, path, found)
        elif kind == "override":
            guards = (*item.guards, ("mkOverride", value["priority"]))
            inner = _Item(item.file, item.site, guards, value["content"])
            self._push(inner, by_name, path, found)
        else:
            self._push_cases(item, value, by_name, path, found)

    def _push_cases(
        self,
        item: _Item,
        value: Value,
        by_name: dict[str, list[_Item]],
        path: Path,
        found: list[Json],
    ) -> None:
        for conditions, case in branches(value):
            guards = (*item.guards, *(("mkIf", condition) for condition in conditions))
            here = _Item(item.file, item.site, guards, item.value)
            if conditions and isinstance(case, Attrs) and "_type" in case:
                self._push(here.with_value(case), by_name, path, found)
                continue
            if not isinstance(case, Attrs):
                text = case.text if hasattr(case, "text") else show(case, 80)
                self._write(path, here, unknown_residual(text), found)
                continue
            for name, lazy in case.items():
                site = case.positions.get(name, item.site)
                by_name.setdefault(name, []).append(_Item(item.file, site, guards, lazy))
            rest = getattr(case, "rest", None)
            if rest is not None:
                self._write(path, here, ["open", {}, unknown_residual(rest.text)], found)

    def _write(self, path: Path, item: _Item, content: Residual, found: list[Json]) -> None:
        for word, head in reversed(item.guards):
            told = self._guard(head)
            if word == "mkIf" and told is False:
                return
            content = guarded(word, told, content)
        found.append([list(path), content, *self._place(item.file, item.site)[:2]])

    def _guard(self, lazy: Lazy) -> Residual:
        known = self._guards.get(id(lazy))
        if known is None:
            known = self._guards[id(lazy)] = (lazy, residual(lazy))
        return known[1]

    # Places and texts.

    def _place(self, file: str, site: Site | None) -> list[int]:
        """The file of a module and the line in it, 0 if none; then, if it is another, the real one.

        A function elsewhere may have made what the module declares.
        """
        if site is None:
            return [self._file(file), 0]
        path, line = site.unit.path, site.unit.lines.line_of(site.start) + 1
        if path in (file, f"{file}/default.nix"):
            return [self._file(file), line]
        is_inside = self.without is not None or path.startswith(self.root + "/")
        return [self._file(file), 0, *([self._file(path), line] if is_inside else [])]

    def _file(self, file: str) -> int:
        name = store.disk_path(file).removeprefix(self.root + "/")
        return self._numbered(name, self._files, self.found.files)

    def _text(self, text: str) -> int:
        return self._numbered(text, self._texts, self.found.texts)

    def _numbered(self, text: str, known: dict[str, int], pool: list[str]) -> int:
        number = known.get(text)
        if number is None:
            number = known[text] = len(pool)
            pool.append(text)
        return number

    def _problem(self, path: Path, message: str) -> None:
        self.found.problems.append(f"{'.'.join(path)}: {message}")


def _given(submodule: Submodule) -> list[Given]:
    return [Given(module) for module in submodule.sub_modules or []]


def _bare(module: Lazy) -> Lazy:
    """A module without what the merge of declarations puts around it."""
    while module.__class__ is Attrs and module.keys() == {"_file", "imports"}:
        (module,) = module["imports"]
    return module
