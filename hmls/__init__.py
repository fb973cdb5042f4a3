"""hmls: a language server for Home Manager configurations in a flake's homes/ tree."""

__version__ = "0.1.0"
