"""Where things stand in the user's files, for errors that name an option or a file and no line."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from hmls.deploy.problem import OptionPath, Place
from hmls.homes.index import FileFacts
from hmls.syntax.outline import Defined

FILE_OPTIONS: tuple[tuple[OptionPath, str], ...] = (
    (("home", "file"), ""),
    (("xdg", "configFile"), ".config"),
    (("xdg", "dataFile"), ".local/share"),
    (("xdg", "stateFile"), ".local/state"),
    (("xdg", "cacheFile"), ".cache"),
)
"""Options that place files, and the folders in the home that their names are below."""
SHELL_FILES: Mapping[str, str] = {
    ".bashrc": "bash", ".bash_profile": "bash", ".profile": "bash", ".bash_logout": "bash",
    ".zshrc": "zsh", ".zshenv": "zsh", ".zprofile": "zsh", ".inputrc": "readline",
    ".tmux.conf": "tmux", ".vimrc": "vim", ".gitconfig": "git",
}  # fmt: skip
"""Files that a program's module writes under another name than its own."""
MAX_MENTIONS = 20


@dataclass(frozen=True, slots=True)
class FileIndex:
    """An index over the facts of a flake's files, by absolute path.

    `loaded` are those that the target at hand is made of. They are looked through first; the
    others only if nothing is found there.
    """

    files: Mapping[str, FileFacts]
    loaded: frozenset[str] = frozenset()

    def definitions(self, option: OptionPath, files: Sequence[str]) -> Sequence[Place]:
        """Where an option is defined; else what is below it; else the set that it is inside."""
        if not option:
            return ()
        if files:
            return [
                _place(name, self.files[name].text, found.start)
                for name in files
                if name in self.files
                for found in _best(self.files[name].defined, option)
            ]
        for names in self._groups():
            ranked = [(name, _best(self.files[name].defined, option)) for name in names]
            found = [(name, each) for name, group in ranked for each in group]
            if found:
                rank = min(_rank(each, option) for _, each in found)
                return [
                    _place(name, self.files[name].text, each.start)
                    for name, each in found
                    if _rank(each, option) == rank
                ]
        return ()

    def managed_file(self, target: str) -> Sequence[Place]:
        """The definition of a file by its target; else of the program that it belongs to."""
        for option in file_options(target):
            if places := self._exactly(option):
                return places
        if named := self._by_target(target):
            return named
        if mentioned := self.mentions(target):
            return mentioned[:1]
        program = _program(target)
        return self.definitions(("programs", program), ())[:1] if program is not None else ()

    def beside(self, option: OptionPath, host: str | None) -> Place | None:
        """A setting of the same program, a home that it is told of, or the host's stateVersion.

        Only one that is sure to be of this host: its target loads it, it alone is there, or a
        folder on its way is called so.
        """
        program = re.escape(option[0])
        for fits in (
            re.compile(rf"{program}\0[^\0]+"),
            re.compile(rf"{program}\0users\0[^\0]+"),
            re.compile(r"system\0stateVersion"),
        ):
            for names in self._groups():
                found = [
                    _place(name, self.files[name].text, each.start)
                    for name in names
                    for each in self.files[name].defined
                    if not each.declares and fits.fullmatch("\0".join(each.path))
                ]
                files = {place.file for place in found}
                own = [place for place in found if host in place.file.split(os.sep)]
                if chosen := own or (found if len(files) == 1 or self.loaded & files else []):
                    return chosen[0]
        return None

    def references(self, path: str) -> Sequence[Place]:
        """Path literals that lead there, or strings added to a path that end in its name."""
        wanted = {path, os.path.dirname(path)} if path.endswith("/default.nix") else {path}
        for names in self._groups():
            found = [
                _place(name, self.files[name].text, literal.start)
                for name in names
                for literal in self.files[name].paths
                if _resolved(name, literal.text) in wanted
            ]
            if found:
                return found
        return self.mentions(f"/{os.path.basename(path)}")

    def mentions(self, text: str) -> Sequence[Place]:
        """Where a text stands as a word of its own, outside of comment lines."""
        if not text:
            return ()
        encoded = text.encode("utf-8", "surrogateescape")
        pattern = re.compile(rb"(?<![\w'-])" + re.escape(encoded) + rb"(?![\w'-])")
        if text.startswith("/"):
            pattern = re.compile(re.escape(encoded) + rb"(?![\w'-])")
        for names in self._groups():
            found = [
                _place(name, self.files[name].text, start)
                for name in names
                for start in _occurrences(self.files[name].text, pattern)
            ]
            if found:
                return found[:MAX_MENTIONS]
        return ()

    def forced_files(self) -> tuple[str, ...]:
        """Targets with a plain `force = true`, of the files that are loaded."""
        found = set()
        for name in self.loaded or self.files:
            facts = self.files.get(name)
            for each in facts.defined if facts is not None else ():
                path = _in_home(each.path)
                value = facts.text[each.value_start : each.value_end] if facts is not None else b""
                if len(path) != 4 or path[3] != "force" or value != b"true":
                    continue
                for prefix, folder in FILE_OPTIONS:
                    if path[:2] == prefix:
                        found.add(os.path.join(folder, path[2]))
        return tuple(sorted(found))

    def _by_target(self, target: str) -> list[Place]:
        """Definitions of files that are placed elsewhere than their name says."""
        for names in self._groups():
            found = [
                _place(name, facts.text, each.start)
                for name in names
                if (facts := self.files[name])
                for each in facts.defined
                for prefix, folder in FILE_OPTIONS
                if len(each.path) == 4
                and _in_home(each.path)[:2] == prefix
                and each.path[3] == "target"
                and os.path.join(folder, _string(facts.text, each)) == target
            ]
            if found:
                return found
        return []

    def _exactly(self, option: OptionPath) -> list[Place]:
        """Definitions of an option or of something in it, never of what is around it."""
        for names in self._groups():
            found = [
                _place(name, self.files[name].text, each.start)
                for name in names
                for each in _best(self.files[name].defined, option)
                if _rank(each, option)[0] < 2
            ]
            if found:
                return found
        return []

    def _groups(self) -> Iterator[list[str]]:
        own = [name for name in self.files if name in self.loaded]
        if own:
            yield own
        yield [name for name in self.files if name not in self.loaded]


