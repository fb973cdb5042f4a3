"""`hmls eval`, run as people run it. What values print as is asked in tests/oracle/printing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hmls.cli import main
from tests.support import write_files

SET = '{ a."b.c" = [ 1 { d = 2 + 3; } ]; f = { x ? { y = 7; } }: x; g = { x }: x; }'


def run(*arguments: str, given: str | None = None) -> Result:
    return CliRunner().invoke(main, ["eval", *arguments], input=given)


def printed(*arguments: str, given: str | None = None) -> str:
    result = run(*arguments, given=given)
    assert result.exit_code == 0, result.output
    return result.stdout


def error(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 1
    assert result.stdout == ""
    return result.stderr


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ('a."b.c".0', "1"),
        ('a."b.c".1', "{ d = <CODE>; }"),
        ('a."b.c".1.d', "5"),
        ("f.y", "7"),
        ("", '{ a = <CODE>; f = <CODE>; g = <CODE>; }'),
    ],
)  # fmt: skip
def test_an_attribute_path_selects(path: str, text: str) -> None:
    assert printed("-E", SET, "-A", path) == f"{text}\n"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("b", "attribute 'b' in selection path 'b' not found"),
        ('a."b.c', "missing closing quote in selection path 'a.\"b.c'"),
        ('a."b.c".2', "list index 2 in selection path 'a.\"b.c\".2' is out of range"),
        (
            "a.0",
            "the expression selected by the selection path 'a.0' should be a list but is a set",
        ),
        (
            'a."b.c".x',
            "the expression selected by the selection path 'a.\"b.c\".x' "
            "should be a set but is a list",
        ),
        ("a..x", "empty attribute name in selection path 'a..x'"),
        ("g.x", "cannot evaluate a function that has an argument without a value ('x')"),
    ],
)
def test_what_cannot_be_selected(path: str, message: str) -> None:
    assert error("-E", SET, "-A", path).splitlines()[0] == f"error: {message}"


def test_several_paths_are_a_line_each() -> None:
    assert printed("-E", SET, "-A", "f.y", "-A", "f", "--strict") == "7\n<LAMBDA>\n"


def test_json() -> None:
    assert printed("-E", SET, "-A", "a", "--json") == '{"b.c":[1,{"d":5}]}\n'


def test_module_set_with_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(
        str(tmp_path),
        {
            "a.nix": '{ lib, ... }: { options.enable = lib.mkEnableOption "it"; }\n',
            "b.nix": "{ enable = true; }\n",
        },
    )
    monkeypatch.chdir(tmp_path)
    expression = "lib.evalModules { modules = [ ./a.nix ./b.nix ]; }"
    assert printed("-E", expression, "-A", "config.enable") == "true\n"


def test_file_and_default_nix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(str(tmp_path), {"default.nix": "[ ./x ]\n", "two.nix": "1 + 1\n"})
    monkeypatch.chdir(tmp_path)
    assert printed("two.nix") == "2\n"
    assert printed() == f"[ {tmp_path}/x ]\n"


def test_standard_input_has_lib() -> None:
    assert printed("-", given="lib.concatLines [ (toString __curPos) ]") == '"\\n"\n'


def test_trace_and_warning_on_standard_error() -> None:
    text = 'builtins.trace { a = 1 + 1; } (builtins.trace "x" (builtins.warn "careful" 1))'
    result = run("-E", text)
    assert result.stdout == "1\n"
    assert result.stderr == "trace: { a = «thunk»; }\ntrace: x\nevaluation warning: careful\n"


def test_an_error_says_where() -> None:
    assert error("-E", 'let\n  a = throw "b";\nin a') == (
        "error: b\n"
        "       at «string»:2:7:\n"
        "            1| let\n"
        '            2|   a = throw "b";\n'
        "             |       ^\n"
    )


def test_the_machine_can_be_asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    write_files(str(tmp_path), {"pkgs/default.nix": "3", "all/other/x.nix": "4"})
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NIX_PATH", f"pk={tmp_path}/pkgs:{tmp_path}/all:nix=https://a.b/c.tar.gz")
    assert printed("-E", 'builtins.getEnv "HOME" == toString ~/.') == "true\n"
    assert printed("-E", "[ (import <pk>) (import <other/x.nix>) ]", "--strict") == "[ 3 4 ]\n"
    assert printed("-E", "builtins.length builtins.nixPath") == "3\n"
    assert error("-E", "<nixpkgs>") == (
        "error: file 'nixpkgs' was not found in the Nix search path (add it using $NIX_PATH or -I)"
        "\n"
    )
    system = printed("-E", "builtins.currentSystem")
    assert system == f'"{os.uname().machine}-{os.uname().sysname.lower()}"\n'


def test_store_path_of_a_file_is_the_real_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The paths are what `nix-store --add` says of the same files."""
    write_files(str(tmp_path), {"f/a.txt": "a\n", "f/sub/run": "#!/bin/sh\n"})
    (tmp_path / "f/sub/run").chmod(0o755)
    (tmp_path / "f/link").symlink_to("a.txt")
    monkeypatch.chdir(tmp_path)
    text = printed("-E", '[ "${./f}" "${./f/a.txt}.bak" ]', "--strict")
    assert text == STORED


STORED = (
    '[ "/nix/store/z9lmhfd433pl11q213lq40rqnns1r874-f" '
    '"/nix/store/19mw70w8drkgn53791gs2mwvyl34s5v6-a.txt.bak" ]\n'
)


def test_missing_file_has_no_store_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    said = error("-E", '"${./nothing}"')
    assert said.startswith(f"error: path '{tmp_path}/nothing' does not exist\n")
    assert "at «string»:1:4:" in said


def test_what_nests_without_end_is_nix_own_error() -> None:
    for endless in ("toString a", "builtins.toJSON a", "builtins.toXML a"):
        said = error("-E", f"let a = [ a ]; in {endless}")
        assert said.startswith("error: stack overflow; max-call-depth exceeded\n"), endless


def test_of_several_errors_nix_first_is_said() -> None:
    assert error("--strict", "-E", '{ b = throw "first"; a = throw "second"; }').startswith(
        "error: first\n"
    )
    assert error("--json", "-E", '{ b = throw "first"; a = throw "second"; }').startswith(
        "error: second\n"
    )


def test_store_path_of_a_derivation_is_not_made_up() -> None:
    said = error("-E", '"${derivation { name = "x"; builder = "b"; system = "s"; }}"')
    assert said.startswith("unknown: ")
    assert "the hash of a store path, which is not computed" in said


def test_half_a_character_is_printed_as_its_byte() -> None:
    assert run("-E", 'builtins.substring 0 1 "é"').stdout_bytes == b'"\xc3"\n'
    said = run("-E", 'throw (builtins.substring 0 1 "é")').stderr_bytes
    assert said.startswith(b"error: \xc3\n")
