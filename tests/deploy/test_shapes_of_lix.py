"""Every shape in which Lix, from 2.90 to 2.95, writes an error otherwise than Nix does.

What is said to be of 2.95.3 was written by it; the rest is as its sources write it.
"""

from __future__ import annotations

import pytest

from hmls.deploy.got_hash import hash_remedies
from tests.deploy.shapes import read, told

AT = "\n       at REPO/homes/alice/default.nix:1:4:"
HERE = "homes/alice/default.nix:1:4"


def test_lix_traces_a_throw_and_a_selection_as_frames_of_their_own() -> None:
    """As the release notes of Lix 2.91 show them."""
    text = """\
error:
       … while evaluating 'pkgs.linux_4_9' to select 'meta' on it
         at OTHER/lib/a.nix:1:1:
            1| pkgs.linux_4_9.meta
             | ^

       … caused by explicit throw
         at REPO/homes/alice/default.nix:3:17:
            2| {
            3|     linux_4_9 = throw "it was removed";
             |                 ^

       error: it was removed"""
    assert told(text) == ["evaluation-error homes/alice/default.nix:3:17"]
    assert read(text)[0].message == "it was removed"


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("syntax error, expecting ';' to end binding", f"syntax-error {HERE}"),
        (
            "function 'anonymous lambda' called without required arguments 'a' and 'b'",
            f"missing-argument {HERE}",
        ),
        (
            "access to absolute path '/etc' is forbidden in pure eval mode "
            "(use '--impure' to override)",
            f"impure-path {HERE}",
        ),
        ("opening file 'SOURCE/homes/none.nix': No such file or directory", f"missing-file {HERE}"),
    ],
)
def test_kinds(message: str, expected: str) -> None:
    assert told(f"error: {message}{AT}") == [expected]


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("with unexpected arguments 'd', 'e' and 'f'", "unexpected-argument"),
        (
            "without required arguments 'a' and 'b' and with unexpected arguments 'd' and 'e'",
            "missing-argument",
        ),
    ],
)
def test_all_arguments_in_one_message(words: str, kind: str) -> None:
    """What may have been meant is meant by the first of those that are not expected."""
    said = f"error: function 'anonymous lambda' called {words}{AT}\n       Did you mean a?"
    assert told(said) == [f"{kind} {HERE} d→a"]


def test_a_summary_of_the_derivations_is_no_part_of_the_message() -> None:
    """Since 2.94. The package that the user named is the place of one that it needs."""
    text = """\
error:
       … while evaluating derivation 'nheko-0.12.1'
         whose name attribute is located at OTHER/pkgs/make-derivation.nix:541:11

       error: Package ‘olm-3.2.16’ in OTHER/pkgs/olm.nix:37 is marked as insecure, refusing.

       note: trace involved the following derivations:
       derivation 'nheko-0.12.1'
       derivation 'olm-3.2.16'
"""
    words = {"nheko": ["homes/alice/default.nix:5:7"]}
    (problem,) = read(text, words=words)
    assert problem.message.endswith("refusing.")
    place = "homes/alice/default.nix:5:7"
    assert told(text, words=words) == [f"insecure {place} permittedInsecurePackages(olm-3.2.16)"]


def test_a_name_that_was_meant_stands_behind_the_summary() -> None:
    text = f"""\
error: attribute 'fo' missing{AT}
       note: trace involved the following derivations:
       derivation 'a-1'

       Did you mean foo?"""
    assert told(text) == [f"missing-attribute {HERE} fo→foo"]


MISMATCH = """\
error: hash mismatch in fixed-output derivation '/nix/store/8lb1qqk8qv0sc9nqnca1dqwym5wjvjvi-s.drv':
           likely URL: https://example.org/s.tar.gz
            specified: sha256-AAAA=
                  got: sha256-BBBB=
        expected path: /nix/store/8lb1qqk8qv0sc9nqnca1dqwym5wjvjvi-s
             got path: /nix/store/00000000000000000000000000000000-s"""


def test_a_hash_that_does_not_match() -> None:
    words = {"sha256-AAAA=": ["homes/alice/default.nix:7:9"]}
    (problem,) = read(MISMATCH, words=words)
    assert problem.remedies == hash_remedies("sha256-AAAA=", "sha256-BBBB=")
    assert problem.place is not None
    assert problem.place.line == 7


def test_warnings_of_an_evaluation_look_like_its_own() -> None:
    """`builtins.warn`, since 2.95: a warning is the user's if its text or its line is."""
    own = {"the old name": ["homes/alice/default.nix:2:5"]}
    assert told("warning: the old name", words=own) == ["warning homes/alice/default.nix:2:5"]
    assert told("warning: unknown flake output 'x'", words=own) == []
    text = "warning: or as an identifier is deprecated\\n         at SOURCE/flake.nix:1:5:\\n"
    at_a_line = f'@nix {{"action":"msg","level":1,"msg":"{text}"}}'
    assert told(at_a_line) == ["warning flake.nix:1:5"]
    assert read(at_a_line)[0].message == "or as an identifier is deprecated"


IN_A_FILE = """\
error:
       … while calling the 'import' builtin
         at SOURCE/flake.nix:13:63:
           12|       homeConfigurations = builtins.mapAttrs (
           13|         user: _: home' user (import (./homes + "/${user}"))
             |                                                               ^

       … while evaluating the file 'SOURCE/homes/alice/default.nix':

"""
FRAME = """\
       … @hint@
         at SOURCE/homes/alice/default.nix:1:4:
            1| @code@
             |    ^

       (stack trace truncated; use '--show-trace' to show the full trace)

"""


@pytest.mark.parametrize(
    ("hint", "message", "expected"),
    [
        ("", "syntax error, expecting expression@at@", f"syntax-error {HERE}"),
        ("", "syntax error, unexpected end of file, expecting 'in'@at@", f"syntax-error {HERE}"),
        ("", "attribute 'color' missing@at@\n       Did you mean colour?",
         f"missing-attribute {HERE} color→colour"),
        ("", "URL literals are deprecated, allow using them with --extra-deprecated-features "
         "url-literals@at@", f"evaluation-error {HERE}"),
        ("", "stack overflow; max-call-depth exceeded@at@", f"stack-overflow {HERE}"),
        ("while evaluating x", "infinite recursion encountered@at@", f"infinite-recursion {HERE}"),
        ("while evaluating the attribute 'x'", "cannot add a string to an integer",
         f"evaluation-error {HERE}"),
        ("while evaluating a path segment", "cannot coerce a set to a string: { }",
         f"evaluation-error {HERE}"),
        ("while calling the 'head' builtin", "list index 0 is out of bounds",
         f"evaluation-error {HERE}"),
        ("while calling the 'import' builtin", "getting status of 'SOURCE/homes/none.nix': "
         "No such file or directory", f"missing-file {HERE}"),
    ],
)  # fmt: skip
def test_said_by_2_95_3(hint: str, message: str, expected: str) -> None:
    frame = FRAME.replace("@hint@", hint) if hint else ""
    at = "\n       at SOURCE/homes/alice/default.nix:1:4:\n            1| { }\n             |    ^"
    said = f"{IN_A_FILE}{frame}       error: {message.replace('@at@', at)}"
    assert told(said) == [expected]


def test_an_operator_without_a_place_is_shown_on_its_file() -> None:
    """2.95.3 gives `1 + ""` no position, and no frame but that of the file it stands in."""
    said = f"{IN_A_FILE}       error: cannot add a string to an integer"
    assert told(said) == ["evaluation-error homes/alice/default.nix:1:1"]
