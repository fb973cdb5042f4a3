"""An error's message → what kind of error it is, what it speaks of, and what would mend it.

One row for each shape that Nix, nixpkgs' module system and Home Manager write. Quotes vary: the
module system writes `so', newer parts `so`, nixpkgs ‘so’.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hmls.deploy.got_hash import hash_remedies
from hmls.deploy.problem import (
    AllowPackage,
    BackUpFiles,
    ForceFile,
    OptionPath,
    ProblemKind,
    Remedy,
    RenameOption,
    ReplaceText,
    SetPriority,
)
from hmls.deploy.target import attribute_path


@dataclass(frozen=True, slots=True)
class Finding:
    """What a message says of itself. Paths are as Nix wrote them.

    `path` is a file that is missing, not tracked or in the way; `search` is a text that stands at
    the place of the error in the user's files. `at` is a position in the message that is that of
    the error itself, `extra` one of something related.
    """

    kind: ProblemKind
    option: OptionPath = ()
    files: tuple[str, ...] = ()
    remedies: tuple[Remedy, ...] = ()
    path: str = ""
    search: str = ""
    at: str = ""
    extra: str = ""


def classify(message: str) -> Finding:
    """The first row that fits, searched in the whole message."""
    for pattern, build in RULES:
        if match := pattern.search(message):
            return build(match)
    return Finding("evaluation-error")


def package_name(full_name: str) -> str:
    """`steam-1.0.0.75` → `steam`, as lib.getName cuts it: before the first dash and digit."""
    return re.sub(r"-\d.*$", "", full_name)


Match = re.Match[str]
Builder = Callable[[Match], Finding]
FUNCTION = r"function(?: '[^']*')?(?: at (?P<where>\S+:\d+:\d+))?"
"""Old versions of Nix gave the function's position in the message, and that of its call beside."""
SOME = ".{0,500}"
"""Some words of a line. Bounded, so that no text makes the search take long."""
WHERE = f"(?: in {SOME}?)?(?: because it)?"
OPTION = r"[`‘'](?P<option>.{1,300}?)['’`]"
"""A name may have apostrophes inside: what stands behind it tells where it ends."""


def _plain(kind: ProblemKind) -> Builder:
    return lambda _: Finding(kind)


def _named(kind: ProblemKind) -> Builder:
    """A name that does not exist, perhaps with names that do."""

    def build(match: Match) -> Finding:
        remedies = tuple(ReplaceText(match["name"], name) for name in suggestions(match.string))
        return Finding(kind, remedies=remedies, search=match["name"])

    return build


def _of_path(kind: ProblemKind) -> Builder:
    def build(match: Match) -> Finding:
        return Finding(kind, path=match["path"])

    return build


def _of_option(kind: ProblemKind) -> Builder:
    """An option and the files that define it."""

    def build(match: Match) -> Finding:
        return Finding(kind, attribute_path(match["option"]), files_in(match.string))

    return build


def _conflict(match: Match) -> Finding:
    option = attribute_path(match["option"])
    return Finding("conflict", option, files_in(match.string), (SetPriority(option),))


def _unknown_option(match: Match) -> Finding:
    option = attribute_path(match["option"])
    better = tuple(RenameOption(option, attribute_path(name)) for name in suggestions(match.string))
    return Finding("unknown-option", option, files_in(match.string), better)


def _renamed(match: Match) -> Finding:
    old, new = attribute_path(match["option"]), attribute_path(match["new"])
    return Finding("renamed-option", old, files_in(match.string), (RenameOption(old, new),))


def _missing_argument(match: Match) -> Finding:
    """Lix names all that are missing, and in the same message those that are not expected."""
    surplus = re.search(r"and with unexpected arguments? '([^']+)'", match.string)
    names = suggestions(match.string) if surplus is not None else ()
    remedies = tuple(ReplaceText(surplus[1], name) for name in names if surplus is not None)
    return Finding("missing-argument", remedies=remedies, at=match["where"] or "")


def _unexpected_argument(match: Match) -> Finding:
    remedies = tuple(ReplaceText(match["name"], name) for name in suggestions(match.string))
    return Finding("unexpected-argument", remedies=remedies, at=match["where"] or "")


def _duplicate(match: Match) -> Finding:
    return Finding("duplicate-attribute", search=match["name"], extra=match["where"])


