"""lib.hm.types: the option types of Home Manager's own modules.

Source: Home Manager modules/lib/types.nix and types-dag.nix.
"""

from __future__ import annotations

from hmls.lang.combine import concat, update
from hmls.lang.errors import Thrown, Unknowable
from hmls.lang.force import (
    call,
    delayed,
    expect_attrs,
    expect_string,
    force,
    get,
    is_function,
    select,
)
from hmls.lang.interp import Interp
from hmls.lang.lib.filesystem import path_is_directory
from hmls.lang.lib.home_manager import additions, dag, gvariant
from hmls.lang.values import (
    Attrs,
    Cause,
    Formals,
    Lazy,
    Primop,
    Thunk,
    Unknown,
    Value,
    VersionedAttrs,
)
from hmls.modules.definitions import Definition, Loc
from hmls.modules.merged import Merged
from hmls.modules.messages import show_files, show_option
from hmls.modules.properties import if_, order
from hmls.modules.system import ModuleSystem
from hmls.modules.types.base import OptionType, first_of, merge_one, refuse_maybe
from hmls.modules.types.choices import Anything, Either
from hmls.modules.types.containers import AttrsOf, ListOf
from hmls.modules.types.foreign import as_type
from hmls.modules.types.nix_view import nix_view
from hmls.modules.types.places import PATH, Package
from hmls.modules.types.scalars import BOOL, FLOAT, INT, STR, Scalar, has_type, merge_default
from hmls.modules.types.singles import NUMBER, Described, either_all
from hmls.modules.types.strings import LINES, SINGLE_LINE_STR
from hmls.modules.types.submodules import Submodule
from hmls.modules.types.wrappers import NullOr

OTHER_VERSION = Cause("home-manager", "not among what is known here of Home Manager's types")


def hm_types(system: ModuleSystem) -> Attrs:
    """`lib.hm.types`; what another version has besides is unknown."""
    made: dict[str, Lazy] = {
        "dagOf": Primop("lib.hm.types.dagOf", 1, lambda e: nix_view(DagOf(system, _later(e)))),
        "selectorFunction": nix_view(SELECTOR_FUNCTION),
        "overlayFunction": nix_view(OVERLAY_FUNCTION),
        "gvariant": nix_view(GVARIANT),
        "SCFGDirectives": nix_view(Anything()),
        "fontType": delayed(lambda: nix_view(font_type(system))),
        "nushellValue": delayed(lambda: nix_view(nushell_value())),
        "sourceFile": Primop(
            "lib.hm.types.sourceFile",
            2,
            lambda folder, name: nix_view(source_file(system, _text(folder), _text(name))),
        ),
        "sourceFileOrLines": Primop(
            "lib.hm.types.sourceFileOrLines",
            2,
            lambda folder, name: nix_view(SourceFileOrLines(system, _text(folder), _text(name))),
        ),
    }
    return VersionedAttrs(made, Unknown("lib.hm.types", OTHER_VERSION), None)


def _later(lazy: Lazy) -> Thunk:
    return Thunk(lambda element: as_type(force(element)), lazy)


def _text(lazy: Lazy) -> str:
    return str(expect_string(lazy))


def _option(option_type: OptionType, **more: Lazy) -> Attrs:
    return Attrs({"_type": "option", "type": nix_view(option_type), **more})


class DagOf(AttrsOf):
    """dagOf: a set whose values are ordered by what they come after and before."""

    description_class = None  # type: ignore[assignment]

    def __init__(self, system: ModuleSystem, inner: OptionType | Thunk) -> None:
        super().__init__(DagEntryOf(system, inner))
        self.name = "dagOf"
        self.system = system
        self._inner = inner

    @property
    def inner(self) -> OptionType:
        """The type of an entry's data."""
        return force(self._inner)  # type: ignore[no-any-return]

    @property
    def description(self) -> str:
        return f"DAG of {self.inner.description}"

    @property
    def functor_name(self) -> str:
        return "dagOf"

    @property
    def payload(self) -> Value:
        return None

    def merged_with(self, _other: OptionType) -> OptionType | None:
        # Its functor has the type `types.dagOf`, which does not exist.
        return None

    @property
    def sub_modules(self) -> list[Lazy] | None:
        return self.inner.sub_modules

    def with_sub_modules(self, modules: list[Lazy]) -> OptionType | None:
        inner = self.inner.with_sub_modules(modules)
        return None if inner is None else DagOf(self.system, inner)

    @property
    def nested(self) -> dict[str, OptionType]:
        return {"elemType": self.inner}

    def sub_options(self, prefix: Loc) -> Lazy:
        return self.inner.sub_options((*prefix, "<name>"))


