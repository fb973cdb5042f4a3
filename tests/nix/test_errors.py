"""Errors that real Nix says, on the line of the file that has them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from hmls.deploy import plan
from hmls.deploy.outcome import Done, Failed
from hmls.deploy.problem import NoIndex, OptionPath, Place, Problem, ReplaceText, TrackFile
from tests.nix.lab import Lab, User

HOME = "homes/alice/default.nix"


async def problems(lab: Lab, text: str, index: NoIndex | None = None) -> list[Problem]:
    """The problems of a build of a home with this text."""
    lab.set_home(text)
    outcome = await lab.deploy(plan.build, index=index)
    assert isinstance(outcome, Failed), outcome
    return list(outcome.problems)


async def told(lab: Lab, text: str) -> list[str]:
    """The same, each as `kind file:line:column`."""
    return [short(lab, problem) for problem in await problems(lab, text)]


def short(lab: Lab, problem: Problem) -> str:
    if problem.place is None:
        return problem.kind
    file = os.path.relpath(problem.place.file, lab.root)
    return f"{problem.kind} {file}:{problem.place.line}:{problem.place.column}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{ a = with; }", f"syntax-error {HOME}:1:11"),
        ('{\n  a = "open', f"syntax-error {HOME}:2:12"),
        ("{ files = { }; files = 1; }", f"duplicate-attribute {HOME}:1:16"),
        ("{\n  files = nothing;\n}", f"undefined-variable {HOME}:2:11"),
        ("{ files = { a = 1; }.b; }", f"missing-attribute {HOME}:1:11"),
        ("{ files = ({ a }: { }) { }; }", f"missing-argument {HOME}:1:12"),
        ("{ files = ({ a }: { }) { a = 1; b = 2; }; }", f"unexpected-argument {HOME}:1:12"),
        ("{ files = let x = x; in x; }", f"infinite-recursion {HOME}:1:19"),
        ("{ files = let f = x: 1 + f x; in f 1; }", f"stack-overflow {HOME}"),
        ("{ files = import /etc/x.nix; }", f"impure-path {HOME}:1:11"),
        ("{ files = import ./none.nix; }", f"missing-file {HOME}:1:11"),
        ('{ files = throw "no"; }', f"evaluation-error {HOME}:1:11"),
        ('{ files = abort "no"; }', f"evaluation-error {HOME}:1:11"),
        ("{ files = assert 1 == 2; { }; }", f"evaluation-error {HOME}:1:11"),
        ('{ files = { x = 1 + ""; }; }', f"evaluation-error {HOME}:1:21"),
        ('{ files = { x = "${{ }}"; }; }', f"evaluation-error {HOME}:1:18"),
    ],
)
async def test_evaluation(lab: Lab, text: str, expected: str) -> None:
    found = await told(lab, text)
    assert len(found) == 1
    assert found[0].startswith(expected)


async def test_names_that_were_meant(lab: Lab) -> None:
    found = await problems(lab, "{ files = { colour = 1; }.color; }")
    assert found[0].remedies == (ReplaceText("color", "colour"),)


async def test_a_file_that_git_does_not_track(lab: Lab) -> None:
    lab.set_home("{ files = import ./more.nix; }")
    path = lab.write("homes/alice/more.nix", "{ }")
    outcome = await lab.deploy(plan.build)
    assert isinstance(outcome, Failed)
    assert [short(lab, each) for each in outcome.problems] == [f"untracked-file {HOME}:1:11"]
    assert outcome.problems[0].remedies == (TrackFile(str(path)),)


async def test_the_remedy_for_a_file_that_git_does_not_track(lab: Lab) -> None:
    lab.set_home("{ files = import ./more.nix; }")
    lab.write("homes/alice/more.nix", "{ }")
    situation = await lab.situation()
    await lab.deploy(lambda *_: plan.track(str(lab.root), ["homes/alice/more.nix"], situation))
    assert isinstance(await lab.deploy(plan.build), Done)


async def test_an_output_that_is_not_there(lab: Lab) -> None:
    lab.set_home("{ }")
    outcome = await lab.deploy(plan.build, target=lab.target("nobody"))
    assert isinstance(outcome, Failed)
    assert [each.kind for each in outcome.problems] == ["missing-output"]


BUILDS = """
{
  files.app = builtins.readFile (derivation {
    name = "app-1.0";
    system = builtins.currentSystem or "@system@";
    builder = "/bin/sh";
    args = [ "-c" "@script@" ];
    @more@
  });
}
"""


def building(script: str, more: str = "") -> str:
    from tests.nix.lab import SYSTEM

    text = BUILDS.replace("@script@", script).replace("@more@", more)
    return text.replace("@system@", SYSTEM)


async def test_a_failed_build_with_its_last_words(lab: Lab) -> None:
    found = await problems(lab, building("echo the reason; exit 1"))
    assert found[0].kind == "build-failed"
    assert "the reason" in found[0].details


@dataclass(frozen=True)
class Words(NoIndex):
    """Finds a word where it first occurs in the home of alice."""

    file: str = ""
    asked: list[str] = field(default_factory=list)

    def mentions(self, text: str) -> Sequence[Place]:
        with open(self.file) as lines:
            for number, line in enumerate(lines, 1):
                if text in line:
                    return [Place(self.file, number, line.index(text) + 1)]
        return []


async def test_a_hash_that_does_not_match(lab: Lab) -> None:
    wrong = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
    more = f'outputHash = "{wrong}"; outputHashMode = "flat"; outputHashAlgo = "sha256";'
    index = Words(file=str(lab.root / HOME))
    found = await problems(lab, building("echo a > $out", more), index)
    assert short(lab, found[0]) == f"hash-mismatch {HOME}:8:19"
    right = "sha256-h0KPxSKAPTEGXnvOPPA/5HUJZjHl4Hu9eg/eYMTPJcc="
    assert found[0].remedies[0] == ReplaceText(wrong, right)


async def test_another_platform(lab: Lab) -> None:
    text = building("").replace("builtins.currentSystem or", '"mips-irix"; was = "x" +')
    assert [each.kind for each in await problems(lab, text)] == ["wrong-platform"]


@dataclass(frozen=True)
class Options(NoIndex):
    """Knows where one option is defined."""

    option: OptionPath = ()
    places: tuple[Place, ...] = ()

    def definitions(self, option: OptionPath, files: Sequence[str]) -> Sequence[Place]:
        mine = [place for place in self.places if not files or place.file in files]
        return mine if option == self.option else []


MODULE_ERRORS = [
    (
        "The option `x.y' has conflicting definition values:\\n- In `${./default.nix}': 1",
        "conflict",
    ),
    (
        "The option `x.y' does not exist. Definition values:\\n- In `${./default.nix}': 1",
        "unknown-option",
    ),
    (
        "A definition for option `x.y' is not of type `signed integer'. Definition values:\\n"
        "- In `${./default.nix}': 1",
        "option-type",
    ),
    (
        "The option `x.y' is read-only, but it's set multiple times. Definition values:\\n"
        "- In `${./default.nix}': 1",
        "read-only",
    ),
]


@pytest.mark.parametrize(("message", "kind"), MODULE_ERRORS)
async def test_errors_of_the_module_system(lab: Lab, message: str, kind: str) -> None:
    """Thrown from the home's flake, as no module system is here: what matters is Nix around it."""
    file = str(lab.root / HOME)
    index = Options(option=("x", "y"), places=(Place(file, 2, 3), Place(file, 4, 5)))
    lab.write("homes/alice/default.nix", "{ }")
    message = message.replace("${./default.nix}", "${self}/homes/alice/default.nix")
    flake = (lab.root / "flake.nix").read_text()
    lab.write(
        "flake.nix", flake.replace("users = builtins", f'users = throw "{message}"; x = builtins')
    )
    lab.track()
    outcome = await lab.deploy(plan.build, index=index)
    assert isinstance(outcome, Failed)
    assert [short(lab, each) for each in outcome.problems] == [
        f"{kind} {HOME}:2:3",
        f"{kind} {HOME}:4:5",
    ]


