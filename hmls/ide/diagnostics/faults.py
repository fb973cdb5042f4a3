"""From what fails in an evaluated home to problems on the user's lines."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from hmls.homes.knowledge import TABLE
from hmls.homes.repository import Repository
from hmls.ide.diagnostics.cycles import cycles
from hmls.ide.diagnostics.old_names import places_of_old_names
from hmls.ide.diagnostics.places import place_of
from hmls.ide.diagnostics.registry import (
    CONFLICT,
    EVALUATION_ERROR,
    IMPORT_CYCLE,
    INFINITE_RECURSION,
    MISSING_IMPORT,
    MISSING_VALUE,
    NIXOS_OPTION,
    OS_CONFIG,
    TYPE_MISMATCH,
    UNDECLARED_OPTION,
    Code,
)
from hmls.ide.diagnostics.system_names import HOME_MANAGER_NAMES, is_system_option, system_hint
from hmls.ide.diagnostics.walk import Failure, Walk, known, option_named
from hmls.ide.types import Place
from hmls.lang import store
from hmls.lang.errors import InfiniteRecursion, NixError, SyntaxErrorInFile
from hmls.lang.values import Attrs
from hmls.modules.declarations import OTHER_RELEASE
from hmls.modules.definitions import Definition, Loc
from hmls.modules.evaluation import Evaluation
from hmls.modules.level import Level
from hmls.modules.messages import show_option
from hmls.modules.option_value import Option
from hmls.modules.types.base import OptionType

SUBJECT = re.compile(r"(?:The option|A definition for option) `([^`']+)[`']")
_CONFLICTS = (
    "has conflicting definition values",
    "is defined multiple times while",
    "is defined both ",
    "is read-only, but it's set multiple times",
)
_READ = (
    ("home", "packages"), ("home", "file"), ("home", "sessionVariables"), ("home", "sessionPath"),
    ("home", "username"), ("home", "homeDirectory"), ("home", "stateVersion"),
    ("home", "activation"), ("xdg", "configFile"), ("xdg", "dataFile"), ("assertions",),
    ("warnings",),
)  # fmt: skip
"""What every build of a home reads, whatever else is set."""
_FORCING = frozenset((CONFLICT, TYPE_MISMATCH, UNDECLARED_OPTION, NIXOS_OPTION, IMPORT_CYCLE))
"""What is wrong whether or not the value is read, but for what is switched off."""


@dataclass(frozen=True, slots=True)
class Missing:
    """Values that an option without one can be given in a file, and why these."""

    loc: Loc
    path: str
    values: tuple[str, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """A problem of one target. The first place is where it is; all get a diagnostic."""

    code: Code
    message: str
    loc: Loc
    places: tuple[Place, ...]
    related: tuple[Place, ...] = ()
    is_certain: bool = True
    """Whether a build fails on it whatever else is set."""
    suggestions: tuple[str, ...] = ()
    """Option paths that Nix finds more likely."""
    type: OptionType | None = None
    wrong: tuple[tuple[Place, Definition], ...] = ()
    """Of a type mismatch: the type, and the definitions that are not of it."""
    missing: tuple[Missing, ...] = ()
    """Of a missing value: where it can be given."""


def faults_of(repository: Repository, evaluation: Evaluation, found: Walk) -> list[Fault]:
    """The problems behind what failed: each cause once, not what merely reads it."""
    prefix = evaluation.prefix
    unread = {each.unknown.cause.subject for each in evaluation.collected.unread}
    from_table = any(each.unknown.cause.kind == TABLE for each in evaluation.collected.unread)
    failures = [
        failure
        for failure in found.failures
        if (not unread or _is_certain(repository, evaluation, failure))
        and not (from_table and _may_be_newer(repository, evaluation, failure))
    ]
    faults = _faults(repository, failures, prefix)
    return [_switched(evaluation, _whole(repository, evaluation, fault)) for fault in faults]


def _whole(repository: Repository, evaluation: Evaluation, fault: Fault) -> Fault:
    """A conflict with the definitions that are written by an older name of the option."""
    if fault.code is not CONFLICT:
        return fault
    old = places_of_old_names(repository, evaluation, fault.loc)
    return replace(fault, places=tuple(dict.fromkeys((*fault.places, *old))))


def _switched(evaluation: Evaluation, fault: Fault) -> Fault:
    """A value that nobody may read, as its program is not enabled, does not fail the build yet."""
    if fault.code not in (CONFLICT, TYPE_MISMATCH):
        return fault
    node: object = evaluation.root
    for depth, part in enumerate(fault.loc):
        if not isinstance(node, Level):
            break
        switch = node.node("enable")
        if part != "enable" and isinstance(switch, Option) and known(switch.value) is not True:
            name = show_option((*fault.loc[:depth], "enable"))
            message = f"{fault.message}\nThe build fails once `{name}` is true."
            return replace(fault, message=message, is_certain=False)
        node = node.node(part)
    return fault


def _may_be_newer(repository: Repository, evaluation: Evaluation, failure: Failure) -> bool:
    """Whether an option may exist, or be another one, in another release than the table's."""
    code, message = code_of(failure), failure.error.message
    if code is TYPE_MISMATCH and "of type `boolean'" not in message:
        other = any(each.origin == OTHER_RELEASE for each in evaluation.collected.modules)
        return other and not _is_own(repository, failure)
    return code is UNDECLARED_OPTION and "Did you mean" not in message


