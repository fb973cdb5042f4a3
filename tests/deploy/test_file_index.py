"""Where an error that names no line is shown."""

from __future__ import annotations

import pytest

from hmls.deploy.file_index import FileIndex
from hmls.deploy.problem import Place
from hmls.homes.index import facts_of

ALICE, GIT, BOB = "/f/homes/alice/default.nix", "/f/homes/alice/git.nix", "/f/homes/bob/default.nix"
FILES = {
    ALICE: """{ imports = [ ./git.nix ./gone.nix ];
  # programs.git is in git.nix
  programs.zsh.enable = true;
  home.file.".inputrc".text = "x";
  xdg.configFile."app/x y".text = "🎉";
  home.file.forced = { force = true; text = ""; };
}
""",
    GIT: """{ config, ... }: {
  config.programs.git = { enable = true; userName = "🎉"; };
}
""",
    BOB: "{ programs.git.enable = false; home.packages = [ pkgs.hello ]; }\n",
}


@pytest.fixture
def index() -> FileIndex:
    facts = {name: facts_of(text.encode()) for name, text in FILES.items()}
    return FileIndex(facts, frozenset((ALICE, GIT)))


def test_the_definition_itself(index: FileIndex) -> None:
    assert index.definitions(("programs", "git", "enable"), ()) == [Place(GIT, 2, 27)]
    assert index.definitions(("programs", "git"), ()) == [Place(GIT, 2, 3)]


def test_what_lacks_a_value_is_shown_where_it_should_be_set() -> None:
    files = {"/f/a.nix": "{ home.file.z = { }; home.file = { y = { }; }; programs.git = { }; }"}
    index = FileIndex({name: facts_of(text.encode()) for name, text in files.items()})
    assert index.definitions(("home", "file", "z", "source"), ()) == [Place("/f/a.nix", 1, 3)]
    assert index.definitions(("home", "file", "y", "source"), ()) == [Place("/f/a.nix", 1, 36)]
    assert list(index.definitions(("programs", "git", "x"), ())) == []


def test_files_that_two_definitions_place_at_one_target() -> None:
    files = {
        "/f/a.nix": '{ home.file.one.target = ".config/x"; }',
        "/f/b.nix": '{ xdg.configFile.two = { target = "x"; text = ""; }; }',
    }
    index = FileIndex({name: facts_of(text.encode()) for name, text in files.items()})
    assert index.managed_file(".config/x") == [Place("/f/a.nix", 1, 3), Place("/f/b.nix", 1, 26)]
    assert list(index.managed_file("y")) == []


SYSTEMS = {
    "/f/systems/web/default.nix": '{\n  system.stateVersion = "26.05";\n}\n',
    "/f/systems/db/default.nix": '{ system.stateVersion = "26.05"; }\n',
}
BACKUP = ("home-manager", "backupFileExtension")


@pytest.mark.parametrize(
    ("more", "host", "expected"),
    [
        ({}, "web", Place("/f/systems/web/default.nix", 2, 3)),
        ({}, "mail", None),
        ({"/f/m.nix": "{ home-manager.users.al = { }; }"}, "web", Place("/f/m.nix", 1, 3)),
        (
            {"/f/m.nix": "{ home-manager = { users.al = { }; useGlobalPkgs = true; }; }"},
            "web",
            Place("/f/m.nix", 1, 36),
        ),
        (
            {
                "/f/hosts/db/hm.nix": "{ home-manager.verbose = true; }",
                "/f/hosts/web/hm.nix": "{  home-manager.verbose = true; }",
            },
            "web",
            Place("/f/hosts/web/hm.nix", 1, 4),
        ),
        ({"/f/options.nix": "{ options.home-manager.x = mkOption { }; }"}, "mail", None),
    ],
)
def test_where_an_option_of_a_system_may_be_set(
    more: dict[str, str], host: str, expected: Place | None
) -> None:
    files = {**SYSTEMS, **more}
    index = FileIndex({name: facts_of(text.encode()) for name, text in files.items()})
    assert index.beside(BACKUP, host) == expected


def test_in_the_files_that_are_named(index: FileIndex) -> None:
    option = ("programs", "git", "enable")
    assert index.definitions(option, [GIT, BOB]) == [Place(GIT, 2, 27), Place(BOB, 1, 3)]
    assert index.definitions(option, [ALICE]) == []


def test_what_is_below_an_option_or_around_it(index: FileIndex) -> None:
    assert index.definitions(("programs", "zsh"), ()) == [Place(ALICE, 3, 3)]
    assert index.definitions(("home", "packages", "0"), ()) == [Place(BOB, 1, 32)]
    assert index.definitions(("services", "x"), ()) == ()


def test_files_of_the_home(index: FileIndex) -> None:
    assert index.managed_file(".inputrc") == [Place(ALICE, 4, 3)]
    assert index.managed_file(".config/app/x y") == [Place(ALICE, 5, 3)]
    assert index.managed_file(".config/git/config") == [Place(GIT, 2, 3)]
    assert index.managed_file(".zshrc") == [Place(ALICE, 3, 3)]
    assert index.managed_file(".other") == ()
    assert index.forced_files() == ("forced",)


def test_paths_and_words(index: FileIndex) -> None:
    assert index.references("/f/homes/alice/gone.nix") == [Place(ALICE, 1, 25)]
    assert index.mentions("hello") == [Place(BOB, 1, 55)]
    assert index.mentions("git.nix") == [Place(ALICE, 1, 17)]
    assert index.mentions("hell") == ()
