#!/usr/bin/python3
"""Looks at the pages for users: their links lead somewhere, and none is too long to read.

    pages.py SOURCE_TREE

Prints "FILE:LINE: what is wrong" for each fault; the exit status is 1 if there is any.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

LONGEST = 200
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$")


def pages(top: Path) -> Iterator[Path]:
    yield from (page for page in sorted(top.glob("*.md")) if page.name != "CHANGELOG.md")
    yield from sorted((top / "docs").rglob("*.md"))
    yield from (top / "core/README.md", top / "ansible_collection/README.md")


def anchors(page: Path) -> set[str]:
    """As GitHub and GitLab make them of headings."""
    found = (HEADING.match(line) for line in page.read_text().splitlines())
    return {re.sub(r"[^\w\- ]", "", heading[1].lower()).replace(" ", "-") for heading in found if heading}


def fault_of(page: Path, link: str) -> str | None:
    if re.match(r"[a-z]+:", link):
        return None  # elsewhere, where no test may look
    place, _, anchor = link.partition("#")
    target = page.parent / place if place else page
    if not target.exists():
        return f"there is no {place}"
    if anchor and anchor not in anchors(target):
        return f"{target.name} has no heading '{anchor}'"
    return None


def faults(top: Path) -> Iterator[str]:
    for page in pages(top):
        lines = page.read_text().splitlines()
        generated = page.is_relative_to(top / "docs/terraform")
        if len(lines) > LONGEST and not generated and page.parent != top / "core":
            yield f"{page.relative_to(top)}:{len(lines)}: a page has at most {LONGEST} lines"
        for number, line in enumerate(lines, 1):
            for link in LINK.findall(line):
                if fault := fault_of(page, link):
                    yield f"{page.relative_to(top)}:{number}: {fault}"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    found = list(faults(Path(sys.argv[1])))
    print("\n".join(found))
    sys.exit(1 if found else 0)
