"""A NixOS machine: real builds, and stand-ins for what only NixOS has."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from hmls.deploy import plan
from hmls.deploy.activation import profile_target, unit_of_home
from hmls.deploy.generations import read_profile, system_profile
from hmls.deploy.outcome import Done, Failed, HandedOver
from hmls.deploy.plan import Plan, Refusal, Situation
from hmls.deploy.preview import markdown
from hmls.deploy.problem import ForceFile
from hmls.deploy.target import Target
from hmls.deploy.ui import Exited, Opened
from tests.nix.lab import Lab, User

SYSTEM = """
{ system, homeConfigurations }:
derivation {
  name = "nixos-system-workstation-26.05";
  inherit system;
  builder = "/bin/sh";
  PATH = "/usr/bin:/bin";
  args = [
    "-euc"
    ''
      units=$out/etc/systemd/system
      mkdir -p $units $out/bin
      echo 'Environment="HOME_MANAGER_BACKUP_EXT=bak"' > $units/home-manager-alice.service
      echo "ExecStart=/x ${homeConfigurations.alice.activationPackage}" \\
        >> $units/home-manager-alice.service
      echo @motd@ > $out/etc/motd
      echo '#!/bin/sh' > $out/bin/switch-to-configuration
      echo 'echo "$1" >> @log@' >> $out/bin/switch-to-configuration
      echo 'ln -sfn "$(dirname "$(dirname "$(readlink -f "$0")")")" @current@' \\
        >> $out/bin/switch-to-configuration
      chmod +x $out/bin/switch-to-configuration
    ''
  ];
}
"""

REBUILD = """
action=$1 flake=${3-}
attribute=nixosConfigurations.\\"${flake#*#}\\".config.system.build.toplevel
if [ "$action" = build ]; then
    nix build "${flake%%#*}#$attribute" --log-format internal-json
    exit
fi
result=$(nix build "${flake%%#*}#$attribute" --no-link --print-out-paths)
case $action in switch | boot) nix-env --profile @profile@ --set "$result" ;; esac
"$result/bin/switch-to-configuration" "$action"
"""

RECORDING_REBUILD = """
echo "$@" >> @root@/asked
[ "$1" = build ] || exit 0
exec nix build "@root@/repo#nixosConfigurations.workstation.config.system.build.toplevel" \\
    --no-link --print-out-paths
"""
DEVICE = """derivation {
  name = "nix-on-droid-generation";
  inherit (facts) system;
  builder = "/bin/sh";
  PATH = "/usr/bin:/bin";
  args = [ "-euc" ''
    mkdir -p $out/nix-on-droid-path
    home=${self.homeConfigurations.alice.activationPackage}
    echo "HOME_MANAGER_BACKUP_EXT='bak' $home/activate" > $out/activate
  '' ];
}"""
"""As Nix-on-Droid's modules/home-manager.nix and modules/build/activation.nix make it."""
OF_USER_UNIT = (
    "_SYSTEMD_USER_UNIT=home-manager.service + SYSLOG_IDENTIFIER=hm-activate-alice"
    " + USER_UNIT=home-manager.service"
)
SUDO = 'if [ "$1" = -n ]; then shift; fi; exec "$@"'
ASKING_SUDO = """
case ${LC_ALL-} in
    C) echo "sudo: a password is required" >&2 ;;
    *) echo "sudo: Ein Passwort ist notwendig" >&2 ;;
esac
exit 1
"""


@pytest.fixture
def machine(lab: Lab) -> Lab:
    """A lab that is NixOS."""
    profile = system_profile(lab.machine)
    Path(profile).parent.mkdir(parents=True, exist_ok=True)
    for each in Path(profile).parent.glob("system*"):
        each.unlink()
    lab.set_home('{ files.a = "1"; }')
    set_motd(lab, "first")
    lab.add_program("nixos-rebuild", "set -eu\n" + REBUILD.replace("@profile@", profile))
    lab.add_program("sudo", SUDO)
    return lab


def set_motd(lab: Lab, text: str) -> None:
    system = SYSTEM.replace("@motd@", text).replace("@log@", str(lab.folder / "log"))
    system = system.replace("@current@", lab.machine.running_system)
    lab.write("systems/workstation/default.nix", system)
    lab.track()


def log(lab: Lab) -> list[str]:
    return (lab.folder / "log").read_text().split()


