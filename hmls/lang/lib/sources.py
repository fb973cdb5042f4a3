"""lib.sources: folders of which a filter leaves out files. Source: nixpkgs lib/sources.nix."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from hmls.lang import coerce
from hmls.lang.builtins.registry import Registry
from hmls.lang.combine import update
from hmls.lang.errors import Thrown
from hmls.lang.force import (
    MISSING,
    call,
    call2,
    delayed,
    expect_bool,
    expect_list,
    expect_string,
    force,
    get,
    get_lazy,
    has,
    select,
)
from hmls.lang.lib.filesystem import below, path_is_regular_file
from hmls.lang.lib.globs import matches_glob
from hmls.lang.lib.support import arguments, builtin, equal_to, function2, option, pattern
from hmls.lang.values import Attrs, Lazy, Primop, Thunk, Value

if TYPE_CHECKING:
    from hmls.lang.interp import Interp

register = Registry()

_CLEAN = pattern("src", optional=("filter", "name"))
_VERSION_CONTROL = (".svn", "CVS", ".hg", ".jj", ".pijul", "_darcs")
_SWAP = re.compile(r"\.sw[a-z]|\..*\.sw[a-z]", re.DOTALL)
_EXTENSION = re.compile(r"(.*)\.(git|tar|zip|gz|tgz|bz|tbz|bz2|tbz2|lzma|txz|xz|zstd)", re.DOTALL)
_VERSION = re.compile(r"([A-Za-z]+[-_. ]?)*(v)?([0-9.]+.*)", re.DOTALL)
EVERYTHING = function2(lambda _path, _kind: True)


def constants(interp: Interp) -> dict[str, Lazy]:
    """The builtins that are members too."""
    return {
        "filterSource": Thunk(lambda n: builtin(interp, n), "filterSource"),
        "pathHasContext": Thunk(lambda n: builtin(interp, n), "hasContext"),
    }


def is_source(value: Value) -> bool:
    """Whether it was made by these functions."""
    return isinstance(value, Attrs) and has(value, "_isLibCleanSourceWith")


def _source(interp: Interp, origin: Lazy, filter_: Lazy, name: Lazy) -> Attrs:
    def out_path() -> Value:
        arguments_ = Attrs({"filter": filter_, "name": name, "path": origin})
        return call(builtin(interp, "path"), arguments_)

    return Attrs(
        {
            "_isLibCleanSourceWith": True,
            "origSrc": origin,
            "filter": filter_,
            "name": name,
            "outPath": delayed(out_path),
        }
    )


def _part(source: Lazy, name: str, otherwise: Callable[[Value], Value]) -> Lazy:
    """An attribute of a source, or what stands for it where only a path is given."""

    def read() -> Value:
        value = force(source)
        return select(value, name) if is_source(value) else otherwise(value)

    return delayed(read)


def _origin(source: Lazy) -> Lazy:
    return _part(source, "origSrc", lambda value: value)


@register.with_interp("cleanSourceWith", formals=_CLEAN)
def clean_source_with(interp: Interp, given: Lazy) -> Value:
    args = arguments("cleanSourceWith", _CLEAN, given)
    src = get_lazy(args, "src")
    own, inner = option(args, "filter", EVERYTHING), _part(src, "filter", lambda _: EVERYTHING)

    def accepts(path: Lazy, kind: Lazy) -> Value:
        return expect_bool(call2(force(own), path, kind)) and expect_bool(
            call2(force(inner), path, kind)
        )

    def name() -> Value:
        chosen = force(option(args, "name", None))
        return force(_part(src, "name", lambda _: "source")) if chosen is None else chosen

    return _source(interp, _origin(src), function2(accepts), delayed(name))


def _filtered(interp: Interp, src: Lazy, filter_: Primop) -> Value:
    return clean_source_with(interp, Attrs({"src": src, "filter": filter_}))


def _base_name(interp: Interp, path: Lazy) -> str:
    return expect_string(call(builtin(interp, "baseNameOf"), path))


@register.with_interp("cleanSourceFilter")
def clean_source_filter(interp: Interp, path: Lazy, kind: Lazy) -> Value:
    """Whether a file is no leftover of version control, of editors or of builds."""
    name = _base_name(interp, path)
    if name == ".git" or (equal_to(force(kind), "directory") and name in _VERSION_CONTROL):
        return False
    if name.endswith(("~", ".o", ".so")) or _SWAP.fullmatch(name):
        return False
    if equal_to(force(kind), "symlink") and name.startswith("result"):
        return False
    return not equal_to(force(kind), "unknown")


@register.with_interp("cleanSource")
def clean_source(interp: Interp, src: Lazy) -> Value:
    return _filtered(
        interp, src, function2(lambda path, kind: clean_source_filter(interp, path, kind))
    )


@register.with_interp("trace")
def trace(interp: Interp, src: Lazy) -> Value:
    value = force(src)
    filter_, name = (
        _part(value, "filter", lambda _: EVERYTHING),
        _part(value, "name", lambda _: "source"),
    )

    def accepts(path: Lazy, kind: Lazy) -> Value:
        accepted = expect_bool(call2(force(filter_), path, kind))
        shown = "true" if accepted else "false"
        interp.trace(f"{force(name)}.filter {coerce.to_string(path)} = {shown}")
        return accepted

    def invariant() -> Value:
        found = get(value, "satisfiesSubpathInvariant") if isinstance(value, Attrs) else MISSING
        return found is not MISSING and expect_bool(found)

    source = _source(interp, _origin(value), function2(accepts), name)
    return update(source, Attrs({"satisfiesSubpathInvariant": delayed(invariant)}))


@register.with_interp("sourceByRegex")
def source_by_regex(interp: Interp, src: Lazy, regexes: Lazy) -> Value:
    origin = _origin(src)

    def accepts(path: Lazy, _kind: Lazy) -> Value:
        relative = coerce.to_string(path).removeprefix(f"{coerce.to_string(origin)}/")
        match = builtin(interp, "match")
        return any(call2(match, regex, relative) is not None for regex in expect_list(regexes))

    return _filtered(interp, src, function2(accepts))


@register.with_interp("sourceFilesBySuffices")
def source_files_by_suffices(interp: Interp, src: Lazy, suffices: Lazy) -> Value:
    def accepts(path: Lazy, kind: Lazy) -> Value:
        if equal_to(force(kind), "directory"):
            return True
        name = _base_name(interp, path)
        return any(name.endswith(expect_string(suffix)) for suffix in expect_list(suffices))

    return _filtered(interp, src, function2(accepts))


@register.with_interp("sourceByGlobs")
def source_by_globs(interp: Interp, src: Lazy, globs: Lazy) -> Value:
    def accepts(path: Lazy, kind: Lazy) -> Value:
        relative = coerce.to_string(path).removeprefix(f"{coerce.to_string(src)}/")
        file_kind = expect_string(kind)
        return any(
            matches_glob(expect_string(glob), relative, file_kind) for glob in expect_list(globs)
        )

    return _filtered(interp, src, function2(accepts))


@register.with_interp("canCleanSource")
def can_clean_source(interp: Interp, src: Lazy) -> Value:
    value = force(src)
    if is_source(value):
        return True
    return not expect_bool(call(builtin(interp, "hasContext"), coerce.to_string(value)))


@register.with_interp("pathIsGitRepo")
def path_is_git_repo(interp: Interp, path: Lazy) -> Value:
    return isinstance(_commit(interp, "HEAD", force(path)), Found)


@register.with_interp("commitIdFromGitRepo")
def commit_id_from_git_repo(interp: Interp, path: Lazy) -> Value:
    """The commit that a .git folder has checked out."""
    found = _commit(interp, "HEAD", force(path))
    if isinstance(found, Found):
        return str(found)
    raise Thrown(found)


class Found(str):
    """The id of a commit; other strings say why there is none."""

    __slots__ = ()


def _content(interp: Interp, path: Value) -> str:
    """The text of a file without a newline at its end."""
    return expect_string(call(builtin(interp, "readFile"), path)).removesuffix("\n")


def _commit(interp: Interp, file: str, path: Value) -> str:
    if path_is_regular_file(interp, path):
        return _commit_of_worktree(interp, file, path)
    head, packed = below(path, file), below(path, "packed-refs")
    if path_is_regular_file(interp, head):
        content = _content(interp, head)
        reference = re.fullmatch(r"ref: (.*)", content, re.DOTALL)
        return Found(content) if reference is None else _commit(interp, reference[1], path)
    if not path_is_regular_file(interp, packed):
        return f"Not a .git directory: {coerce.to_string(path)}"
    lines = expect_string(call(builtin(interp, "readFile"), packed)).split("\n")
    for line in lines:
        match = call2(builtin(interp, "match"), f"([a-z0-9]+) {file}", line)
        if match is not None:
            return Found(expect_list(match)[0])
    return f"Could not find {file} in {coerce.interpolate(packed)}"


def _commit_of_worktree(interp: Interp, file: str, path: Value) -> str:
    reference = re.fullmatch(r"gitdir: (.*)", _content(interp, path), re.DOTALL)
    if reference is None:
        return f"File contains no gitdir reference: {coerce.to_string(path)}"
    git_dir = reference[1]
    if not git_dir.startswith("/"):
        git_dir = _absolute(coerce.interpolate(call(builtin(interp, "dirOf"), path)), git_dir)
    common_file = f"{git_dir}/commondir"
    is_linked = path_is_regular_file(interp, common_file)
    common = _absolute(
        git_dir, (_content(interp, common_file) if is_linked else git_dir).removesuffix("/")
    )
    return _commit(interp, f"{git_dir}/{file}".removeprefix(f"{common}/"), common)


def _absolute(base: str, path: str) -> str:
    if path.startswith("/"):
        return path
    return f"{base}/{path}" if base.startswith("/") else f"/{base}/{path}"


@register.with_interp("urlToName")
def url_to_name(interp: Interp, url: Lazy) -> Value:
    """A package name from the address of its source."""
    last = coerce.to_string(url).split(":")[-1].removesuffix("/")
    name = _base_name(interp, last)
    while (match := _EXTENSION.fullmatch(name)) is not None:
        name = match[1]
    return name


@register.with_interp("shortRev")
def short_rev(interp: Interp, revision: Lazy) -> Value:
    """The version in a tag, or the beginning of a commit's id."""
    base = _base_name(interp, coerce.to_string(revision))
    if re.fullmatch(r"[a-f0-9]+", base):
        return base[:7]
    match = _VERSION.fullmatch(base)
    return base if match is None else match[3]


@register("revOrTag")
def rev_or_tag(revision: Lazy, tag: Lazy) -> Value:
    for lazy in (tag, revision):
        if force(lazy) is not None:
            return force(lazy)
    return "HEAD"


@register.with_interp("repoRevToName")
def repo_rev_to_name(interp: Interp, kind: Lazy) -> Value:
    chosen = expect_string(kind)
    if chosen not in ("source", "versioned", "full"):
        raise Thrown("repoRevToName: invalid kind")

    def name(repository: Lazy, revision: Lazy, suffix: Lazy) -> Value:
        if chosen == "source":
            return "source"
        text = expect_string(url_to_name(interp, repository))
        if force(revision) is not None:
            text += f"-{short_rev(interp, revision)}"
        if chosen == "full" and force(suffix) is not None:
            text += f"-{expect_string(suffix)}"
        return f"{text}-source"

    return Primop("", 3, name)
