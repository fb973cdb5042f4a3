"""Packages of a nixpkgs of our own: completion, hover, definition."""

from __future__ import annotations

from pathlib import Path

import pytest

from hmls.catalog.cache import unpack_packages, unpack_table
from hmls.catalog.packages import Packages
from hmls.catalog.worker import read_input
from hmls.homes.catalogued import Catalogued
from hmls.homes.workspace import Views, Workspace
from hmls.ide.completion import complete
from hmls.ide.definition import definition
from hmls.ide.diagnostics import diagnose_file
from hmls.ide.diagnostics.registry import UNFREE_PACKAGE
from hmls.ide.hover import hover
from hmls.lang.thread import run
from tests.diagnostics.trees import apply
from tests.store import NIXPKGS, Store, lock
from tests.support import write_files
from tests.trees import FLAKE, Tree, files_of


def read(store: Store) -> tuple[str, Packages]:
    nar_hash = store.put(NIXPKGS)
    path = store.path(nar_hash)
    content, problems = read_input("packages", str(path), f"/nix/store/{path.name}")
    assert problems == []
    return nar_hash, unpack_packages(content)


def ask(folder: Path, text: str, question: object) -> object:
    """A question about a flake whose nixpkgs lies in a store."""
    store = Store(folder / "root")
    nar_hash, packages = read(store)
    path = store.path(nar_hash)
    nixos = unpack_table(read_input("nixos", str(path), packages.store_path)[0])
    files = files_of("#- homes/alice/default.nix\n" + text)
    path = next(name for name, content in files.items() if "$0" in content)
    offset = len(files[path].split("$0")[0].encode())
    root = folder / "flake"
    more = {"flake.nix": FLAKE, "flake.lock": lock({"nixpkgs": ("NixOS/nixpkgs", nar_hash)})}
    write_files(str(root), {n: t.replace("$0", "") for n, t in (files | more).items()})

    def on_thread() -> object:
        workspace = Workspace(str(store.root))
        workspace.set_folders([str(root)])
        stored = packages.store_path
        knowledge = Catalogued({("packages", stored): packages, ("nixos", stored): nixos})
        view = Views(workspace, knowledge).newest()
        assert callable(question)
        return question(Tree(str(root), view, str(root / path), offset))

    return run(on_thread)


def labels(tree: Tree) -> list[str]:
    return [item.label for item in complete(tree.view, tree.path, tree.offset)]


def test_what_is_read_of_nixpkgs(tmp_path: Path) -> None:
    _, packages = read(Store(tmp_path))
    assert packages.label == "nixpkgs 25.99"
    found = packages.packages["grepper"]
    assert found._asdict() == {
        "file": "pkgs/by-name/gr/grepper/package.nix",
        "line": 3,
        "version": "1.2.3",
        "description": "Finds lines",
        "license": "unlicense, mit",
        "homepage": "https://example.org/grepper",
        "program": "gr",
        "unfree": False,
        "pname": "",
    }
    paid = packages.packages["paid"]
    assert (paid.unfree, paid.pname) == (True, "paid")
    assert packages.packages["older"].version == "0.9"
    assert packages.packages["older"].file == "pkgs/tools/older/default.nix"
    assert packages.packages["python3Packages.snake"].version == "3.0"
    assert packages.packages["tmuxPlugins.sensible"].version == "4.0"
    assert packages.packages["fishPlugins.done"][:3] == (
        "pkgs/shells/fish/plugins/done.nix", 1, "5.0",
    )  # fmt: skip
    assert packages.aliases == {"oldname": "grepper", "plasmoid": "throw"}
    assert packages.is_whole


HELPED = """
    { lib, stdenv, fetchurl }:
    let
      version = "2.1";
      helper = stdenv.mkDerivation { pname = "helper"; version = "9"; };
      meta = { description = "Helped"; license = lib.licenses.unfree; };
    in stdenv.mkDerivation {
      pname = "helped";
      inherit version meta;
      passthru.tests.version = helper;
    }
"""
MAYBE = """
    { lib, stdenv, enableUnfree ? false }: stdenv.mkDerivation {
      pname = "maybe";
      # version = "0";
      preBuild = ''version = "1";'';
      version = "1-${lib.x}";
      meta.license = [ lib.licenses.mit ] ++ lib.optional enableUnfree lib.licenses.unfree;
    }
"""


