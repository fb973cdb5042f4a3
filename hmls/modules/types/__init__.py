"""nixpkgs' option types.

`base` holds what all types do, `scalars`, `containers`, `choices` and `submodules` the
types, `nix_view` how they look to Nix code, `foreign` types that Nix code made itself.
"""
