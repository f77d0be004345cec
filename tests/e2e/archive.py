#!/usr/bin/python3
"""Debian's archive for a laboratory, which has no network to the outside.

    tests/e2e/archive.py SOCKET

Runs outside, beside the lab, and answers HTTP on a UNIX socket, which a lab can reach: /debian/PATH is what the
machine's own apt finds at PATH of the source of its main component; /package/NAME is that package. What the sources
are is asked of apt, and every file is fetched by apt's own program, hence as apt is configured to. Ends with its
parent, and removes the socket and its folder.
"""

import ctypes
import os
import re
import shutil
import signal
import socketserver
import subprocess
import sys
import tempfile
from http.server import BaseHTTPRequestHandler
from pathlib import Path

FETCH = "/usr/lib/apt/apt-helper"
PR_SET_PDEATHSIG = 1


def source() -> str:
    """Where apt has the release of this machine from."""
    wanted = subprocess.run(["apt-get", "indextargets", "--format", "$(SITE) $(COMPONENT) $(RELEASE)", "Component: main"],
                            capture_output=True, text=True, check=True, timeout=60).stdout
    for line in wanted.splitlines():
        site, component, release = line.split()
        if component == "main" and "-" not in release:
            return site.rstrip("/")
    sys.exit("archive: apt has no source with a component main")


class Answer(BaseHTTPRequestHandler):
    """One connection, which may ask for many files."""

    protocol_version = "HTTP/1.1"
    site = ""

    def fetched(self, folder: Path) -> Path | None:
        kind, _, rest = self.path.lstrip("/").partition("/")
        if ".." in rest or not re.fullmatch(r"[A-Za-z0-9+._~%:/-]+", rest):
            return None
        if kind == "debian":
            command = [FETCH, "download-file", f"{self.site}/{rest}", str(folder / "file")]
        elif kind == "package":
            command = ["apt-get", "download", "-qq", rest]
        else:
            return None
        subprocess.run(command, cwd=folder, check=False, capture_output=True, timeout=600)
        return next((file for file in folder.iterdir() if file.is_file()), None)

    def do_GET(self) -> None:
        with tempfile.TemporaryDirectory(prefix="archive-") as name:
            file = self.fetched(Path(name))
            self.send_response(200 if file else 404)
            self.send_header("Content-Length", str(file.stat().st_size if file else 0))
            self.end_headers()
            if file:
                with file.open("rb") as content:
                    shutil.copyfileobj(content, self.wfile)

    def log_message(self, *_words: object) -> None:
        """Says nothing."""


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


def main() -> None:
    path = Path(sys.argv[1])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    Answer.site = source()
    try:
        with Server(str(path), Answer) as server:
            server.serve_forever()
    finally:
        shutil.rmtree(path.parent)


if __name__ == "__main__":
    main()
