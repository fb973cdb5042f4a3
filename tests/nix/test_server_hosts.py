"""A machine through the server: what an editor without a terminal can do, and what it is told."""

from __future__ import annotations

import socket
from pathlib import Path

from tests.nix.desk import Desk, desk, make_lab, other_user
from tests.nix.lab import Lab
from tests.nix.test_hosts import ASKING_SUDO, REBUILD, SUDO, SYSTEM

USER = other_user()[1]
HOST = socket.gethostname().split(".", 1)[0]
WITHOUT_TERMINAL = {"documents": True, "log": True, "save": True}


def make_machine(folder: Path, environ: dict[str, str]) -> Lab:
    """A lab that is this very machine, with a NixOS of stand-ins."""
    lab = make_lab(folder, environ, "{ }")
    lab.write(f"homes/{USER}@{HOST}/default.nix", "{ }")
    lab.write("homes/alice/default.nix", '{ files.a = "1"; }')
    set_motd(lab, "first")
    profile = lab.folder / "own/var/profiles/system"
    rebuild = 'echo "$@" >> @asked@\nmkdir -p "$(dirname @profile@)"\n' + REBUILD
    rebuild = rebuild.replace("@profile@", str(profile))
    lab.add_program(
        "nixos-rebuild", "set -eu\n" + rebuild.replace("@asked@", str(lab.folder / "asked"))
    )
    lab.add_program("sudo", SUDO)
    return lab


def machine_with_a_home(folder: Path, environ: dict[str, str]) -> Lab:
    """This very machine; its home of the user is deployed with it, and in no other way."""
    lab = make_machine(folder, environ)
    flake, homes = (lab.root / "flake.nix").read_text(), "builtins.readDir ./homes"
    assert homes in flake
    # The terminal is of the user who runs the tests, and the repository is not.
    (lab.home / ".gitconfig").write_text("[safe]\ndirectory = *\n")
    layer = f'removeAttrs ({homes}) [ "{USER}@{HOST}" ]'
    lab.write("flake.nix", flake.replace(homes, layer))
    return lab


def set_motd(lab: Lab, text: str) -> None:
    system = SYSTEM.replace("@motd@", text).replace("@log@", str(lab.folder / "log"))
    system = system.replace("@current@", str(lab.folder / "current"))
    lab.write(f"systems/{HOST}/default.nix", system)
    lab.track()


def activated(lab: Lab) -> list[str]:
    return (lab.folder / "log").read_text().split()


async def test_every_way_to_activate_and_back(folder: Path, nix_environ: dict[str, str]) -> None:
    lab = make_machine(folder, nix_environ)
    async with desk(lab, own=WITHOUT_TERMINAL) as at:
        done: list[str] = []
        for name, action in (
            ("dryActivate", "dry-activate"), ("test", "test"), ("boot", "boot"),
        ):  # fmt: skip
            found = await at.run(name, target=HOST)
            assert found["outcome"] == "done", (found, at.lines[-5:])
            done.append(action)
            assert activated(lab) == done
        for motd in ("second", "third"):
            set_motd(lab, motd)
            found = await at.run("switch", target=HOST)
            assert found["outcome"] == "done", (found, at.lines[-5:])
        assert ": generation 3 in " in found["message"]
        listed = (await at.ask("hmls/generations", target=HOST)).generations
        assert [(each.id, each.current) for each in listed] == [
            (3, True), (2, False), (1, False),
        ]  # fmt: skip
        assert (await at.run("rollback", target=HOST))["outcome"] == "done"
        assert (await at.run("rollback", target=HOST, generation=3))["outcome"] == "done"
        assert (lab.folder / "current/etc/motd").read_text() == "third\n"
        assert (await at.run("expire", target=HOST, generations=[1, 2, 3]))["outcome"] == "done"
        assert "generation 1 of " in at.questions[-1]
        assert "generation 3 of " not in at.questions[-1]
        listed = (await at.ask("hmls/generations", target=HOST)).generations
        assert [each.id for each in listed] == [3]
        commands = [line.split(" ")[1:4] for line in at.lines if line.startswith("$ LC_ALL=C sudo")]
        assert commands
        assert all(words == ["LC_ALL=C", "sudo", "-n"] for words in commands)
        await a_password_is_said(at)


async def a_password_is_said(at: Desk) -> None:
    at.lab.add_program("sudo", ASKING_SUDO)
    found = await at.run("switch", target=HOST)
    assert found["outcome"] == "failed"
    command = f"sudo nixos-rebuild switch --flake '{at.lab.root}#{HOST}'"
    assert found["message"].endswith(f"a password. Run it in a terminal: {command}")
    back = await at.run("rollback", target=HOST, generation=4)
    assert back["outcome"] == "not-run"


async def test_a_file_in_the_way_of_a_home_in_a_system_and_its_fixes(
    folder: Path, nix_environ: dict[str, str]
) -> None:
    """What the service of the home said is in the journal; the fix is in the system's own file."""
    lab = make_machine(folder, nix_environ)
    home = "modules/files.nix"
    lab.write(home, '{\n  home.file."a".text = "🎉";\n}\n')
    asked = "{\n  home-manager.useGlobalPkgs = true; # 🎉\n}\n"
    lab.write("modules/homes.nix", asked)
    lab.track()
    unit = f"home-manager-{USER}.service"
    failing = f'echo "warning: the following units failed: {unit}" >&2; exit 4'
    lab.add_program("nixos-rebuild", failing)
    lab.add_program("journalctl", f"echo \"Existing file '{lab.home}/a' would be clobbered\"")
    async with desk(lab, own=WITHOUT_TERMINAL) as at:
        assert (await at.run("switch", target=HOST))["outcome"] == "failed"
        (problem,) = await at.reported(home)
        assert problem.code == "collision"
        assert "home-manager.backupFileExtension" in problem.message
        fixes = [fix.title for fix in await at.editor.actions(home, problem.range, [problem])]
        assert not any(title.startswith("Switch and move") for title in fixes)
        title = "Set home-manager.backupFileExtension"
        fixed = await at.editor.fixed(home, asked, problem, title)
    assert fixed == (
        "{\n  home-manager.useGlobalPkgs = true; # 🎉\n"
        '  home-manager.backupFileExtension = "backup";\n}\n'
    )


async def test_another_machine_is_refused_until_it_is_named(
    folder: Path, nix_environ: dict[str, str]
) -> None:
    lab = make_machine(folder, nix_environ)
    (lab.root / f"systems/{HOST}").rename(lab.root / "systems/elsewhere")
    (lab.root / f"homes/{USER}@{HOST}").rename(lab.root / f"homes/{USER}@elsewhere")
    lab.git("add", "--all", ".")
    async with desk(lab, own=WITHOUT_TERMINAL) as at:
        found = await at.run("switch", target="elsewhere")
        assert found["outcome"] == "not-run"
        assert f"elsewhere is another machine; this one is {HOST}." in found["message"]
        assert (await at.run("build", target="elsewhere"))["outcome"] == "done"
    settings = {"deploy": {"targetHosts": {"elsewhere": "root@elsewhere"}}}
    async with desk(lab, own=WITHOUT_TERMINAL, settings=settings) as at:
        await at.run("dryActivate", target="elsewhere")
        asked = (lab.folder / "asked").read_text().splitlines()
        assert asked[-1] == (
            f"dry-activate --flake {lab.root}#elsewhere --target-host root@elsewhere"
        )
