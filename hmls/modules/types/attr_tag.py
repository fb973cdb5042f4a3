"""types.attrTag: a set with exactly one of some keys, each an option.

Source: nixpkgs lib/types.nix.
"""

from __future__ import annotations

from hmls.lang.combine import update
from hmls.lang.errors import AssertionFailed, Thrown
from hmls.lang.force import expect_attrs, force, get, names, select, type_of_set
from hmls.lang.interp import position_attrs
from hmls.lang.lib.pretty import identifier
from hmls.lang.values import Attrs, Lazy, Thunk, Value
from hmls.modules.declarations import Declaration, merge_declarations, merged_attrs
from hmls.modules.definitions import Definition, Loc
from hmls.modules.merged import Merged
from hmls.modules.messages import nix_string, show_files, show_option
from hmls.modules.option_value import option_of_attrs
from hmls.modules.types.base import OptionType, first_of, refuse_maybe, refuse_unknown
from hmls.modules.types.scalars import is_set

_FILE = "<attrTag {...}>"


class AttrTag(OptionType):
    """types.attrTag."""

    name = "attrTag"
    description_class = "noun"

    def __init__(self, given: Attrs) -> None:
        self.tags = Attrs(
            {name: Thunk(_tag, (given, name)) for name in names(given)}, given.positions
        )
        """Name → option, with its declarations."""

    @property
    def description(self) -> str:
        return f"attribute-tagged union with choices: {self._choices()}"

    def _choices(self) -> str:
        return ", ".join(identifier(name) for name in names(self.tags))

    def accepts(self, value: Value) -> bool:
        if not is_set(value):
            return False
        refuse_unknown(value)
        found = names(value)
        return len(found) == 1 and found[0] in self.tags

    def merge(self, loc: Loc, definitions: list[Definition]) -> Merged:
        refuse_maybe(definitions)
        choice = names(expect_attrs(first_of(definitions).value))[0]
        if choice not in self.tags:
            quoted = identifier(choice)
            raise Thrown(
                f"The option `{show_option(loc)}` is defined as {quoted}, but {quoted} is not "
                f"among the valid choices ({self._choices()}). Value {choice} was defined in "
                f"{show_files(d.file for d in definitions)}."
            )
        option = option_of_attrs(
            (*loc, choice), self.tags[choice], Thunk(_tagged, (loc, choice, definitions))
        )
        return Merged(
            Attrs({choice: option.value}), lambda name: option if name == choice else None
        )

    @property
    def payload(self) -> Value:
        return Attrs({"tags": self.tags})

    def merged_with(self, other: OptionType) -> OptionType | None:
        assert isinstance(other, AttrTag)
        merged = Attrs({**self.tags, **other.tags})
        for name in self.tags.keys() & other.tags.keys():
            merged[name] = Thunk(_merged_tag, (name, self.tags[name], other.tags[name]))
        return AttrTag(merged)

    def sub_options(self, prefix: Loc) -> Lazy:
        return Attrs({name: Thunk(_at, (self.tags[name], prefix, name)) for name in self.tags})


def _tagged(given: tuple[Loc, str, list[Definition]]) -> list[Definition]:
    """The definitions of the tag that the first one chose; one of another tag fails when read."""
    loc, choice, definitions = given
    inner: list[Definition] = []
    for definition in definitions:
        value = expect_attrs(definition.value)
        if value.keys() == {choice}:
            inner.append(definition.of(value[choice], value.positions.get(choice)))
        else:
            refused = Thunk(_refused, (loc, choice, definition, definitions))
            inner.append(definition.of(refused))
    return inner


def _refused(given: tuple[Loc, str, Definition, list[Definition]]) -> Value:
    loc, choice, definition, definitions = given
    found = names(expect_attrs(definition.value))
    if len(found) != 1:
        raise AssertionFailed("assertion '((length (attrNames def.value)) == 1)' failed")
    raise Thrown(
        f"The option `{show_option(loc)}` is defined both as `{choice}` and "
        f"`{found[0]}`, in {show_files(d.file for d in definitions)}."
    )


def _at(given: tuple[Lazy, Loc, str]) -> Value:
    option, prefix, name = given
    return update(force(option), Attrs({"loc": [*prefix, name]}))


def _tag(given: tuple[Attrs, str]) -> Value:
    tags, name = given
    option = force(tags[name])
    kind = type_of_set(option)
    if kind != "option":
        what = "was not."
        if kind == "option-type":
            what = "was a bare type, not wrapped in mkOption."
        elif kind is not None:
            what = f"was of type {nix_string(kind)}."
        raise Thrown(
            f"In attrTag, each tag value must be an option, but tag {identifier(name)} {what}"
        )
    site = tags.positions.get(name)
    position = position_attrs(site) if site is not None and site.unit.is_file else None
    made = Attrs(option)
    if "declarations" not in option:
        made["declarations"] = [] if position is None else [get(position, "file")]
    if "declarationPositions" not in option:
        made["declarationPositions"] = [] if position is None else [position]
    return made


def _merged_tag(given: tuple[str, Lazy, Lazy]) -> Value:
    name, left, right = given
    options = [expect_attrs(left), expect_attrs(right)]
    declarations = [Declaration(_FILE, None, option) for option in options]
    made = merged_attrs(merge_declarations((name,), declarations))
    for field in ("declarations", "declarationPositions"):
        made[field] = [item for option in options for item in force(select(option, field))]
    return made
