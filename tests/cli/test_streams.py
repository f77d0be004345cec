#!/usr/bin/python3
"""What becomes of output that can't be written, of ^C, of questions, and of colours."""

import os
import pty
import select
import signal
import time
import unittest

import tool


class Output(tool.Case):
    commands = (["vmrunning", "--help"], ["vmrunning", "--version"], ["vm", "-n", "foo", "--show", "mac"],
                ["vmtemplate", "-l", "--output", "json"], ["vminventory", "--list"], ["vmrunning", "--output", "json"])

    def test_closed_output_is_a_failure(self) -> None:
        for command in self.commands:
            with self.subTest(command):
                done = self.run_tool(command, stdout=None, preexec_fn=lambda: os.close(1))
                self.assertEqual(done.returncode, 1, done.stderr)
                self.assertIn(b"could not be written", done.stderr)

    def test_a_full_disk_is_a_failure(self) -> None:
        for command in self.commands:
            with self.subTest(command), open("/dev/full", "wb") as full:
                done = self.run_tool(command, stdout=full)
                self.assertEqual(done.returncode, 1, done.stderr)
                self.assertIn(b"could not be written", done.stderr)

    def test_much_output_on_a_full_disk_is_no_defect_of_ours(self) -> None:
        self.write("node.xml", tool.world_of([f"web{number:02}" for number in range(60)]))
        for command in (["vminventory", "--list"], ["vmrunning", "--output", "json"], ["vmrunning"]):
            with self.subTest(command), open("/dev/full", "wb") as full:
                done = self.run_tool([*command, "--owner", "any"], stdout=full)
                self.assertEqual(done.returncode, 1)
                self.assertNotIn(b"internal error", done.stderr)
                self.assertIn(b"could not be written", done.stderr)

    def test_a_reader_that_goes_away_is_a_failure_without_a_signal(self) -> None:
        read, write = os.pipe()
        os.close(read)
        with os.fdopen(write, "wb") as pipe:
            done = self.run_tool(["vmrunning", "--help"], stdout=pipe)
        self.assertEqual(done.returncode, 1)

    @unittest.skipIf(os.environ.get("NOCLOUD_WRAPPER"), "valgrind itself aborts without these streams")
    def test_closed_input_and_errors_change_nothing(self) -> None:
        def close() -> None:
            os.close(0)
            os.close(2)
        done = self.run_tool(["vm", "-n", "foo", "--show", "mac"], stdin=None, stderr=None, preexec_fn=close)
        self.assertEqual((done.returncode, done.stdout), (0, b"52:54:00:2c:26:b4\n"))

    def test_lost_errors_change_no_status_and_no_work(self) -> None:
        self.write("node.xml", tool.own_world_of(["web00", "web01"]))
        commands = [(["vmstop", "nosuch"], 4, b""), (["vmstop", "--bogus"], 2, b""), (["vmrunning", "extra"], 2, b""),
                    (["vmstop", "-v", "-d", "-y", "web00", "web01"], 0, b"web00\nweb01\n"),
                    (["vmstop", "-v", "-d", "-y", "web00", "nosuch"], 4, b"")]
        read, broken = os.pipe()
        os.close(read)
        with open("/dev/full", "wb") as full, os.fdopen(broken, "wb") as pipe:
            for command, status, output in commands:
                for errors in (full, pipe):
                    with self.subTest(command, errors=errors.name):
                        done = self.run_tool(command, stderr=errors)
                        self.assertEqual((done.returncode, done.stdout), (status, output))

    @unittest.skipIf(os.environ.get("NOCLOUD_WRAPPER"), "valgrind itself aborts without these streams")
    def test_without_any_stream_a_tool_ends_with_a_status_of_its_own(self) -> None:
        for command, status in ((["vmstop", "nosuch"], 4), (["vmrunning", "--version"], 1)):
            with self.subTest(command):
                done = self.run_tool(command, stdin=None, stdout=None, stderr=None,
                                     preexec_fn=lambda: os.closerange(0, 3))
                self.assertEqual(done.returncode, status)

    def test_a_reader_of_both_streams_that_goes_away_leaves_no_work_undone(self) -> None:
        self.write("node.xml", tool.own_world_of(["web00", "web01"]))
        read, write = os.pipe()
        os.close(read)
        with os.fdopen(write, "wb") as pipe:
            done = self.run_tool(["vmstop", "-v", "-d", "-y", "web00", "web01"], stdout=pipe, stderr=pipe)
        self.assertEqual(done.returncode, 1)

    def test_help_needs_no_folder(self) -> None:
        done = self.run_tool(["vmrunning", "--help"], {"XDG_RUNTIME_DIR": "/proc/no/such", "HOME": "/proc/no"})
        self.assertEqual(done.returncode, 0, done.stderr)


