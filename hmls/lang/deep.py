"""To force all of a value, in Nix's order: which of several errors is said depends on it.

Nix keeps the attributes of a set in the order in which the process met their names first: its
own names before all others, then those of the text, as they stand in it. Source: nix
src/libexpr/eval.cc, forceValueDeep; symbol-table.hh; nixexpr.hh, StaticEvalSymbols.
"""

from __future__ import annotations

import re

from hmls.lang.budget import check_depth
from hmls.lang.force import force
from hmls.lang.values import Attrs, Lazy, OpenList, Splice

_MANY = 200
"""Of so many names, or in so long a text, the order of a set's own making is good enough."""
_LONG_BYTES = 1 << 17
_OWN_NAMES = """
    outPath drvPath type meta name value system __overrides outputs outputName __ignoreNulls file
    line column __functor __toString right wrong __structuredAttrs __json allowedReferences
    allowedRequisites disallowedReferences disallowedRequisites maxSize maxClosureSize builder args
    __contentAddressed __impure outputHash outputHashAlgo outputHashMode recurseForDerivations
    description self startSet operator key path prefix outputSpecified __sub __lessThan __mul __div
    __findFile __nixPath body builtins true false null __currentTime currentTime __currentSystem
    currentSystem __nixVersion nixVersion __storeDir storeDir __langVersion langVersion
    __traceVerbose traceVerbose nixPath scopedImport import __typeOf typeOf isNull __isFunction
    isFunction __isInt isInt __isFloat isFloat __isString isString __isBool isBool __isPath isPath
    __genericClosure genericClosure break abort throw __addErrorContext addErrorContext __ceil ceil
    __floor floor __tryEval tryEval __getEnv getEnv __seq seq __deepSeq deepSeq __trace trace
    __warn warn derivationStrict placeholder __toPath toPath __storePath storePath __pathExists
    pathExists baseNameOf dirOf __readFile readFile findFile __hashFile hashFile __readFileType
    readFileType __readDir readDir __toXML toXML __toJSON toJSON __fromJSON fromJSON __toFile
    toFile __filterSource filterSource __path __attrNames attrNames __attrValues attrValues
    __getAttr getAttr __unsafeGetAttrPos unsafeGetAttrPos __hasAttr hasAttr __isAttrs isAttrs
    removeAttrs __listToAttrs listToAttrs __intersectAttrs intersectAttrs __catAttrs catAttrs
    __functionArgs functionArgs __mapAttrs mapAttrs __zipAttrsWith zipAttrsWith __isList isList
    __elemAt elemAt __head head __tail tail map __filter filter __elem elem __concatLists
    concatLists __length length __foldl' foldl' __any any __all all __genList genList __sort sort
    __partition partition __groupBy groupBy __concatMap concatMap __add add sub mul div __bitAnd
    bitAnd __bitOr bitOr __bitXor bitXor lessThan toString __substring substring __stringLength
    stringLength __hashString hashString __convertHash convertHash __match match __split split
    __concatStringsSep concatStringsSep __replaceStrings replaceStrings __parseDrvName parseDrvName
    __compareVersions compareVersions __splitVersion splitVersion __unsafeDiscardStringContext
    unsafeDiscardStringContext __hasContext hasContext __unsafeDiscardOutputDependency
    unsafeDiscardOutputDependency __addDrvOutputDependencies addDrvOutputDependencies __getContext
    getContext __appendContext appendContext fetchMercurial fetchTree fetchFinalTree __fetchurl
    fetchurl fetchTarball fetchGit fromTOML __getFlake getFlake __parseFlakeRef parseFlakeRef
    __flakeRefToString flakeRefToString derivation strict drvAttrs commonAttrs outputsList x
    outputToAttrListElement
"""
_OWN = {name: index for index, name in enumerate(_OWN_NAMES.split())}
"""Nix 2.34's own names, in the order in which it makes them."""


def force_deep(lazy: Lazy) -> None:
    """Force a value and all in it. What is unknown is passed over."""
    seen: set[int] = set()
    pending: list[tuple[Lazy, int]] = [(lazy, 0)]
    while pending:
        inner_lazy, depth = pending.pop()
        check_depth(depth)
        value = force(inner_lazy)
        if isinstance(value, Attrs):
            inner = [value[name] for name in as_met(value)]
        elif value.__class__ is list:
            inner = value
        elif value.__class__ is OpenList:
            inner = [item for item in value.items if item.__class__ is not Splice]
        else:
            continue
        if id(value) not in seen:
            seen.add(id(value))
            pending.extend((item, depth + 1) for item in reversed(inner))


def as_met(attrs: Attrs) -> list[str]:
    """The names of a set in the order in which Nix has met them."""
    names = list(attrs)
    if len(names) < 2:
        return names
    own = [name for name in names if name in _OWN]
    own.sort(key=_OWN.__getitem__)
    return own + _by_text(attrs, [name for name in names if name not in _OWN])


def _by_text(attrs: Attrs, names: list[str]) -> list[str]:
    """Names in the order in which the text where they are defined has them first."""
    sites = [attrs.positions.get(name) for name in names]
    units = {site.unit for site in sites if site is not None}
    if len(units) != 1 or None in sites or len(names) > _MANY:
        return names
    text = units.pop().text
    if len(text) > _LONG_BYTES:
        return names
    return sorted(names, key=lambda name: _first(text, name))


def _first(text: bytes, name: str) -> int:
    raw = re.escape(name.encode("utf-8", "surrogateescape"))
    found = re.search(rb"(?<![\w'-])" + raw + rb"(?![\w'-])", text)
    return len(text) if found is None else found.start()
