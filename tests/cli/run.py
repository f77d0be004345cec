#!/usr/bin/python3
"""Runs a transcript against the real executables, on libvirt's test driver: no daemon, no root, no guest.

    run.py BIN_FOLDER TRANSCRIPT

A transcript is what a terminal would show:

    # why this case is here
    ==> FILE                    the lines up to the next mark are written to FILE first
    $ COMMAND ARGUMENT…         run with these words; no shell sees them, so `*` or `;` are just that
    what it prints
    ! what it prints on stderr
    ? 3                         its exit status, unless that is 0

Each transcript has an empty HOME and folder of its own, which reads as $PWD in it; the caller reads as $ME. NOCLOUD_ACCEPT=1 rewrites the
transcript with what was printed, and skips; then read the diff. NOCLOUD_WRAPPER (for example a valgrind command) is
put in front of each command; with it, only its own exit status counts.
"""

import difflib
import os
import pwd
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "schema"))
from output_schema import check

SKIPPED = 77  # ctest's SKIP_RETURN_CODE
MARKS = ("$ ", "==> ")
FOUND_BY_WRAPPER = 99
# What follows from the connection, which names the folder.
OF_CONNECTION = re.compile(r"(HostKeyAlias=[a-z0-9-]+\.)[0-9a-f]{12}")


def environment(binaries: Path, folder: Path) -> dict[str, str]:
    """Nothing of the caller's but how sanitizers are set, so that a case means the same everywhere."""
    world = folder / "node.xml"
    sanitizers = {name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}
    return sanitizers | {
        "PATH": f"{binaries}:/usr/bin:/bin",
        "HOME": str(folder / "home"),
        "XDG_RUNTIME_DIR": str(folder / "run"),
        "LIBVIRT_DEFAULT_URI": f"test://{world}" if world.exists() else "test:///default",
        "LANG": "C.UTF-8",
        "TMPDIR": str(folder),
        "USER": "tester",
    }


def caller() -> str:
    """Who runs the tools, as they call an owner."""
    try:
        login = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        login = f"uid{os.getuid()}"
    return f"{login}@{os.uname().nodename}"


def transcript_of(command: str, folder: Path, binaries: Path) -> list[str]:
    """The command's part of the transcript as it should be."""
    wrapper = shlex.split(os.environ.get("NOCLOUD_WRAPPER", ""))
    words = shlex.split(command.replace("$PWD", str(folder)))
    if wrapper and words[0] == "vminventory":  # a script, which is not what is to be looked into
        words[0] = str(binaries.parent / "libexec/nocloud/vminventory-json")
    try:
        done = subprocess.run([*wrapper, *words], cwd=folder, check=False, env=environment(binaries, folder),
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=300)
    except FileNotFoundError as error:
        sys.exit(f"$ {command}\n{error}")
    if wrapper and done.returncode == FOUND_BY_WRAPPER:
        sys.exit(f"$ {command}\n{done.stderr.decode(errors='replace')}")
    check(words, done.returncode, done.stdout.decode())
    out, err = (OF_CONNECTION.sub(r"\1DIGEST", text.decode(errors="replace").replace(str(folder), "$PWD")
                                  .replace(caller(), "$ME")).splitlines()
                for text in (done.stdout, done.stderr))
    return [f"$ {command}", *out, *(f"! {line}".rstrip() for line in err),
            *([f"? {done.returncode}"] if done.returncode else [])]


def replay(lines: list[str], binaries: Path) -> list[str]:
    """The whole transcript as it should be, with blank lines and comments before commands kept."""
    fresh: list[str] = []
    with tempfile.TemporaryDirectory(prefix="nocloud-cli-") as name:
        folder = Path(name)
        (folder / "home").mkdir()
        (folder / "run").mkdir(mode=0o700)
        target: Path | None = None
        expected = False  # whether we are among the lines that a command is expected to print
        for line in lines:
            if line.startswith("==> "):
                target, expected = folder / line.removeprefix("==> "), False
                target.write_text("")
            elif line.startswith("$ "):
                target, expected = None, True
                fresh += transcript_of(line.removeprefix("$ "), folder, binaries)
                continue
            elif target:
                with target.open("a") as file:
                    file.write(line + "\n")
            elif expected:
                continue
            fresh.append(line)
    return fresh


def main() -> int:
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    binaries, transcript = Path(sys.argv[1]).resolve(), Path(sys.argv[2])
    lines = transcript.read_text().splitlines()
    if not any(line.startswith("$ ") for line in lines):
        sys.exit(f"{transcript}: there is no command in it")
    fresh = replay(lines, binaries)
    if os.environ.get("NOCLOUD_WRAPPER"):
        return 0
    if os.environ.get("NOCLOUD_ACCEPT"):
        transcript.write_text("\n".join(fresh) + "\n")
        return SKIPPED
    print("\n".join(difflib.unified_diff(lines, fresh, "expected", "got", lineterm="")))
    return 0 if lines == fresh else 1


if __name__ == "__main__":
    sys.exit(main())
