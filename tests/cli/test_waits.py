#!/usr/bin/python3
"""Waits for what others hold: they say for whom, have an end, and are over at the first signal."""

import contextlib
import fcntl
import os
import signal
import socket
import subprocess
import unittest
from collections.abc import Iterator
from pathlib import Path

from tool import Case, lock_path, main, own_world_of

INTERRUPTED, TIMED_OUT = 130, 7
LONG = 120


class Waits(Case):
    def setUp(self) -> None:
        super().setUp()
        self.write("node.xml", own_world_of(["web00"], template="debian12"))
        self.uri = f"test://{self.folder}/node.xml"

    def lock_of(self, subject: str) -> Path:
        return lock_path(self.uri, subject)

    @contextlib.contextmanager
    def held(self, path: Path) -> Iterator[None]:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with path.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
        path.unlink()

    def begun(self, *words: str, told: str, uri: str | None = None) -> subprocess.Popen:
        """The tool, once it has said that it waits."""
        process = self.popen([words[0], "--connect", uri or self.uri, *words[1:]], stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        line = process.stderr.readline().decode()
        self.assertIn(told, line)
        return process

    def assert_ends_at_once(self, process: subprocess.Popen, number: int) -> str:
        process.send_signal(number)
        _, err = process.communicate(timeout=LONG)
        self.assertEqual(process.returncode, INTERRUPTED, err)
        return err.decode()

    def test_a_held_vm_is_waited_for_in_words_and_until_a_signal(self) -> None:
        commands = [("vmstop", "-d", "-y", "web00"), ("vmsnap", "-s", "web00"), ("vmstop", "web00")]
        with self.held(self.lock_of("web00")):
            for number, command in zip((signal.SIGTERM, signal.SIGINT, signal.SIGHUP), commands):
                process = self.begun(*command, told=f"web00: waiting for process {os.getpid()} (python3")
                self.assert_ends_at_once(process, number)

    def test_a_held_known_hosts_is_waited_for_in_words_and_until_a_signal(self) -> None:
        with self.held(self.folder / "home/.local/share/nocloud/known_hosts.lock"):
            process = self.begun("vminventory", "--list", told=f"known_hosts: waiting for process {os.getpid()} (python3")
            self.assert_ends_at_once(process, signal.SIGTERM)

    def test_a_held_vm_is_waited_for_no_longer_than_the_time_limit(self) -> None:
        self.write("pftest", "debian12:1:web:name=web\n")
        with self.held(self.lock_of("web00")):
            done = self.run_tool(["vminstantiate", "--connect", self.uri, "--timeout", "2", "-f", "pftest"])
        self.assertEqual(done.returncode, TIMED_OUT, done.stderr)
        self.assertIn(f"process {os.getpid()} (python3", done.stderr.decode())
        self.assertIn("within 2 s", done.stderr.decode())

    @contextlib.contextmanager
    def silent_libvirt(self) -> Iterator[tuple[socket.socket, str]]:
        """Takes connections, and says nothing; with its URI."""
        path = self.folder / "socket"
        with socket.socket(socket.AF_UNIX) as silent:
            silent.bind(str(path))
            silent.listen()
            yield silent, f"qemu+unix:///system?socket={path}"
        path.unlink()

    def test_a_libvirt_that_does_not_answer_keeps_nobody_after_a_signal(self) -> None:
        for number in (signal.SIGTERM, signal.SIGHUP):
            with self.subTest(number), self.silent_libvirt() as (silent, uri):
                process = self.popen(["vmrunning", "--connect", uri], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                     stderr=subprocess.PIPE)
                connection, _ = silent.accept()
                with connection:
                    self.assertIn("libvirt may not answer", self.assert_ends_at_once(process, number))

    def test_a_libvirt_that_does_not_answer_is_told_and_no_longer_waited_for_than_allowed(self) -> None:
        with self.silent_libvirt() as (_, uri):
            process = self.begun("vminstantiate", "--timeout", "3", "-n", "debian12", "web00", uri=uri,
                                 told=f"libvirt at '{uri}' has not answered for 5 s")
            _, err = process.communicate(timeout=LONG)
        self.assertEqual(process.returncode, TIMED_OUT, err)
        self.assertIn("has not answered for 15 s", err.decode())


if __name__ == "__main__":
    main()
