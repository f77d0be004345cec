"""What cases of nocloud-fetch share: a server, and what became of a download."""

import subprocess
import time

import tool
from bad_server import CONTENT, BadServer

FETCH = "../libexec/nocloud/nocloud-fetch"
FAILED, USAGE, INVALID, NOT_FOUND, UNAVAILABLE, TIMED_OUT, INTERRUPTED = 1, 2, 3, 4, 6, 7, 130


class FetchCase(tool.Case):
    def setUp(self) -> None:
        super().setUp()
        self.server = BadServer()
        self.addCleanup(self.server.close)
        self.file = self.folder / "disk"

    def start(self, path: str, url: str | None = None, **options: object) -> subprocess.Popen:
        process = self.popen([FETCH, str(self.file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, **options)
        process.stdin.write(f"{url or self.server.url}{path}".encode())
        process.stdin.close()
        process.stdin = None
        return process

    def fetch(self, path: str, url: str | None = None, **options: object) -> subprocess.CompletedProcess:
        with self.start(path, url, **options) as process:
            out, err = process.communicate(timeout=900)
        return subprocess.CompletedProcess(path, process.returncode, out, err.decode())

    def assert_fetched(self, done: subprocess.CompletedProcess, content: bytes = CONTENT) -> None:
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertTrue(self.file.read_bytes() == content, "it is another file")
        self.assertEqual(done.stdout.decode().splitlines()[-1].split()[0], str(len(content)))
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["disk", "home", "run"])

    def assert_refused(self, done: subprocess.CompletedProcess, status: int, *words: str) -> None:
        self.assertEqual(done.returncode, status, done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)
        self.assertNotIn("\x1b", done.stderr)

    def await_bytes(self, count: int) -> None:
        for _ in range(3000):
            if self.file.exists() and self.file.stat().st_size >= count:
                return
            time.sleep(0.1)
        self.fail("nothing came")

    def ranges(self) -> list[str | None]:
        return [asked for _, asked, _ in self.server.asked]