async def test_a_build_through_nixos_rebuild_leaves_its_result_elsewhere(machine: Lab) -> None:
    outcome = await machine.deploy(plan.build, target=machine.host())
    assert isinstance(outcome, Done), outcome
    assert outcome.result is not None
    assert outcome.result.endswith("-nixos-system-workstation-26.05")
    assert not (machine.root / "result").exists()


async def test_a_build_without_nixos_rebuild(machine: Lab) -> None:
    (machine.folder / "bin/nixos-rebuild").unlink()
    outcome = await machine.deploy(plan.build, target=machine.host())
    assert isinstance(outcome, Done), outcome
    assert outcome.result is not None


async def test_a_switch_where_sudo_asks_for_nothing(machine: Lab) -> None:
    ui = User()
    outcome = await machine.deploy(plan.switch, ui, machine.host())
    assert isinstance(outcome, Done), (outcome, ui.text)
    assert log(machine) == ["switch"]
    assert outcome.generation == 1
    assert "$ LC_ALL=C sudo -n nixos-rebuild switch" in ui.text
    assert [each.target for each in ui.documents[0].files] == ["a"]


async def test_files_in_the_way_of_a_home_in_a_system(machine: Lab) -> None:
    (machine.home / "a").write_text("my own")
    ui = User()
    assert isinstance(await machine.deploy(plan.preview, ui, machine.host()), Done)
    assert [(each.target, each.outcome) for each in ui.documents[0].collisions] == [
        ("a", "backed-up")
    ]


async def test_a_switch_where_sudo_asks_for_a_password(machine: Lab) -> None:
    machine.add_program("sudo", ASKING_SUDO)
    outcome = await machine.deploy(plan.switch, target=machine.host())
    assert isinstance(outcome, Failed)
    assert outcome.reason.startswith("sudo asks for a password. Run it in a terminal: sudo ")
    assert not (machine.folder / "log").exists()


async def test_a_switch_in_a_terminal_of_the_user(machine: Lab) -> None:
    ui = User(terminal=Opened())
    outcome = await machine.deploy(plan.switch, ui, machine.host())
    assert isinstance(outcome, HandedOver)
    assert ui.commands == [f"sudo nixos-rebuild switch --flake '{machine.root}#workstation'"]
    assert not (machine.folder / "log").exists()


async def test_settings_that_changed_since_a_switch_in_a_terminal_of_the_user(machine: Lab) -> None:
    """How that ended nobody tells us; what runs afterwards does."""
    machine.settings = {"a": "1"}
    assert isinstance(
        await machine.deploy(plan.switch, User(terminal=Opened()), machine.host()), HandedOver
    )
    typed = ["nixos-rebuild", "switch", "--flake", f"{machine.root}#workstation"]
    path = f"{machine.folder / 'bin'}:{machine.environ['PATH']}"
    subprocess.run(typed, env={**machine.full_environ, "PATH": path}, check=True)
    machine.settings = {"a": "2"}
    set_motd(machine, "second")
    ui = User()
    assert isinstance(await machine.deploy(plan.preview, ui, machine.host()), Done)
    (change,) = ui.documents[0].settings
    assert (change.option, change.before, change.after) == ("a", "1", "2")
    assert not any("settings" in note for note in ui.documents[0].notes)


async def test_the_files_of_every_home_in_a_system(machine: Lab) -> None:
    machine.set_home('{ files.a = "1"; files.b = "1"; }', "bob")
    path = machine.root / "systems/workstation/default.nix"
    text = path.read_text()
    bob = 'echo "ExecStart=/x ${homeConfigurations.bob.activationPackage}" '
    motd = "      echo first"
    path.write_text(text.replace(motd, f"      {bob} > $units/home-manager-bob.service\n{motd}"))
    ui = User()
    assert isinstance(await machine.deploy(plan.switch, ui, machine.host()), Done), ui.text
    assert [each.place for each in ui.documents[0].files] == ["~/a", "~bob/a", "~bob/b"]
    machine.set_home('{ files.a = "1"; files.b = "2"; }', "bob")
    assert isinstance(await machine.deploy(plan.preview, ui, machine.host()), Done)
    (change,) = ui.documents[1].files
    assert (change.place, change.change) == ("~bob/b", "changed")
    assert "### `~bob/b` changed" in markdown(ui.documents[1])


