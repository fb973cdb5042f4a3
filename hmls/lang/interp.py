"""An evaluation: the files it reads, the values it has made of them, and the top-level scope."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar

from hmls.lang import store
from hmls.lang.compile import Scope, compile_expression
from hmls.lang.errors import NixError, SyntaxErrorInFile
from hmls.lang.force import delayed
from hmls.lang.grammar.parse import first_error
from hmls.lang.machine import Machine
from hmls.lang.unit import Unit
from hmls.lang.values import Attrs, Cause, Code, Env, Lazy, Site, Unknown, Value
from hmls.syntax.parse import MAX_BYTES, Source, SyntaxProblem, syntax_problems

T = TypeVar("T")


class ReadFailed(Exception):
    """A file that cannot be read. The message is what Nix says of it."""


class Reader(Protocol):
    """How an evaluation sees the disk: paths on this machine, absolute and normalized."""

    def read(self, path: str) -> bytes:
        """The content of a file, symlinks followed. Raises ReadFailed."""

    def read_directory(self, path: str) -> Mapping[str, str]:
        """Name → `regular`, `directory`, `symlink` or `unknown`. Raises ReadFailed."""

    def kind(self, path: str) -> str | None:
        """What is at a path itself (a symlink is a symlink), or None. Raises ReadFailed."""

    def missing(self, path: str) -> str:
        """What Nix says where nothing is."""

    def resolve(self, path: str) -> str:
        """The path with symlinks followed. Raises ReadFailed where one leads nowhere."""

    def source(self, path: str, text: bytes) -> Source | None:
        """A tree of that text, if the reader has one."""

    def once(self, key: object, compute: Callable[[], T]) -> T:
        """What `compute` makes of what it reads here and of nothing else.

        For the same key it may be what an evaluation before made of the same files.
        """


GIT_CRYPT = b"\0GITCRYPT"
"""How files begin that git-crypt encrypted."""
ENCRYPTED = Cause("encrypted", "the file is encrypted by git-crypt")
TOO_LARGE = Cause("too-large", f"the file is larger than {MAX_BYTES >> 20} MiB")


class Interp:
    """One evaluation context: values made in it belong to it.

    `globals` are the top-level names; `system` is `builtins.currentSystem`, absent in
    pure evaluation; `machine` is what else an impure evaluation may ask, unknown without;
    `lib` makes nixpkgs' library on demand. `checked` says that a file is refused for a
    variable that is nowhere defined, as Nix refuses it: needless for releases, which Nix
    has read.
    """

    def __init__(
        self,
        reader: Reader,
        *,
        system: str | None = None,
        machine: Machine | None = None,
        lib: Callable[[Interp], Attrs] | None = None,
        checked: bool = True,
    ) -> None:
        from hmls.lang.builtins import make_globals

        self.reader = reader
        self.system = machine.system if machine is not None else system
        self.machine = machine
        self._make_lib = lib
        self._lib: Attrs | None = None
        self._files: dict[str, Lazy] = {}
        self._expressions: dict[str, str] = {}
        self.overrides: dict[str, Lazy] = {}
        """Disk path → what importing it gives instead of its content."""
        self.modules: dict[object, Any] = {}
        """What the module system knows of the files here."""
        self.host: Any = None
        """What native functions need to know of whoever made this interpreter."""
        self.traces: list[str] = []
        """What `builtins.trace` and `warn` said, each once."""
        self.globals = make_globals(self)
        self.root_names = list(self.globals)
        self.root_env: Env = [self, *self.globals.values()]
        self._checked = checked
        self._root_key = _root_keys.setdefault((checked, *self.root_names), len(_root_keys))

    @property
    def lib(self) -> Attrs:
        if self._lib is None:
            assert self._make_lib is not None, "no lib was given"
            self._lib = self._make_lib(self)
        return self._lib

    def compiled(self, path: str) -> Compiled | None:
        """The code of a file, None where importing it gives something else.

        Raises NixError for a file that cannot be read.
        """
        if path in self.overrides:
            return None
        once = self.reader.once
        path = once(("expression", path), lambda: self._resolve_expression(path))
        if path in self.overrides:
            return None
        return once((path, self._root_key), lambda: self._compiled_file(path))

    def _compiled_file(self, path: str) -> Compiled | None:
        text = self._text(path)
        if len(text) > MAX_BYTES or text.startswith(GIT_CRYPT):
            return None
        return self._compiled(path, text)

    def imported_files(self) -> set[str]:
        """The files, on disk, that an expression has imported so far."""
        return {store.disk_path(path) for path in self._files}

    def import_path(self, path: str) -> Value:
        """What `import path` gives; a folder means its default.nix."""
        if path in self.overrides:
            return force(self.overrides[path])
        path = self.resolve_expression(path)
        if path in self.overrides:
            return force(self.overrides[path])
        lazy = self._files.get(path)
        if lazy is None:
            lazy = self._files[path] = delayed(lambda: self._evaluate_file(path))
        return force(lazy)

    def resolve_expression(self, path: str) -> str:
        """The file that importing a path reads. Source: nix's resolveExprPath."""
        found = self._expressions.get(path)
        if found is None:
            found = self._expressions[path] = self._resolve_expression(path)
        return found

    def _resolve_expression(self, path: str) -> str:
        try:
            resolved = self.reader.resolve(path)
            if self.reader.kind(resolved) == "directory":
                return self.reader.resolve(os.path.join(resolved, "default.nix"))
        except ReadFailed as failed:
            raise NixError(str(failed)) from None
        return resolved

    def _text(self, path: str) -> bytes:
        try:
            return self.reader.read(path)
        except ReadFailed as failed:
            raise NixError(str(failed)) from None

    def _compiled(self, path: str, text: bytes) -> Compiled:
        key = (path, self._root_key)
        found = _compiled.get(key)
        if found is None or found.text != text:
            found = _compiled[key] = self._compile(path, text)
            while len(_compiled) > _KEPT_FILES:
                del _compiled[next(iter(_compiled))]
        return found

    def _compile(self, path: str, text: bytes) -> Compiled:
        unit = Unit(path, text)
        source = self.reader.source(path, text)
        if source is not None:
            unit.adopt(source)
        refusing = _refusing(unit) if self._checked else None
        if refusing is not None:
            return Compiled(unit, refusing, False)
        code = unit_code(unit, Scope(unit, None, self.root_names))
        return Compiled(unit, code, not unit.source().has_error)

    def _evaluate_file(self, path: str) -> Value:
        text = self._text(path)
        if len(text) > MAX_BYTES:
            return Unknown(f"import {path}", TOO_LARGE)
        if text.startswith(GIT_CRYPT):
            return Unknown(store.readable(store.shown_path(path)), ENCRYPTED)
        return self._compiled(path, text).code(self.root_env)

    def evaluate(self, unit: Unit, variables: Mapping[str, Lazy] | None = None) -> Value:
        """The value of a text, with more variables in scope where given."""
        if len(unit.text) > MAX_BYTES:
            return Unknown(f"import {unit.path}", TOO_LARGE)
        scope = Scope(unit, None, self.root_names)
        env = self.root_env
        if variables:
            scope = scope.child(variables)
            env = [env, *variables.values()]
        return unit_code(unit, scope)(env)

    def trace(self, message: str) -> None:
        if self.machine is not None:
            self.machine.say(message)
        elif message not in self.traces:
            self.traces.append(message)


