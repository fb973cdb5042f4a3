"""What would change: packages, files, settings, and files in the way."""

from __future__ import annotations

from pathlib import Path

from hmls.deploy.closure_diff import PackageChange, diff_commands, parse_diff
from hmls.deploy.collisions import Collision, predict
from hmls.deploy.files_diff import FileChange, diff_homes
from hmls.deploy.flake_lock import InputChange, lock_changes, read_lock
from hmls.deploy.homes_of_system import HomeOfSystem, home_of_system, homes_of_system
from hmls.deploy.preview import Document, diff_settings, markdown
from hmls.deploy.tools import Tools
from tests.deploy.plans import ALL_TOOLS, NIX

HASH = "8lb1qqk8qv0sc9nqnca1dqwym5wjvjvi"


def generation(folder: Path, **files: str) -> str:
    """A generation with these files; underlines in names stand for slashes."""
    root = folder / f"store/{HASH}-home-manager-files"
    for name, text in files.items():
        path = root / name.replace("_", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    root.mkdir(parents=True, exist_ok=True)
    made = folder / "generation"
    made.mkdir()
    (made / "home-files").symlink_to(root)
    return str(made)


def test_the_tools_at_hand_compare_best_first() -> None:
    old, new = f"/nix/store/{HASH}-a", f"/nix/store/{HASH}-b"
    commands = diff_commands(old, new, ALL_TOOLS)
    assert [argv[0] for argv in commands] == ["dix", "nvd", "nix"]
    assert commands[1] == ("nvd", "--color=never", "diff", old, new)
    bare = diff_commands(old, new, Tools({"nix": "/bin/nix"}, NIX))
    assert bare == [("nix", "store", "diff-closures", old, new)]


def test_a_store_elsewhere_is_nothing_that_dix_and_nvd_know() -> None:
    """dix says there that nothing changed, nvd breaks off."""
    commands = diff_commands(f"/home/a/store/{HASH}-a", f"/home/a/store/{HASH}-b", ALL_TOOLS)
    assert [argv[0] for argv in commands] == ["nix"]


def test_what_nix_says() -> None:
    text = (
        "dolphin: 20.08.1 → 20.08.2, \x1b[31;1m+13.9 KiB\x1b[0m\n"
        "kdeconnect: 20.08.2 → ∅, -6597.8 KiB\n"
        "zlib: ∅ → 1.3\n"
        "bluez: +12.6 KiB\n"
        "x: ε → 1.2, 1.3\n"
        "font: ∅ → ε\n"
        "hm_zshrc: ∅ → ε\n"
        "no such line\n"
    )
    assert parse_diff(text) == [
        PackageChange("dolphin", "changed", "20.08.1", "20.08.2", "+13.9 KiB"),
        PackageChange("kdeconnect", "removed", "20.08.2", "", "-6597.8 KiB"),
        PackageChange("zlib", "added", "", "1.3"),
        PackageChange("bluez", "changed", "", "", "+12.6 KiB"),
        PackageChange("x", "changed", "", "1.2, 1.3"),
        PackageChange("font", "added"),
    ]


def test_what_nvd_says() -> None:
    text = """\
<<< /nix/store/a
>>> /nix/store/b
Version changes:
[U*]  #01  flatpak                      1.14.4, 1.14.4-doc -> 1.14.5, 1.14.5-doc
[D.]  #02  libliftoff                   0.5.0-dev -> 0.4.1
Added packages:
[A.]  #1  hello  2.12
Removed packages:
[R.]  #1  vim  9.0
Closure size: 123 -> 124 (1 paths added, 0 paths removed, delta +1, disk usage +1.0KiB)."""
    assert parse_diff(text) == [
        PackageChange("flatpak", "changed", "1.14.4, 1.14.4-doc", "1.14.5, 1.14.5-doc"),
        PackageChange("libliftoff", "changed", "0.5.0-dev", "0.4.1"),
        PackageChange("hello", "added", "", "2.12"),
        PackageChange("vim", "removed", "9.0", ""),
    ]


def test_what_nvd_says_with_sizes() -> None:
    """As nvd 0.2.5 said it of real closures; a name without a version says `<none>`."""
    text = """\
[U*]  #1  git      +0B  2.43.0 -> 2.44.0
[C*]  #3  two      +1.5KiB  1.0, 2.0 -> 2.0, 3.0
[A+]  #1  added     +456B  <none>
[A+]  #2  new-tool  +464B  0.1
[R-]  #2  old-tool   -464B  1.0"""
    assert parse_diff(text) == [
        PackageChange("git", "changed", "2.43.0", "2.44.0", "+0B"),
        PackageChange("two", "changed", "1.0, 2.0", "2.0, 3.0", "+1.5KiB"),
        PackageChange("added", "added", "", "", "+456B"),
        PackageChange("new-tool", "added", "", "0.1", "+464B"),
        PackageChange("old-tool", "removed", "1.0", "", "-464B"),
    ]


def test_what_dix_says() -> None:
    text = """\
<<< /nix/store/a
>>> /nix/store/b

CHANGED (1)
[U.] aws-c-event-stream        0.5.7 -> 0.7.0
ADDED (1)
[A.] hello  2.12
[A.] font   <none>
[U.] two    1.0, <unchanged> -> 3.0, <unchanged>

SIZE: 1.30 GiB -> 1.31 GiB"""
    assert parse_diff(text) == [
        PackageChange("aws-c-event-stream", "changed", "0.5.7", "0.7.0"),
        PackageChange("hello", "added", "", "2.12"),
        PackageChange("font", "added"),
        PackageChange("two", "changed", "1.0", "3.0"),
    ]


def test_files_of_two_generations(tmp_path: Path) -> None:
    old = generation(tmp_path / "a", config_git="a\nb\n", same="x", gone="y")
    new = generation(tmp_path / "b", config_git="a\nc\n", same="x", new="z")
    found = {each.target: each for each in diff_homes(old, new)}
    assert {name: each.change for name, each in found.items()} == {
        "config/git": "changed",
        "gone": "removed",
        "new": "added",
    }
    assert found["config/git"].diff.splitlines()[2:] == ["@@ -1,2 +1,2 @@", " a", "-b", "+c"]
    assert [each.change for each in diff_homes(None, new)] == ["added", "added", "added"]


def test_binary_files_have_no_diff(tmp_path: Path) -> None:
    old, new = generation(tmp_path / "a", f="a\0b"), generation(tmp_path / "b", f="a\0c")
    assert diff_homes(old, new) == [FileChange("f", "changed")]


def test_a_generation_without_files(tmp_path: Path) -> None:
    assert diff_homes(None, str(tmp_path)) == []


def test_a_file_where_a_folder_must_be(tmp_path: Path) -> None:
    """Home Manager's own check does not see it, and its activation fails at `mkdir`."""
    home = tmp_path / "home"
    home.mkdir()
    new = generation(tmp_path, app_config="x", other_config="x", plain="x")
    (home / "app").write_text("my own")
    (home / "other").symlink_to(tmp_path / f"store/{HASH}-home-manager-files/other-before")
    found = predict(new, str(home), "bak")
    assert found == [Collision("app/config", str(home / "app"), "no-folder")]
    assert "would have to be a folder" in found[0].text


UNIT = """[Service]
Environment="HOME_MANAGER_BACKUP_EXT=bak"
Environment="@more@"
ExecStart=/nix/store/x-hm-setup-env {generation}
"""


def test_the_home_of_a_system_on_nixos_and_macos(tmp_path: Path) -> None:
    made = f"/nix/store/{HASH}-home-manager-generation"
    units = tmp_path / "nixos/etc/systemd/system"
    units.mkdir(parents=True)
    (units / "home-manager-alice.service").write_text(UNIT.replace("{generation}", made))
    assert home_of_system(str(tmp_path / "nixos"), "alice") == HomeOfSystem(made, "bak")
    more = UNIT.replace("@more@", "HOME_MANAGER_BACKUP_COMMAND=trash")
    (units / "home-manager-alice.service").write_text(more.replace("{generation}", made))
    assert home_of_system(str(tmp_path / "nixos"), "alice") == HomeOfSystem(made, "bak", True)
    (units / "home-manager-alice.service").unlink()
    (units.parent / "user").mkdir()
    (units.parent / "user/home-manager.service").write_text(UNIT.replace("{generation}", "none"))
    drop_in = tmp_path / "nixos/etc/profiles/per-user/alice/share/systemd/user"
    drop_in = drop_in / "home-manager.service.d/10-user-activation.conf"
    drop_in.parent.mkdir(parents=True)
    drop_in.write_text(f"[Service]\nExecStart={made}/activate\n")
    assert home_of_system(str(tmp_path / "nixos"), "alice") == HomeOfSystem(made, "bak")
    assert home_of_system(str(tmp_path / "nixos"), "bob") is None
    script = tmp_path / f"{HASH}-activation-alice"
    script.write_text(
        f"export HOME_MANAGER_BACKUP_EXT=bak\nexec {made}/activate --driver-version 1 >&2\n"
    )
    mac = tmp_path / "mac"
    mac.mkdir()
    (mac / "activate").write_text(
        f'launchctl asuser "$(id -u alice)" sudo -u alice --set-home {script} \n'
        f'launchctl asuser "$(id -u alice2)" sudo -u alice2 {script}2 \n'
    )
    assert home_of_system(str(mac), "alice") == HomeOfSystem(made, "bak")
    assert home_of_system(str(mac), "bob") is None


def test_every_home_of_a_system(tmp_path: Path) -> None:
    made = {
        name: f"/nix/store/{letter * 32}-home-manager-generation"
        for name, letter in (("alice", "a"), ("mary-ann", "b"), ("carol", "c"))
    }
    units = tmp_path / "nixos/etc/systemd/system"
    units.mkdir(parents=True)
    for user, unit in (("alice", "alice"), ("mary-ann", "mary\\x2dann")):
        text = UNIT.replace("{generation}", made[user])
        (units / f"home-manager-{unit}.service").write_text(text)
    drop_in = tmp_path / "nixos/etc/profiles/per-user/carol/share/systemd/user"
    drop_in = drop_in / "home-manager.service.d/10-user-activation.conf"
    drop_in.parent.mkdir(parents=True)
    drop_in.write_text(f"[Service]\nExecStart={made['carol']}/activate\n")
    (tmp_path / "nixos/etc/profiles/per-user/no-home").mkdir()
    found = homes_of_system(str(tmp_path / "nixos"), "alice")
    assert {user: home.generation for user, home in found.items()} == made
    mac = tmp_path / "mac"
    mac.mkdir()
    scripts = [tmp_path / f"{HASH}-activation-{user}" for user in ("alice", "mary-ann")]
    for script, user in zip(scripts, made, strict=False):
        script.write_text(f"exec {made[user]}/activate --driver-version 1 >&2\n")
    (mac / "activate").write_text(
        "".join(f"sudo -u x --set-home {script} \n" for script in scripts)
    )
    assert list(homes_of_system(str(mac), "alice")) == ["alice", "mary-ann"]


def test_files_in_the_way(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    new = generation(tmp_path, mine="x", same="x", ours="x", linked="x", absent="x", forced="x")
    (home / "mine").write_text("my own")
    (home / "same").write_text("x")
    (home / "ours").symlink_to(tmp_path / f"store/{HASH}-home-manager-files/mine")
    (home / "linked").symlink_to(home / "mine")
    (home / "forced").write_text("my own")
    found = predict(new, str(home), forced=["forced"])
    assert [(each.target, each.outcome) for each in found] == [
        ("linked", "fails"),
        ("mine", "fails"),
    ]
    found = predict(new, str(home), "bak", ["forced"])
    assert [(each.target, each.outcome) for each in found] == [
        ("linked", "fails"),
        ("mine", "backed-up"),
    ]
    (home / "mine.bak").write_text("older")
    assert [each.outcome for each in predict(new, str(home), "bak", ["forced"])] == [
        "fails",
        "backup-exists",
    ]


def test_settings() -> None:
    before, after = {"a": "1", "b": "2"}, {"b": "3", "c": "4"}
    assert [(each.option, each.before, each.after) for each in diff_settings(before, after)] == [
        ("a", "1", None),
        ("b", "2", "3"),
        ("c", None, "4"),
    ]
    assert diff_settings(None, after) == ()


def test_settings_that_are_known_in_part() -> None:
    """What is not known of a value may be what it was."""
    before, after = {"a": "1", "b": "1 …"}, {"a": "1 …", "b": "2"}
    assert [each.option for each in diff_settings(before, after)] == ["b"]


def test_what_an_update_moved(tmp_path: Path) -> None:
    lock = '{"nodes": {"nixpkgs": {"locked": {"lastModified": %d, "rev": "%s"}}, "root": {}}}'
    (tmp_path / "flake.lock").write_text(lock % (1767225600, "4f0c1d2e9a7bffff"))
    before = read_lock(str(tmp_path))
    assert before == {"nixpkgs": "2026-01-01 4f0c1d2e9a7b"}
    assert lock_changes(before, {}) == (InputChange("nixpkgs", "2026-01-01 4f0c1d2e9a7b", ""),)
    assert read_lock("/nowhere") == {}
    (tmp_path / "flake.lock").write_text("[]")
    assert read_lock(str(tmp_path)) == {}


def test_the_document() -> None:
    document = Document(
        "Preview alice",
        "/nix/store/a",
        "/nix/store/b",
        packages=(PackageChange("git", "changed", "1", "2"),),
        files=(FileChange(".x", "changed", "-a\n+```b"),),
        settings=diff_settings({"a.b": "1"}, {"a.b": "2 | 3"}),
        collisions=(Collision(".y", "/home/alice/.y", "fails"),),
    )
    assert document.summary == "1 package, 1 file, 1 setting changed; 1 file in the way"
    text = markdown(document)
    assert "| `git` | `1` | `2` |  |" in text
    assert "| `a.b` | `1` | `2 \\| 3` |" in text
    assert "````diff\n-a\n+```b\n````" in text
    assert "- /home/alice/.y is in the way" in text


def test_a_document_in_which_nothing_changes() -> None:
    document = Document("Preview", "/a", "/a")
    assert document.summary == "nothing changes"
    assert "nothing changes" in markdown(document)
    first = Document("Preview", None, "/a")
    assert first.summary == "the first generation"
    assert "Nothing was deployed before that it could be compared with." in markdown(first)
    inside = Document(
        "Preview", "/a", "/a", collisions=(Collision("b", "/b", "fails"),), put_back=("~/.x",)
    )
    assert inside.summary == "1 missing file put back; nothing else changes; 1 file in the way"
    assert "already runs: 1 missing file put back; nothing else" in markdown(inside)
    assert "- ~/.x is missing, and is put back." in markdown(inside)


def test_packages_of_no_known_shape_are_shown_as_they_are() -> None:
    text = markdown(Document("Preview", "/a", "/b", packages_text="odd \x1b[1mtool\x1b[0m"))
    assert "```\nodd tool\n```" in text