async def test_files_that_were_removed_from_a_home_in_a_system(machine: Lab) -> None:
    """NixOS starts the service of a home where that changes, which puts them back."""
    ui = User()
    assert isinstance(await machine.deploy(plan.switch, ui, machine.host()), Done), ui.text
    assert not (machine.home / "a").exists()
    assert isinstance(await machine.deploy(plan.preview, ui, machine.host()), Done)
    machine.set_home('{ files.a = "1"; files.b = "1"; }')
    assert isinstance(await machine.deploy(plan.preview, ui, machine.host()), Done)
    same, changed = ui.documents[1:]
    assert (same.put_back, same.summary) == ((), "nothing changes")
    restart = "`sudo systemctl restart home-manager-alice.service` does"
    assert (
        f"~/a is missing. As the home does not change, a switch does not put it back; {restart}"
        in (same.notes[0])
    )
    assert (changed.put_back, changed.notes[1:]) == (("~/a",), ())
    assert changed.summary.startswith("1 missing file put back; ")


@pytest.mark.parametrize("action", ["switch", "test"])
async def test_a_system_that_runs_although_a_service_failed(
    machine: Lab, action: plan.Action
) -> None:
    ui = User()
    assert isinstance(await machine.deploy(plan.switch, ui, machine.host()), Done), ui.text
    before = profile_target(machine.machine.running_system)
    rebuild = (machine.folder / "bin/nixos-rebuild").read_text()
    machine.add_program("nixos-rebuild", f"{rebuild}\nexit 4")
    set_motd(machine, "second")

    def make(target: Target, situation: Situation) -> Plan | Refusal:
        return plan.activate(action, target, situation)

    outcome = await machine.deploy(make, target=machine.host())
    assert isinstance(outcome, Failed)
    assert outcome.text.startswith(
        f"{action.capitalize()} workstation failed. It ended with code 4."
    )
    back = {
        "test": f"runs. The way back: sudo {before}/bin/switch-to-configuration test",
        "switch": f"&& sudo {before}/bin/switch-to-configuration switch",
    }
    assert "activated before that and runs." in outcome.text
    assert outcome.text.endswith(back[action])
    machine.add_program("nixos-rebuild", "exit 1")
    failed = await machine.deploy(make, target=machine.host())
    assert isinstance(failed, Failed)
    assert failed.text.endswith(
        f"The running system is still {profile_target(machine.machine.running_system)}."
    )


async def test_settings_of_a_system_that_hmls_did_not_deploy(machine: Lab) -> None:
    (machine.folder / "current-system").symlink_to(machine.folder)
    machine.settings = {"a": "1"}
    ui = User()
    assert isinstance(await machine.deploy(plan.preview, ui, machine.host()), Done)
    assert ui.documents[0].settings == ()
    assert "hmls has not deployed what ran before" in " ".join(ui.documents[0].notes)


async def test_what_failed_in_a_terminal_is_read_from_the_journal(machine: Lab) -> None:
    machine.add_program("journalctl", "echo \"Existing file '$HOME/a' would be clobbered\"")
    outcome = await machine.deploy(plan.switch, User(terminal=Exited(4)), machine.host())
    assert isinstance(outcome, Failed)
    assert outcome.reason.startswith("Existing file '")
    (problem,) = outcome.problems
    assert problem.kind == "collision"
    assert "home-manager.backupFileExtension" in problem.message
    assert problem.remedies == (ForceFile("a"),)


@pytest.mark.parametrize(
    ("user", "unit"),
    [
        ("alice", "home-manager-alice.service"),
        ("mary-ann", "home-manager-mary\\x2dann.service"),
        ("a.b", "home-manager-a.b.service"),
    ],
)
def test_the_service_of_a_home(user: str, unit: str) -> None:
    assert unit_of_home(user) == unit


async def test_on_another_machine(machine: Lab) -> None:
    """Built where it is said, activated where it is said, by nixos-rebuild's own ssh and sudo."""
    machine.add_program("nixos-rebuild", RECORDING_REBUILD.replace("@root@", str(machine.folder)))
    machine.options = plan.Options(target_host="root@web", build_host="builder")
    ui = User()
    outcome = await machine.deploy(plan.switch, ui, machine.host("web"))
    assert isinstance(outcome, Done), (outcome, ui.text)
    assert outcome.generation is None
    flake = f"{machine.root}#web"
    build, switch = (machine.folder / "asked").read_text().splitlines()
    assert build.startswith(f"build --flake {flake} --build-host builder --log-format ")
    assert switch == f"switch --flake {flake} --build-host builder --target-host root@web"
    assert ui.documents[0].collisions == ()
    assert ui.documents[0].summary == "not compared with what runs there"
    machine.options = plan.Options(target_host="alice@web", build_host="builder")
    ui = User(terminal=Opened())
    assert isinstance(await machine.deploy(plan.switch, ui, machine.host("web")), HandedOver)
    assert ui.commands == [
        f"nixos-rebuild switch --flake '{flake}' --build-host builder --target-host alice@web "
        "--sudo --ask-sudo-password"
    ]


