"""What is found on a PATH, and what the Nix there can do."""

from __future__ import annotations

import plistlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from hmls.config import DeploySettings
from hmls.deploy.situation import Options, options_for
from hmls.deploy.target import (
    local_host_name,
    make_target,
    nix_system,
    this_machine,
)
from hmls.deploy.tools import (
    Answer,
    environment,
    find_tools,
    parse_version,
    refuse_without,
    which,
)
from tests.deploy.plans import MACHINE


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nix (Nix) 2.34.8", ((2, 34), "nix")),
        ("nix (Nix) 2.8.0", ((2, 8), "nix")),
        ("nix (Nix) 2.19.0pre20231005_d4a5c81", ((2, 19), "nix")),
        ("nix (Lix, like Nix) 2.91.1", ((2, 91), "lix")),
        (
            "nix (Lix, like Nix) 2.95.3\nSystem type: x86_64-linux\nFeatures: gc, signed-caches\n"
            "System configuration file: /etc/nix/nix.conf\nStore directory: /nix/store\n",
            ((2, 95), "lix"),
        ),
        ("nix (Determinate Nix 3.6.2) 2.29.0", ((2, 29), "determinate")),
        ("warning: something\nnix (Nix) 2.34.8", ((2, 34), "nix")),
        ("bash: nix: not found", None),
        ("", None),
    ],
)
def test_versions(text: str, expected: object) -> None:
    assert parse_version(text) == expected


def program(folder: Path, name: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text("#!/bin/sh\n")
    (folder / name).chmod(0o755)


def answering(version: str, flakes: str) -> object:
    async def probe(argv: Sequence[str]) -> Answer:
        return Answer(0, version, "") if argv[1] == "--version" else Answer(1, "", flakes)

    return probe


@pytest.mark.parametrize(
    ("said", "enabled"),
    [
        ("error: experimental Nix feature 'nix-command' is disabled; add", False),
        ("error: experimental Nix feature 'flakes' is disabled; use", False),
        ("error: experimental Lix feature 'nix-command' is disabled; use", False),
        ("error: path '//dev/null/no-flake' does not exist", True),
        ("error: getting status of '/dev/null/no-flake': Not a directory", True),
    ],
)
async def test_whether_flakes_are_enabled(tmp_path: Path, said: str, enabled: bool) -> None:
    program(tmp_path / "bin", "nix")
    probe = answering("nix (Nix) 2.34.8", said)
    found = await find_tools(probe, {"PATH": str(tmp_path / "bin")})
    assert found.nix is not None
    assert found.nix.flakes_enabled is enabled


async def test_a_nix_that_does_not_run_says_why(tmp_path: Path) -> None:
    """As after an update of macOS, or where a library is missing."""
    program(tmp_path, "nix")

    async def probe(_argv: Sequence[str]) -> Answer:
        return Answer(134, "", "dyld[1]: Library not loaded: libboost.dylib\n\x1b[1mAbort\x1b[0m\n")

    tools = await find_tools(probe, {"PATH": str(tmp_path)})
    refusal = refuse_without(tools, "nix")
    assert refusal is not None
    assert refusal.reason == f"{tmp_path}/nix does not answer as Nix does: Abort"


async def test_nothing_is_asked_where_there_is_no_nix(tmp_path: Path) -> None:
    async def probe(argv: Sequence[str]) -> Answer:
        raise AssertionError(argv)

    program(tmp_path / "bin", "git")
    found = await find_tools(probe, {"PATH": str(tmp_path / "bin")})
    assert (found.has("git"), found.has("nix"), found.nix) == (True, False, None)


def test_programs_inside_the_repository_are_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path, "nix")
    monkeypatch.chdir(tmp_path)
    assert which("nix", ".") is None
    assert which("nix", "") is None
    assert which("nix", str(tmp_path)) == str(tmp_path / "nix")
    path = environment(MACHINE, {"PATH": f".::{tmp_path}"})["PATH"]
    assert path.split(":")[0] == str(tmp_path)


