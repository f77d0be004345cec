"""An HTTP server on loopback that misbehaves in the ways that its paths name, and remembers what it was asked."""

import random
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

CONTENT = random.Random(1).randbytes(3_000_000)
CHANGED = random.Random(2).randbytes(2_000_000)
PIECE = 1_000_000
HOUR = 3600


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "BadServer"

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers.get("Range"), self.headers.get("If-Range")))
        self.close_connection = True
        getattr(self, "get_" + self.path.strip("/").split("?")[0].replace("-", "_"))()

    def times(self) -> int:
        """How often this was asked, this time included."""
        return sum(path == self.path for path, _, _ in self.server.asked)

    def start(self) -> int:
        """Where the part that is asked for begins."""
        asked = self.headers.get("Range")
        return int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0

    def give(self, content: bytes, tag: str | None = '"1"', most: int | None = None, begin: int | None = None) -> None:
        """What is asked for of this version, or only its first `most` bytes, though all of it was announced."""
        asked = self.start() if tag and self.headers.get("If-Range") == tag else 0
        self.send_response(206 if asked else 200)
        if asked:
            first = asked if begin is None else begin
            self.send_header("Content-Range", f"bytes {first}-{len(content) - 1}/{len(content)}")
        if tag:
            self.send_header("ETag", tag)
        self.send_header("Content-Length", str(len(content) - asked))
        self.end_headers()
        self.wfile.write(content[asked:][:most])

    def status(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def get_disk(self) -> None:
        self.give(CONTENT)

    def get_cut(self) -> None:
        self.give(CONTENT, most=PIECE)

    def get_cut_without_tag(self) -> None:
        self.give(CONTENT, tag=None, most=PIECE)

    def get_cut_by_date(self) -> None:
        date = "Fri, 20 Nov 2026 10:00:00 GMT"
        asked = self.start() if self.headers.get("If-Range") == date else 0
        self.send_response(206 if asked else 200)
        self.send_header("Last-Modified", date)
        if asked:
            self.send_header("Content-Range", f"bytes {asked}-{len(CONTENT) - 1}/{len(CONTENT)}")
        self.send_header("Content-Length", str(len(CONTENT) - asked))
        self.end_headers()
        self.wfile.write(CONTENT[asked:][:PIECE])

    def get_changed(self) -> None:
        if self.times() == 1:
            self.give(CONTENT, tag='"1"', most=PIECE)
        else:
            self.give(CHANGED, tag='"2"')

    def get_other_part(self) -> None:
        self.give(CONTENT, most=PIECE, begin=7)

    def get_shrunk(self) -> None:
        if self.start():
            self.status(416, Content_Range=f"bytes */{PIECE // 2}")
        elif self.times() == 1:
            self.give(CONTENT, most=PIECE)
        else:
            self.give(CHANGED)

    def get_busy(self) -> None:
        if self.times() < 3:
            self.status(503)
        else:
            self.give(CONTENT)

    def get_chunked(self) -> None:
        """Without a length; the first time it ends before its last chunk."""
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(CONTENT), CONTENT))
        if self.times() > 1:
            self.wfile.write(b"0\r\n\r\n")

    def get_stalled(self) -> None:
        self.send_response(200)
        self.send_header("ETag", '"1"')
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        self.wfile.write(CONTENT[:PIECE])
        self.wfile.flush()
        self.server.ends.wait(HOUR)

    def get_silent(self) -> None:
        self.server.ends.wait(HOUR)

    def get_slow(self) -> None:
        """All of it, a bit at a time."""
        self.send_response(200)
        self.send_header("ETag", '"1"')
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        for begin in range(0, len(CONTENT), PIECE // 10):
            self.wfile.write(CONTENT[begin:begin + PIECE // 10])
            time.sleep(0.05)

    def get_huge(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(10**15))
        self.end_headers()
        self.wfile.write(b"x" * 1000)

    def get_empty(self) -> None:
        self.status(200)

    def get_missing(self) -> None:
        self.status(404)

    def get_forbidden(self) -> None:
        self.status(403)

    def get_redirect(self) -> None:
        self.status(302, Location="/disk")

    def get_loop(self) -> None:
        self.status(302, Location="/loop")

    def get_to_file(self) -> None:
        self.status(302, Location="file:///etc/passwd")

    def get_to_http(self) -> None:
        self.status(302, Location=self.server.plain_url + "/disk")

    def get_hostile(self) -> None:
        self.send_response(400, "\x1b[31mred")
        self.send_header("Content-Length", "0")
        self.end_headers()


class BadServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, certificate: Path | None = None, plain_url: str = "") -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[str, str | None, str | None]] = []
        self.ends = threading.Event()
        self.plain_url = plain_url
        self.url = f"{'https' if certificate else 'http'}://127.0.0.1:{self.server_port}"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.socket = context.wrap_socket(self.socket, server_side=True)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, *_: object) -> None:
        pass  # a client that goes away is what these cases are about

    def close(self) -> None:
        self.ends.set()
        self.shutdown()
        self.server_close()
