"""lib.licenses: the licenses that configurations name; others are unknown by name.

Source: nixpkgs lib/licenses.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from hmls.lang.builtins.registry import Registry
from hmls.lang.compare import equal
from hmls.lang.errors import Thrown, Unknowable
from hmls.lang.force import (
    MISSING,
    call,
    expect_attrs,
    expect_bool,
    expect_list,
    expect_string,
    force,
    get,
    select,
)
from hmls.lang.lib.support import NESTED, concat, join
from hmls.lang.values import Attrs, Lazy, Unknown, Value

if TYPE_CHECKING:
    from hmls.lang.interp import Interp

register = Registry()

# name, SPDX id, full name; after a bar: d deprecated, u unfree, r redistributable
_TABLE = """
afl3 AFL-3.0 Academic Free License v3.0
agpl3Only AGPL-3.0-only GNU Affero General Public License v3.0 only
agpl3Plus AGPL-3.0-or-later GNU Affero General Public License v3.0 or later
arphicpl Arphic-1999 Arphic Public License
artistic1 Artistic-1.0 Artistic License 1.0
artistic2 Artistic-2.0 Artistic License 2.0
asl11 Apache-1.1 Apache License 1.1
asl20 Apache-2.0 Apache License 2.0
beerware Beerware Beerware License
blueOak100 BlueOak-1.0.0 Blue Oak Model License 1.0.0
boost BSL-1.0 Boost Software License 1.0
bsd0 0BSD BSD Zero Clause License
bsd1 BSD-1-Clause BSD 1-Clause License
bsd2 BSD-2-Clause BSD 2-clause "Simplified" License
bsd3 BSD-3-Clause BSD 3-clause "New" or "Revised" License
bsl11 BUSL-1.1 Business Source License 1.1|ur
cc0 CC0-1.0 Creative Commons Zero v1.0 Universal
cc-by-30 CC-BY-3.0 Creative Commons Attribution 3.0
cc-by-40 CC-BY-4.0 Creative Commons Attribution 4.0
cc-by-sa-30 CC-BY-SA-3.0 Creative Commons Attribution Share Alike 3.0
cc-by-sa-40 CC-BY-SA-4.0 Creative Commons Attribution Share Alike 4.0
cc-by-nc-40 CC-BY-NC-4.0 Creative Commons Attribution Non Commercial 4.0 International|u
cc-by-nc-sa-40 CC-BY-NC-SA-4.0 Creative Commons Attribution Non Commercial Share Alike 4.0|u
cddl CDDL-1.0 Common Development and Distribution License 1.0
epl10 EPL-1.0 Eclipse Public License 1.0
epl20 EPL-2.0 Eclipse Public License 2.0
elastic20 Elastic-2.0 Elastic License 2.0|u
eupl12 EUPL-1.2 European Union Public License 1.2
gpl2 GPL-2.0 GNU General Public License v2.0|d
gpl2Only GPL-2.0-only GNU General Public License v2.0 only
gpl2Plus GPL-2.0-or-later GNU General Public License v2.0 or later
gpl3 GPL-3.0 GNU General Public License v3.0|d
gpl3Only GPL-3.0-only GNU General Public License v3.0 only
gpl3Plus GPL-3.0-or-later GNU General Public License v3.0 or later
gpl1Only GPL-1.0-only GNU General Public License v1.0 only
isc ISC ISC License
lgpl2 LGPL-2.0 GNU Library General Public License v2|d
lgpl2Only LGPL-2.0-only GNU Library General Public License v2 only
lgpl2Plus LGPL-2.0-or-later GNU Library General Public License v2 or later
lgpl21 LGPL-2.1 GNU Lesser General Public License v2.1|d
lgpl21Only LGPL-2.1-only GNU Lesser General Public License v2.1 only
lgpl21Plus LGPL-2.1-or-later GNU Lesser General Public License v2.1 or later
lgpl3 LGPL-3.0 GNU Lesser General Public License v3.0|d
lgpl3Only LGPL-3.0-only GNU Lesser General Public License v3.0 only
lgpl3Plus LGPL-3.0-or-later GNU Lesser General Public License v3.0 or later
mit MIT MIT License
mit0 MIT-0 MIT No Attribution
mpl11 MPL-1.1 Mozilla Public License 1.1
mpl20 MPL-2.0 Mozilla Public License 2.0
ncsa NCSA University of Illinois/NCSA Open Source License
ofl OFL-1.1 SIL Open Font License 1.1
openssl OpenSSL OpenSSL License
postgresql PostgreSQL PostgreSQL License
psfl Python-2.0 Python Software Foundation License version 2
ruby Ruby Ruby License
sspl SSPL-1.0 Server Side Public License|ur
sustainableUse SUL-1.0 Sustainable Use License|u
unlicense Unlicense The Unlicense
vim Vim Vim License
wtfpl WTFPL Do What The F*ck You Want To Public License
x11 X11 X11 License
zlib Zlib zlib License
"""
# name, flags, full name
_WITHOUT_ID = """
free - Unspecified free software license
unfree u Unfree
unfreeRedistributable ur Unfree redistributable
publicDomain - Public Domain
"""


def _license(name: str, spdx_id: str | None, full_name: str, flags: str) -> Attrs:
    free = "u" not in flags
    made = Attrs(
        {
            "shortName": name,
            "free": free,
            "deprecated": "d" in flags,
            "redistributable": free or "r" in flags,
            "licenseType": "simple",
        }
    )
    if spdx_id is not None:
        made["spdxId"] = spdx_id
        made["url"] = f"https://spdx.org/licenses/{spdx_id}.html"
    made["fullName"] = full_name
    return made


@cache
def unfree_names() -> frozenset[str]:
    """The names of licenses that are not free."""
    found = [line for line in _TABLE.strip().splitlines() if "u" in line.partition("|")[2]]
    return frozenset((*(line.split(" ", 1)[0] for line in found), *_UNFREE))


_UNFREE = ("unfree", "unfreeRedistributable", "unfreeRedistributableFirmware")


@cache
def known_licenses() -> dict[str, Attrs]:
    """Name → license, of those that are known here."""
    made: dict[str, Attrs] = {}
    for line in _TABLE.strip().split("\n"):
        entry, _, flags = line.partition("|")
        name, spdx_id, full_name = entry.split(" ", 2)
        made[name] = _license(name, spdx_id, full_name, flags)
    for line in _WITHOUT_ID.strip().split("\n"):
        name, flags, full_name = line.split(" ", 2)
        made[name] = _license(name, None, full_name, flags)
    return made


@cache
def by_spdx_id() -> dict[str, Attrs]:
    """SPDX id → license, of those that are known here."""
    known = [license_ for license_ in known_licenses().values() if "spdxId" in license_]
    return {license_["spdxId"]: license_ for license_ in known}


def constants(_interp: Interp) -> dict[str, Lazy]:
    """The licenses; the set is made open by whoever assembles lib."""
    return dict(known_licenses())


@register("OR")
def either(licenses: Lazy) -> Value:
    return Attrs({"licenseType": "compound", "operator": "OR", "licenses": licenses})


@register("AND")
def both(licenses: Lazy) -> Value:
    return Attrs({"licenseType": "compound", "operator": "AND", "licenses": licenses})


@register("WITH")
def with_exception(license_: Lazy, exception: Lazy) -> Value:
    return Attrs(
        {
            "licenseType": "exception",
            "operator": "WITH",
            "license": license_,
            "exception": exception,
        }
    )


@register("PLUS")
def or_later(license_: Lazy) -> Value:
    return Attrs({"licenseType": "plus", "operator": "+", "license": license_})


def _kind(license_: Attrs) -> str:
    kind = select(license_, "licenseType")
    if isinstance(kind, Unknown):
        raise Unknowable(kind)
    return kind if isinstance(kind, str) else ""


def _holds(check: Callable[[Attrs], bool], permissive: bool, lazy: Lazy) -> bool:
    license_ = expect_attrs(lazy)
    with NESTED:
        match _kind(license_):
            case "simple":
                return check(license_)
            case "compound":
                return _compound_holds(check, permissive, license_)
            case "exception":
                return _holds(check, permissive, select(license_, "license")) and _holds(
                    check, permissive, select(license_, "exception")
                )
            case "plus":
                return _holds(check, permissive, select(license_, "license"))
    raise Thrown("Unknown license type or legacy license")


def _compound_holds(check: Callable[[Attrs], bool], permissive: bool, license_: Attrs) -> bool:
    operator = expect_string(select(license_, "operator"))
    if operator not in ("OR", "AND"):
        raise Thrown("Unknown license operator")
    combine = any if (operator == "OR") == permissive else all
    parts = expect_list(select(license_, "licenses"))
    return combine(_holds(check, permissive, part) for part in parts)


@register("evaluateProperty")
def evaluate_property(predicate: Lazy, permissive: Lazy, license_: Lazy) -> Value:
    def check(simple: Attrs) -> bool:
        return expect_bool(call(force(predicate), simple))

    return _holds(check, expect_bool(permissive), license_)


@register("evaluateNamedProperty")
def evaluate_named_property(name: Lazy, permissive: Lazy, license_: Lazy) -> Value:
    return _holds(_flag(expect_string(name)), expect_bool(permissive), license_)


def _flag(name: str) -> Callable[[Attrs], bool]:
    return lambda simple: expect_bool(select(simple, name))


@register("isFree")
def is_free(license_: Lazy) -> Value:
    return _holds(_flag("free"), True, license_)


@register("isRedistributable")
def is_redistributable(license_: Lazy) -> Value:
    return _holds(_flag("redistributable"), True, license_)


@register("containsLicenses")
def contains_licenses(wanted: Lazy, license_: Lazy) -> Value:
    def check(simple: Attrs) -> bool:
        return any(equal(force(item), simple) for item in expect_list(wanted))

    return _holds(check, False, license_)


@register("toSPDX")
def to_spdx(license_: Lazy) -> Value:
    """The SPDX expression of a license."""
    attrs = expect_attrs(license_)
    match _kind(attrs):
        case "simple":
            spdx_id = get(attrs, "spdxId")
            if spdx_id is not MISSING:
                return spdx_id
            return concat("LicenseRef-nixos-", select(attrs, "shortName"))
        case "compound":
            operator = expect_string(select(attrs, "operator"))
            parts = expect_list(select(attrs, "licenses"))
            return join(f" {operator} ", [_bracketed(part) for part in parts])
        case "exception":
            first, second = select(attrs, "license"), select(attrs, "exception")
            operator = select(attrs, "operator")
            return concat(_bracketed(first), " ", operator, " ", _bracketed(second))
        case "plus":
            return concat(_bracketed(select(attrs, "license")), select(attrs, "operator"))
    raise Thrown("Unknown license type")


def _bracketed(license_: Lazy) -> Value:
    kind = _kind(expect_attrs(license_))
    inner = to_spdx(license_)
    return concat("(", inner, ")") if kind in ("compound", "exception") else inner
