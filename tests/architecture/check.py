#!/usr/bin/python3
"""Holds the source tree against DESIGN: who may include whom, and what may be said where.

    check.py SOURCE_TREE

Prints "FILE:LINE: RULE: what is wrong" for each breach; the exit status is 1 if there is any.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath

# What each room of the core may include beside itself: the rooms to its right along the lines of DESIGN section 2. What the
# rooms within it may include is what their CMakeLists.txt uses.
ROOMS: dict[str, set[str]] = {
    "base": set(),
    "model": {"base"},
    "program": {"model", "base"},
    "virt": {"model", "base"},
    "image": {"virt", "model", "base"},
    "seed": {"model", "base"},
    "ssh": {"model", "base"},
    "ops": {"image", "seed", "ssh", "virt", "model", "base"},
    "app": {"program", "ops", "image", "seed", "ssh", "virt", "model", "base"},
}
FRONT_ENDS = {"fetch", "provisioner", "inventory", "ansible_collection", "terraform_shim"}
FRONT_END_MAY = {"app", "program", "ops", "image/catalogue", "ssh/keys", "model", "base"}
# The adapter to libvirt, and the one room that chooses it.
ADAPTER, CHOOSES_ADAPTER = "nocloud/virt/libvirt", {"core/nocloud/app", "core/nocloud/virt/libvirt"}
MOST_FILES = 15

# Third-party headers and the files that may include them.
FENCES: dict[str, str] = {
    r"libvirt/": r"core/nocloud/virt/libvirt/.*",
    r"libssh2": r"core/nocloud/ssh/.*",
    r"openssl/": r"core/nocloud/(base/digest|ssh/keys/host_key)\.[ch]pp|terraform_shim/provider/wire/certificate\.[ch]pp",
    r"grpcpp/|google/protobuf|.*\.pb\.h": r"terraform_shim/provider/wire/(server|service)\.[ch]pp",
    r"curl/": r"fetch/transfer\.cpp",
    r"yaml\.h": r"core/nocloud/seed/(cloud_config|yaml_limits)\.cpp",
    r"archive|zlib|lzma|zstd": r"core/nocloud/(image/source/(unpack|gunzip|installer_kernel)|seed/.*|virt/libvirt/console/png)\.[ch]pp",
    r"boost/program_options": r"core/nocloud/program/config(_file)?\.[ch]pp",
}
# One file of provisioner may have it, too: whichever it is, it is the only one.
ONE_FILE_FENCE = (r"boost/program_options", "provisioner")


@dataclass(frozen=True)
class Words:
    """Words that may not stand in the files that a pattern names."""

    rule: str
    words: str
    files: str
    instead: str


CPP = r".*\.[ch]pp"
PRODUCT = r"(?!tests/).*"
FORBIDDEN = (
    Words("using-namespace", r"^\s*using namespace\b", r".*\.hpp", "a header forces its names on nobody"),
    Words("unverified-ssh", r"StrictHostKeyChecking[= ]\"?no\b", PRODUCT, "every connection verifies its host key"),
    # A call, not the declaration of a variable of that name.
    Words("shell", r"(^\s*|\breturn\s+|[^\w\s>]\s*)\b(system|popen)\(", CPP, "no shell: run_process takes an argument vector"),
    Words("macro", r"^\s*#\s*define\b", CPP, "a constant, a template or a function"),
    Words("stderr", r"^(?!\s*//).*(\bstderr\s*[,)]|\bstd::(cerr|clog|perror)\b|\bwrite\(STDERR_FILENO)",
          rf"(?!core/nocloud/program/standard_streams\.){PRODUCT}\.[ch]pp",
          "print_to_stderr never throws, when the terminal is gone neither"),
    Words("shared-ptr", r"\bshared_ptr\b", r"(?!tests/).*\.[ch]pp", "each object has one owner"),
    Words("expect-call", r"\bEXPECT_CALL\b", r"tests/.*\.[ch]pp", "fakes remember; assert on outcomes"),
)

LONGEST_FILE = 300
SOURCES = {".cpp", ".hpp", ".py", ".sh", ".cmake"}
NOT_OURS = {"build", ".git", ".cache", "__pycache__"}
ROOM = re.compile(r"^nocloud_room\((?P<name>\S+)[^)]*?(?:\bUSES\s+(?P<uses>[^)]*?))?\s*(?:\bLIBRARIES\b[^)]*)?\)", re.M)
LINK = re.compile(r"^nocloud_link\(\S+([^)]*)\)", re.M)
INCLUDE = re.compile(r'^\s*#\s*include\s*(?:<([^>]+)>|"([^"]+)")')


def is_script(path: Path) -> bool:
    with path.open("rb") as file:
        return path.suffix == "" and file.read(2) == b"#!"


def sources(top: Path) -> Iterator[PurePath]:
    """Our own source files, relative to the top."""
    for path in sorted(top.rglob("*")):
        relative = path.relative_to(top)
        # The check and its self-test have to spell out what they look for.
        if NOT_OURS & set(relative.parts) or relative.parts[:2] == ("tests", "architecture"):
            continue
        if path.is_file() and not path.is_symlink() and (path.suffix in SOURCES or is_script(path)):
            yield relative


@dataclass(frozen=True)
class Room:
    """A library, by nocloud_room() in its folder's CMakeLists.txt; a program beside it uses more by nocloud_link()."""

    name: str
    folder: str
    line: int
    uses: frozenset[str]
    linked: frozenset[str]


