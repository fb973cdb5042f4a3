"""Settings: values, winners and losers of small trees."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hmls.homes.catalogued import Catalogued
from hmls.homes.setting import Setting
from hmls.homes.settings import setting, settings
from tests.trees import Tree, in_tree

OPTIONS = """
    #- modules/home/default.nix
    {
      options.my = {
        flag = lib.mkEnableOption "a flag";
        name = lib.mkOption { type = lib.types.str; default = "nobody"; description = "A name."; };
        items = lib.mkOption { type = lib.types.listOf lib.types.str; default = [ ]; };
        text = lib.mkOption { type = lib.types.lines; default = ""; };
        vars = lib.mkOption { type = lib.types.lazyAttrsOf lib.types.str; default = { }; };
        any = lib.mkOption { type = lib.types.anything; default = { }; };
        machine = lib.mkOption {
          default = { };
          type = lib.types.submodule {
            options.port = lib.mkOption { type = lib.types.port; default = 22; };
            options.name = lib.mkOption { type = lib.types.str; };
          };
        };
        upper = lib.mkOption { type = lib.types.str; apply = lib.toUpper; };
      };
    }
"""


def all_of(folder: Path, text: str, target: str = "alice") -> dict[str, Setting]:
    def ask(tree: Tree) -> dict[str, Setting]:
        found = settings(tree.repository, tree.target(target))
        return {".".join(s.path): s for s in found if s.path[0] != "home"}

    return in_tree(folder, OPTIONS + text, ask)


def one_of(folder: Path, text: str, path: str, target: str = "alice") -> Setting | None:
    return in_tree(
        folder,
        OPTIONS + text,
        lambda tree: setting(tree.repository, tree.target(target), tuple(path.split("."))),
    )


def values(found: dict[str, Setting]) -> dict[str, Any]:
    return {path: s.value if s.known else s for path, s in found.items()}


def base(text: str) -> str:
    return f"    #- homes/alice/default.nix\n    {text}\n"


def test_host_layer_wins(tmp_path: Path) -> None:
    text = base("{ my.name = lib.mkDefault ''a''; }") + (
        "    #- homes/alice@desk/default.nix\n    { my.name = ''b''; }\n"
    )
    found = all_of(tmp_path, text, "alice@desk")["my.name"]
    assert (found.value, found.priority) == ("b", 100)
    assert [(c.layer, c.value) for c in found.winners] == [("host", '"b"')]
    assert [(c.layer, c.why) for c in found.losers] == [
        ("default", "priority 1500 loses to 100"),
        ("base", "priority 1000 loses to 100"),
    ]
    assert values(all_of(tmp_path, text))["my.name"] == "a"


def test_large_files_are_read_whole_as_data_and_are_unknown_as_nix(tmp_path: Path) -> None:
    large = "🎉" * (1 << 18) + "x"
    files = (
        f"    #- homes/alice/a.txt\n    {large}\n"
        f"    #- homes/alice/b.nix\n    {{ x = 1; }} # {large}\n"
    )
    text = base(
        "{ my.any = { n = builtins.stringLength (builtins.readFile ./a.txt);"
        " x = (import ./b.nix).x; y = (builtins.scopedImport { } ./b.nix).x; }; }"
    )
    found = all_of(tmp_path, text + files)
    assert found["my.any.n"].value == 4 * (1 << 18) + 2
    assert "larger than 1 MiB" in str(found["my.any.x"].reason)
    assert "larger than 1 MiB" in str(found["my.any.y"].reason)


def test_one_leaf_for_each_path_that_the_user_defines(tmp_path: Path) -> None:
    text = base("""{
      my = { flag = true; machine.name = "pi"; any = { a.b = 1; c = { }; "x.y" = 1.0; }; };
    }""")
    assert values(all_of(tmp_path, text)) == {
        "my.any.a.b": 1,
        "my.any.c": {},
        "my.any.x.y": 1.0,
        "my.flag": True,
        "my.machine.name": "pi",
    }


def test_lists_are_whole_and_in_order(tmp_path: Path) -> None:
    text = base('{ my.items = lib.mkMerge [ [ "b" ] (lib.mkBefore [ "a" ]) ]; }')
    found = all_of(tmp_path, text)["my.items"]
    assert found.value == ["a", "b"]
    assert [c.value for c in found.winners] == ['[ "a" ]', '[ "b" ]']


def test_keys_have_winners_of_their_own(tmp_path: Path) -> None:
    text = base("""{
      my.vars = { EDITOR = lib.mkForce "vi"; PAGER = lib.mkDefault "less"; };
      imports = [ { my.vars = { EDITOR = "nano"; PAGER = "more"; }; } ];
    }""")
    found = all_of(tmp_path, text)
    assert values(found) == {"my.vars.EDITOR": "vi", "my.vars.PAGER": "more"}
    assert found["my.vars.EDITOR"].priority == 50
    assert [c.why for c in found["my.vars.PAGER"].losers] == ["priority 1000 loses to 100"]


def test_mkif_false_without_default_is_not_defined(tmp_path: Path) -> None:
    text = base("{ my = lib.mkIf config.my.flag { any.x = 1; name = ''x''; }; }")
    found = all_of(tmp_path, text)
    assert "my.any" not in found
    assert not found["my.any.x"].defined
    assert found["my.any.x"].losers[0].why == "mkIf false: config.my.flag"
    assert (found["my.name"].value, found["my.name"].priority) == ("nobody", 1500)


def test_a_set_is_a_leaf_or_its_names_are(tmp_path: Path) -> None:
    found = all_of(tmp_path, base("{ my.any = lib.mkForce { }; imports = [ { my.any.x = 1; } ]; }"))
    assert values(found) == {"my.any": {}}
    assert {c.why for c in found["my.any"].losers} == {
        "priority 100 loses to 50",
        "priority 1500 loses to 50",
    }
    text = base("""{
      options.my.people = lib.mkOption { type = with lib.types; attrsOf (attrsOf str); };
      config.my.people.alice = { name = pkgs.a.name; mail = pkgs.b.mail; };
    }""")
    assert list(all_of(tmp_path, text)) == ["my.people.alice.mail", "my.people.alice.name"]
    whole = one_of(tmp_path, text, "my.people.alice")
    assert whole is not None
    assert whole.text == "{ mail = nixpkgs.b.mail; name = nixpkgs.a.name; }"


def test_a_false_key_of_a_lazy_set_fails_as_in_nix(tmp_path: Path) -> None:
    found = all_of(tmp_path, base("{ my.vars.X = lib.mkIf false ''x''; }"))["my.vars.X"]
    assert not found.known
    assert found.error is not None
    assert found.error.startswith("The option `my.vars.X' was accessed but has no value defined.")


def test_a_stronger_set_hides_the_keys_of_another(tmp_path: Path) -> None:
    text = base("{ my.any = lib.mkForce { a = 1; }; imports = [ { my.any.b = 2; } ]; }")
    found = all_of(tmp_path, text)
    assert found["my.any.a"].value == 1
    assert not found["my.any.b"].defined
    assert [c.why for c in found["my.any.b"].losers] == ["priority 100 loses to 50"]


def test_conflicts_have_nix_message(tmp_path: Path) -> None:
    text = base("{ my.name = ''a''; imports = [ { my.name = ''b''; } ]; }")
    found = all_of(tmp_path, text)["my.name"]
    assert not found.known
    assert found.error is not None
    assert found.error.startswith("The option `my.name' has conflicting definition values:")
    assert len(found.winners) == 2


def test_functions_derivations_and_paths_are_not_known(tmp_path: Path) -> None:
    text = base("{ my.any = { f = x: x; p = ./x.nix; d = pkgs.hello; s = ''${./x.nix}''; }; }")
    text += "    #- homes/alice/x.nix\n    { }\n"
    found = all_of(tmp_path, text)
    assert {path: (s.known, s.value) for path, s in found.items()} == dict.fromkeys(
        ("my.any.d", "my.any.f", "my.any.p", "my.any.s"), (False, None)
    )
    assert found["my.any.d"].text.endswith("pkgs.hello")
    assert found["my.any.f"].reason == "a function"


def test_sets_that_stand_for_strings_print_them(tmp_path: Path) -> None:
    text = base('{ my.any = { a = { __toString = _: "x"; }; b.outPath = "/y"; }; }')
    found = all_of(tmp_path, text)
    assert values(found) == {"my.any.a": "x", "my.any.b": "/y"}
    assert [each.text for each in found.values()] == ['"x"', '"/y"']


def test_unknown_conditions_taint_only_what_they_touch(tmp_path: Path) -> None:
    text = base("{ my.name = lib.mkIf pkgs.stdenv.hasCC ''x''; my.flag = true; }")
    found = all_of(tmp_path, text)
    assert found["my.flag"].known
    assert not found["my.name"].known
    assert "pkgs.stdenv.hasCC" in found["my.name"].text


def test_apply_changes_the_value(tmp_path: Path) -> None:
    assert values(all_of(tmp_path, base("{ my.upper = ''x''; }"))) == {"my.upper": "X"}


def test_what_unread_modules_may_change_is_not_known(tmp_path: Path) -> None:
    text = base("""{
      programs.git = { enable = true; userName = "x"; lfs.enable = lib.mkDefault true; };
    }""")
    found = all_of(tmp_path, text)
    assert found["programs.git.enable"].value is True
    assert found["programs.git.enable"].assumes == ("home-manager",)
    assert not found["programs.git.userName"].known
    assert found["programs.git.userName"].text == '"x"'
    assert not found["programs.git.lfs.enable"].known


def test_places_are_those_of_the_attribute_path(tmp_path: Path) -> None:
    def ask(tree: Tree) -> str:
        found = setting(tree.repository, tree.target("alice"), ("my", "any", "a b", "c"))
        assert found is not None
        place = found.winners[0]
        assert place.file == tree.path
        assert found.declared is not None
        return Path(place.file).read_bytes()[place.start : place.end].decode()

    text = OPTIONS + base('{ /* 😀 */ my.any = { "a b".c = 1;$0 }; }')
    assert in_tree(tmp_path, text, ask) == '"a b".c'


def test_one_setting_and_sets_of_them(tmp_path: Path) -> None:
    text = base("{ my.machine.name = ''pi''; }")
    machine = one_of(tmp_path, text, "my.machine")
    assert machine is not None
    assert machine.value == {"name": "pi", "port": 22}
    name = one_of(tmp_path, text, "my.name")
    assert name is not None
    assert (name.value, name.type, name.description) == ("nobody", "string", "A name.")
    assert one_of(tmp_path, text, "my.nothing") is None


def test_what_is_written_in_an_entry_of_a_dag_is_its_data(tmp_path: Path) -> None:
    def ask(tree: Tree) -> list[Setting | None]:
        paths = ("user", "after")
        above = ("programs", "ssh", "matchBlocks", "web")
        return [setting(tree.repository, tree.target("alice"), (*above, name)) for name in paths]

    text = base("""{
      programs.ssh.matchBlocks.web = {
        user = "zoë";
      };
    }""")
    user, after = in_tree(tmp_path, text, ask, Catalogued())
    assert user is not None
    assert (user.path[-3:], user.value) == (("web", "data", "user"), "zoë")
    place = user.winners[0]
    assert place.file is not None
    assert Path(place.file).read_bytes()[place.start : place.end] == b"user"
    assert after is not None
    assert after.value == []


def test_sets_that_a_function_of_the_flake_makes_belong_to_the_layer(tmp_path: Path) -> None:
    text = base("{ my = (import ../../lib.nix).enabled; }") + (
        "    #- lib.nix\n    { enabled = { flag = true; }; }\n"
    )
    found = all_of(tmp_path, text)["my.flag"].winners[0]
    assert found.file is not None
    assert (Path(found.file).name, found.layer) == ("default.nix", "base")


def test_an_option_that_does_not_exist_has_nix_message(tmp_path: Path) -> None:
    found = all_of(tmp_path, base("{ my.machine = { name = ''x''; prot = 1; }; }"))
    error = found["my.machine.prot"].error
    assert error is not None
    assert error.startswith("The option `my.machine.prot' does not exist.")