async def test_a_mac(machine: Lab) -> None:
    """Its system is built by Nix and switched by darwin-rebuild."""
    machine.add_program("darwin-rebuild", f'echo "$@" > {machine.folder}/asked')
    lock = machine.root / "flake.nix"
    lock.write_text(
        lock.read_text().replace(
            "nixosConfigurations =",
            "darwinConfigurations.mac.system = self.homeConfigurations.alice.activationPackage;\n"
            "      nixosConfigurations =",
        )
    )
    output = ("darwinConfigurations", "mac")
    target = replace(machine.host("workstation"), kind="darwin", output=output)
    outcome = await machine.deploy(plan.switch, target=target)
    assert isinstance(outcome, Done), outcome
    assert (machine.folder / "asked").read_text() == f"switch --flake {machine.root}#mac\n"


async def test_what_was_last_deployed_elsewhere(machine: Lab) -> None:
    """What runs there cannot be seen: the next preview is compared with what went there last."""
    machine.options = plan.Options(target_host="root@workstation")
    machine.add_program("nixos-rebuild", RECORDING_REBUILD.replace("@root@", str(machine.folder)))
    machine.settings = {"a": "1"}
    assert isinstance(await machine.deploy(plan.switch, target=machine.host()), Done)
    machine.settings = {"a": "2"}
    machine.set_home('{ files.a = "2"; }')
    ui = User()
    assert isinstance(await machine.deploy(plan.preview, ui, machine.host()), Done)
    (document,) = ui.documents
    assert document.summary == "1 file, 1 setting changed since what was last deployed from here"
    assert "-1\n+2" in document.files[0].diff
    shown = markdown(document)
    assert "What runs on workstation is not seen from here. Compared is what was last" in shown
    assert f"From `{document.old}`" in shown


async def test_a_device(machine: Lab) -> None:
    machine.add_program("nix-on-droid", f'echo "$@" > {machine.folder}/asked')
    flake = machine.root / "flake.nix"
    flake.write_text(
        flake.read_text().replace(
            "nixosConfigurations =",
            f"nixOnDroidConfigurations.alice.activationPackage = {DEVICE};\n"
            "      nixosConfigurations =",
        )
    )
    (machine.home / "a").write_text("my own")
    output = ("nixOnDroidConfigurations", "alice")
    target = replace(machine.target(), kind="droid", output=output)
    ui = User()
    assert isinstance(await machine.deploy(plan.build, ui, target), Done)
    assert "--impure" in ui.text
    assert isinstance(await machine.deploy(plan.switch, ui, target), Done)
    assert [each.kind for each in ui.questions] == ["start", "start", "activate"]
    (document,) = ui.documents
    assert [(each.target, each.change) for each in document.files] == [("a", "added")]
    assert [each.outcome for each in document.collisions] == ["backed-up"]
    assert (machine.folder / "asked").read_text() == f"switch --flake {machine.root}#alice\n"


async def test_a_switch_in_our_own_terminal(machine: Lab) -> None:
    well = await machine.deploy(plan.switch, User(terminal=Exited(0)), machine.host())
    badly = await machine.deploy(plan.switch, User(terminal=Exited(4)), machine.host())
    assert isinstance(well, Done)
    assert isinstance(badly, Failed)
    assert badly.code == 4


@pytest.mark.parametrize(("action", "generation"), [("boot", 1), ("test", None)])
async def test_boot_and_test(machine: Lab, action: plan.Action, generation: int | None) -> None:
    outcome = await machine.deploy(
        lambda target, situation: plan.activate(action, target, situation), target=machine.host()
    )
    assert isinstance(outcome, Done)
    assert log(machine) == [action]
    assert outcome.generation == generation


