"""What the user set reaches the commands: backups, specialisations, extra arguments."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from lsprotocol import types as lsp

from tests.nix.desk import desk, make_lab, other_user, store_of
from tests.nix.test_server import building

USER = other_user()[1]
HOME = f"homes/{USER}/default.nix"
NIGHT = """
let
  home = import ../../home.nix;
  facts = builtins.fromJSON (builtins.readFile ../../facts.json);
in
{
  files.mood = "day";
  specialisations.night = home {
    inherit (facts) home system;
    user = "@user@";
    files.mood = "night 🎉";
  };
}
"""


async def test_a_specialisation_over_a_file_that_is_moved_aside(
    folder: Path, nix_environ: dict[str, str]
) -> None:
    lab = make_lab(folder, nix_environ, NIGHT.replace("@user@", USER))
    (lab.home / "mood").write_text("mine")
    settings = {"deploy": {"backupExtension": "kept", "specialisation": "night"}}
    async with desk(lab, settings=settings) as at:
        found = await at.run("switch")
        assert found["outcome"] == "done", (found, at.lines[-5:])
        assert (lab.home / "mood").read_text() == "night 🎉"
        assert (lab.home / "mood.kept").read_text() == "mine"
        assert "HOME_MANAGER_BACKUP_EXT=kept " in at.questions[-1]
        assert "/specialisation/night/activate" in at.questions[-1]


async def test_extra_arguments_and_what_is_fetched(
    folder: Path, nix_environ: dict[str, str]
) -> None:
    """A binary cache that only the arguments name; its size is told while it is fetched."""
    text = building("head -c 3000000 /dev/zero | tr '\\\\0' x > $out")
    lab = make_lab(folder, nix_environ, text)
    cache = f"file://{lab.folder}/cache"
    async with desk(lab) as at:
        found = await at.run("build")
        assert found["outcome"] == "done", (found, at.lines[-5:])
    (app,) = (lab.folder / "own/store").glob("*-app-1.0")
    uid, environ = other_user()[0], {**lab.full_environ, **store_of(lab)}
    copy = ["setpriv", f"--reuid={uid}", "--clear-groups"]
    copy += ["nix", "copy", "--to", cache, str(app)]
    subprocess.run(copy, env=environ, check=True, cwd=lab.folder)
    subprocess.run(["chmod", "-R", "u+w", str(lab.folder / "own")], check=True)
    shutil.rmtree(lab.folder / "own")
    arguments = ["--option", "substitute", "true", "--option", "substituters", cache]
    arguments += ["--option", "require-sigs", "false"]
    async with desk(lab, settings={"deploy": {"extraArguments": arguments}}) as at:
        found = await at.run("build")
        assert found["outcome"] == "done", (found, at.lines[-5:])
        assert f"--option substituters {cache}" in at.questions[0]
        messages = [each.message or "" for each in at.progress[1:-1]]
        assert any(re.search(r"fetched [\d.]+ of 2\.\d MiB", each) for each in messages), messages


async def test_settings_that_are_not_saved_are_not_compared(
    folder: Path, nix_environ: dict[str, str]
) -> None:
    """Nix reads what is saved: what the open buffer says would be told as if it were built."""
    lab = make_lab(folder, nix_environ, '{ files.a = "1"; }')
    async with desk(lab) as at:
        assert (await at.run("switch"))["outcome"] == "done"
        (lab.root / HOME).write_text('{ files.a = "2"; }')
        at.editor.open(HOME, '{ files.a = "3 🎉"; }')
        answers = iter(["Go on without them", "Run"])
        at.answer = lambda _: next(answers)
        assert (await at.run("preview"))["outcome"] == "done"
        uri = at.client.shown_documents[-1].uri
        content = await at.client.protocol.send_request_async(
            lsp.WORKSPACE_TEXT_DOCUMENT_CONTENT, lsp.TextDocumentContentParams(uri)
        )
        assert "those that are saved were not evaluated" in content.text
        assert "-1\n+2" in content.text
        assert "3 🎉" not in content.text