def test_only_what_a_file_says_of_its_own_package_counts(tmp_path: Path) -> None:
    files = {"pkgs/top-level/all-packages.nix": "res: pkgs: super: { }"}
    for name, text in (("helped", HELPED), ("maybe", MAYBE)):
        files[f"pkgs/by-name/{name[:2]}/{name}/package.nix"] = text
    store = Store(tmp_path)
    content, _ = read_input("packages", str(store.path(store.put(files))), "/nix/store/x")
    found = unpack_packages(content).packages
    helped, maybe = found["helped"], found["maybe"]
    assert (helped.version, helped.description, helped.unfree) == ("2.1", "Helped", True)
    assert helped.pname == "", "the helper may be what is meant"
    assert (maybe.version, maybe.license, maybe.unfree) == ("", "mit, unfree", False)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{ pkgs, ... }: { home.packages = [ pkgs.$0 ]; }", {"grepper", "paid", "older"}),
        ("{ pkgs, ... }: { home.packages = [ pkgs.gr$0 ]; }", {"grepper"}),
        ("{ pkgs, ... }: { home.packages = with pkgs; [ $0 ]; }", {"grepper", "paid"}),
        ("{ pkgs, ... }: { home.packages = with pkgs; [ grepper gr$0 ]; }", {"grepper"}),
        ("{ pkgs, ... }: { home.packages = [ pkgs.python3Packages.$0 ]; }", {"snake"}),
        ("{ pkgs, ... }: { home.packages = [ pkgs.tmuxPlugins.$0 ]; }", {"sensible"}),
        ("{ pkgs, ... }: { home.packages = with pkgs.fishPlugins; [ $0 ]; }", {"done"}),
        ("{ pkgs, ... }: { x = let inherit (pkgs) gr$0; in 1; }", {"grepper"}),
        ("{ pkgs, ... }: { programs.git.package = $0; }", {"pkgs", "pkgs.grepper"}),
    ],
)
def test_packages_are_offered(tmp_path: Path, text: str, expected: set[str]) -> None:
    found = ask(tmp_path, text + "\n", labels)
    assert isinstance(found, list)
    assert expected <= set(found)


def test_what_the_repository_uses_and_adds_comes_first(tmp_path: Path) -> None:
    text = """{ pkgs, ... }: { home.packages = [ pkgs.$0 ]; }
#- homes/bob/default.nix
{ pkgs, ... }: { home.packages = with pkgs; [ paid ]; }
#- packages/mine/default.nix
{ }: 1
#- overlays/default.nix
final: prev: { patched = 1; }
"""
    found = ask(tmp_path, text, labels)
    assert isinstance(found, list)
    assert found[:3] == ["paid", "patched", "mine"]


def test_hover_and_definition(tmp_path: Path) -> None:
    def hovered(tree: Tree) -> str:
        found = hover(tree.view, tree.path, tree.offset)
        return "" if found is None else found.plain

    text = "{ pkgs, ... }: { home.packages = with pkgs; [ grep$0per ]; }\n"
    told = ask(tmp_path / "a", text, hovered)
    assert told == (
        "**grepper** 1.2.3\n\nFinds lines\n\n"
        "license unlicense, mit · runs `gr` · <https://example.org/grepper>\n\n"
        "pkgs/by-name/gr/grepper/package.nix:3 of nixpkgs 25.99\n"
    )
    told = ask(tmp_path / "b", text.replace("with pkgs; [ ", "[ pkgs."), hovered)
    assert isinstance(told, str)
    assert told.startswith("**grepper** 1.2.3")

    def defined(tree: Tree) -> list[str]:
        found = definition(tree.view, tree.path, tree.offset)
        return [] if found is None else [place.path for place in found.places]

    (place,) = ask(tmp_path / "c", text, defined)  # type: ignore[misc]
    assert place.endswith("-source/pkgs/by-name/gr/grepper/package.nix")


@pytest.mark.parametrize(
    ("names", "problems"),
    [
        ("grepper paid", ["unfree-package"]),
        ("notes", ["unfree-package"]),
        ("greper", ["unknown-package"]),
        ("whatever mine writeShellScriptBin oldname", []),
        ("greper.extra", []),
        ("growser", []),
        ("(f { }) ]; x = [ ({ greper ? pkgs.greper }: 1)", []),
    ],
)
def test_problems(tmp_path: Path, names: str, problems: list[str]) -> None:
    def found(tree: Tree) -> list[str]:
        problems = diagnose_file(tree.view, tree.path)
        return [p.code.name for p in problems if "package" in p.code.name]

    text = f"{{ pkgs, ... }}: {{ home.packages = with pkgs; [ {names} ];$0 }}\n"
    text += "#- packages/mine/default.nix\n{ }: 1\n"
    text += "#- lib/more.nix\nfinal: prev: { growser = prev.grepper; }\n"
    assert ask(tmp_path, text, found) == problems