ENTRY = ("data", "after", "before")
"""The names in an entry of a DAG."""


class DagEntryOf(OptionType):
    """dagEntryOf: `{ data; after; before; }`, or the data alone."""

    name = "dagEntryOf"
    keeps_maybe = True

    def __init__(self, system: ModuleSystem, inner: OptionType | Thunk) -> None:
        self._inner = inner
        module = Primop("", 1, self._module, (), Formals({"name": False}, True))
        self._entry = Submodule(system, [module], shorthand=True)

    @property
    def inner(self) -> OptionType:
        return force(self._inner)  # type: ignore[no-any-return]

    @property
    def description(self) -> str:
        return f"DAG entry of {self.inner.description}"

    def _module(self, given: Lazy) -> Value:
        names = Attrs({"dagName": expect_attrs(given)["name"]})
        data = Attrs({"_module": Attrs({"args": names})})
        is_submodule = delayed(lambda: self.inner.name == "submodule")
        return Attrs(
            {
                "options": Attrs(
                    {
                        "data": _option(self.inner),
                        "after": _option(ListOf(STR)),
                        "before": _option(ListOf(STR)),
                    }
                ),
                "config": if_(is_submodule, Attrs({"data": data})),
            }
        )

    def accepts(self, _value: Value) -> bool:
        return True

    def merge(self, loc: Loc, definitions: list[Definition]) -> Merged:
        return self._entry.merge(loc, [_as_entry(definition) for definition in definitions])

    def merged_with(self, _other: OptionType) -> OptionType | None:
        return None


def _as_entry(definition: Definition) -> Definition:
    value = force(definition.value)
    if dag.is_entry(value):
        return definition
    data = value if definition.order is None else order(definition.order, value)
    return definition.of(dag.entry_anywhere(data))


def _merge_selectors(_loc: Loc, definitions: list[Definition]) -> Lazy:
    refuse_maybe(definitions)

    def selected(values: Lazy) -> Value:
        found: Value = []
        for definition in definitions:
            found = concat(found, call(force(definition.value), values))
        return found

    return Primop("", 1, selected)


def _merge_overlays(_loc: Loc, definitions: list[Definition]) -> Lazy:
    refuse_maybe(definitions)

    def overlay(final: Lazy, previous: Lazy) -> Value:
        made: Value = Attrs()
        for definition in definitions:
            made = update(made, call(call(force(definition.value), final), previous))
        return made

    return Primop("", 2, overlay)


class _Unmerged(Scalar):
    """A type whose name nixpkgs' types do not have, so that two of it do not become one."""

    def merged_with(self, _other: OptionType) -> OptionType | None:
        return None


SELECTOR_FUNCTION = _Unmerged(
    "selectorFunction",
    "Function that takes an attribute set and returns a list containing a selection of the "
    "values of the input set",
    is_function,
    _merge_selectors,
    description_class=None,
)
OVERLAY_FUNCTION = _Unmerged(
    "overlayFunction",
    "An overlay function, takes self and super and returns an attribute set overriding the "
    "desired attributes.",
    is_function,
    _merge_overlays,
    description_class=None,
)


class GVariant(_Unmerged):
    """gvariant: a plain value that has a GVariant type, or a value made by lib.hm.gvariant."""

    def __init__(self) -> None:
        super().__init__(
            "gvariant", "GVariant value", _has_gvariant_type, self._joined, description_class=None
        )

    def _joined(self, loc: Loc, definitions: list[Definition]) -> Lazy:
        refuse_maybe(definitions)
        first_of(definitions)
        typed = [gvariant.mk_value(definition.value) for definition in definitions]
        kinds = [expect_string(select(value, "type")) for value in typed]
        if any(kind != kinds[0] for kind in kinds):
            files = show_files(definition.file for definition in definitions)
            raise Thrown(
                f"Cannot merge definitions of `{show_option(loc)}' with mismatched GVariant "
                f"types given in {files}."
            )
        match kinds[0][:1]:
            case "a":
                items = [
                    definition.of(select(value, "value"))
                    for definition, value in zip(definitions, typed, strict=True)
                ]
                joined = gvariant.mk_value(ListOf(self).merge(loc, items).value)
                return update(joined, Attrs({"type": kinds[0]}))
            case "(" | "m" | "{" | "v":
                return merge_one(loc, definitions)
            case "s":
                return STR.merge(loc, definitions).value
            case "d":
                return FLOAT.merge(loc, definitions).value
        return merge_default(loc, definitions)


