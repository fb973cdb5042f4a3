"""What each command of a home runs, exactly."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from hmls.deploy import plan
from hmls.deploy.generations import Generation
from hmls.deploy.tools import Nix
from tests.deploy.plans import HOME, NIX, code, commands, situation, with_options

BUILD = "nix build '/repo#homeConfigurations.alice.activationPackage' --no-link --print-out-paths"
CHECK = "nix flake check /repo"
OLD_NIX = Nix((2, 8), "nix", flakes_enabled=False)
FLAGS = "--extra-experimental-features 'nix-command flakes'"


def test_build() -> None:
    assert commands(plan.build(HOME, situation())) == [BUILD]


def test_preview_builds_and_compares() -> None:
    assert commands(plan.preview(HOME, situation())) == [BUILD, "preview from None"]


def test_switch_through_home_manager() -> None:
    assert commands(plan.switch(HOME, situation())) == [
        CHECK,
        BUILD,
        "preview from None",
        "LC_ALL=C home-manager switch --flake '/repo#alice'",
    ]


def test_switch_without_home_manager() -> None:
    assert commands(plan.switch(HOME, situation(without=("home-manager",)))) == [
        CHECK,
        BUILD,
        "preview from None",
        "LC_ALL=C ‹result of build›/activate",
    ]


def test_options_for_home_manager() -> None:
    options = with_options(
        backup_extension="bak", specialisation="dark", extra_arguments=("--impure",)
    )
    assert commands(plan.switch(HOME, options)) == [
        f"{CHECK} --impure",
        f"{BUILD} --impure",
        "preview from None",
        "LC_ALL=C home-manager switch --flake '/repo#alice' -b bak --specialisation dark --impure",
    ]


def test_options_without_home_manager() -> None:
    bare = situation(without=("home-manager",))
    options = replace(bare, options=plan.Options(backup_extension="bak", specialisation="dark"))
    assert commands(plan.switch(HOME, options))[3:] == [
        "nix-env --profile /home/alice/.local/state/nix/profiles/home-manager --set "
        "‹result of build›",
        "LC_ALL=C HOME_MANAGER_BACKUP_EXT=bak ‹result of build›/specialisation/dark/activate "
        "--driver-version 1",
    ]


def test_old_nix_without_flakes() -> None:
    assert commands(plan.switch(HOME, situation(nix=OLD_NIX))) == [
        f"nix {FLAGS} flake check /repo",
        f"nix {FLAGS} build '/repo#homeConfigurations.alice.activationPackage' --no-link --json",
        "preview from None",
        f"LC_ALL=C home-manager switch --flake '/repo#alice' {FLAGS}",
    ]


def test_only_activation_is_confirmed_and_in_the_foreground() -> None:
    made = plan.switch(HOME, situation())
    assert isinstance(made, plan.Plan)
    steps = [step for step in made.steps if isinstance(step, plan.Step)]
    assert [step.needs_confirmation for step in steps] == [False, False, True]
    assert [step.changes for step in steps] == ["store", "store", "home"]
    assert not any(step.needs_terminal for step in steps)
    assert made.changes == "home"


@pytest.mark.parametrize(
    ("name", "built", "activated"),
    [
        ("al.ice", 'homeConfigurations."al.ice"', "'/repo#al.ice'"),
        ("al ice", 'homeConfigurations."al ice"', "'/repo#al ice'"),
        ("$(touch x)", 'homeConfigurations."%24%28touch x%29"', "'/repo#$(touch x)'"),
        ("a;b&&c", 'homeConfigurations."a%3Bb%26%26c"', "'/repo#a;b&&c'"),
        ("-x", 'homeConfigurations."-x"', "/repo#-x"),
        ("a'b", "homeConfigurations.a'b", "'/repo#a'\"'\"'b'"),
        ("alice@home", 'homeConfigurations."alice@home"', "'/repo#alice@home'"),
        ("ålice", 'homeConfigurations."%C3%A5lice"', "'/repo#ålice'"),
    ],
)
def test_names_reach_nix_as_one_argument(name: str, built: str, activated: str) -> None:
    target = replace(HOME, output=("homeConfigurations", name))
    made = plan.switch(target, situation())
    assert isinstance(made, plan.Plan)
    build, activate = made.steps[1], made.steps[-1]
    assert isinstance(build, plan.Step)
    assert isinstance(activate, plan.Step)
    assert build.argv[2] == f"/repo#{built}.activationPackage"
    assert activated in plan.display(activate)


@pytest.mark.parametrize("name", ["a#b", "a%41", "a\nb"])
def test_names_that_home_manager_would_misread_go_past_it(name: str) -> None:
    target = replace(HOME, output=("homeConfigurations", name))
    assert commands(plan.switch(target, situation()))[-1] == "LC_ALL=C ‹result of build›/activate"


def test_a_name_with_a_double_quote_cannot_be_told() -> None:
    target = replace(HOME, output=("homeConfigurations", 'a"b'))
    assert code(plan.build(target, situation())) == "bad-name"


@pytest.mark.parametrize("root", ["/we#ird", "/que?ry", "/per%41cent", "/sp ace", "/new\nline"])
def test_folders_that_nix_would_misread_are_named_from_inside(root: str) -> None:
    made = plan.build(replace(HOME, flake_root=root), situation())
    assert isinstance(made, plan.Plan)
    assert isinstance(made.steps[0], plan.Step)
    assert made.steps[0].cwd == root
    assert made.steps[0].argv[2] == ".#homeConfigurations.alice.activationPackage"


def test_control_characters_do_not_reach_a_terminal() -> None:
    step = plan.Step("x", "x", ("echo", "a\x1b[31m\n'"), "/", "nothing")
    assert plan.display(step) == "echo $'a\\x1b[31m\\x0a\\x27'"


@pytest.mark.parametrize(
    ("here", "reason"),
    [
        ({"uid": 0}, "root"),
        ({"user": "bob"}, "other-user"),
        ({"system": "aarch64-darwin"}, "other-system"),
    ],
)
def test_switches_that_are_refused(here: dict[str, object], reason: str) -> None:
    assert code(plan.switch(HOME, situation(**here))) == reason
    assert isinstance(plan.build(HOME, situation(**here)), plan.Plan)


def test_an_untrusted_workspace_runs_nothing() -> None:
    untrusted = replace(situation(), trusted=False)
    generation = Generation(3, "/nix/store/x", datetime(2026, 1, 1), current=False)
    assert {
        code(plan.build(HOME, untrusted)),
        code(plan.preview(HOME, untrusted)),
        code(plan.switch(HOME, untrusted)),
        code(plan.check(HOME, untrusted)),
        code(plan.check_all("/repo", [HOME], untrusted)),
        code(plan.update("/repo", ["nixpkgs"], untrusted)),
        code(plan.archive("/repo", untrusted)),
        code(plan.track("/repo", ["x"], untrusted)),
        code(plan.initialise("/repo", untrusted)),
        code(plan.rollback(HOME, generation, untrusted)),
        code(plan.expire(HOME, [generation], untrusted)),
    } == {"untrusted"}


@pytest.mark.parametrize("version", [(2, 3), (1, 11)])
def test_a_nix_without_flakes_is_said(version: tuple[int, int]) -> None:
    assert code(plan.build(HOME, situation(nix=replace(NIX, version=version)))) == "no-tool"


def test_no_nix_is_said() -> None:
    refused = plan.build(HOME, situation(without=("nix",)))
    assert isinstance(refused, plan.Refusal)
    assert "There is no `nix` on the PATH" in refused.reason


@pytest.mark.parametrize(
    "options",
    [
        {"backup_extension": "-x"},
        {"backup_extension": "a/b"},
        {"backup_extension": ""},
        {"specialisation": "../x"},
        {"specialisation": ".."},
        {"target_host": "-oProxyCommand=touch x"},
        {"build_host": "a b"},
        {"build_host": "a;b"},
    ],
)
def test_settings_that_would_be_read_as_options_are_refused(options: dict[str, str]) -> None:
    assert code(plan.switch(HOME, with_options(**options))) == "bad-name"


def test_roll_back_to_a_generation() -> None:
    generation = Generation(3, "/nix/store/x", datetime(2026, 1, 1), current=False)
    assert commands(plan.rollback(HOME, generation, situation())) == [
        "preview from None",
        "LC_ALL=C /nix/store/x/activate",
    ]


def test_expire_exactly_what_was_shown() -> None:
    made = [Generation(n, f"/{n}", datetime(2026, 1, n), current=n == 3) for n in (1, 2, 3)]
    with_it = plan.expire(HOME, made, situation())
    without = plan.expire(HOME, made, situation(without=("home-manager",)))
    assert commands(with_it) == ["LC_ALL=C home-manager remove-generations 1 2"]
    assert commands(without) == [
        "LC_ALL=C nix-env --profile /home/alice/.local/state/nix/profiles/home-manager "
        "--delete-generations 1 2"
    ]
    assert isinstance(with_it, plan.Plan)
    assert with_it.notes == ("generation 1 of 2026-01-01 00:00", "generation 2 of 2026-01-02 00:00")
    assert code(plan.expire(HOME, made[2:], situation())) == "no-generation"


def test_first_configuration_of_all() -> None:
    assert commands(plan.initialise("/home/alice/cfg", situation())) == [
        "LC_ALL=C nix run home-manager/master -- init --switch /home/alice/cfg"
    ]
    assert code(plan.initialise("/root/cfg", situation(uid=0))) == "root"