class Terminal(tool.Case):
    """With a terminal as standard input and error."""

    def setUp(self) -> None:
        super().setUp()
        self.write("node.xml", tool.world_of(["web00", "web01"]))
        self.ours, self.theirs = pty.openpty()
        self.addCleanup(os.close, self.ours)

    def start(self, words: list[str], settings: dict[str, str] | None = None) -> None:
        self.process = self.popen(words, settings, stdin=self.theirs, stdout=-1, stderr=self.theirs)
        self.addCleanup(self.process.stdout.close)
        self.addCleanup(self.process.kill)
        os.close(self.theirs)
        self.seen = ""

    def read(self) -> bool:
        """False at the end."""
        if not select.select([self.ours], [], [], 60)[0]:
            self.fail(f"nothing more came after: {self.seen}")
        try:
            piece = os.read(self.ours, 4096)
        except OSError:  # what Linux says when the other side is closed
            return False
        self.seen += piece.decode()
        return bool(piece)

    def read_until(self, text: str) -> None:
        while text not in self.seen:
            self.assertTrue(self.read(), f"it ended after: {self.seen}")

    def end(self) -> tuple[int, str]:
        while self.read():
            pass
        return self.process.wait(timeout=60), self.process.stdout.read().decode()

    def removal(self, answer: bytes) -> tuple[int, str]:
        self.start(["vmstop", "-d", "--owner", "any", "-g", "pftest"])
        self.read_until("Remove web00 and web01 with all their data? [y/N]")
        os.write(self.ours, answer)
        return self.end()

    def test_removal_asks_first(self) -> None:
        self.assertEqual(self.removal(b"y\n"), (0, "web00\nweb01\n"))

    def test_removal_of_one_is_of_its_data(self) -> None:
        self.start(["vmstop", "-d", "--owner", "any", "web00"])
        self.read_until("Remove web00 with all its data? [y/N]")
        os.write(self.ours, b"\n")
        self.assertEqual(self.end(), (130, ""))

    def test_removal_takes_only_yes_for_yes(self) -> None:
        self.assertEqual(self.removal(b"\n"), (130, ""))
        self.assertIn("nothing was removed", self.seen)

    def test_removal_takes_the_end_of_input_for_no(self) -> None:
        self.assertEqual(self.removal(b"\x04"), (130, ""))

    def test_interrupt_ends_the_question(self) -> None:
        self.start(["vmstop", "-d", "--owner", "any", "-g", "pftest"])
        self.read_until("[y/N]")
        self.process.send_signal(signal.SIGINT)
        self.assertEqual(self.end(), (130, ""))

    def test_steps_are_dimmed_unless_no_color_says_otherwise(self) -> None:
        self.start(["vmstop", "-d", "-y", "--owner", "any", "-g", "pftest"])
        self.assertEqual(self.end()[0], 0)
        self.assertIn("\x1b[2mweb00: removed\x1b[0m", self.seen)

    def test_no_color(self) -> None:
        self.start(["vmstop", "-d", "-y", "--owner", "any", "-g", "pftest"], {"NO_COLOR": "1"})
        self.assertEqual(self.end()[0], 0)
        self.assertIn("web00: removed", self.seen)
        self.assertNotIn("\x1b", self.seen)

    def test_quiet_shows_no_steps(self) -> None:
        self.start(["vmstop", "-q", "-d", "-y", "--owner", "any", "-g", "pftest"])
        self.assertEqual(self.end(), (0, "web00\nweb01\n"))
        self.assertEqual(self.seen, "")


class Wait(tool.Case):
    """For a VM at whose port nobody answers."""

    def setUp(self) -> None:
        super().setUp()
        self.write("node.xml", tool.world_of(["web00"]))

    def test_time_that_runs_out(self) -> None:
        done = self.run_tool(["vm", "-n", "web00", "--owner", "any", "--timeout", "1", "true"])
        self.assertEqual((done.returncode, done.stdout), (7, b""))
        self.assertIn(b"'web00' is not ready in time: it got as far as 'address'", done.stderr)
        self.assertIn(b"127.0.0.1 port 1", done.stderr)

    def test_signals_end_it(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(number):
                process = self.popen(["vm", "-n", "web00", "-v", "--owner", "any", "true"], stdout=-1, stderr=-1)
                seen = process.stderr.readline()
                self.assertIn(b"web00: address", seen, "it ran before")
                time.sleep(0.2)
                process.send_signal(number)
                out, err = process.communicate(timeout=60)
                self.assertEqual((process.returncode, out), (130, b""), err)


if __name__ == "__main__":
    tool.main()