def _has_gvariant_type(value: Value) -> bool:
    return gvariant.mk_value(value) is not None


GVARIANT = GVariant()


def font_type(system: ModuleSystem) -> OptionType:
    """fontType: a font's package, name and size."""
    options = {
        "package": _option(NullOr(Package(system.interp)), default=None),
        "name": _option(STR),
        "size": _option(NullOr(NUMBER), default=None),
    }
    return Submodule(system, [Attrs({"options": Attrs(options)})], shorthand=True)


class _Named(Described):
    """A type whose description counts as a name, and so is not put in parentheses."""

    description_class = "name"

    def __init__(self, inner: OptionType, description: str) -> None:
        super().__init__(inner, description)
        self.description_class = "name"


def nushell_value() -> OptionType:
    """nushellValue: what Nushell's syntax can write down."""
    itself: Thunk = delayed(lambda: made)
    inline = Scalar(
        "nushell",
        "Nushell inline value",
        lambda value: has_type(value, "nushell-inline"),
        description_class="name",
    )
    sets = _Named(AttrsOf(itself), "attribute set of Nushell values")
    lists = _Named(ListOf(itself), "list of Nushell values")
    made = NullOr(either_all([inline, BOOL, INT, FLOAT, STR, PATH, sets, lists]))
    return made


def source_file(system: ModuleSystem, folder: str, name: str) -> Submodule:
    """sourceFile: a file at a fixed place, from its text or from another file."""
    whole = f"{folder}/{name}"

    def target(config: Lazy) -> Value:
        source = get(expect_attrs(config), "source")
        if isinstance(source, Unknown):
            raise Unknowable(source)
        return folder if source is not None and path_is_directory(system.interp, source) else whole

    def module(given: Lazy) -> Value:
        config = expect_attrs(given)["config"]
        options = {
            "target": _option(SINGLE_LINE_STR, internal=True, readOnly=True),
            "source": _option(
                NullOr(PATH),
                default=None,
                description=f"The path to be linked to `{folder}` if {{option}}`source` is a "
                f"directory,\nor to `{whole}` if it is a file.\n",
            ),
            "text": _option(LINES, default="", description=f"Text to be included in `{whole}`.\n"),
            "recursive": _option(
                BOOL,
                default=False,
                example=True,
                description="Whether to recursively link files from {option}`source` (if it is "
                f"a directory) in `{folder}`.",
            ),
        }
        return Attrs(
            {"options": Attrs(options), "config": Attrs({"target": Thunk(target, config)})}
        )

    function = Primop("", 1, module, (), Formals({"config": False}, True))
    return Submodule(system, [function], shorthand=True)


class SourceFileOrLines(OptionType):
    """sourceFileOrLines: the same, where text alone is enough."""

    name = "either"
    description_class = "conjunction"

    def __init__(self, system: ModuleSystem, folder: str, name: str) -> None:
        self.folder, self.file = folder, name
        self._file = source_file(system, folder, name)
        self._either = Either(LINES, self._file)

    @property
    def description(self) -> str:
        return self._either.description

    def accepts(self, value: Value) -> bool:
        return self._either.accepts(value)

    @property
    def nested(self) -> dict[str, OptionType]:
        return self._either.nested

    def merge(self, loc: Loc, definitions: list[Definition]) -> Merged:
        return self._file.merge(loc, [_as_file(definition) for definition in definitions])

    def merged_with(self, other: OptionType) -> OptionType | None:
        return self._either.merged_with(other) if isinstance(other, Either) else None


def _as_file(definition: Definition) -> Definition:
    value = force(definition.value)
    if not LINES.accepts(value):
        return definition
    return definition.of(Attrs({"text": value, "source": None, "recursive": False}))


def home_manager_lib(interp: Interp, lib: Attrs) -> Attrs:
    """The lib that Home Manager's modules get: the given one with `hm`, types included."""

    def overlay(final: Lazy, previous: Lazy) -> Value:
        types = delayed(lambda: hm_types(ModuleSystem(interp, final)))
        return Attrs(additions(interp, previous, types))

    return expect_attrs(call(select(lib, "extend"), Primop("", 2, overlay)))
