"""Completion and hover of options, and completion of their values."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from hmls.homes.catalogued import Catalogued
from hmls.ide.completion import Item, complete
from hmls.ide.definition import definition
from hmls.ide.hover import hover
from hmls.ide.markup import plain_markdown
from tests.trees import Tree, in_tree

OWN = """
#- modules/home/default.nix
{
  options.my.colour = lib.mkOption {
    type = lib.types.nullOr (lib.types.enum [ "red" "blue" ]);
    default = null;
    description = "As {option}`my.size` says.";
    readOnly = true;
  };
  options.my.list = lib.mkOption {
    type = lib.types.listOf (lib.types.submodule {
      options.side = lib.mkOption { type = lib.types.enum [ "left" "right" ]; };
    });
  };
  options.my.boxes = lib.mkOption {
    type = lib.types.attrsOf (lib.types.submodule {
      options.wide.open = lib.mkEnableOption "it";
      options.sides = lib.mkOption { type = lib.types.listOf (lib.types.enum [ "top" ]); };
    });
  };
}
"""


def items(folder: Path, text: str, more: str = "") -> list[Item]:
    tree = f"#- homes/alice/default.nix\n{text}\n{more}"
    return in_tree(folder, tree, lambda t: complete(t.view, t.path, t.offset), Catalogued())


def labels(folder: Path, text: str, more: str = "") -> list[str]:
    return [item.label for item in items(folder, text, more)]


def hovered(folder: Path, tree: str) -> str:
    def ask(tree: Tree) -> str:
        found = hover(tree.view, tree.path, tree.offset)
        return "" if found is None else found.plain

    return in_tree(folder, tree, ask, Catalogued())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{ ... }: { programs.git.$0 }", "signing"),
        ("{ ... }: { programs.git = { si$0 }; }", "signing"),
        ("{ ... }: { programs = { git = { signing.$0 = 1; }; }; }", "signByDefault"),
        ("{ lib, ... }: { config = lib.mkIf true { programs.$0 }; }", "starship"),
        ("{ lib, ... }: { config = lib.mkMerge [ { programs.$0 } ]; }", "starship"),
        ('{ ... }: { home.file."a".$0 }', "executable"),
        ("{ ... }: { programs.firefox.profiles.me.$0 }", "settings"),
        ("{ ... }: { programs.firefox = { profiles = { me = { $0 }; }; }; }", "settings"),
        ("{ ... }: { imports = [ { programs.git.$0 } ]; }", "signing"),
        ("{ ... }: { imports = [ ({ pkgs, ... }: { programs.git.$0 }) ]; }", "signing"),
        ("{ config, ... }: { x = config.xdg.$0; }", "configHome"),
        ("{ config, ... }: let cfg = config.programs.git; in { x = cfg.$0; }", "enable"),
        ("{ config, ... }: { x = with config.xdg; conf$0; }", "configHome"),
        ("{ config, ... }: { x = let inherit (config.xdg) conf$0; in 1; }", "configHome"),
        ("{ osConfig, ... }: { x = osConfig.networking.$0; }", "hostName"),
        ("{ ... }: { programs.git.enable = t$0; }", "true"),
        ("{ ... }: { programs.git.enable = $0 }", "false"),
        ("{ lib, ... }: { programs.git.enable = lib.mkDefault $0; }", "false"),
        ("{ ... }: { services.gpg-agent.pinentry.package = n$0; }", "null"),
        ("{ ... }: { programs.git.signing.format = $0; }", '"ssh"'),
        ('{ ... }: { programs.git.signing.format = "$0"; }', "ssh"),
        ("{ ... }: { my.colour = $0; }", '"blue"'),
        ("{ ... }: { my.$0 }", "boxes"),
        ("{ ... }: { my.boxes.one.wide.$0 }", "open"),
        ("{ ... }: { my.boxes.one.sides = [ $0 ]; }", '"top"'),
        ("{ ... }: { my.boxes.one = { name, config, ... }: { $0 }; }", "sides"),
        ("{ lib, ... }: { my.boxes = lib.mapAttrs (n: v: { wide.$0 }) { }; }", "open"),
        ("{ lib, ... }: { my.boxes = lib.genAttrs [ ] (name: { $0 }); }", "sides"),
        ("{ ... }: { my.list = [ { $0 } ]; }", "side"),
        ("{ lib, ... }: { my.list = lib.mkIf true (map (x: { $0 }) [ ]); }", "side"),
        ("{ ... }: { my.list = [ { side = $0; } ]; }", '"left"'),
        ('{ ... }: { my.list = [ { side = "$0"; } ]; }', "left"),
        ("{ ... }: { programs.zsh.plugins = [ { na$0 } ]; }", "name"),
        ("{ config, ... }: { x = with config.programs; git.$0; }", "enable"),
        ("{ config, ... }: { x = with config; programs.git.$0; }", "enable"),
    ],
)
def test_it_is_offered(tmp_path: Path, text: str, expected: str) -> None:
    more = OWN + "#- homes/alice@desk/default.nix\n{ }\n"
    assert expected in labels(tmp_path, text, more)


@pytest.mark.parametrize(
    ("path", "snippet"),
    [
        ("home.packages", "[ $0 ]"),
        ("home.sessionVariables", "{\n  $0\n}"),
        ("home.username", '"$0"'),
        ("programs.zsh.initContent", "''\n  $0\n''"),
    ],
)
def test_skeletons(tmp_path: Path, path: str, snippet: str) -> None:
    found = items(tmp_path, f"{{ ... }}: {{ {path} = $0; }}")
    assert snippet in [item.text for item in found if item.is_snippet]


def test_what_is_set_here_already_comes_last(tmp_path: Path) -> None:
    more = "#- homes/bob/default.nix\n{ programs.git.enable = true; }\n"
    assert labels(tmp_path / "a", "{ programs.git.$0 }", more)[0] == "enable"
    text = "{ programs.git.enable = true; programs.git.$0 }"
    assert labels(tmp_path / "b", text, more)[-1] == "enable"
    text = "{ programs.git = { enable = true; $0 }; }"
    assert labels(tmp_path / "c", text, more)[-1] == "enable"
    # A group may be written a second time.
    assert labels(tmp_path / "d", "{ programs.git.enable = true; programs.$0 }")[0] == "git"


def test_well_known_programs_come_before_those_that_nobody_uses(tmp_path: Path) -> None:
    found = labels(tmp_path, "{ programs.$0 }")
    assert found.index("git") < found.index("firefox") < found.index("abook")


def test_what_this_layer_uses_comes_first(tmp_path: Path) -> None:
    other = "#- homes/bob/default.nix\n{ programs.git.a = 1; programs.git.b = 1; }\n"
    text = "{ ... }: { programs.zsh.enable = true; programs.$0 }"
    assert labels(tmp_path, text, other)[:2] == ["zsh", "git"]


def test_keys_that_others_use_are_offered_where_any_may_stand(tmp_path: Path) -> None:
    other = "#- homes/bob/default.nix\n{ home.sessionVariables.EDITOR = 1; programs.gti.x = 1; }\n"
    assert labels(tmp_path, "{ ... }: { home.sessionVariables.$0 }", other) == ["EDITOR"]
    assert "gti" not in labels(tmp_path, "{ ... }: { programs.$0 }", other)


def test_values_of_other_hosts(tmp_path: Path) -> None:
    other = '#- homes/alice@desk/default.nix\n{ programs.git.settings.user.name = "Al"; }\n'
    found = items(tmp_path, "{ ... }: { programs.git.settings.user.name = $0; }", other)
    assert [(i.label, i.detail) for i in found if i.label == '"Al"'] == [
        ('"Al"', "as in alice@desk")
    ]
    assert "Al" in labels(tmp_path, '{ ... }: { programs.git.settings.user.name = "$0"; }', other)


def test_a_system_file_has_no_options_of_homes_but_for_its_users(tmp_path: Path) -> None:
    home = "#- homes/alice@desk/default.nix\n{ }\n"
    system = "#- systems/desk/default.nix\n"
    inside = system + "{ ... }: { home-manager.users.alice.programs.$0 }\n" + home
    function = system + "{ ... }: { home-manager.users.alice = { ... }: { programs.$0 }; }\n" + home
    shared = system + "{ ... }: { home-manager.sharedModules = [ { programs.$0 } ]; }\n" + home
    outside = system + "{ ... }: { programs.$0 }\n" + home

    def ask(tree: Tree) -> list[str]:
        return [item.label for item in complete(tree.view, tree.path, tree.offset)]

    assert "starship" in in_tree(tmp_path / "a", inside, ask, Catalogued())
    assert "starship" in in_tree(tmp_path / "b", function, ask, Catalogued())
    assert "starship" in in_tree(tmp_path / "d", shared, ask, Catalogued())
    assert in_tree(tmp_path / "c", outside, ask, Catalogued()) == []


def test_a_system_without_homes(tmp_path: Path) -> None:
    text = "#- systems/desk/default.nix\n{ ... }: { users.users.bob.$0 }\n"
    home = "#- homes/alice/default.nix\n{ }\n"

    def ask(tree: Tree) -> list[str]:
        return [item.label for item in complete(tree.view, tree.path, tree.offset)]

    assert "isNormalUser" in in_tree(tmp_path, text + home, ask, Catalogued())


def test_a_name_of_no_option_has_nothing_below(tmp_path: Path) -> None:
    assert labels(tmp_path, "{ ... }: { programs.git.enable.$0 }") == []


def test_items_explain_themselves(tmp_path: Path) -> None:
    found = {item.label: item for item in items(tmp_path, "{ ... }: { my.$0 }", OWN)}
    explain = found["colour"].explain
    assert explain is not None
    assert explain() == (
        '`my.colour` · null or (one of "red", "blue")\n\nAs `my.size` says.\n\n'
        "**read-only**: only its own module may set it\n\nDefault: `null`"
    )


HOME = "#- homes/alice/default.nix\n{ config, ... }: "


def test_hover_of_an_option_that_nobody_sets(tmp_path: Path) -> None:
    found = hovered(tmp_path, HOME + "{ x = config.programs.git.lfs.skip$0Smudge; }\n")
    assert "**programs.git.lfs.skipSmudge** · boolean" in found
    assert "Default: `false`" in found


def test_hover_of_an_option_of_ones_own_tells_all_of_it_once(tmp_path: Path) -> None:
    declared = """#- modules/home/default.nix
{ lib, ... }: {
  options.my.name = lib.mkOption {
    type = lib.types.str; default = "zoë"; description = "Who it is.";
  };
}
"""
    found = hovered(tmp_path, declared + HOME + '{ my.na$0me = "b"; }\n')
    assert found.endswith('Who it is.\n\ndeclared in modules/home:2\n\nDefault: `"zoë"`\n')
    assert found.count("Who it is.") == 1


def test_hover_of_an_option_without_any_target(tmp_path: Path) -> None:
    tree = "#- flake.nix\n{ outputs = _: { }; }\n#- modules/home/x.nix\n"
    found = hovered(tmp_path, tree + "{ programs.git.lfs.skip$0Smudge = true; }\n")
    assert found.startswith("**programs.git.lfs.skipSmudge** · boolean\n\nDefault: `false`")


def test_hover_tells_the_place(tmp_path: Path) -> None:
    found = hovered(tmp_path, HOME + "{ programs.git.signing.form$0at = null; }\n")
    assert "*as in Home Manager 26.11 of 22 August 2026, which comes with hmls*" in found
    assert "declared in `modules/programs/git.nix:76`" in found


def test_hover_of_an_option_that_was_renamed(tmp_path: Path) -> None:
    found = hovered(tmp_path, HOME + "{ fonts.fontconfig.enableProfile$0Fonts = true; }\n")
    assert "**Deprecated**: use `fonts.fontconfig.enable`" in found


def test_markup_of_nixpkgs_becomes_markdown() -> None:
    text = "See {option}`a.b` and []{#x}[this](#opt-a).\n\n::: {.note}\nMind.\n:::\nEnd."
    assert plain_markdown(text) == "See `a.b` and this.\n\n> **Note**\n>\n> Mind.\nEnd."


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ('{ my.list = [ { si$0de = "left"; } ]; }', "my.list.\\*.side"),
        ("{ my.boxes = lib.mapAttrs (n: b: { si$0des = [ ]; }) { }; }", "my.boxes.\\*.sides"),
        ("{ x = lib.mapAttrs (n: box: box.wide.op$0en) config.my.boxes; }",
         "my.boxes.\\*.wide.open"),
    ],
)  # fmt: skip
def test_options_of_elements(tmp_path: Path, text: str, title: str) -> None:
    tree = f"#- homes/alice/default.nix\n{{ config, lib, ... }}: {text}\n{OWN}"
    assert hovered(tmp_path, tree).startswith(f"**{title}**")

    def ask(tree: Tree) -> list[str]:
        found = definition(tree.view, tree.path, tree.offset)
        assert found is not None
        return [place.path.removeprefix(tree.root) for place in found.places]

    assert in_tree(tmp_path / "b", tree, ask, Catalogued()) == ["/modules/home/default.nix"]


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ('{ home.file."a$0".text = 1; }', '{ home.file."a b".text = 1; }'),
        ('{ home.file."🎉/a$0" = 1; }', '{ home.file."a b" = 1; }'),
        ("{ home.file.$0 }", '{ home.file."a b" }'),
        ('{ home = { file."', '{ home = { file."a b'),
        ('{ x = config.home.file."$0".text; }', '{ x = config.home.file."a b".text; }'),
        ('{ inherit (config.home.file) "a$0"; }', '{ inherit (config.home.file) "a b"; }'),
    ],
)
def test_names_in_quotes_keep_theirs(tmp_path: Path, text: str, after: str) -> None:
    start = "{ config, ... }: "
    text = start + (text if "$0" in text else text + "$0")
    other = '#- homes/bob/default.nix\n{ home.file."a b" = 1; }\n'
    item = next(item for item in items(tmp_path, text, other) if item.label == "a b")
    content = text.replace("$0", "").encode()
    done = content[: item.start] + item.text.encode() + content[item.end :]
    assert done.decode() == start + after


def test_nothing_is_offered_twice(tmp_path: Path) -> None:
    found = labels(tmp_path, "{ ... }: { programs.git.enable = t$0; }")
    assert found[:2] == ["true", "false"]
    assert len(found) == len(set(found))


@pytest.mark.parametrize("around", ["attrsOf", "listOf", "nullOr", "uniq"])
def test_a_submodule_of_modules_that_are_not_known_hides_nothing_else(
    tmp_path: Path, around: str
) -> None:
    # As nixvim declares `files`: of modules that only a configuration tells.
    more = f"""
        #- modules/home/default.nix
        {{ lib, ... }}: {{
          options.my = lib.mkOption {{
            type = lib.types.submodule ({{ config, ... }}: {{
              options.isDocs = lib.mkEnableOption "docs";
              options.files = lib.mkOption {{
                type = lib.types.{around} (lib.types.submoduleWith {{
                  modules = lib.optionals (!config.isDocs) [ {{ }} ];
                }});
              }};
            }});
          }};
        }}
    """
    assert "isDocs" in labels(tmp_path, "{ my.$0 }", dedent(more))


def test_what_is_merged_of_definitions_that_are_not_known_is_not_known(tmp_path: Path) -> None:
    more = """
        #- modules/home/default.nix
        { lib, ... }: {
          options.my = lib.mkOption {
            type = lib.types.submodule ({ config, ... }: {
              options.made = lib.mkOption { };
              config.made.x = lib.mkIf
                (lib.modules.mergeDefinitions config.made lib.types.str [ ]).isDefined "a";
            });
          };
        }
    """
    assert "made" in labels(tmp_path, "{ my.$0 }", dedent(more))


@pytest.mark.parametrize(
    "code",
    [
        "with config.programs; git.en$0able",
        "with config; programs.git.en$0able",
        "with config.programs.git; en$0able",
        "options.programs.git.enable.ty$0pe",
    ],
)
def test_options_behind_with_and_in_options(tmp_path: Path, code: str) -> None:
    tree = f"#- homes/alice/default.nix\n{{ config, options, ... }}: {{ x = {code}; }}\n"
    assert hovered(tmp_path, tree).startswith("**programs.git.enable** · boolean")


def test_what_an_option_has(tmp_path: Path) -> None:
    found = labels(tmp_path, "{ options, ... }: { x = options.programs.git.enable.$0; }")
    assert {"type", "default", "isDefined"} <= set(found)
    assert "enable" in labels(tmp_path, "{ options, ... }: { x = options.programs.git.$0; }")