def _package(kind: ProblemKind) -> Builder:
    """A package that nixpkgs refuses. Insecure ones are permitted by their full name."""

    def build(match: Match) -> Finding:
        full, name = match["name"], package_name(match["name"])
        match kind:
            case "unfree":
                remedy = AllowPackage("allowUnfreePredicate", name)
            case "insecure":
                remedy = AllowPackage("permittedInsecurePackages", full)
            case "broken":
                remedy = AllowPackage("allowBroken", name)
            case _:
                remedy = AllowPackage("allowUnsupportedSystem", name)
        return Finding(kind, remedies=(remedy,), search=name)

    return build


def _hash(match: Match) -> Finding:
    return Finding("hash-mismatch", remedies=hash_remedies(match["specified"], match["got"]))


def _collision(match: Match) -> Finding:
    return Finding("collision", path=match["path"], remedies=(BackUpFiles(), ForceFile("")))


def _backup_collision(match: Match) -> Finding:
    return Finding("collision", path=match["path"], remedies=(ForceFile(""),))


def _targets(match: Match) -> Finding:
    return Finding("assertion", path=match["path"])


def _unsupported(match: Match) -> Finding:
    return Finding("unsupported-attribute", path=match["path"], search=match["name"])


def _wrong_user(match: Match) -> Finding:
    option = {"USER": "username", "HOME": "homeDirectory", "UID": "uid"}[match["name"]]
    return Finding("wrong-user", ("home", option))


def suggestions(message: str) -> Sequence[str]:
    """The names behind «Did you mean», best first: Nix's and the module system's."""
    match = re.search(r"Did you mean (?:one of )?(.+)\?", message)
    if match is None:
        return ()
    return [name.strip("`'’‘ ") for name in re.split(r",\s+|\s+or\s+", match[1]) if name.strip()]


def files_in(message: str) -> tuple[str, ...]:
    """The files that a message of the module system names, each once, as it names them."""
    found = re.findall(r"^\s*- In [`‘'](.+?)['’`](?:$|[:,]| with )", message, re.MULTILINE)
    found += re.findall(r"(?: in | and )[`‘'](/[^`'’]+)['’`]", message)
    return tuple(dict.fromkeys(found))


def _row(pattern: str, builder: Builder) -> tuple[re.Pattern[str], Builder]:
    return re.compile(pattern, re.MULTILINE), builder


