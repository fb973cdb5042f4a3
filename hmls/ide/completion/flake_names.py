"""Completion in flake.nix: what a flake, its inputs and its outputs are made of."""

from __future__ import annotations

from hmls.homes.repository import Repository
from hmls.ide.completion.item import Item
from hmls.ide.completion.set_arguments import set_at
from hmls.ide.place import CompletionPlace, without_marker
from hmls.lang.values import quote_attribute
from hmls.syntax.cursor import BindingName, StringText
from hmls.syntax.kinds import Kind
from hmls.syntax.local import bound_names
from hmls.syntax.parse import Node

_TOP = {
    "description": "what the flake is, in one line",
    "inputs": "the flakes that this one is made of",
    "outputs": "what the flake offers",
    "nixConfig": "settings of Nix for this flake",
}
_INPUT = {
    "url": "where the input is: github:owner/repo",
    "follows": "the input that stands for this one",
    "inputs": "the input's own inputs",
    "flake": "whether it is a flake",
    "type": "github, git, path, tarball, …",
    "owner": "of the repository",
    "repo": "the repository's name",
    "ref": "a branch or tag",
    "rev": "a commit",
    "dir": "the folder of flake.nix",
    "submodules": "whether submodules are fetched",
}
_CONFIG = ("extra-substituters", "extra-trusted-public-keys", "extra-experimental-features")
_OUTPUTS = {
    "homeConfigurations": "homes of their own, by user",
    "nixosConfigurations": "systems, by host",
    "darwinConfigurations": "systems of nix-darwin, by host",
    "nixOnDroidConfigurations": "phones",
    "homeModules": "modules for homes",
    "homeManagerModules": "modules for homes, as they were called",
    "nixosModules": "modules for systems",
    "darwinModules": "modules for nix-darwin",
    "packages": "packages, by system",
    "legacyPackages": "sets of packages, by system",
    "overlays": "overlays",
    "devShells": "shells to develop in, by system",
    "checks": "what `nix flake check` builds, by system",
    "apps": "what `nix run` runs, by system",
    "formatter": "what `nix fmt` runs, by system",
    "templates": "what `nix flake init` copies",
    "lib": "functions",
    "hydraJobs": "jobs of Hydra",
}


def complete_flake_names(repository: Repository, path: str, place: CompletionPlace) -> list[Item]:
    """Names of flake.nix at the cursor; none in other files."""
    if path != repository.flake.path:
        return []
    context = place.context
    if isinstance(context, StringText):
        if context.of is None or context.of[-1:] != ("follows",) or not context.is_whole:
            return []
        start = context.span.start
        end = start + len(without_marker(context.text).encode())
        names = _own_inputs(repository)
        return [Item(name, "variable", name, start, end, "input") for name in names]
    if not isinstance(context, BindingName):
        return []
    found = _names(repository, tuple(without_marker(name) for name in context.path), place)
    attrset = set_at(place)
    given = set() if attrset is None else set(bound_names(attrset))
    return [
        Item(name, "option", quote_attribute(name), place.start, place.end, detail)
        for name, detail in found.items()
        if name not in given
    ]


def _names(repository: Repository, path: tuple[str, ...], place: CompletionPlace) -> dict[str, str]:
    match path:
        case ("inputs", _, _):
            return _INPUT
        case ("inputs", name, "inputs", _):
            return dict.fromkeys(_inputs_of(repository, name), f"input of {name}")
        case ("inputs", _, "inputs", _, _):
            return {"follows": _INPUT["follows"], "url": _INPUT["url"]}
        case ("nixConfig", _):
            return dict.fromkeys(_CONFIG, "setting of Nix")
        case (_,):
            attrset = set_at(place)
            if attrset is not None and _is_top(attrset):
                return _TOP
            if attrset is not None and _is_outputs(attrset):
                return _OUTPUTS
        case ("outputs", _):
            attrset = set_at(place)
            return _OUTPUTS if attrset is not None and _is_outputs(attrset) else {}
    return {}


def _is_top(attrset: Node) -> bool:
    return attrset.parent is not None and attrset.parent.kind_id == Kind.SOURCE


def _is_outputs(attrset: Node) -> bool:
    """Whether a set is what the function `outputs` gives."""
    node = attrset.parent
    passed = False
    while node is not None and node.kind_id != Kind.BINDING:
        passed = passed or node.kind_id == Kind.FUNCTION
        if node.kind_id in (Kind.LIST, Kind.ATTRSET, Kind.APPLY):
            return False
        node = node.parent
    return passed and node is not None and (node.text or b"").startswith(b"outputs")


def _own_inputs(repository: Repository) -> list[str]:
    defined = repository.index[repository.flake.path].defined
    names = [each.path[1] for each in defined if each.path[0] == "inputs" and len(each.path) > 1]
    return list(dict.fromkeys(names))


def _inputs_of(repository: Repository, name: str) -> list[str]:
    """The inputs of an input, as the lock has them; else what this flake has itself."""
    locked = repository.flake.lock.inputs.get(without_marker(name))
    return list(locked.inputs) if locked is not None else _own_inputs(repository)