async def test_dry_activate(machine: Lab) -> None:
    outcome = await machine.deploy(
        lambda target, situation: plan.activate("dry-activate", target, situation),
        target=machine.host(),
    )
    assert isinstance(outcome, Done)
    assert log(machine) == ["dry-activate"]


async def test_roll_back_and_forward(machine: Lab) -> None:
    for motd in ("first", "second", "third"):
        set_motd(machine, motd)
        assert isinstance(await machine.deploy(plan.switch, target=machine.host()), Done)
    for number in (2, 3, 1):
        found = read_profile(system_profile(machine.machine))
        wanted = next(each for each in found if each.number == number)
        situation = await machine.situation()
        made = plan.rollback(machine.host(), wanted, situation)
        outcome = await machine.deploy(lambda *_, made=made: made)
        assert isinstance(outcome, Done), outcome
        assert outcome.generation == number
    assert Path(machine.machine.running_system, "etc/motd").read_text() == "first\n"


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("the following units failed: home-manager-alice.service", "-u home-manager-alice.service"),
        (
            "the following user units failed: home-manager.service",
            OF_USER_UNIT,
        ),
        ("user activation for alice failed", OF_USER_UNIT),
    ],
)
async def test_a_home_that_fails_on_nixos_is_read_from_the_journal(
    machine: Lab, said: str, wanted: str
) -> None:
    """As switch-to-configuration tells of it: a service of the system, or of the user's manager."""
    machine.add_program("nixos-rebuild", f'echo "warning: {said}" >&2; exit 4')
    machine.add_program(
        "journalctl",
        'echo "$@" > "' + str(machine.folder / "asked") + '"\n'
        "echo \"Existing file '$HOME/a' would be clobbered\"",
    )
    outcome = await machine.deploy(plan.switch, target=machine.host())
    assert isinstance(outcome, Failed)
    assert [problem.kind for problem in outcome.problems][-1] == "collision"
    asked = (machine.folder / "asked").read_text()
    assert asked.startswith(f"{wanted} -o cat --no-pager")


async def test_a_home_that_its_users_manager_could_not_start(machine: Lab) -> None:
    """switch-to-configuration waits for it, and does not tell how it ended."""
    system = machine.root / "systems/workstation/default.nix"
    system.write_text(
        system.read_text().replace(
            "echo first",
            "drop=$out/etc/profiles/per-user/alice/share/systemd/user/home-manager.service.d\n"
            "      mkdir -p $drop\n"
            "      echo 'ExecStart=${homeConfigurations.alice.activationPackage}/activate' "
            "> $drop/10-user-activation.conf\n"
            "      echo first",
        )
    )
    failed = "echo \"home-manager.service: Failed with result 'exit-code'.\""
    collision = "echo \"Existing file '$HOME/a' would be clobbered\""
    machine.add_program(
        "journalctl", f'case $* in "{OF_USER_UNIT} "*) {collision}; {failed};; esac'
    )
    outcome = await machine.deploy(plan.switch, target=machine.host())
    assert isinstance(outcome, Failed)
    assert [problem.kind for problem in outcome.problems] == ["collision"]
    assert outcome.reason.startswith("The home was not activated. Existing file ")
    assert outcome.activated
    machine.add_program("journalctl", "echo Activating linkGeneration")
    assert isinstance(await machine.deploy(plan.switch, target=machine.host()), Done)


async def test_the_way_back_of_a_system(machine: Lab) -> None:
    """Its `activate` alone would leave the profile, and so the next start, as they are."""
    assert isinstance(await machine.deploy(plan.switch, target=machine.host()), Done)
    program = machine.folder / "bin/nixos-rebuild"
    program.write_text(program.read_text() + "exit 4\n")
    set_motd(machine, "second")
    outcome = await machine.deploy(plan.switch, target=machine.host())
    assert isinstance(outcome, Failed)
    assert outcome.moved is not None
    profile, before = outcome.moved.profile, outcome.moved.before
    way = outcome.text.partition(" The way back: ")[2]
    assert way == (
        f"sudo nix-env --profile {profile} --set {before} && "
        f"sudo {before}/bin/switch-to-configuration switch"
    )
    path = f"{machine.folder / 'bin'}:{machine.environ['PATH']}"
    subprocess.run(["sh", "-ec", way], env={**machine.full_environ, "PATH": path}, check=True)
    assert Path(machine.machine.running_system, "etc/motd").read_text() == "first\n"
    assert profile_target(profile) == before
