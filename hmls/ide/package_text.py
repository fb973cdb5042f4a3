"""What is told of a package in hovers and in completion."""

from __future__ import annotations

from collections.abc import Iterator

from hmls.catalog.packages import Package


def about(name: str, package: Package, label: str) -> Iterator[str]:
    """Paragraphs of Markdown."""
    yield f"**{name}**" + (f" {package.version}" if package.version else "")
    if package.description:
        yield package.description
    facts = []
    if package.license:
        facts.append(f"license {package.license}" + (" (**unfree**)" if package.unfree else ""))
    if package.program:
        facts.append(f"runs `{package.program}`")
    if package.homepage:
        facts.append(f"<{package.homepage}>")
    if facts:
        yield " · ".join(facts)
    if package.file:
        yield f"`{package.file}:{package.line}` of {label}"
