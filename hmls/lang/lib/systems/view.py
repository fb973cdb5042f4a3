"""Reading the attributes of a platform while it is being made."""

from __future__ import annotations

from dataclasses import dataclass

from hmls.lang.force import expect_attrs, expect_bool, expect_string, select
from hmls.lang.values import Attrs, Value


@dataclass(frozen=True, slots=True)
class View:
    """`final` is the platform itself, `args` what was given for it."""

    final: Attrs
    args: Attrs

    def value(self, name: str) -> Value:
        return select(self.final, name)

    def is_(self, name: str) -> bool:
        return expect_bool(select(self.final, name))

    def any_of(self, *names: str) -> bool:
        return any(self.is_(name) for name in names)

    def attrs(self, name: str) -> Attrs:
        return expect_attrs(select(self.final, name))

    def part(self, name: str) -> Attrs:
        """`parsed.cpu`, `parsed.kernel` and so on."""
        return expect_attrs(select(self.attrs("parsed"), name))

    def name_of(self, name: str) -> str:
        return expect_string(select(self.part(name), "name"))
