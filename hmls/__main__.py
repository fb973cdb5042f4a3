"""`hmls`: the language server with no argument, else a command of the terminal."""

from __future__ import annotations

import sys


def main() -> None:
    arguments = sys.argv[1:]
    if not arguments or arguments == ["--stdio"]:
        # An editor waits: nothing is imported that serving does not need.
        from hmls.server.app import serve

        serve()
        return
    from hmls.cli import main as run

    run()


if __name__ == "__main__":
    main()