def rooms_in(top: Path) -> dict[str, Room]:
    """Each by its folder."""
    rooms = {}
    for file in sorted(top.rglob("CMakeLists.txt")):
        folder = file.parent.relative_to(top)
        if NOT_OURS & set(folder.parts):
            continue
        text = file.read_text()
        if found := ROOM.search(text):
            linked = {name for link in LINK.findall(text) for name in link.split()}
            line = text[: found.start()].count("\n") + 1
            rooms[str(folder)] = Room(found["name"], str(folder), line, frozenset((found["uses"] or "").split()), frozenset(linked))
    return rooms


def check_circles(rooms: dict[str, Room]) -> Iterator[str]:
    """Rooms that use each other, be it by way of others."""
    uses = {room.name: room.uses for room in rooms.values()}

    def used_by(name: str) -> set[str]:
        found: set[str] = set()
        left = list(uses.get(name, ()))
        while left:
            if (next_one := left.pop()) not in found:
                found.add(next_one)
                left += uses.get(next_one, ())
        return found

    for room in rooms.values():
        if room.name in used_by(room.name):
            yield f"{room.folder}/CMakeLists.txt:{room.line}: circle: {room.name} uses itself by way of others"


def check_sizes(rooms: dict[str, Room], files: list[PurePath]) -> Iterator[str]:
    for folder, room in rooms.items():
        count = len({file.stem for file in files if str(file.parent) == folder and file.suffix in {".cpp", ".hpp"}})
        if count > MOST_FILES:
            yield f"{folder}/CMakeLists.txt:{room.line}: size: {count} files; a room has at most {MOST_FILES}"


def front_end_or_room(file: PurePath) -> str | None:
    """The front end, or the room of the core, that a file lives in; nothing for tests and scripts."""
    if file.parts[:2] == ("core", "nocloud") and len(file.parts) > 3:
        return file.parts[2]
    return file.parts[0] if file.parts[0] in FRONT_ENDS else None


def folder_of(header: str) -> str:
    """Where a header lies in the tree."""
    return str(PurePath("core" if header.startswith("nocloud/") else ".", header).parent)


def check_rank(whole: str, header: str) -> str | None:
    if whole in FRONT_ENDS and header.startswith(f"{whole}/"):
        return None
    parts = header.split("/")
    if parts[0] != "nocloud" or len(parts) < 3 or ".." in parts:
        return f'include: "{header}" is not of the form "nocloud/room/file.hpp"'
    allowed = FRONT_END_MAY if whole in FRONT_ENDS else ROOMS[whole] | {whole}
    if parts[1] not in allowed and "/".join(parts[1:-1]) not in allowed:
        return f"rank: {whole} may not include {parts[1]}, only {', '.join(sorted(allowed))}"
    return None


def check_our_include(file: PurePath, whole: str, header: str, rooms: dict[str, Room]) -> str | None:
    if breach := check_rank(whole, header):
        return breach
    if header.startswith(f"{ADAPTER}/") and not any(str(file).startswith(f"{may}/") for may in CHOOSES_ADAPTER):
        return f"adapter: only {', '.join(sorted(CHOOSES_ADAPTER))} may know that libvirt is behind the ports"
    mine, theirs = rooms.get(str(file.parent)), rooms.get(folder_of(header))
    if mine and theirs and mine != theirs and theirs.name not in mine.uses | mine.linked:
        return f"uses: {mine.name} does not use {theirs.name}, by its CMakeLists.txt"
    return None


def check_fence(file: PurePath, header: str, others: dict[str, PurePath]) -> str | None:
    for pattern, allowed in FENCES.items():
        if not re.match(pattern, header) or re.fullmatch(allowed, str(file)):
            continue
        if (pattern, file.parts[0]) == ONE_FILE_FENCE and others.setdefault(pattern, file) == file:
            continue
        return f"fence: <{header}> belongs only in {allowed}"
    return None


def check_includes(file: PurePath, lines: list[str], others: dict[str, PurePath],
                   rooms: dict[str, Room]) -> Iterator[tuple[int, str]]:
    whole = front_end_or_room(file)
    if whole is None:
        return
    if whole not in ROOMS and whole not in FRONT_ENDS:
        yield 1, f"room: DESIGN knows no room '{whole}'"
        return
    for number, line in enumerate(lines, 1):
        found = INCLUDE.match(line)
        if not found:
            continue
        theirs, ours = found.groups()
        breach = check_fence(file, theirs, others) if theirs else check_our_include(file, whole, ours, rooms)
        if breach:
            yield number, breach


def check_words(file: PurePath, lines: list[str]) -> Iterator[tuple[int, str]]:
    rules = [words for words in FORBIDDEN if re.fullmatch(words.files, str(file))]
    for number, line in enumerate(lines, 1):
        for words in rules:
            if re.search(words.words, line):
                yield number, f"{words.rule}: {words.instead}"


def check(top: Path) -> list[str]:
    """Every breach in the tree, as it is printed."""
    breaches = []
    others: dict[str, PurePath] = {}
    rooms = rooms_in(top)
    files = list(sources(top))
    breaches += [*check_circles(rooms), *check_sizes(rooms, files)]
    for file in files:
        lines = (top / file).read_text(errors="replace").splitlines()
        found = [*check_includes(file, lines, others, rooms), *check_words(file, lines)]
        if len(lines) > LONGEST_FILE:
            found.append((len(lines), f"length: {len(lines)} lines; one file, one idea: at most {LONGEST_FILE}"))
        breaches += [f"{file}:{number}: {breach}" for number, breach in found]
    return breaches


if __name__ == "__main__":
    if len(sys.argv) != 2 or not (Path(sys.argv[1]) / "core/nocloud").is_dir():
        sys.exit(__doc__)
    found = check(Path(sys.argv[1]))
    print("\n".join(found))
    sys.exit(1 if found else 0)