HOME = "{ inputs, lib, pkgs, ... }: { home.packages = [ pkgs.paid ];$0 %s }\n"
HOST = """\
{ pkgs, ... }: { home.packages = [ pkgs.paid ];$0 }
#- homes/bob@desk/default.nix
{ imports = [ ../alice ]; }
#- systems/desk/default.nix
{ inputs, lib, pkgs, ... }: { home-manager.useGlobalPkgs = %s; %s }
"""
SYSTEM = """\
{ }
#- systems/desk/default.nix
{ lib, pkgs, ... }: { environment.systemPackages = [ pkgs.paid ];$0 %s }
"""
GIVEN = """import inputs.nixpkgs { system = "x86_64-linux"; config.allowUnfree = true; }"""


@pytest.mark.parametrize(
    ("text", "is_refused"),
    [
        (HOME % "nixpkgs.config.allowUnfree = true;", False),
        (HOME % "nixpkgs.config.allowUnfree = false;", True),
        (HOME % "nixpkgs.config.allowUnfree = inputs.other.allowed;", False),
        (HOME % 'nixpkgs.config.allowUnfreePredicate = p: lib.getName p == "steam";', True),
        (HOME % 'nixpkgs.config.allowUnfreePredicate = p: lib.getName p == "paid";', False),
        (HOME % 'nixpkgs.config.allowUnfreePredicate = p: lib.hasPrefix "pai" p.name;', False),
        (HOME % 'nixpkgs.config.allowUnfreePredicate = p: p.version == "1";', True),
        (HOME % "nixpkgs.config.allowUnfreePredicate = p: !p.meta.license.redistributable;", False),
        (HOME % "nixpkgs.config.allowUnfreePredicate = p: throw p.pname;", False),
        (HOME % 'nixpkgs.config = { pkgs, ... }: { allowUnfreePackages = [ "steam" ]; };', True),
        (HOME % 'nixpkgs.config = _: { allowUnfreePackages = [ "paid" ]; };', False),
        (HOME % "nixpkgs.config = inputs.other.allowUnfree;", False),
        (
            HOME % "nixpkgs.config = { allowUnfree = false; "
            "allowlistedLicenses = [ lib.licenses.unfree ]; };",
            False,
        ),
        (
            HOME % "nixpkgs.config = lib.mkMerge [ "
            '{ allowUnfreePackages = [ "x" ]; } { allowUnfreePackages = [ "paid" ]; } ];',
            False,
        ),
        (HOME % f"_module.args.pkgs = lib.mkForce ({GIVEN});", False),
        (HOST % ("true", "nixpkgs.config.allowUnfree = true;"), False),
        (HOST % ("false", "nixpkgs.config.allowUnfree = true;"), True),
        (HOST % ("true", f"nixpkgs.pkgs = {GIVEN};"), False),
        (HOST % ("true", 'nixpkgs.config.allowUnfreePackages = [ "steam" ];'), True),
        (SYSTEM % "nixpkgs.config.allowUnfree = true;", False),
        (SYSTEM % 'nixpkgs.config.allowUnfreePackages = [ "steam" ];', True),
        (SYSTEM % 'nixpkgs.config.allowUnfreePackages = [ "paid" ];', False),
    ],
)
def test_what_is_allowed_is_asked_of_what_loads_the_file(
    tmp_path: Path, text: str, is_refused: bool
) -> None:
    def found(tree: Tree) -> list[str]:
        problems = diagnose_file(tree.view, tree.path)
        return [p.message for p in problems if p.code.name == "unfree-package"]

    said = ask(tmp_path, text, found)
    assert isinstance(said, list)
    assert bool(said) == is_refused, said