RULES: tuple[tuple[re.Pattern[str], Builder], ...] = (
    # The module system. First, because a message of its own may quote any other.
    _row(rf"^The option {OPTION} does not exist", _unknown_option),
    _row(rf"^The option {OPTION} has conflicting definition values", _conflict),
    _row(rf"^The option {OPTION} has conflicting option types", _of_option("declared-twice")),
    _row(rf"^The option {OPTION} is defined multiple times while", _conflict),
    _row(rf"^The option {OPTION} is defined both ", _conflict),
    _row(rf"^Cannot merge definitions of {OPTION}", _conflict),
    _row(rf"^A definition for option {OPTION} is not of type", _of_option("option-type")),
    _row(rf"^The option {OPTION} was accessed but has no value defined", _of_option("no-value")),
    _row(rf"^The option {OPTION} is used but not defined", _of_option("no-value")),
    _row(rf"^The option {OPTION} can no longer be used", _of_option("removed-option")),
    _row(
        rf"option definition {OPTION} in {SOME} no longer has any effect",
        _of_option("removed-option"),
    ),
    _row(
        rf"[Oo]ption {OPTION} {SOME}(?:has been|was) renamed to [`‘'](?P<new>[^`'’]+)['’`]",
        _renamed,
    ),
    _row(rf"^The option {OPTION} is read-only, but it's set multiple", _of_option("read-only")),
    _row(rf"^The option {OPTION} in .* is already declared in", _of_option("declared-twice")),
    _row(
        r"^Module [`‘'](?P<path>[^`'’]+)['’`] has an unsupported attribute "
        r"[`‘'](?P<name>[^`'’]+)['’`]",
        _unsupported,
    ),
    _row(
        r"^The module [`‘'](?P<path>[^`'’]+)['’`] \(class: .*\) cannot be imported",
        _of_path("wrong-class"),
    ),
    _row(r"Conflicting managed target files: (?P<path>.+)", _targets),
    _row(r"^Failed assertions:", _plain("assertion")),
    # Packages that nixpkgs refuses, in its new wording and its old.
    _row(
        rf"[Pp]ackage ['‘](?P<name>[^'’]+)['’]{WHERE} has an unfree license",
        _package("unfree"),
    ),
    _row(
        rf"[Pp]ackage ['‘](?P<name>[^'’]+)['’]{WHERE} is marked as insecure",
        _package("insecure"),
    ),
    _row(
        rf"[Pp]ackage ['‘](?P<name>[^'’]+)['’]{WHERE} is marked as broken",
        _package("broken"),
    ),
    _row(
        rf"[Pp]ackage ['‘](?P<name>[^'’]+)['’]{WHERE} is not available on",
        _package("unsupported-system"),
    ),
    # Parsing.
    _row(r"^syntax error, ", _plain("syntax-error")),
    _row(
        r"^(?:dynamic )?attribute '(?P<name>[^']+)' already defined at (?P<where>.+)$", _duplicate
    ),
    _row(r"^undefined variable '(?P<name>[^']+)'", _named("undefined-variable")),
    # What a Git flake does not see.
    _row(
        r"^[Pp]ath '(?P<path>[^']+)' in the repository .* is not tracked by Git",
        _of_path("untracked-file"),
    ),
    _row(
        r"^access to path '(?P<path>[^']+)' is forbidden because it is not under Git control",
        _of_path("untracked-file"),
    ),
    _row(r"does not contain a '(?P<path>[^']*flake\.nix)' file", _of_path("missing-file")),
    _row(
        r"^[Pp]ath '(?P<path>[^']+)' does not exist(?: in Git repository .*)?\.?$",
        _of_path("missing-file"),
    ),
    _row(
        r"getting status of '(?P<path>[^']+)': No such file or directory",
        _of_path("missing-file"),
    ),
    _row(r"opening file '(?P<path>[^']+)': No such file or directory", _of_path("missing-file")),
    _row(r"does not provide attribute ", _plain("missing-output")),
    _row(r"^Git tree '.*' is dirty", _plain("dirty")),
    # Evaluation.
    _row(r"^attribute '(?P<name>[^']+)' missing", _named("missing-attribute")),
    _row(rf"{FUNCTION} called without required arguments? '", _missing_argument),
    _row(rf"{FUNCTION} called with unexpected arguments? '(?P<name>[^']+)'", _unexpected_argument),
    _row(r"^infinite recursion encountered", _plain("infinite-recursion")),
    _row(r"^stack overflow", _plain("stack-overflow")),
    _row(
        r"^access to (?:absolute path|path|URI) '(?P<path>[^']+)' is forbidden in ",
        _of_path("impure-path"),
    ),
    # Building.
    _row(
        r"^hash mismatch in fixed-output derivation(?s:.{0,2000}?)specified:\s*(?P<specified>\S+)"
        r"(?s:.{0,2000}?)got:\s*(?P<got>\S+)",
        _hash,
    ),
    _row(
        r"^a '[^']+' with features .* is required to build|Reason: platform mismatch"
        r"|required (?:system|platform)",
        _plain("wrong-platform"),
    ),
    _row(r"No space left on device|database or disk is full", _plain("no-space")),
    _row(
        r"^Cannot build '|^builder for '.*' failed|^build of '.*' failed"
        r"|dependenc(?:y|ies) of derivation '.*' failed to build|^some (?:substitutes|outputs)",
        _plain("build-failed"),
    ),
    # Nix itself.
    _row(r"experimental (?:Nix|Lix) feature '[^']+' is disabled", _plain("flakes-disabled")),
    _row(r"cannot connect to (?:socket|daemon)|daemon-socket", _plain("no-daemon")),
    _row(r"executing 'git'", _plain("no-git")),
    _row(
        r"[Uu]nable to download|Could not resolve host|HTTP error \d+|Couldn't resolve host"
        r"|[Ff]ailed to (?:fetch|connect)",
        _plain("network"),
    ),
    # Home Manager's activation, and sudo.
    _row(
        r"^Existing file '(?P<backup>.+)' would be clobbered by backing up '(?P<path>.+)'",
        _backup_collision,
    ),
    _row(r"^Existing file '(?P<path>.+)' would be clobbered", _collision),
    _row(r'^(?P<name>USER|HOME|UID) is ".*", expected ".*"', _wrong_user),
    _row(r"the following (?:user )?units failed: ", _plain("units-failed")),
    _row(r"^sudo: .*(?:password|terminal) is required", _plain("password")),
)
