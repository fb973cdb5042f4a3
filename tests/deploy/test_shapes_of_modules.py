"""Every shape of an error of nixpkgs' module system, of nixpkgs, and of Home Manager."""

from __future__ import annotations

import pytest

from tests.deploy.shapes import read, told

BASE, GLOBAL = "homes/alice/default.nix", "homes/alice@global/default.nix"
IN_BASE = f"- In `SOURCE/{BASE}': 1"
IN_GLOBAL = f"- In `SOURCE/{GLOBAL}': 2"
USE = "Use `lib.mkForce value` or `lib.mkDefault value` to change the priority on any of these."
FRAMES = (
    "error:\n       … while evaluating the option `x':\n         at REPO/flake.nix:3:1:\n\n       "
)


def error(message: str) -> str:
    """As Nix prints what `throw` was given."""
    return FRAMES + "error: " + message.replace("\n", "\n       ")


X = {"x": [f"{BASE}:2:3", f"{GLOBAL}:4:5"]}


def test_a_conflict_is_shown_on_every_definition() -> None:
    text = error(
        f"The option `x' has conflicting definition values:\n{IN_BASE}\n{IN_GLOBAL}\n{USE}"
    )
    assert told(text, options=X) == [
        f"conflict {BASE}:2:3 priority(x)",
        f"conflict {GLOBAL}:4:5 priority(x)",
    ]
    assert [place.line for place, _ in read(text, options=X)[0].related] == [4]


def test_without_an_index_the_files_are_shown() -> None:
    text = error(f"The option `x' has conflicting definition values:\n{IN_BASE}\n{USE}")
    assert told(text) == [f"conflict {BASE}:1:1 priority(x)"]


def test_messages_name_files_as_the_user_knows_them() -> None:
    text = error(f"The option `x' has conflicting definition values:\n{IN_BASE}\n{USE}")
    assert f"In `{BASE}'" in read(text)[0].message


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (
            "The option `x' is defined multiple times while it's expected to be unique.\nOnce.\n"
            f"Definition values:\n{IN_BASE}\n{USE}",
            f"conflict {BASE}:2:3 priority(x)",
        ),
        (
            f"The option `x` is defined both null and not null, in `SOURCE/{BASE}' and "
            f"`SOURCE/{BASE}'.",
            f"conflict {BASE}:2:3 priority(x)",
        ),
        (
            f"The option `x` is defined both as `a` and `b`, in `SOURCE/{BASE}'.",
            f"conflict {BASE}:2:3 priority(x)",
        ),
        (
            f"A definition for option `x' is not of type `signed integer'. Definition values:\n"
            f"{IN_BASE}",
            f"option-type {BASE}:2:3",
        ),
        (
            "The option `x' is read-only, but it's set multiple times. Definition values:\n"
            f"{IN_BASE}",
            f"read-only {BASE}:2:3",
        ),
        (
            f"The option `x' does not exist. Definition values:\n{IN_BASE}",
            f"unknown-option {BASE}:2:3",
        ),
        (
            f"The option `x' in `SOURCE/{BASE}' is already declared in `SOURCE/{BASE}'.",
            f"declared-twice {BASE}:2:3",
        ),
    ],
)
def test_errors_that_name_an_option_and_its_files(message: str, expected: str) -> None:
    assert told(error(message), options=X) == [expected]


def test_a_definition_in_no_file_is_found_by_its_option() -> None:
    text = error(
        "The option `x' does not exist. Definition values:\n- In `<unknown-file>': 1\n"
        "Did you mean `y'?"
    )
    assert told(text, options=X) == [
        f"unknown-option {BASE}:2:3 x→y",
        f"unknown-option {GLOBAL}:4:5 x→y",
    ]


