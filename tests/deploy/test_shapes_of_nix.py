"""Every shape of an error that Nix itself writes, on the user's line."""

from __future__ import annotations

import pytest

from hmls.deploy.problem import ReplaceText
from tests.deploy.shapes import read, told


def test_position_in_the_working_tree() -> None:
    text = """\
error: undefined variable 'y'
       at REPO/homes/alice/default.nix:1:4:
            1| x: y
             |    ^
            2|"""
    assert told(text) == ["undefined-variable homes/alice/default.nix:1:4"]


def test_position_in_a_copy_in_the_store() -> None:
    text = """\
error: undefined variable 'y'
       at SOURCE/homes/alice/default.nix:3:9:"""
    assert told(text) == ["undefined-variable homes/alice/default.nix:3:9"]


@pytest.mark.parametrize("query", ["", "?ref=refs/heads/main&rev=0123456789abcdef"])
def test_position_in_a_git_url(query: str) -> None:
    text = f"error: undefined variable 'y'\n       at «git+file://REPO{query}»/flake.nix:3:9:"
    assert told(text) == ["undefined-variable flake.nix:3:9"]


@pytest.mark.parametrize("file", ["«string»", "«stdin»", "«none»", "OTHER/lib/modules.nix"])
def test_position_that_is_not_the_users(file: str) -> None:
    assert told(f"error: undefined variable 'y'\n       at {file}:3:9:") == ["undefined-variable"]


def test_nearest_frame_of_the_user_when_the_error_is_elsewhere() -> None:
    text = """\
error:
       … while calling the 'derivationStrict' builtin
         at REPO/flake.nix:11:116:
       … while evaluating definitions from `SOURCE/homes/alice/default.nix':
       … while calling the 'concatStringsSep' builtin
         at REPO/homes/alice/default.nix:2:12:
            1| { lib, ... }: {
            2|   file.y = lib.concatStringsSep "," 3;
             |            ^
       … while evaluating the second argument passed to builtins.concatStringsSep

       error: expected a list but found an integer: 3
       at OTHER/lib/strings.nix:5:1:"""
    assert told(text) == ["evaluation-error homes/alice/default.nix:2:12"]


def test_old_nix_writes_the_trace_after_the_error() -> None:
    text = """\
error: value is an integer while a list was expected

       at OTHER/lib/strings.nix:5:1:

            4|
            5| x
             | ^

       … while calling the 'concatStringsSep' builtin

       at SOURCE/homes/alice/default.nix:2:12:

       … from call site

       at SOURCE/flake.nix:9:9:"""
    assert told(text) == ["evaluation-error homes/alice/default.nix:2:12"]


def test_definition_under_evaluation_when_no_frame_is_the_users() -> None:
    text = """\
error:
       … while evaluating the option `programs.git.extra':

       … while evaluating definitions from `SOURCE/homes/alice/default.nix':

       (stack trace truncated; use '--show-trace' to show the full, detailed trace)

       error: cannot coerce a set to a string: { }"""
    options = {"programs.git.extra": ["homes/alice/default.nix:4:5"]}
    assert told(text, options=options) == ["evaluation-error homes/alice/default.nix:4:5"]
    assert told(text) == ["evaluation-error homes/alice/default.nix:1:1"]


def test_a_distant_frame_in_the_flake_is_no_place() -> None:
    text = """\
error:
       … while calling the 'toJSON' builtin
         at REPO/flake.nix:11:116:
       … one
         at OTHER/lib/a.nix:1:1:
       … two
         at OTHER/lib/b.nix:1:1:
       … three
         at OTHER/lib/c.nix:1:1:
       error: expected a list but found an integer: 3"""
    assert told(text) == ["evaluation-error"]


def test_internal_json_with_its_colours() -> None:
    text = (
        '@nix {"action":"msg","column":9,"file":"REPO/homes/alice/default.nix:3:9","level":0,'
        '"line":3,"msg":"\\u001b[31;1merror:\\u001b[0m undefined variable '
        "'\\u001b[35;1my\\u001b[0m'\\n       \\u001b[34;1mat \\u001b[35;1m"
        'REPO/homes/alice/default.nix:3:9\\u001b[0m:\\n            3|     y\\n",'
        '"raw_msg":"undefined variable"}'
    )
    assert told(text) == ["undefined-variable homes/alice/default.nix:3:9"]
    assert read(text)[0].message == "undefined variable 'y'"


def test_internal_json_without_a_position() -> None:
    text = (
        '@nix {"action":"msg","column":null,"file":null,"level":0,"line":null,'
        '"msg":"\\u001b[31;1merror:\\u001b[0m infinite recursion encountered","raw_msg":"x"}'
    )
    assert told(text) == ["infinite-recursion"]