async def test_failed_assertions(lab: Lab) -> None:
    text = '{ files = throw "\\nFailed assertions:\\n- one must be\\n- two must be"; }'
    found = await problems(lab, text)
    assert [(each.kind, each.message) for each in found] == [
        ("assertion", "one must be"),
        ("assertion", "two must be"),
    ]


async def test_an_unfree_package(lab: Lab) -> None:
    words = "Refusing to evaluate package 'steam-1.0' in x.nix:1 because it has an unfree license"
    found = await problems(lab, f'{{ files = throw "{words} (‘unfree’)"; }}')
    assert [short(lab, each) for each in found] == [f"unfree {HOME}:1:11"]


async def test_warnings_do_not_fail_a_build(lab: Lab) -> None:
    warning = "\\u001b[1;31mwarning: x.y is old\\u001b[0m"
    lab.set_home(f"builtins.trace (builtins.fromJSON ''\"{warning}\"'') {{ }}")
    file = str(lab.root / HOME)
    index = Options(option=("x", "y"), places=(Place(file, 1, 1),))
    outcome = await lab.deploy(plan.build, index=index)
    assert isinstance(outcome, Done)
    assert [short(lab, each) for each in outcome.warnings] == [f"warning {HOME}:1:1"]


async def test_check_all_goes_on_after_a_failure(lab: Lab) -> None:
    for user, text in (("alice", "{ files = no; }"), ("bob", "{ }"), ("carol", "{ files = no; }")):
        lab.set_home(text, user)
    targets = [lab.target(user) for user in ("alice", "bob", "carol")]
    situation = await lab.situation()
    ui = User()
    outcome = await lab.deploy(lambda *_: plan.check_all(str(lab.root), targets, situation), ui)
    assert isinstance(outcome, Failed)
    assert outcome.step == "Evaluate alice, Evaluate carol"
    assert [short(lab, each) for each in outcome.problems] == [
        "undefined-variable homes/alice/default.nix:1:11",
        "undefined-variable homes/carol/default.nix:1:11",
    ]


async def test_flakes_that_are_not_enabled_are_enabled_by_flags(lab: Lab) -> None:
    lab.environ["NIX_CONFIG"] = "experimental-features ="
    lab.set_home("{ }")
    ui = User()
    assert isinstance(await lab.deploy(plan.build, ui), Done)
    assert "nix --extra-experimental-features 'nix-command flakes' build" in ui.text
