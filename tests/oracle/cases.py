"""Cases for the oracle: expressions whose values real Nix has recorded.

A `.nixcases` file holds many. Each begins with a line `=== name`; what follows is the
expression, or several files: a line `#- some/file.nix` begins one, `#- expr` the expression,
which is written to `expr.nix` beside them. Lines before the first case are remarks.

    === addition
    1 + 2

    === import of a folder
    #- folder/default.nix
    { x = 1; }
    #- expr
    (import ./folder).x

The recorded answers are in a `.json` beside it, name → one of
- `{"value": …}`: the value as JSON,
- `{"printed": "…"}`: what `nix-instantiate --eval --strict` prints, where JSON cannot tell all;
  in `printing/` without `--strict`,
- `{"error": "…"}`: the first line of Nix's message, all lines in `modules/`.
`$CASE` in an answer stands for the folder of the case.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
EXPRESSION = "expr.nix"


@dataclass(frozen=True, slots=True)
class Case:
    """`files` are relative paths with their content, the expression's among them."""

    source: Path
    name: str
    files: dict[str, str]

    @property
    def needs_lib(self) -> bool:
        """Whether `lib` is in scope: everywhere but in the cases of the bare language."""
        return self.source.parent.name not in ("language", "printing")

    @property
    def strict(self) -> bool:
        """Whether all of a value is evaluated; in `printing` what nothing asked for is not."""
        return self.source.parent.name != "printing"

    @property
    def is_home_manager(self) -> bool:
        """Whether that `lib` is the one that Home Manager's modules get."""
        return self.source.parent.name == "hm"

    @property
    def whole_messages(self) -> bool:
        """Whether all lines of an error count: those of the module system are its own."""
        return self.source.parent.name == "modules"

    @property
    def id(self) -> str:
        return f"{self.source.parent.name}/{self.source.stem}: {self.name}"


def case_files() -> list[Path]:
    return sorted(FOLDER.glob("*/*.nixcases"))


def read_cases(path: Path) -> list[Case]:
    """The cases of a file. Raises ValueError for one that is not written as above."""
    text = path.read_bytes().decode("utf-8")
    cases: list[Case] = []
    for block in ("\n" + text).split("\n=== ")[1:]:
        name, _, body = block.partition("\n")
        cases.append(Case(path, name.strip(), _files(body)))
    names = [case.name for case in cases]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"{path}: two cases are named {name!r}")
    return cases


def _files(body: str) -> dict[str, str]:
    if not body.startswith("#- "):
        return {EXPRESSION: body.rstrip() + "\n"}
    files: dict[str, str] = {}
    for part in ("\n" + body).split("\n#- ")[1:]:
        name, _, content = part.partition("\n")
        files[EXPRESSION if name.strip() == "expr" else name.strip()] = content.rstrip() + "\n"
    if EXPRESSION not in files:
        raise ValueError(f"a case without `#- expr`: {body[:60]!r}")
    return files


def answers_path(source: Path) -> Path:
    return source.with_suffix(".json")


def read_answers(source: Path) -> dict[str, dict[str, Any]]:
    path = answers_path(source)
    if not path.exists():
        return {}
    answers: dict[str, dict[str, Any]] = json.loads(path.read_text("utf-8"))
    return answers


def write_answers(source: Path, answers: dict[str, dict[str, Any]]) -> None:
    lines = [f"  {json.dumps(name)}: {json.dumps(answer)}" for name, answer in answers.items()]
    answers_path(source).write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")