ELSEWHERE = "#- modules/more.nix\n{ nixpkgs.config.allowUnfreePredicate = p: false; }\n"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        (HOME % "", 'allowUnfreePredicate = pkg: builtins.elem (lib.getName pkg) [ "paid" ];'),
        (
            HOME % 'nixpkgs.config.allowUnfreePredicate = p: lib.elem p.pname [ "steam" ];',
            '[ "steam" "paid" ];',
        ),
        (HOME % "nixpkgs.config.allowUnfree = false;", "allowUnfreePredicate"),
        (HOME % "nixpkgs.config.allowUnfreePredicate = p: false;", None),
        (HOME % "" + ELSEWHERE, None),
        (HOST % ("false", ""), "allowUnfreePredicate"),
        (HOST % ("true", ""), None),
        (SYSTEM % "", "allowUnfreePredicate"),
        (SYSTEM % 'nixpkgs.pkgs = import inputs.nixpkgs { system = "x86_64-linux"; };', None),
    ],
)
def test_an_unfree_package_is_allowed_by_a_fix(
    tmp_path: Path, text: str, written: str | None
) -> None:
    """Where the setting is in force; after it nothing is reported."""

    def fixed(tree: Tree) -> tuple[str, str] | None:
        (problem,) = [d for d in diagnose_file(tree.view, tree.path) if d.code is UNFREE_PACKAGE]
        if not problem.fixes:
            return None
        (fix,) = problem.fixes
        assert fix.title == "Allow paid: nixpkgs.config.allowUnfreePredicate"
        assert fix.edit is not None
        before = Path(tree.path).read_text()
        apply(fix.edit)
        return f"{before[: tree.offset]}$0{before[tree.offset :]}", Path(tree.path).read_text()

    found = ask(tmp_path, text, fixed)
    if written is None:
        assert found is None
        return
    assert isinstance(found, tuple)
    before, after = found
    assert written in after
    mended = text.replace(before, f"$0{after}")
    assert mended != text

    def codes(tree: Tree) -> set[str]:
        return {problem.code.name for problem in diagnose_file(tree.view, tree.path)}

    left = ask(tmp_path / "again", mended, codes)
    assert isinstance(left, set)
    assert not left & {"unfree-package", "syntax-error", "evaluation-error", "undefined-variable"}


@pytest.mark.parametrize(
    ("first", "second", "says"),
    [
        ("pkgs.grepper", "pkgs.paid", "is defined multiple times while it's expected to be unique"),
        ("pkgs.grepper", "pkgs.grepper", "is defined multiple times"),
        ("pkgs.grepper", "null", "is defined both null and not null"),
        ("pkgs.grepper", "lib.mkDefault pkgs.paid", "pkgs.grepper"),
        ("pkgs.grepper", "pkgs.whatever", ", or null"),
    ],
)
def test_two_packages_for_one_option(tmp_path: Path, first: str, second: str, says: str) -> None:
    """Of a package that nixpkgs in the store has it is known that it is not null."""
    text = f"""\
{{ lib, pkgs, ... }}: {{
  options.own = lib.mkOption {{ type = lib.types.nullOr lib.types.package; }};
  config = lib.mkMerge [ {{ own$0 = {first}; }} {{ own = {second}; }} ];
}}
"""

    def hovered(tree: Tree) -> str:
        found = hover(tree.view, tree.path, tree.offset)
        problems = [p.code.name for p in diagnose_file(tree.view, tree.path)]
        is_known = "error" in says or says.startswith("is defined")
        assert ("conflict" in problems) == is_known, problems
        return "" if found is None else found.plain

    assert says in str(ask(tmp_path, text, hovered))


def test_definition_of_a_function_of_lib_in_the_store(tmp_path: Path) -> None:
    def found(tree: Tree) -> list[tuple[str, int]]:
        places = definition(tree.view, tree.path, tree.offset)
        assert places is not None
        sources = [(Path(p.path).name, tree.view.source(p.path), p.start) for p in places.places]
        return [(n, source.lines.line_of(at)) for n, source, at in sources if source is not None]

    assert ask(tmp_path, "{ lib, ... }: { x = lib.mk$0If; }", found) == [("modules.nix", 3)]
    assert ask(tmp_path / "b", "{ lib, ... }: with lib; { x = mk$0If; }", found) == [
        ("modules.nix", 3)
    ]


def test_more_packages_than_are_given_are_said_to_be_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def narrows(tree: Tree) -> set[bool]:
        return {item.narrows for item in complete(tree.view, tree.path, tree.offset)}

    text = "{ pkgs, ... }: { home.packages = [ pkgs.$0 ]; }"
    assert ask(tmp_path / "a", text, narrows) == {False}
    monkeypatch.setattr("hmls.ide.completion.packages._MOST", 1)
    assert ask(tmp_path / "b", text, narrows) == {True}


