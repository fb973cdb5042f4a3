"""Options that NixOS has and Home Manager never had.

A table by hand, of names that people copy from systems into homes. Source: the option
declarations of nixpkgs' nixos/modules and of home-manager's modules.
"""

from __future__ import annotations

from hmls.modules.definitions import Loc

TOP_LEVEL = frozenset(
    (
        "boot", "console", "containers", "documentation", "environment", "fileSystems", "hardware",
        "location", "networking", "powerManagement", "security", "swapDevices", "system", "time",
        "users", "virtualisation", "zramSwap",
    )
)  # fmt: skip
HOME_MANAGER_NAMES = frozenset(
    (
        "accounts", "assertions", "dbus", "dconf", "editorconfig", "fonts", "gtk", "home", "i18n",
        "launchd", "lib", "manual", "meta", "news", "nix", "nixpkgs", "pam", "programs", "qt",
        "services", "specialisation", "submoduleSupport", "systemd", "targets", "uninstall",
        "warnings", "wayland", "xdg", "xfconf", "xresources", "xsession",
    )
)  # fmt: skip
"""The names at the top of Home Manager's options."""
_SERVICES = frozenset(
    (
        "acpid", "avahi", "displayManager", "fail2ban", "fstrim", "fwupd", "getty", "libinput",
        "logind", "nginx", "openssh", "postgresql", "printing", "thermald", "tlp", "udev",
        "upower", "xserver",
    )
)  # fmt: skip
_INSTEAD: dict[Loc, str] = {
    ("environment", "systemPackages"): "home.packages",
    ("environment", "variables"): "home.sessionVariables",
    ("environment", "sessionVariables"): "home.sessionVariables",
    ("environment", "shellAliases"): "home.shellAliases",
}


def is_system_option(loc: Loc) -> bool:
    """Whether only NixOS has an option of that path."""
    if not loc:
        return False
    return loc[0] in TOP_LEVEL or (loc[0] == "services" and loc[1:2] != () and loc[1] in _SERVICES)


def counterpart(loc: Loc) -> str | None:
    """The option that a home has in the place of one of NixOS."""
    return _INSTEAD.get(loc)


def system_hint(loc: Loc, names: list[str]) -> str:
    """What to say of such an option, or of a set of them that defines some names."""
    found = [_INSTEAD[p] for p in (loc[:2], *((loc[0], name) for name in names)) if p in _INSTEAD]
    if found:
        return f"It is one of NixOS. In a home it is {found[0]}"
    return "It is one of NixOS, and belongs into a module of the system"