def test_names_of_options_that_were_meant() -> None:
    text = error(
        "The option `x' does not exist. Definition values:\n"
        f"- In `SOURCE/{BASE}':\n    {{\n      a = 1;\n    }}\n\nDid you mean `a.b', `c' or `d'?"
    )
    assert told(text, options=X) == [f"unknown-option {BASE}:2:3 x→a.b x→c x→d"]


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        (
            "A definition for option `x' is not of type `T'. TypeError: it is no T",
            "option-type",
        ),
        (
            "The option `x' was accessed but has no value defined. Try setting the option.",
            "no-value",
        ),
        ("The option `x' is used but not defined.", "no-value"),
        ("The option `x' can no longer be used since it's been removed. Do so.", "removed-option"),
    ],
)
def test_errors_that_name_an_option_and_no_file(message: str, kind: str) -> None:
    assert told(error(message), options=X) == [f"{kind} {BASE}:2:3", f"{kind} {GLOBAL}:4:5"]


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        (
            f"Module `SOURCE/{BASE}' has an unsupported attribute `y'. This is caused by "
            "introducing a top-level `config' or `options' attribute.",
            "unsupported-attribute",
        ),
        (
            f'The module `SOURCE/{BASE}` (class: "nixos") cannot be imported into a module '
            'evaluation that expects class "homeManager".',
            "wrong-class",
        ),
    ],
)
def test_errors_that_name_a_module(message: str, kind: str) -> None:
    assert told(error(message)) == [f"{kind} {BASE}:1:1"]


def test_an_option_of_a_home_inside_a_system() -> None:
    text = error(
        f"The option `home-manager.users.alice.x' does not exist. Definition values:\n{IN_BASE}"
    )
    assert told(text, options=X) == [f"unknown-option {BASE}:2:3"]


def test_option_names_with_dots_and_quotes() -> None:
    text = error(
        f'The option `home.file.".x.y".text\' does not exist. Definition values:\n{IN_BASE}'
    )
    assert read(text)[0].option == ("home", "file", ".x.y", "text")


@pytest.mark.parametrize(
    "context",
    [
        f'while evaluating the module argument `config\' in "SOURCE/{BASE}":',
        f"while evaluating definitions from `SOURCE/{BASE}':",
    ],
)
def test_infinite_recursion_is_shown_in_the_module(context: str) -> None:
    text = (
        f"error:\n       … {context}\n       … if you get an infinite recursion here, you probably "
        "reference `config` in `imports`.\n\n       error: infinite recursion encountered\n"
        "       at OTHER/lib/modules.nix:1147:7:"
    )
    assert told(text) == [f"infinite-recursion {BASE}:1:1"]


def test_an_argument_that_no_module_gets() -> None:
    text = (
        "error:\n       … while evaluating the option `x':\n"
        f"       … while evaluating definitions from `SOURCE/{BASE}':\n"
        f'       … while evaluating the module argument `nope\' in "SOURCE/{BASE}":\n'
        "       … noting that argument `nope` is not externally provided, so querying\n\n"
        "       error: attribute 'nope' missing\n       at OTHER/lib/modules.nix:729:13:"
    )
    assert told(text, options=X) == [f"missing-attribute {BASE}:2:3"]


def test_each_failed_assertion_is_a_problem() -> None:
    text = error("\nFailed assertions:\n- x.y must be set\n- Second\n  goes on")
    problems = read(text, options={"x.y": [f"{BASE}:2:3"]})
    assert [(each.kind, each.message) for each in problems] == [
        ("assertion", "x.y must be set"),
        ("assertion", "Second\n  goes on"),
    ]
    assert [each.place and each.place.line for each in problems] == [2, None]


def test_assertions_of_a_home_inside_a_system() -> None:
    text = error("\nFailed assertions:\n- alice profile: x.y must be set")
    assert read(text)[0].message == "x.y must be set"


def test_two_files_with_one_target() -> None:
    text = error("\nFailed assertions:\n- Conflicting managed target files: .a, .b\n\n  This may")
    targets = {".a": [f"{BASE}:2:3"], ".b": [f"{GLOBAL}:4:5"]}
    assert told(text, targets=targets) == [f"assertion {BASE}:2:3", f"assertion {GLOBAL}:4:5"]


def test_a_removed_option_is_told_as_an_assertion() -> None:
    text = error(
        f"\nFailed assertions:\n- The option definition `x' in `SOURCE/{BASE}' no longer has any "
        "effect; please remove it.\n  Use y."
    )
    assert told(text, options=X) == [f"removed-option {BASE}:2:3"]


