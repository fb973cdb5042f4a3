"""What a deployment would change, as one document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hmls.deploy.closure_diff import PackageChange
from hmls.deploy.collisions import Collision
from hmls.deploy.error_text import strip_escapes
from hmls.deploy.files_diff import FileChange
from hmls.deploy.flake_lock import InputChange

MAX_FILES_SHOWN = 100


@dataclass(frozen=True, slots=True)
class SettingChange:
    """A setting of the user's, by its option path, with its values as Nix text; None: not set."""

    option: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Document:
    """A preview, or what an update of flake.lock moved.

    `old` is None where nothing runs yet, `new` None where nothing was built. `packages_text` is
    what the tool said.
    """

    title: str
    old: str | None = None
    new: str | None = None
    packages: tuple[PackageChange, ...] = ()
    packages_text: str = ""
    files: tuple[FileChange, ...] = ()
    settings: tuple[SettingChange, ...] = ()
    collisions: tuple[Collision, ...] = ()
    put_back: tuple[str, ...] = ()
    """Files of what runs, as `~/.bashrc`, that were removed: an activation places them again."""
    inputs: tuple[InputChange, ...] = ()
    notes: tuple[str, ...] = ()
    unseen: str = ""
    """Why it is not known what runs now; then `old` is what was last deployed from here."""

    @property
    def changes_nothing(self) -> bool:
        """Whether what is built is what runs."""
        return self.old == self.new

    @property
    def summary(self) -> str:
        """One line: `3 packages, 2 files, 1 setting changed; 1 file in the way`."""
        if self.new is None:
            return f"{_count(len(self.inputs), 'input')} moved" if self.inputs else "nothing moved"
        if self.unseen and not self.changes_nothing:
            since = "since what was last deployed from here"
            return f"{self._counts} {since}" if self.old else "not compared with what runs there"
        parts = []
        if self.put_back:
            parts.append(f"{_count(len(self.put_back), 'missing file')} put back")
        if self.changes_nothing:
            parts.append("nothing else changes" if self.put_back else "nothing changes")
        else:
            parts.append(self._counts if self.old else "the first generation")
        if fatal := [each for each in self.collisions if each.outcome != "backed-up"]:
            parts.append(f"{_count(len(fatal), 'file')} in the way")
        return "; ".join(parts)

    @property
    def _counts(self) -> str:
        kinds = ((self.packages, "package"), (self.files, "file"), (self.settings, "setting"))
        counts = [_count(len(changes), noun) for changes, noun in kinds if changes]
        return (
            f"{', '.join(counts)} changed"
            if counts
            else "no package and no file of the home changed"
        )


def diff_settings(
    before: Mapping[str, str] | None, after: Mapping[str, str] | None
) -> tuple[SettingChange, ...]:
    """The settings that differ, by option; none if either side is not known.

    Of a value that is known in part the part is compared: the rest may be what it was.
    """
    if before is None or after is None:
        return ()
    return tuple(
        SettingChange(option, before.get(option), after.get(option))
        for option in sorted(before.keys() | after.keys())
        if _known_part(before.get(option)) != _known_part(after.get(option))
    )


def _known_part(text: str | None) -> str | None:
    """A value as text, without the sign that others may add to it."""
    return None if text is None else text.removesuffix(" …")


def markdown(document: Document) -> str:
    """The document for an editor."""
    parts = [f"# {document.title}", *_opening(document)]
    if document.collisions:
        parts += ["## Files in the way", _list(each.text for each in document.collisions)]
    if document.put_back:
        said = (f"{place} is missing, and is put back." for place in document.put_back)
        parts += ["## Missing files", _list(said)]
    if document.settings:
        parts += ["## Settings", _settings(document.settings)]
    if document.packages or document.packages_text:
        parts += ["## Packages", _packages(document)]
    if document.files:
        parts += ["## Files", *_files(document.files)]
    if document.inputs:
        parts += ["## Inputs", _inputs(document.inputs)]
    if document.notes:
        parts += [_list(document.notes)]
    return "\n\n".join(parts) + "\n"


def _opening(document: Document) -> list[str]:
    if document.new is None:
        return [f"{document.summary.capitalize()}."]
    if document.changes_nothing:
        return [f"What would be activated already runs: {document.summary}."]
    if document.unseen and document.old is None:
        return [f"`{document.new}`", document.unseen]
    if document.unseen:
        compared = "Compared is what was last deployed from here, if that went well."
        return [
            f"{document.unseen} {compared}",
            f"From `{document.old}`",
            f"to `{document.new}`",
            f"{document.summary.capitalize()}.",
        ]
    said = f"{document.summary.capitalize()}."
    if document.old is None:
        nothing = "Nothing was deployed before that it could be compared with."
        return [f"`{document.new}`", f"{said} {nothing}"]
    return [f"From `{document.old}`", f"to `{document.new}`", said]


def _settings(changes: Sequence[SettingChange]) -> str:
    rows = (
        f"| {_cell(each.option)} | {_cell(each.before)} | {_cell(each.after)} |" for each in changes
    )
    return "\n".join(["| setting | was | becomes |", "| --- | --- | --- |", *rows])


def _inputs(changes: Sequence[InputChange]) -> str:
    rows = (
        f"| {_cell(each.name)} | {_cell(each.before)} | {_cell(each.after)} |" for each in changes
    )
    return "\n".join(["| input | was | is |", "| --- | --- | --- |", *rows])


def _packages(document: Document) -> str:
    if not document.packages:
        return _fenced(strip_escapes(document.packages_text), "")
    lines = ["| package | was | becomes | size |", "| --- | --- | --- | --- |"]
    for each in document.packages:
        before = each.before or ("" if each.change == "added" else "·")
        after = each.after or ("" if each.change == "removed" else "·")
        size = each.size
        lines.append(f"| {_cell(each.name)} | {_cell(before)} | {_cell(after)} | {_cell(size)} |")
    return "\n".join(lines)


def _files(changes: Sequence[FileChange]) -> list[str]:
    parts = []
    for each in changes[:MAX_FILES_SHOWN]:
        parts.append(f"### {_code(each.place)} {each.change}")
        if each.diff:
            parts.append(_fenced(each.diff, "diff"))
    if len(changes) > MAX_FILES_SHOWN:
        parts.append(f"… and {len(changes) - MAX_FILES_SHOWN} more files.")
    return parts


def _list(lines: Iterable[str]) -> str:
    return "\n".join(f"- {_inline(line)}" for line in lines)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _cell(text: str | None) -> str:
    """A table cell: one line, and no bar that would end it."""
    if not text:
        return ""
    return _code(" ".join(text.split())).replace("|", "\\|")


def _code(text: str) -> str:
    """Inline code, whatever backticks and line ends the text holds."""
    text = " ".join(text.split())
    fence = "`" * (_longest_run(text) + 1)
    padding = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{padding}{text}{padding}{fence}"


def _fenced(text: str, language: str) -> str:
    fence = "`" * max(3, _longest_run(text) + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def _inline(text: str) -> str:
    """Text of unknown origin that is to be read as text."""
    return " ".join(text.split()).replace("<", "&lt;")


def _longest_run(text: str) -> int:
    longest = run = 0
    for character in text:
        run = run + 1 if character == "`" else 0
        longest = max(longest, run)
    return longest
