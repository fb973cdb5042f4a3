"""Which sub-libraries lib has, and which of their members it has itself.

Source: nixpkgs lib/default.nix.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from hmls.lang.lib import (
    asserts,
    attrset_merges,
    attrsets,
    call_package,
    cli,
    customisation,
    debug,
    derivations,
    fetchers,
    fileset,
    filesystem,
    fixed_points,
    generators,
    gvariant,
    kernel,
    licenses,
    list_orders,
    list_parts,
    lists,
    lua,
    meta,
    misc,
    misc_merges,
    network,
    path,
    pretty,
    source_types,
    sources,
    string_cases,
    string_distance,
    string_escapes,
    string_names,
    string_numbers,
    strings,
    strings_with_deps,
    systems,
    trivial,
    versions,
)
from hmls.lang.lib.fileset import conversions, operations
from hmls.lang.lib.sublibrary import Build, SubLibrary, inherited, natives
from hmls.lang.values import Lazy

if TYPE_CHECKING:
    from hmls.lang.interp import Interp

BUILTINS = """
    getContext hasContext convertHash hashString parseDrvName placeholder fromJSON fromTOML
    toFile toJSON toString toXML tryEval
"""
"""What lib has from the builtins without a sub-library in between."""


def _library(name: str, build: Build, exports: str = "") -> SubLibrary:
    return SubLibrary(name, build, tuple(exports.split()))


def _flakes(interp: Interp, _lib: Lazy) -> Mapping[str, Lazy]:
    return inherited(interp, ("parseFlakeRef", "flakeRefToString"))


LIBRARIES = (
    _library(
        "trivial",
        natives("trivial", trivial),
        """
        id const pipe concat or and mul div xor bitAnd bitOr bitXor bitNot boolToString
        boolToYesNo mergeAttrs flip defaultTo mapNullable inNixShell isFloat min max importJSON
        importTOML warn warnIf warnIfNot throwIf throwIfNot checkListOfEnum info showWarnings
        nixpkgsVersion version isInOldestRelease oldestSupportedReleaseIsAtLeast mod compare
        splitByAndCompare seq deepSeq lessThan add sub functionArgs setFunctionArgs isFunction
        toFunction mirrorFunctionArgs fromHexString toHexString toBaseDigits inPureEvalMode
        isBool isInt pathExists genericClosure readFile ceil floor
        """,
    ),
    _library(
        "fixedPoints",
        natives("fixedPoints", fixed_points),
        """
        fix fix' converge extends composeExtensions composeManyExtensions makeExtensible
        makeExtensibleWithCustomName toExtension
        """,
    ),
    _library(
        "attrsets",
        natives("attrsets", attrsets, attrset_merges),
        """
        attrByPath hasAttrByPath setAttrByPath getAttrFromPath attrVals attrNames attrValues
        getAttrs catAttrs filterAttrs filterAttrsRecursive foldlAttrs foldAttrs collect
        nameValuePair mapAttrs mapAttrs' mapAttrsToList attrsToList concatMapAttrs
        mapAttrsRecursive mapAttrsRecursiveCond mapAttrsToListRecursive
        mapAttrsToListRecursiveCond genAttrs genAttrs' isDerivation toDerivation optionalAttrs
        zipAttrsWithNames zipAttrsWith zipAttrs recursiveUpdateUntil recursiveUpdate matchAttrs
        mergeAttrsList overrideExisting showAttrPath getOutput getFirstOutput getBin getLib
        getStatic getDev getInclude getMan chooseDevOutputs recurseIntoAttrs
        dontRecurseIntoAttrs cartesianProduct mapCartesianProduct updateManyAttrsByPath
        listToAttrs hasAttr getAttr isAttrs intersectAttrs removeAttrs
        """,
    ),
    _library(
        "lists",
        natives("lists", lists, list_parts, list_orders),
        """
        singleton forEach map foldr fold foldl foldl' imap0 imap1 filter ifilter0 concatMap
        flatten remove findSingle findFirst any all count optional optionals toList range
        replicate partition zipListsWith zipLists reverseList listDfs toposort sort sortOn
        naturalSort compareLists take takeEnd drop dropEnd sublist last init crossLists unique
        uniqueStrings allUnique intersectLists subtractLists mutuallyExclusive groupBy groupBy'
        concatLists genList length head tail elem elemAt isList concatAttrValues replaceElemAt
        """,
    ),
    _library(
        "strings",
        natives(
            "strings",
            strings,
            string_escapes,
            string_cases,
            string_names,
            string_numbers,
            string_distance,
        ),
        """
        concatStrings concatMapStrings concatImapStrings stringLength substring isString
        replaceString replaceStrings intersperse concatStringsSep concatMapStringsSep
        concatMapAttrsStringSep concatImapStringsSep concatLines makeSearchPath
        makeSearchPathOutput makeLibraryPath makeIncludePath makeBinPath optionalString hasInfix
        hasPrefix hasSuffix join stringToCharacters stringAsChars escape escapeShellArg
        escapeShellArgs isStorePath isStringLike isValidPosixName toShellVar toShellVars trim
        trimWith escapeRegex escapeURL escapeXML lowerChars upperChars toLower toUpper
        toCamelCase toSentenceCase typeOf addContextFrom splitString splitStringBy removePrefix
        removeSuffix versionOlder versionAtLeast getName getVersion match split cmakeOptionType
        cmakeBool cmakeFeature mesonOption mesonBool mesonEnable nameFromURL enableFeature
        enableFeatureAs withFeature withFeatureAs fixedWidthString fixedWidthNumber toInt
        toIntBase10 fileContents appendContext unsafeDiscardStringContext
        """,
    ),
    _library(
        "stringsWithDeps",
        natives("stringsWithDeps", strings_with_deps),
        """
        textClosureList textClosureMap noDepEntry fullDepEntry packEntry stringAfter
        """,
    ),
    _library(
        "customisation",
        natives("customisation", customisation, call_package),
        """
        overrideDerivation makeOverridable callPackageWith callPackagesWith extendDerivation
        hydraJob makeScope makeScopeWithSplicing makeScopeWithSplicing' extendMkDerivation
        renameCrossIndexFrom renameCrossIndexTo mapCrossIndex
        """,
    ),
    _library(
        "derivations",
        natives("derivations", derivations),
        """
        lazyDerivation optionalDrvAttr warnOnInstantiate addDrvOutputDependencies
        unsafeDiscardOutputDependency
        """,
    ),
    _library(
        "meta",
        natives("meta", meta),
        """
        addMetaAttrs dontDistribute setName updateName appendToName mapDerivationAttrset setPrio
        lowPrio lowPrioSet hiPrio hiPrioSet licensesSpdx getLicenseFromSpdxId
        getLicenseFromSpdxIdOr getExe getExe'
        """,
    ),
    _library(
        "versions",
        natives("versions", versions),
        "compareVersions splitVersion",
    ),
    _library(
        "licenses",
        natives("licenses", licenses),
    ),
    _library(
        "sourceTypes",
        natives("sourceTypes", source_types),
    ),
    _library(
        "systems",
        natives("systems", systems),
    ),
    _library(
        "cli",
        natives("cli", cli),
    ),
    _library(
        "gvariant",
        natives("gvariant", gvariant),
    ),
    _library(
        "generators",
        natives("generators", generators, pretty, lua),
        "mkLuaInline",
    ),
    _library(
        "asserts",
        natives("asserts", asserts),
        "assertMsg assertOneOf",
    ),
    _library(
        "debug",
        natives("debug", debug),
        """
        trace traceIf traceVal traceValFn traceSeq traceSeqN traceValSeq traceValSeqFn
        traceValSeqN traceValSeqNFn traceFnSeqN addErrorContext unsafeGetAttrPos runTests
        testAllTrue
        """,
    ),
    _library(
        "misc",
        natives("misc", misc, misc_merges),
        """
        maybeEnv defaultMergeArg defaultMerge foldArgs maybeAttrNullable maybeAttr ifEnable
        checkFlag getValue checkReqs uniqList uniqListExt condConcat lazyGenericClosure
        innerModifySumArgs modifySumArgs innerClosePropagation closePropagation nvs setAttr
        setAttrMerge mergeAttrsWithFunc mergeAttrsConcatenateValues mergeAttrsNoOverride
        mergeAttrByFunc mergeAttrsByFuncDefaults mergeAttrsByFuncDefaultsClean mergeAttrBy
        fakeHash fakeSha256 fakeSha512 nixType imap
        """,
    ),
    _library(
        "fetchers",
        natives("fetchers", fetchers),
    ),
    _library(
        "path",
        natives("path", path),
    ),
    _library(
        "filesystem",
        natives("filesystem", filesystem),
        """
        pathType pathIsDirectory pathIsRegularFile baseNameOf dirOf isPath
        packagesFromDirectoryRecursive hashFile readDir readFileType
        """,
    ),
    _library(
        "fileset",
        natives("fileset", fileset, conversions, operations),
    ),
    _library(
        "sources",
        natives("sources", sources),
        """
        cleanSourceFilter cleanSource sourceByRegex sourceFilesBySuffices commitIdFromGitRepo
        cleanSourceWith pathHasContext canCleanSource pathIsGitRepo revOrTag repoRevToName
        filterSource
        """,
    ),
    _library(
        "kernel",
        natives("kernel", kernel),
    ),
    _library(
        "network",
        lambda interp, _lib: network.constants(interp),
    ),
    _library(
        "flakes",
        _flakes,
        "parseFlakeRef flakeRefToString",
    ),
)
