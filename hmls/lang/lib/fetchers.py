"""lib.fetchers: what functions that fetch sources have in common.

Source: nixpkgs lib/fetchers.nix.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hmls.lang.builtins.registry import Registry
from hmls.lang.combine import update
from hmls.lang.errors import AssertionFailed, Thrown
from hmls.lang.force import (
    call,
    delayed,
    expect_attrs,
    expect_bool,
    expect_list,
    expect_string,
    force,
    has,
)
from hmls.lang.functions import function_args
from hmls.lang.lib.support import arguments, assertion, function, library, option, pattern
from hmls.lang.values import Attrs, Lazy, Primop, Value

if TYPE_CHECKING:
    from hmls.lang.interp import Interp

register = Registry()

_NORMALIZE = pattern(optional=("hashTypes", "required"))
_WITH = pattern(optional=("hashTypes",))
_PROXY_VARIABLES = (
    "http_proxy", "https_proxy", "ftp_proxy", "all_proxy", "no_proxy",
    "HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "ALL_PROXY", "NO_PROXY", "NIX_SSL_CERT_FILE",
)  # fmt: skip
_FAKES = {"hash": "fakeHash", "sha256": "fakeSha256", "sha512": "fakeSha512"}


def constants(_interp: Interp) -> dict[str, Lazy]:
    return {"proxyImpureEnvVars": list(_PROXY_VARIABLES)}


def _hash_names(options: Attrs) -> list[str]:
    types = expect_list(option(options, "hashTypes", ["sha256"]))
    return ["hash", *(expect_string(kind) for kind in types)]


@register.with_interp("normalizeHash", formals=_NORMALIZE)
def normalize_hash(interp: Interp, given: Lazy) -> Value:
    options = arguments("normalizeHash", _NORMALIZE, given)
    return _normalizer(interp, options, option(options, "required", True))


def _normalizer(interp: Interp, options: Attrs, required: Lazy) -> Primop:
    def normalize(lazy: Lazy) -> Value:
        args = expect_attrs(lazy)
        if has(args, "outputHash"):
            return args
        hash_names = _hash_names(options)
        found = sorted({name for name in hash_names if has(args, name)})
        rest = Attrs({k: v for k, v in args.items() if k not in hash_names}, args.positions)
        if not found:
            if expect_bool(required):
                raise Thrown("fetcher called without `hash`")
            return rest
        if len(found) > 1:
            raise Thrown(f"fetcher called with mutually-incompatible arguments: {', '.join(found)}")
        name = found[0]
        output = delayed(lambda: _output_hash(interp, name, args[name]))
        algorithm = None if name == "hash" else name
        return update(rest, Attrs({"outputHashAlgo": algorithm, "outputHash": output}))

    return function(normalize)


def _output_hash(interp: Interp, name: str, lazy: Lazy) -> Value:
    value = force(lazy)
    if not isinstance(value, str) or value:
        return value
    if name not in _FAKES:
        raise Thrown(f"no “fake hash” defined for {name}")
    return library(interp, _FAKES[name])


@register.with_interp("withNormalizedHash", formals=_WITH)
def with_normalized_hash(interp: Interp, given: Lazy) -> Value:
    options = arguments("withNormalizedHash", _WITH, given)

    def wrap(fetcher: Lazy) -> Value:
        inner = force(fetcher)
        formals = function_args(inner)
        assertion(
            "outputHash" in formals and "outputHashAlgo" in formals,
            "(((fArgs) ? outputHash) && ((fArgs) ? outputHashAlgo))",
        )
        taken = sorted(name for name in _hash_names(options) if name in formals)
        if taken:
            shown = "".join([f"{name} = «thunk»; " for name in taken])
            raise AssertionFailed(
                f"attribute names of attribute set '{{ {shown}}}' differs "
                "from attribute set '{ }'"
            )
        required = delayed(lambda: not expect_bool(formals["outputHash"]))
        normalize = _normalizer(interp, options, required)
        own = {k: v for k, v in formals.items() if k not in ("outputHash", "outputHashAlgo")}
        own["hash"] = formals["outputHash"]
        return Attrs(
            {
                "__functor": function(
                    lambda _self: function(
                        lambda args: call(inner, delayed(lambda: call(normalize, args)))
                    )
                ),
                "__functionArgs": Attrs(own),
            }
        )

    return function(wrap)