def test_the_environment_is_that_of_the_real_user() -> None:
    made = environment(MACHINE, {"USER": "root", "PATH": "/bin", "LANG": "de_DE"})
    assert (made["USER"], made["HOME"], made["LANG"]) == ("alice", "/home/alice", "de_DE")
    assert "/home/alice/.nix-profile/bin" in made["PATH"].split(":")


@pytest.mark.parametrize(
    ("machine", "kernel", "expected"),
    [
        ("x86_64", "Linux", "x86_64-linux"),
        ("arm64", "Darwin", "aarch64-darwin"),
        ("aarch64", "Linux", "aarch64-linux"),
    ],
)
def test_names_of_systems(machine: str, kernel: str, expected: str) -> None:
    assert nix_system(machine, kernel) == expected


def test_a_mac_of_apples_whatever_it_says_to_a_program_for_intel() -> None:
    said = "Darwin Kernel Version 23.1.0: root:xnu-10002.41.9~6/RELEASE_ARM64_T8103"
    assert nix_system("x86_64", "Darwin", said) == "aarch64-darwin"
    intel = "Darwin Kernel Version 22.6.0: root:xnu-8796.141.3~6/RELEASE_X86_64"
    assert nix_system("x86_64", "Darwin", intel) == "x86_64-darwin"


def test_this_machine() -> None:
    here = this_machine({"HOME": "/somewhere", "USER": "wrong"})
    assert here.home == "/somewhere"
    assert here.user != "wrong"
    assert here.state_folder == "/somewhere/.local/state/hmls"
    moved = this_machine({"HOME": "/somewhere", "XDG_STATE_HOME": "/state"})
    assert replace(moved, state_home=here.state_home) == here


def test_a_mac_is_called_as_darwin_rebuild_calls_it(tmp_path: Path) -> None:
    """As `scutil --set LocalHostName` writes it, in XML or binary."""
    names = {"System": {"Network": {"HostNames": {"LocalHostName": "Alices-Mac"}}}}
    for form in (plistlib.FMT_XML, plistlib.FMT_BINARY):
        (tmp_path / "names").write_bytes(plistlib.dumps(names, fmt=form))
        assert local_host_name(str(tmp_path / "names")) == "Alices-Mac"
    for odd in (b"", b"<plist>", b"<plist><string>x</string></plist>", plistlib.dumps({})):
        (tmp_path / "names").write_bytes(odd)
        assert local_host_name(str(tmp_path / "names")) is None
    assert local_host_name("/nowhere") is None


def test_names_of_machines_know_no_case() -> None:
    mac = replace(MACHINE, hostname="Alices-Mac.local")
    assert [mac.is_called(name) for name in ("alices-mac", "Alices-Mac.local", "alice", None)] == [
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("output", "kind", "path"),
    [
        ("homeConfigurations.alice", "standalone", ("homeConfigurations", "alice")),
        ('homeConfigurations."al.ice"', "standalone", ("homeConfigurations", "al.ice")),
        ('nixosConfigurations."a\\"b"', "host", ("nixosConfigurations", 'a"b')),
        (r'nixosConfigurations."a\nb\${c}"', "host", ("nixosConfigurations", "a\nb${c}")),
        ("darwinConfigurations.mac", "darwin", ("darwinConfigurations", "mac")),
        ("nixOnDroidConfigurations.x", "droid", ("nixOnDroidConfigurations", "x")),
    ],
)
def test_targets_from_the_text_of_their_output(
    output: str, kind: str, path: tuple[str, ...]
) -> None:
    target = make_target("/repo", "alice", None, output, None)
    assert (target.kind, target.output) == (kind, path)


def test_options_from_settings() -> None:
    settings = DeploySettings(backup_extension="bak", target_hosts={"web": "root@web"})
    assert options_for(settings, "web") == Options(backup_extension="bak", target_host="root@web")
    assert options_for(settings, None) == Options(backup_extension="bak")
