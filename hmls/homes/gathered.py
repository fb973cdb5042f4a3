"""What all files of a repository say together, kept up to date file by file.

A keystroke changes the facts of one file: those are taken out, and the new ones put in. All
versions of a repository share one such sum, which follows whichever of them is asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Generic, TypeVar
from weakref import ReferenceType, ref

if TYPE_CHECKING:
    from hmls.homes.index import FileFacts, Index
    from hmls.syntax.outline import Defined

T = TypeVar("T")


class Gathered(Generic[T]):
    """A sum over files. `add` is called with what a file gives, and with 1 or -1."""

    def __init__(
        self, give: Callable[[FileFacts], Iterable[T]], add: Callable[[T, int], None]
    ) -> None:
        self._give = give
        self._add = add
        self._counted: dict[str, FileFacts] = {}
        self._followed: ReferenceType[Index] | None = None

    def follow(self, index: Index) -> None:
        """Make it the sum of the files of an index."""
        before = None if self._followed is None else self._followed()
        if before is index:
            return
        counted = self._counted
        edited = None if before is None else index.edited_since(before)
        if edited is None:
            for path in counted.keys() - index.path_set:
                self._count(counted.pop(path), -1)
            changed = [pair for pair in index.items() if counted.get(pair[0]) is not pair[1]]
        else:
            changed = [(path, index[path]) for path in edited]
        for path, facts in changed:
            known = counted.get(path)
            if known is not facts:
                if known is not None:
                    self._count(known, -1)
                self._count(facts, 1)
                counted[path] = facts
        self._followed = ref(index)

    def _count(self, facts: FileFacts, sign: int) -> None:
        for each in self._give(facts):
            self._add(each, sign)


class Name:
    """A name of a path that files define: how often it or what is below it is set and declared."""

    __slots__ = ("below", "declared", "used")

    def __init__(self) -> None:
        self.below: dict[str, Name] = {}
        self.used = 0
        self.declared = 0


class DefinedNames:
    """The names below each path that any file defines."""

    def __init__(self) -> None:
        self._root = Name()
        self._gathered: Gathered[Defined] = Gathered(lambda facts: facts.defined, self._add)

    @classmethod
    def of(cls, index: Index) -> DefinedNames:
        found: DefinedNames = index.shared.setdefault(cls, cls())
        found._gathered.follow(index)
        return found

    def below(self, path: tuple[str, ...]) -> dict[str, Name]:
        name = self._root
        for part in path:
            found = name.below.get(part)
            if found is None:
                return {}
            name = found
        return name.below

    def declares(self, path: tuple[str, ...]) -> bool:
        """Whether any file declares an option of a path, below it, or that the path is part of."""
        name: Name | None = self._root
        for part in path:
            name = None if name is None else name.below.get(part)
            if name is None:
                return False
            if name.declared:
                return True
        return False

    def _add(self, defined: Defined, sign: int) -> None:
        name = self._root
        for part in defined.path:
            below = name.below
            found = below.get(part)
            if found is None:
                found = below[part] = Name()
            if defined.declares:
                found.declared += sign
            else:
                found.used += sign
            if not found.used and not found.declared:
                del below[part]
            name = found


class Counted:
    """How often the files together give each of something."""

    def __init__(self, give: Callable[[FileFacts], Iterable[str]]) -> None:
        self.counter: Counter[str] = Counter()
        self._gathered = Gathered(give, self._add)

    @classmethod
    def of(cls, index: Index, give: Callable[[FileFacts], Iterable[str]]) -> Counter[str]:
        found: Counted = index.shared.setdefault(give, cls(give))
        found._gathered.follow(index)
        return found.counter

    def _add(self, name: str, sign: int) -> None:
        self.counter[name] += sign
        if not self.counter[name]:
            del self.counter[name]