from hmls.lang.force import force  # noqa: E402

_KEPT_FILES = 16_384


class Compiled:
    """A file's code. `is_valid` says that it raises no error which the text alone has."""

    __slots__ = ("code", "is_valid", "outline", "text", "unit")

    def __init__(self, unit: Unit, code: Code, is_valid: bool) -> None:
        self.unit = unit
        self.text = unit.text
        self.code = code
        self.is_valid = is_valid
        self.outline: Any = None
        """What the module system knows of the text."""


_compiled: dict[tuple[str, int], Compiled] = {}
"""Path and top-level names → the file as it was compiled last, those first that came first."""
_root_keys: dict[tuple[bool | str, ...], int] = {}
"""Whether files are checked, and top-level names → a number, which compares faster."""


def _refusing(unit: Unit) -> Code | None:
    """Code that raises what Nix says of a file that it does not read, though it has no error.

    A variable that is nowhere defined makes all of its file an error, not only its place.
    """
    from hmls.lang.check import static_problems

    source = unit.source()
    if source.has_error:
        return None
    problem = next(iter(static_problems(source, unit.path)), None)
    return None if problem is None else _raising(unit, problem)


def _raising(unit: Unit, problem: SyntaxProblem) -> Code:
    error = SyntaxErrorInFile(problem.message, Site(unit, problem.start_byte, problem.end_byte))

    def failing(_env: Env) -> Value:
        raise error

    return failing


def unit_code(unit: Unit, scope: Scope) -> Code:
    """Code for a whole text. With a syntax error in it, code that raises that."""
    source = unit.source()
    if source.has_error:
        # Nix's own words; past what its grammar tells, those of tree-sitter.
        problem = first_error(source.text) or next(iter(syntax_problems(source)), None)
        if problem is not None:
            return _raising(unit, problem)
    return compile_expression(source.root, scope)


def position_attrs(site: Site) -> Attrs:
    """`{ file; line; column; }` of a place, counting from one."""
    line, column = site.unit.lines.position(site.start)
    return Attrs({"file": store.shown_path(site.unit.path), "line": line + 1, "column": column + 1})