AT = "\n       at REPO/homes/alice/default.nix:1:4:"
HERE = "homes/alice/default.nix:1:4"


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (
            "syntax error, unexpected 'with', expecting identifier or 'or' or '${' or '\"'",
            f"syntax-error {HERE}",
        ),
        ("syntax error, unexpected end of file, expecting '\"'", f"syntax-error {HERE}"),
        ("attribute 'x' already defined at REPO/flake.nix:1:3", f"duplicate-attribute {HERE}"),
        ("attribute 'x' missing", f"missing-attribute {HERE}"),
        (
            "function 'anonymous lambda' called without required argument 'y'",
            f"missing-argument {HERE}",
        ),
        (
            "anonymous function at SOURCE/flake.nix:1:3 called without required argument 'y'",
            "missing-argument flake.nix:1:3",
        ),
        (
            "function 'anonymous lambda' called with unexpected argument 'y'",
            f"unexpected-argument {HERE}",
        ),
        ("infinite recursion encountered", f"infinite-recursion {HERE}"),
        ("stack overflow; max-call-depth exceeded", f"stack-overflow {HERE}"),
        ("stack overflow (possible infinite recursion)", f"stack-overflow {HERE}"),
        (
            "access to absolute path '/etc' is forbidden in pure evaluation mode "
            "(use '--impure' to override)",
            f"impure-path {HERE}",
        ),
        ("assertion '(1 == 2)' failed", f"evaluation-error {HERE}"),
        ("evaluation aborted with the following error message: 'no'", f"evaluation-error {HERE}"),
        ("cannot add a string to an integer", f"evaluation-error {HERE}"),
    ],
)
def test_kinds(message: str, expected: str) -> None:
    assert told(f"error: {message}{AT}") == [expected]


def test_names_that_were_meant() -> None:
    meant = f"error: attribute 'fo' missing{AT}\n       Did you mean one of foo, for or go?"
    assert told(meant) == [f"missing-attribute {HERE} fo→foo fo→for fo→go"]
    # As 2.8 writes it where it cannot read the code.
    glued = f"error: attribute 'b' missing{AT}Did you mean a?"
    assert told(glued) == [f"missing-attribute {HERE} b→a"]
    one = f"error: function 'f' called with unexpected argument 'y'{AT}\n       Did you mean x?"
    assert told(one) == [f"unexpected-argument {HERE} y→x"]


def test_the_first_definition_is_related() -> None:
    text = f"error: attribute 'x' already defined at SOURCE/flake.nix:1:3{AT}"
    place, words = read(text)[0].related[0]
    assert (place.line, place.column, words) == (1, 3, "first defined here")


NOT_TRACKED = "untracked-file homes/alice/default.nix:2:3 track(homes/alice/untracked.nix)"


@pytest.mark.parametrize(
    "message",
    [
        "access to path 'REPO/homes/alice/untracked.nix' is forbidden because it is not under Git "
        "control; maybe you should 'git add' it to the repository 'REPO'?",
        "Path 'homes/alice/untracked.nix' in the repository \"REPO\" is not tracked by Git.\n\n"
        '       To make it visible to Nix, run:\n\n       git -C "REPO" add -N "x"',
        "getting status of 'SOURCE/homes/alice/untracked.nix': No such file or directory",
        "path 'SOURCE/homes/alice/untracked.nix' does not exist",
    ],
)
def test_files_that_git_does_not_track(message: str) -> None:
    imports = {"homes/alice/untracked.nix": ["homes/alice/default.nix:2:3"]}
    problems = read(f"error: {message}", paths=imports)
    assert told(f"error: {message}", paths=imports) == [NOT_TRACKED]
    assert problems[0].message.endswith(
        "untracked.nix is not tracked by Git, so the flake does not see it."
    )


def test_a_flake_that_git_does_not_track() -> None:
    text = (
        "error: source tree referenced by 'git+file://REPO?dir=nix' does not contain a "
        "'flake.nix' file"
    )
    assert told(text) == ["untracked-file track(flake.nix)"]


@pytest.mark.parametrize(
    "message",
    [
        "Path 'homes/none.nix' does not exist in Git repository \"REPO\".",
        "path 'SOURCE/homes/none.nix' does not exist",
        "getting status of 'SOURCE/homes/none.nix': No such file or directory",
        "opening file 'SOURCE/homes/none.nix': No such file or directory",
    ],
)
def test_files_that_are_not_there(message: str) -> None:
    imports = {"homes/none.nix": ["homes/alice/default.nix:2:3"]}
    assert told(f"error: {message}", paths=imports) == ["missing-file homes/alice/default.nix:2:3"]


def test_an_output_that_is_not_there() -> None:
    text = (
        "error: flake 'git+file://REPO' does not provide attribute "
        "'packages.x86_64-linux.homeConfigurations.\"u\".activationPackage', 'legacyPackages' or "
        "'homeConfigurations.\"u\".activationPackage'"
    )
    assert told(text) == ["missing-output"]


def test_a_dirty_tree_is_an_error_only_where_it_is_one() -> None:
    assert told("warning: Git tree 'REPO' is dirty") == []
    assert told("error: Git tree 'REPO' is dirty") == ["dirty"]


MISMATCH = """\
error: hash mismatch in fixed-output derivation '/nix/store/8lb1qqk8qv0sc9nqnca1dqwym5wjvjvi-s.drv':
         specified: sha256-AAAA=
            got:    sha256-BBBB="""
