"""What each command of a machine, a device or a whole flake runs, exactly."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from hmls.deploy import plan
from hmls.deploy.generations import Generation
from hmls.deploy.tools import Nix
from tests.deploy.plans import HOME, HOST, code, commands, situation, with_options

TOPLEVEL = "/repo#nixosConfigurations.workstation.config.system.build.toplevel"
BUILD = f"nix build '{TOPLEVEL}' --no-link --print-out-paths"
CHECK = "nix flake check /repo"
DARWIN = replace(
    HOST, kind="darwin", output=("darwinConfigurations", "workstation"), system="aarch64-darwin"
)
DEVICE = replace(HOME, kind="droid", output=("nixOnDroidConfigurations", "default"))
MADE = [Generation(n, f"/gen/{n}", datetime(2026, 1, n), current=n == 3) for n in (3, 2, 1)]


def test_build_with_and_without_nixos_rebuild() -> None:
    assert commands(plan.build(HOST, situation())) == [
        "LC_ALL=C nixos-rebuild build --flake '/repo#workstation'"
    ]
    assert commands(plan.build(HOST, situation(without=("nixos-rebuild",)))) == [BUILD]


def test_a_build_leaves_no_result_in_the_flake() -> None:
    made = plan.build(HOST, situation())
    assert isinstance(made, plan.Plan)
    assert isinstance(made.steps[0], plan.Step)
    assert made.steps[0].cwd == "/home/alice/.local/state/hmls/scratch"


@pytest.mark.parametrize("action", ["switch", "boot", "test"])
def test_activate_through_sudo_in_a_terminal(action: plan.Action) -> None:
    made = plan.activate(action, HOST, situation())
    command = f"sudo nixos-rebuild {action} --flake '/repo#workstation'"
    assert commands(made) == [CHECK, BUILD, "preview from None", command]
    assert isinstance(made, plan.Plan)
    last = made.steps[-1]
    assert isinstance(last, plan.Step)
    assert last.needs_terminal
    assert plan.display(plan.unattended(last)) == command.replace("sudo", "LC_ALL=C sudo -n")


def test_root_needs_no_sudo() -> None:
    made = plan.switch(HOST, situation(uid=0))
    assert commands(made)[-1] == "LC_ALL=C nixos-rebuild switch --flake '/repo#workstation'"


def test_dry_activate_changes_nothing_and_needs_root() -> None:
    """switch-to-configuration does nothing without root, not even tell what it would do."""
    made = plan.activate("dry-activate", HOST, situation())
    assert isinstance(made, plan.Plan)
    assert made.changes == "store"
    assert commands(made) == ["sudo nixos-rebuild dry-activate --flake '/repo#workstation'"]


def test_another_machine_is_refused_unless_it_is_named() -> None:
    elsewhere = replace(HOST, host="server", output=("nixosConfigurations", "server"))
    assert code(plan.switch(elsewhere, situation())) == "other-machine"
    assert code(plan.activate("dry-activate", elsewhere, situation())) == "other-machine"
    made = plan.switch(elsewhere, with_options(target_host="alice@server", build_host="big"))
    assert commands(made)[-1] == (
        "nixos-rebuild switch --flake '/repo#server' --build-host big --target-host alice@server "
        "--sudo --ask-sudo-password"
    )
    last = made.steps[-1] if isinstance(made, plan.Plan) else None
    assert isinstance(last, plan.Step)
    assert plan.display(plan.unattended(last)).endswith("--target-host alice@server --sudo")


def test_a_build_host_is_reached_by_the_user_and_not_by_root() -> None:
    assert commands(plan.switch(HOST, with_options(build_host="big")))[-1] == (
        "nixos-rebuild switch --flake '/repo#workstation' --build-host big --sudo"
    )


def test_root_of_another_machine_needs_no_sudo() -> None:
    made = plan.switch(HOST, with_options(target_host="root@server"))
    assert commands(made)[-1].endswith("--target-host root@server")


def test_a_build_host_needs_nixos_rebuild() -> None:
    bare = replace(situation(without=("nixos-rebuild",)), options=plan.Options(build_host="big"))
    assert code(plan.build(HOST, bare)) == "no-tool"


@pytest.mark.parametrize("name", ["a#b", 'a"b', "a%b"])
def test_names_that_nixos_rebuild_would_misread(name: str) -> None:
    target = replace(HOST, output=("nixosConfigurations", name))
    assert code(plan.switch(target, situation())) == "bad-name"


def test_roll_back() -> None:
    for number, generation in ((2, MADE[1]), (1, MADE[2])):
        assert commands(plan.rollback(HOST, generation, situation()))[1:] == [
            f"sudo nix-env --profile /nowhere/profiles/system --switch-generation {number}",
            f"sudo /gen/{number}/bin/switch-to-configuration switch",
        ]


def test_expire() -> None:
    assert commands(plan.expire(HOST, MADE, situation())) == [
        "sudo nix-env --profile /nowhere/profiles/system --delete-generations 2 1"
    ]


def test_macos() -> None:
    mac = situation(system="aarch64-darwin")
    assert commands(plan.switch(DARWIN, mac))[1:] == [
        "nix build '/repo#darwinConfigurations.workstation.system' --no-link --print-out-paths",
        "preview from None",
        "sudo darwin-rebuild switch --flake '/repo#workstation'",
    ]
    assert commands(plan.rollback(DARWIN, MADE[2], mac))[1:] == [
        "sudo darwin-rebuild --switch-generation 1"
    ]
    assert code(plan.switch(DARWIN, situation())) == "other-system"
    assert code(plan.activate("boot", DARWIN, mac)) == "no-tool"
    assert code(plan.activate("dry-activate", DARWIN, mac)) == "no-tool"
    specialised = replace(mac, options=plan.Options(specialisation="night"))
    assert commands(plan.switch(DARWIN, specialised)) == commands(plan.switch(DARWIN, mac))


def test_names_that_are_passed_on_without_quotes() -> None:
    """`darwin-rebuild --flake .#a.b` asks for darwinConfigurations.a.b, not for "a.b"."""
    mac = situation(system="aarch64-darwin", hostname="web.example")
    dotted = replace(DARWIN, host="web.example", output=("darwinConfigurations", "web.example"))
    assert code(plan.switch(dotted, mac)) == "bad-name"
    device = replace(DEVICE, output=("nixOnDroidConfigurations", "my.phone"))
    assert commands(plan.switch(device, situation()))[-1] == "‹result of build›/activate"


def test_a_device_of_nix_on_droid() -> None:
    build = "nix build '/repo#nixOnDroidConfigurations.default.activationPackage' --no-link"
    assert commands(plan.switch(DEVICE, situation())) == [
        CHECK,
        f"{build} --print-out-paths --impure",
        "preview from None",
        "nix-on-droid switch --flake '/repo#default'",
    ]
    assert code(plan.switch(DEVICE, situation(without=("nix-on-droid",)))) == "no-tool"
    for arguments, last in (
        (("--option", "a", "b", "--keep-going"), "default' --option a b --keep-going"),
        (("--cores", "4", "--accept-flake-config"), "‹result of build›/activate"),
        (("--option", "a"), "‹result of build›/activate"),
    ):
        made = commands(plan.switch(DEVICE, with_options(extra_arguments=arguments)))
        assert " ".join(arguments) in made[1]
        assert made[-1].endswith(last)
    assert commands(plan.rollback(DEVICE, MADE[2], situation())) == [
        "preview from None",
        "nix-on-droid switch-generation 1",
    ]
    assert commands(plan.expire(DEVICE, MADE, situation())) == [
        "LC_ALL=C nix-env --profile /nowhere/profiles/nix-on-droid --delete-generations 2 1"
    ]


def test_a_home_knows_no_boot() -> None:
    assert code(plan.activate("boot", HOME, situation())) == "no-tool"


def test_check_everything_that_flake_check_leaves_out() -> None:
    made = plan.check_all("/repo", [HOME, HOST], situation())
    assert commands(made) == [
        CHECK,
        "nix eval --raw '/repo#homeConfigurations.alice.activationPackage.drvPath'",
        f"nix eval --raw '{TOPLEVEL}.drvPath'",
    ]
    assert isinstance(made, plan.Plan)
    assert made.keep_going


def test_update_by_the_command_that_nix_understands() -> None:
    old = situation(nix=Nix((2, 18), "nix", flakes_enabled=True))
    lix = situation(nix=Nix((2, 91), "lix", flakes_enabled=True))
    assert commands(plan.update("/repo", ["nixpkgs"], lix)) == [
        "nix flake update nixpkgs --flake /repo"
    ]
    assert commands(plan.update("/repo", ["nixpkgs"], old)) == [
        "nix flake lock /repo --update-input nixpkgs"
    ]
    assert commands(plan.update("/repo", [], lix)) == ["nix flake update --flake /repo"]
    assert commands(plan.update("/repo", [], old)) == ["nix flake update /repo"]


@pytest.mark.parametrize("name", ["-x", "--flake", "a b", "", "$(x)", "a/", "ä"])
def test_names_that_are_no_inputs(name: str) -> None:
    assert code(plan.update("/repo", [name], situation())) == "bad-name"


def test_show_files_to_git() -> None:
    assert commands(plan.track("/repo", ["-x", "a b", ":(top)"], situation())) == [
        "git --literal-pathspecs -C /repo add -N -- -x 'a b' ':(top)'"
    ]
    assert code(plan.track("/repo", ["x"], situation(without=("git",)))) == "no-tool"


def test_fetch_the_sources_of_inputs() -> None:
    assert commands(plan.archive("/repo", situation())) == ["nix flake archive /repo"]
