#!/usr/bin/python3
"""nocloud-fetch against a server that misbehaves: whole files or an error that says why, and nothing fetched twice."""

import shutil
import signal
import subprocess

import tool
from bad_server import CHANGED, CONTENT, PIECE, BadServer
from fetch import FAILED, FETCH, INTERRUPTED, INVALID, NOT_FOUND, UNAVAILABLE, USAGE, FetchCase


class Fetch(FetchCase):
    def test_a_file(self) -> None:
        done = self.fetch("/disk")
        self.assert_fetched(done)
        self.assertEqual(done.stdout.decode().splitlines()[-1], f"{len(CONTENT)} {len(CONTENT)}")
        self.assertEqual(self.file.stat().st_mode & 0o777, 0o600)

    def test_what_breaks_off_is_gone_on_with(self) -> None:
        for path in ("/cut", "/cut-by-date"):
            with self.subTest(path):
                self.server.asked.clear()
                self.assert_fetched(self.fetch(path))
                self.assertEqual(self.ranges(), [None, f"bytes={PIECE}-", f"bytes={2 * PIECE}-"])

    def test_without_a_version_it_begins_anew_and_gives_up(self) -> None:
        self.assert_refused(self.fetch("/cut-without-tag"), UNAVAILABLE)
        self.assertEqual(set(self.ranges()), {None})

    def test_another_version_is_not_mixed_with_the_first(self) -> None:
        self.assert_fetched(self.fetch("/changed"), CHANGED)

    def test_another_part_than_was_asked_for_is_refused(self) -> None:
        self.assert_refused(self.fetch("/other-part"), FAILED, "another part", "again")
        self.assertFalse(self.file.exists())

    def test_a_file_that_shrank_is_fetched_anew(self) -> None:
        self.assert_fetched(self.fetch("/shrunk"), CHANGED)

    def test_what_passes_is_tried_again(self) -> None:
        self.assert_fetched(self.fetch("/busy"))
        self.assertEqual(len(self.server.asked), 3)

    def test_a_length_that_nobody_told(self) -> None:
        self.assert_fetched(self.fetch("/chunked"))

    def test_redirects(self) -> None:
        self.assert_fetched(self.fetch("/redirect"))
        self.assert_refused(self.fetch("/loop"), FAILED, "redirects")
        self.assert_refused(self.fetch("/to-file"), FAILED, "file")

    def test_refusals_are_told_at_once(self) -> None:
        self.assert_refused(self.fetch("/missing"), NOT_FOUND, "404", "Check the URL")
        self.assert_refused(self.fetch("/forbidden"), FAILED, "403")
        self.assert_refused(self.fetch("/empty"), FAILED, "empty")
        self.assertEqual(len(self.server.asked), 3)
        self.assert_refused(self.fetch("/disk", "http://127.0.0.1:1"), UNAVAILABLE, "127.0.0.1")
        self.assert_refused(self.fetch("", "ftp://127.0.0.1/disk"), INVALID, "https://")
        self.assert_refused(self.fetch("/ /disk"), INVALID, "%20")

    def test_a_servers_words_are_made_visible(self) -> None:
        self.assert_refused(self.fetch("/hostile"), FAILED, "400")

    def test_a_disk_that_is_too_small_is_told_before(self) -> None:
        self.assert_refused(self.fetch("/huge"), UNAVAILABLE, "has room for", "XDG_CACHE_HOME")

    def test_a_killed_one_is_gone_on_with(self) -> None:
        process = self.start("/stalled")
        self.await_bytes(PIECE)
        process.kill()
        process.communicate(timeout=300)
        # The same URL, so the same file: from here on the server is well.
        self.server.RequestHandlerClass.get_stalled, saved = (
            self.server.RequestHandlerClass.get_disk, self.server.RequestHandlerClass.get_stalled)
        self.addCleanup(setattr, self.server.RequestHandlerClass, "get_stalled", saved)
        self.assert_fetched(self.fetch("/stalled"))
        self.assertEqual(self.ranges(), [None, f"bytes={PIECE}-"])

    def test_a_signal_ends_it_at_once(self) -> None:
        process = self.start("/stalled")
        self.await_bytes(PIECE)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=300)
        self.assertEqual(process.returncode, INTERRUPTED, err)
        self.assertEqual(self.file.stat().st_size, PIECE)

    def test_it_ends_with_who_reads_its_progress(self) -> None:
        process = self.start("/slow")
        process.stdout.close()
        process.stdout = None
        _, err = process.communicate(timeout=300)
        self.assertEqual(process.returncode, FAILED, err)

    def test_two_at_once_share_a_file(self) -> None:
        first, second = self.start("/slow"), self.start("/slow")
        for process in (first, second):
            _, err = process.communicate(timeout=300)
            self.assertEqual((process.returncode, err), (0, b""))
        self.assertTrue(self.file.read_bytes() == CONTENT)

    def test_who_it_is_for_is_said(self) -> None:
        done = self.run_tool([FETCH])
        self.assertEqual(done.returncode, USAGE)
        self.assertIn(b"nocloud-fetch FILE", done.stderr)


class Tls(FetchCase):
    def setUp(self) -> None:
        super().setUp()
        secrets = self.folder.with_name(self.folder.name + "-secrets")
        secrets.mkdir()
        self.addCleanup(shutil.rmtree, secrets)
        self.certificate = secrets / "certificate.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2",
                        "-keyout", self.certificate, "-out", secrets / "public.pem"], check=True, capture_output=True)
        with self.certificate.open("ab") as both:
            both.write((secrets / "public.pem").read_bytes())
        self.public = secrets / "public.pem"
        self.secure = BadServer(self.certificate, self.server.url)
        self.addCleanup(self.secure.close)

    def test_an_unknown_authority_is_refused(self) -> None:
        self.assert_refused(self.fetch("/disk", self.secure.url), FAILED, "certificate", "SSL_CERT_FILE")
        self.assertEqual(self.secure.asked, [])

    def test_ones_own_authority_is_believed(self) -> None:
        self.assert_fetched(self.fetch("/disk", self.secure.url, settings={"SSL_CERT_FILE": str(self.public)}))

    def test_https_never_leads_back_to_http(self) -> None:
        done = self.fetch("/to-http", self.secure.url, settings={"SSL_CERT_FILE": str(self.public)})
        self.assert_refused(done, FAILED, "http")
        self.assertEqual(self.server.asked, [])


if __name__ == "__main__":
    tool.main()
