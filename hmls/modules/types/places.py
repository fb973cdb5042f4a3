"""Types of paths and store paths. Source: nixpkgs lib/types.nix."""

from __future__ import annotations

from hmls.lang import coerce, store
from hmls.lang.errors import Unknowable
from hmls.lang.force import expect_attrs, force, has, is_derivation
from hmls.lang.interp import Interp
from hmls.lang.lib.attrset_merges import to_derivation
from hmls.lang.lib.fileset.operations import is_fileset, unions
from hmls.lang.lib.fileset.values import EMPTY
from hmls.lang.lib.path import has_store_path_prefix
from hmls.lang.lib.string_names import is_store_path
from hmls.lang.values import Attrs, Lazy, Path, Unknown, Value
from hmls.modules.definitions import Definition, Loc
from hmls.modules.merged import Merged
from hmls.modules.types.base import (
    OptionType,
    merge_equal,
    merge_one,
    refuse_maybe,
    refuse_unknown,
)
from hmls.modules.types.scalars import Scalar, is_string, is_string_like


class PathType(OptionType):
    """types.pathWith: path, pathInStore, externalPath."""

    name = "path"
    description_class = "noun"

    def __init__(self, *, in_store: bool | None = None, absolute: bool | None = None) -> None:
        self.in_store = in_store
        self.absolute = absolute

    @property
    def description(self) -> str:
        kind = {None: "", True: "absolute ", False: "relative "}[self.absolute]
        store_text = {None: "", True: " in the Nix store", False: " not in the Nix store"}
        return f"{kind}path{store_text[self.in_store]}"

    def accepts(self, value: Value) -> bool:
        # A true path could be copied to the store later on.
        allowed = is_string(value) if self.in_store is False else is_string_like(value)
        if not allowed:
            return False
        if isinstance(value, Unknown):
            raise Unknowable(value)
        if self.in_store is not None and self.in_store != _is_in_store(value):
            return False
        return self.absolute is None or self.absolute == coerce.to_string(value).startswith("/")

    def verdict(self, value: Value) -> bool | None:
        if value.__class__ is str and self.in_store is None:
            return self.absolute is None or self.absolute == value.startswith("/")
        return None

    def merge(self, loc: Loc, definitions: list[Definition]) -> Merged:
        return Merged(merge_equal(loc, definitions))

    @property
    def payload(self) -> Value:
        return Attrs({"inStore": self.in_store, "absolute": self.absolute})

    def merged_with(self, other: OptionType) -> OptionType | None:
        assert isinstance(other, PathType)
        same = (other.in_store, other.absolute) == (self.in_store, self.absolute)
        return self if same else None


def _is_in_store(value: Value) -> bool:
    if not isinstance(value, Path):
        text = coerce.coerce(value)
        value = Path(store.disk_path(coerce.normalize(f"/{text}")))
    return bool(has_store_path_prefix(value))


PATH = PathType(absolute=True)


def _is_package(value: Value) -> bool:
    refuse_unknown(value)
    return is_derivation(value) or bool(is_store_path(value))


def _is_shell_package(value: Value) -> bool:
    refuse_unknown(value)
    return is_derivation(value) and has(value, "shellPath")


class Package(Scalar):
    """types.package, and with another check types.shellPackage."""

    def __init__(self, interp: Interp, *, shell: bool = False) -> None:
        check = _is_shell_package if shell else _is_package
        super().__init__("package", "package", check, self._merge_package)
        self.interp = interp

    def _merge_package(self, loc: Loc, definitions: list[Definition]) -> Lazy:
        value = force(merge_one(loc, definitions))
        if isinstance(value, Path) or (isinstance(value, str) and not coerce.context_of(value)):
            return to_derivation(self.interp, value)
        return value

    def merged_with(self, _other: OptionType) -> OptionType | None:
        return Package(self.interp)


class FileSet(Scalar):
    """types.fileset."""

    def __init__(self, interp: Interp) -> None:
        super().__init__(
            "fileset",
            "fileset",
            lambda value: bool(is_fileset(interp, value)),
            self._unions,
            empty=EMPTY,
        )
        self.interp = interp

    def _unions(self, _loc: Loc, definitions: list[Definition]) -> Lazy:
        refuse_maybe(definitions)
        return expect_attrs(unions(self.interp, [definition.value for definition in definitions]))