@pytest.mark.parametrize(
    ("listed", "first"),
    [
        ("with pkgs; [ $0 ]", "grepper"),
        ("with pkgs; [ grepper $0 ]", "older"),
        ("with pkgs; [ grepper older gre$0 ]", "grepper"),
        ("[ pkgs.grepper pkgs.$0 ]", "older"),
        ("with pkgs.python3Packages; [ $0 ]", "snake"),
    ],
)
def test_what_a_list_has_already_and_what_is_no_package_come_last(
    tmp_path: Path, listed: str, first: str
) -> None:
    more = """
#- homes/bob/default.nix
{ pkgs, ... }: {
  a = [ pkgs.grepper pkgs.grepper pkgs.grepper pkgs.older pkgs.older ];
  b = pkgs.runCommand "x" { } (pkgs.runCommand "y" { } (pkgs.runCommand "z" { } pkgs.runCommand));
  c = with pkgs.python3Packages; [ snake ];
}
"""
    text = f"{{ pkgs, ... }}: {{ home.packages = {listed}; }}{more}"
    found = ask(tmp_path, text, labels)
    assert isinstance(found, list)
    assert found[0] == first


def test_well_known_packages_come_before_the_shorter_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "{ pkgs, ... }: { home.packages = [ pkgs.o$0 ]; }"
    assert ask(tmp_path / "a", text, labels) == ["older", "notes", "browser"]
    monkeypatch.setattr("hmls.ide.completion.packages.well_known", lambda: ("browser",))
    assert ask(tmp_path / "b", text, labels) == ["older", "browser", "notes"]


def test_variables_beside_packages(tmp_path: Path) -> None:
    """A name of the file's own comes after what is used, before all that might be."""
    other = "\n#- homes/bob/default.nix\n{ pkgs, ... }: { a = [ pkgs.older pkgs.older ]; }\n"
    text = "{ pkgs, ... }: let mine = 1; in { home.packages = with pkgs; [ $0 ]; }" + other
    found = ask(tmp_path, text, labels)
    assert isinstance(found, list)
    assert found[:2] == ["older", "mine"]
    assert found.index("mine") < found.index("grepper") < found.index("pkgs")
    without = "{ pkgs, ... }: let mine = 1; in { home.packages = [ $0 ]; }"
    plain = ask(tmp_path / "b", without, labels)
    assert isinstance(plain, list)
    assert plain[:2] == ["mine", "pkgs"]


def test_null_beside_what_is_unknown(tmp_path: Path) -> None:
    """Nobody can say whether both are null."""
    text = """\
{ lib, pkgs, ... }: {
  options.own = lib.mkOption { type = lib.types.nullOr (lib.types.attrsOf lib.types.str); };
  config = lib.mkMerge [ { own$0 = pkgs.whatever; } { own = null; } ];
}
"""

    def hovered(tree: Tree) -> str:
        found = hover(tree.view, tree.path, tree.offset)
        return "" if found is None else found.plain

    assert "pkgs.whatever" in str(ask(tmp_path, text, hovered))


def test_a_file_that_nothing_loads_has_the_options_that_it_sets(tmp_path: Path) -> None:
    """`services.lamp` is an option of the NixOS in the store."""
    nowhere = "{ }\n#- boxes/a.nix\n"
    by_content = nowhere + "{ services.lamp.enable = true; services.lamp.$0 }"
    assert "bulbs" in str(ask(tmp_path / "a", by_content, labels))
    by_path = "{ }\n#- hosts/a.nix\n{ services.lamp.$0 }"
    assert "bulbs" in str(ask(tmp_path / "b", by_path, labels))
    value = nowhere + "{ services.lamp.enable = $0; }"
    assert "true" in str(ask(tmp_path / "c", value, labels))
    assert "git" in str(ask(tmp_path / "d", nowhere + "{ programs.$0 }", labels))


def test_a_package_takes_packages(tmp_path: Path) -> None:
    text = "{ }\n#- packages/x.nix\n{ lib, $0 }: older"
    found = ask(tmp_path, text, labels)
    assert isinstance(found, list)
    assert found[0] == "older"
    assert "grepper" in found
    text = "{ }\n#- packages/x.nix\n{ stdenv }: stdenv.hostPlatform.$0"
    assert "isLinux" in str(ask(tmp_path / "b", text, labels))