def system_faults(repository: Repository, found: Walk) -> list[Fault]:
    """Those of a system, of whose own modules little is known: of the user's own options."""
    failures = [
        failure
        for failure in found.failures
        if failure.is_firm
        and code_of(failure) in (CONFLICT, TYPE_MISMATCH)
        and _is_own(repository, failure)
    ]
    return _faults(repository, failures, ())


def _is_certain(repository: Repository, evaluation: Evaluation, failure: Failure) -> bool:
    """Whether a failure stays one, whatever the modules that were not read declare and define."""
    code = code_of(failure)
    if code in (UNDECLARED_OPTION, NIXOS_OPTION):
        # Home Manager's modules may add to the options that a user's module declares there.
        return failure.loc[:1] != () and failure.loc[0] not in HOME_MANAGER_NAMES
    if code is EVALUATION_ERROR and evaluation.prefix:
        return not _reads_the_host(failure)
    if code is MISSING_VALUE:
        subject = SUBJECT.match(failure.error.message)
        return subject is not None and _is_own_option(repository, evaluation, subject[1])
    if code is CONFLICT:
        return failure.is_firm or _is_own(repository, failure)
    return True


def _is_own(repository: Repository, failure: Failure) -> bool:
    """Whether the user's own modules declare the option, and nobody else."""
    declared = [place_of(repository, declaration.site) for declaration in failure.declarations]
    return declared != [] and all(place is not None for place in declared)


def _is_own_option(repository: Repository, evaluation: Evaluation, name: str) -> bool:
    """Whether an option of the home is one that the user's own modules declare."""
    found = option_named(evaluation, name)
    if found is None:
        return False
    declared = [place_of(repository, d.site) for d in found[0].declaration.declarations]
    return all(place is not None for place in declared)


def _reads_the_host(failure: Failure) -> bool:
    """Whether a file involved reads the system, of whose values few are known."""
    sites = [failure.error.site, *(definition.site for definition in failure.definitions)]
    return any(site is not None and b"osConfig" in site.unit.text for site in sites)


def _faults(repository: Repository, failures: list[Failure], prefix: Loc) -> list[Fault]:
    own = {show_option((*prefix, *failure.loc)) for failure in failures if failure.loc}
    found: list[Fault] = []
    for failure in failures:
        subject = SUBJECT.match(failure.error.message)
        name = show_option((*prefix, *failure.loc))
        code = code_of(failure)
        if subject is not None and subject[1] != name and subject[1] in own:
            continue
        if subject is not None and code in (CONFLICT, TYPE_MISMATCH) and subject[1] != name:
            code = EVALUATION_ERROR  # Of an option of another module, which is only read here.
        fault = _fault(repository, failure, code)
        if fault is not None:
            found.append(fault)
    return found