def file_options(target: str) -> Iterator[OptionPath]:
    """The options that may place a file of the home: `.config/x` is `xdg.configFile.x` too."""
    for prefix, folder in FILE_OPTIONS:
        if not folder:
            yield (*prefix, target)
        elif target.startswith(f"{folder}/"):
            yield (*prefix, target[len(folder) + 1 :])


def _best(defined: Iterable[Defined], option: OptionPath) -> list[Defined]:
    """The definitions of one file that fit best, the outermost where they nest."""
    fitting = [each for each in defined if _fits(each, option)]
    if not fitting:
        return []
    rank = min(_rank(each, option) for each in fitting)
    return [each for each in fitting if _rank(each, option) == rank]


def _fits(found: Defined, option: OptionPath) -> bool:
    path = _in_home(found.path)
    if path[: len(option)] == option:
        return True
    is_one_of_many = len(path) == len(option) - 1 >= 3
    return (found.is_leaf or is_one_of_many) and option[: len(path)] == path


def _rank(found: Defined, option: OptionPath) -> tuple[int, int, bool]:
    """Smaller is better: the option, then what is below it, then the set that may hold it."""
    length = len(_in_home(found.path))
    if length == len(option):
        return (0, 0, found.declares)
    if length > len(option):
        return (1, length, found.declares)
    return (2, -length, found.declares)


def _in_home(path: OptionPath) -> OptionPath:
    """An option of a home that is set from its system, as the home's own files name it."""
    return path[3:] if path[:2] == ("home-manager", "users") and len(path) > 3 else path


def _string(text: bytes, found: Defined) -> str:
    """What a plain string literal holds that is a definition's value."""
    return text[found.value_start : found.value_end].decode("utf-8", "replace").strip('"')


def _program(target: str) -> str | None:
    if target in SHELL_FILES:
        return SHELL_FILES[target]
    match = re.match(r"\.config/([^/]+)/", target)
    return match[1] if match is not None else None


def _resolved(file: str, literal: str) -> str | None:
    if literal.startswith(("<", "~")):
        return None
    return os.path.normpath(os.path.join(os.path.dirname(file), literal))


def _occurrences(text: bytes, pattern: re.Pattern[bytes]) -> Iterator[int]:
    for match in pattern.finditer(text):
        line = text[text.rfind(b"\n", 0, match.start()) + 1 : match.start()]
        if not line.lstrip().startswith(b"#"):
            yield match.start()


def _place(file: str, text: bytes, start: int) -> Place:
    line_start = text.rfind(b"\n", 0, start) + 1
    return Place(file, text.count(b"\n", 0, start) + 1, start - line_start + 1)
