"""lib.stringsWithDeps: pieces of scripts that name what has to come before them.

Source: nixpkgs lib/strings-with-deps.nix.
"""

from __future__ import annotations

from hmls.lang.builtins.lists import map_
from hmls.lang.builtins.registry import Registry
from hmls.lang.builtins.strings import concat_strings_sep
from hmls.lang.force import expect_attrs, expect_list, expect_plain_string, force, get_lazy, select
from hmls.lang.lib.attrsets import is_set
from hmls.lang.lib.support import NESTED
from hmls.lang.values import Attrs, Lazy, Value

register = Registry()


@register("textClosureList")
def text_closure_list(predefined: Lazy, wanted: Lazy) -> Value:
    """The texts of the wanted entries and of all that they depend on, that first, each once."""
    texts: list[Lazy] = []
    done: set[str] = set()

    def visit(entries: Lazy) -> None:
        with NESTED:
            for lazy in expect_list(entries):
                entry = force(lazy)
                if not is_set(entry):
                    name = expect_plain_string(entry)
                    if name in done:
                        continue
                    done.add(name)
                    entry = select(expect_attrs(predefined), name)
                visit_entry(entry)

    def visit_entry(entry: Value) -> None:
        if not is_set(entry):
            visit([entry])
            return
        visit(select(entry, "deps"))
        texts.append(get_lazy(entry, "text"))

    visit(wanted)
    return texts


@register("textClosureMap")
def text_closure_map(function: Lazy, predefined: Lazy, names: Lazy) -> Value:
    return concat_strings_sep("\n", map_(function, text_closure_list(predefined, names)))


@register("noDepEntry")
def no_dep_entry(text: Lazy) -> Value:
    return Attrs({"text": text, "deps": []})


@register("fullDepEntry")
def full_dep_entry(text: Lazy, deps: Lazy) -> Value:
    return Attrs({"text": text, "deps": deps})


@register("packEntry")
def pack_entry(deps: Lazy) -> Value:
    return Attrs({"text": "", "deps": deps})


@register("stringAfter")
def string_after(deps: Lazy, text: Lazy) -> Value:
    return Attrs({"text": text, "deps": deps})