_NOT_THERE = re.compile(r"[Pp]ath '.*' does not exist( in Git repository \".*\"\.)?", re.DOTALL)


def code_of(failure: Failure) -> Code:
    """What kind of problem an error is."""
    error, message = failure.error, failure.error.message
    if isinstance(error, InfiniteRecursion):
        return INFINITE_RECURSION
    if any(words in message for words in _CONFLICTS) and message.startswith("The option"):
        return CONFLICT
    if message.startswith("A definition for option") and "is not of type" in message:
        return TYPE_MISMATCH
    if "was accessed but has no value defined" in message or "is used but not defined" in message:
        return MISSING_VALUE
    if message.startswith("The option") and "does not exist. Definition values" in message:
        return NIXOS_OPTION if is_system_option(failure.loc) else UNDECLARED_OPTION
    if not failure.loc and message.startswith("stack overflow"):
        return IMPORT_CYCLE
    if not failure.loc and _NOT_THERE.fullmatch(message):
        return MISSING_IMPORT
    if _is_about_os_config(error):
        return OS_CONFIG
    return EVALUATION_ERROR


def _is_about_os_config(error: NixError) -> bool:
    if error.message == "attribute 'osConfig' missing":
        return True
    site = error.site
    if site is None or "null" not in error.message:
        return False
    text = site.text()
    return text == "osConfig" or text.startswith("osConfig.")


def _fault(repository: Repository, failure: Failure, code: Code) -> Fault | None:
    error = failure.error
    if isinstance(error, SyntaxErrorInFile) or error.message.startswith("undefined variable"):
        return None  # Said where it stands.
    definitions = failure.culprits if code is TYPE_MISMATCH else failure.definitions
    defined = _places(repository, definitions or failure.definitions)
    at = place_of(repository, error.site)
    match code.name:
        case "conflict" | "type-mismatch":
            places = defined or ((at,) if at is not None else ())
        case _ if at is not None:
            places = (at,)
        case "import-cycle":
            places = cycles(repository)
        case _:
            places = defined
    if not places:
        return None
    message = store.readable(error.message).rstrip()
    if code is IMPORT_CYCLE:
        message += ": this import leads back to the file that it stands in"
    if code is OS_CONFIG:
        message += "\nThis home is deployed without a host, where osConfig is null."
    declared = [place_of(repository, declaration.site) for declaration in failure.declarations]
    all_related = dict.fromkeys([*defined, *(place for place in declared if place is not None)])
    if code is NIXOS_OPTION:
        message += "\n" + system_hint(failure.loc, _names_below(failure))
    related = tuple(place for place in all_related if place not in places)
    is_certain = code in _FORCING or not failure.loc or is_read_by_all(failure.loc)
    suggested = message.partition("Did you mean ")[2].partition("?")[0]
    suggestions = tuple(re.findall("`([^']+)'", suggested))
    at_places = [(place_of(repository, definition.site), definition) for definition in definitions]
    wrong = tuple((place, found) for place, found in at_places if place is not None)
    return Fault(
        code, message, failure.loc, places, related, is_certain, suggestions, failure.type, wrong
    )


def _names_below(failure: Failure) -> list[str]:
    """What the definitions of an option that is a set define in it."""
    values = [known(definition.value) for definition in failure.definitions]
    return [name for value in values if isinstance(value, Attrs) for name in value]


def is_read_by_all(loc: Loc) -> bool:
    """Whether every build reads an option."""
    if any(loc[: len(path)] == path for path in _READ):
        return True
    return len(loc) == 3 and loc[0] in ("programs", "services") and loc[2] == "enable"


def _places(repository: Repository, definitions: tuple[Definition, ...]) -> tuple[Place, ...]:
    found = [place_of(repository, definition.site) for definition in definitions]
    return tuple(dict.fromkeys(place for place in found if place is not None))