UNFREE = [
    "Refusing to evaluate package 'steam-1.0.0.75' in OTHER/pkgs/steam.nix:57 because it has an "
    "unfree license (‘unfreeRedistributable’)",
    "Package ‘steam-1.0.0.75’ in OTHER/pkgs/steam.nix:57 has an unfree license (‘unfree’), "
    "refusing to evaluate.",
]


@pytest.mark.parametrize("message", UNFREE)
def test_unfree_packages(message: str) -> None:
    words = {"steam": [f"{BASE}:5:7"]}
    assert told(error(message), words=words) == [f"unfree {BASE}:5:7 allowUnfreePredicate(steam)"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("is marked as insecure", "insecure permittedInsecurePackages(p-1.0)"),
        ("is marked as broken", "broken allowBroken(p)"),
        (
            "is not available on the requested hostPlatform:",
            "unsupported-system allowUnsupportedSystem(p)",
        ),
    ],
)
@pytest.mark.parametrize(
    "form",
    [
        "Refusing to evaluate package 'p-1.0' in OTHER/p.nix:57 because it {}",
        "Package ‘p-1.0’ in OTHER/p.nix:57 {}, refusing to evaluate.",
    ],
)
def test_refused_packages(form: str, words: str, expected: str) -> None:
    assert told(error(form.format(words))) == [expected]


def test_files_in_the_way() -> None:
    text = """\
Activating checkLinkTargets
Please do one of the following:
- In standalone mode, use 'home-manager switch -b backup' to back up files automatically.
Existing file '/home/alice/.config/a' would be clobbered
Existing file '/home/alice/.b.bak' would be clobbered by backing up '/home/alice/.b'"""
    targets = {".config/a": [f"{BASE}:2:3"], ".b": [f"{BASE}:6:3"]}
    assert told(text, targets=targets) == [
        f"collision {BASE}:2:3 back-up force(.config/a)",
        f"collision {BASE}:6:3 force(.b)",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "Existing file '/home/alice/.a' is in the way of '/nix/store/x', will be moved to '.a.bak'",
        "Existing file '/home/alice/.a' is in the way of '/nix/store/x', will be skipped since "
        "they are the same",
    ],
)
def test_files_that_are_taken_care_of_are_no_problem(line: str) -> None:
    assert told(line) == []


@pytest.mark.parametrize(
    ("line", "option"),
    [
        ('USER is "bob", expected "alice"', "home.username"),
        ('HOME is "/root", expected "/home/alice"', "home.homeDirectory"),
        ('UID is "0", expected "1000"', "home.uid"),
    ],
)
def test_the_wrong_user(line: str, option: str) -> None:
    assert told(line, options={option: [f"{BASE}:2:3"]}) == [f"wrong-user {BASE}:2:3"]


def test_services_that_failed() -> None:
    assert told("warning: the following units failed: home-manager-alice.service") == [
        "units-failed"
    ]


@pytest.mark.parametrize(
    "line", ["sudo: a password is required", "sudo: a terminal is required to read the password"]
)
def test_a_password_that_is_needed(line: str) -> None:
    assert told(line) == ["password"]


@pytest.mark.parametrize(
    "line",
    [
        "trace: \x1b[1;31mwarning: The option `x' defined in `SOURCE/homes/alice/default.nix' has "
        "been renamed to `y'.\x1b[0m",
        "evaluation warning: Obsolete option `x' is used. It was renamed to `y'.",
    ],
)
def test_renamed_options(line: str) -> None:
    problems = read(line, options={"x": [f"{BASE}:2:3"]})
    assert [(each.kind, each.severity) for each in problems] == [("renamed-option", "warning")]
    assert told(line, options={"x": [f"{BASE}:2:3"]}) == [f"renamed-option {BASE}:2:3 x→y"]


def test_warnings_of_a_configuration() -> None:
    text = "evaluation warning: programs.git.signing is odd"
    options = {"programs.git": [f"{BASE}:2:3"]}
    assert told(text, options=options) == [f"warning {BASE}:2:3"]


def test_warnings_of_nix_itself_are_none_of_the_configuration() -> None:
    assert told("warning: the group 'nixbld' specified in 'build-users-group' does not exist") == []