GOT = "sha256-h0KPxSKAPTEGXnvOPPA/5HUJZjHl4Hu9eg/eYMTPJcc="
NO_HASH = MISMATCH.replace("AAAA=", f"{'A' * 43}=").replace("sha256-BBBB=", GOT)
"""What Nix says where the hash was left empty, or is one of nixpkgs' fakes."""


@pytest.mark.parametrize(
    ("written", "becomes"),
    [
        ("lib.fakeHash", f'"{GOT}"'),
        ('vendorHash = ""', f'vendorHash = "{GOT}"'),
        ("0" * 52, GOT),
        ("0" * 64, GOT),
    ],
)
def test_a_hash_is_found_however_it_is_written(written: str, becomes: str) -> None:
    words = {written: ["homes/alice/default.nix:7:9", "homes/alice/default.nix:9:9"]}
    for problem, line in zip(read(NO_HASH, words=words), (7, 9), strict=True):
        assert ReplaceText(written, becomes) in problem.remedies
        assert problem.place is not None
        assert problem.place.line == line


def test_a_hash_is_replaced_where_it_stands() -> None:
    words = {"sha256-AAAA=": ["homes/alice/default.nix:7:9"]}
    assert told(MISMATCH, words=words) == [
        "hash-mismatch homes/alice/default.nix:7:9 sha256-AAAA=→sha256-BBBB="
    ]


@pytest.mark.parametrize(
    "message",
    [
        "Cannot build '/nix/store/8lb1qqk8qv0sc9nqnca1dqwym5wjvjvi-app-1.0.drv'.\n"
        "       Reason: builder failed with exit code 1.\n       Last 1 log lines:\n       > boo",
        "builder for '/nix/store/8lb1qqk8qv0sc9nqnca1dqwym5wjvjvi-app-1.0.drv' failed with exit "
        "code 1;\n       last 1 log lines:\n       > boo",
    ],
)
def test_a_failed_build_is_shown_where_the_package_is_named(message: str) -> None:
    words = {"app": ["homes/alice/default.nix:7:9"]}
    assert told(f"error: {message}", words=words) == ["build-failed homes/alice/default.nix:7:9"]


def test_what_only_followed_from_a_failed_build_is_left_out() -> None:
    text = """\
error: Cannot build '/nix/store/8lb1qqk8qv0sc9nqnca1dqwym5wjvjvi-inner.drv'.
       Reason: builder failed with exit code 1.
error: Cannot build '/nix/store/8lb1qqk8qv0sc9nqnca1dqwym5wjvjvi-outer.drv'.
       Reason: 1 dependency failed.
error: 1 dependencies of derivation '/nix/store/x-a.drv' failed to build"""
    assert [problem.message.splitlines()[0] for problem in read(text)] == [
        "Cannot build '/nix/store/8lb1qqk8qv0sc9nqnca1dqwym5wjvjvi-inner.drv'."
    ]


def test_the_last_words_of_a_build_are_kept() -> None:
    drv = "/nix/store/8lb1qqk8qv0sc9nqnca1dqwym5wjvjvi-app-1.0.drv"
    text = "\n".join(
        [
            f'@nix {{"action":"start","id":1,"level":3,"text":"","type":105,"fields":["{drv}"]}}',
            '@nix {"action":"result","id":1,"type":101,"fields":["boo"]}',
            f'@nix {{"action":"msg","level":0,"msg":"error: Cannot build \'{drv}\'."}}',
        ]
    )
    assert read(text)[0].details.endswith("boo")


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        (
            "experimental Nix feature 'flakes' is disabled; add '--extra-experimental-features "
            "flakes' to enable it",
            "flakes-disabled",
        ),
        (
            "experimental Lix feature 'nix-command' is disabled; use "
            "'--extra-experimental-features nix-command' to override",
            "flakes-disabled",
        ),
        (
            "cannot connect to socket at '/nix/var/nix/daemon-socket/socket': Connection refused",
            "no-daemon",
        ),
        ("executing 'git': No such file or directory", "no-git"),
        ("unable to download 'https://x.org': Could not resolve host: x.org", "network"),
        ("writing to file: No space left on device", "no-space"),
        (
            "a 'aarch64-darwin' with features {} is required to build '/nix/store/x.drv', but I am",
            "wrong-platform",
        ),
        (
            "Cannot build '/nix/store/x.drv'.\n       Reason: platform mismatch",
            "wrong-platform",
        ),
    ],
)
def test_what_is_wrong_with_the_machine(message: str, kind: str) -> None:
    assert told(f"error: {message}") == [kind]


def test_an_error_is_told_once() -> None:
    text = "error: attribute 'x' missing\n       at REPO/flake.nix:1:1:\n"
    assert told(text + text) == ["missing-attribute flake.nix:1:1"]


@pytest.mark.parametrize(
    "text",
    ["", "error:", "error: ", "error:\n       … x", "@nix {", "@nix []", '@nix {"action":"msg"}'],
)
def test_text_of_no_shape_is_no_trouble(text: str) -> None:
    assert all(problem.place is None for problem in read(text))
