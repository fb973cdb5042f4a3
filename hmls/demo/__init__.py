"""`hmls demo`: what an editor shows of a repository, asked of a real server, shown in the terminal.

This is a client. It knows of hmls what any editor knows, that is LSP and docs/protocol.md, and
imports nothing else of the package.
"""
