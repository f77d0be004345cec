"""vmrun: VMs for as long as it runs, kept on request, and never lost."""

import json
import re
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from case import Case, one_connection_will_do
from guest import GUEST
from terminal import Terminal
from world import LIMIT, check, run


class Running:
    """A vmrun that goes on, and what it tells."""

    def __init__(self, *words: str) -> None:
        self.words = ("vmrun", *words)
        self.process = subprocess.Popen(self.words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.lines: list[str] = []
        self.news = threading.Condition()
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self) -> None:
        for line in self.process.stdout:
            with self.news:
                self.lines.append(line.rstrip("\n"))
                self.news.notify_all()
        with self.news:
            self.news.notify_all()

    def until(self, *ends: str) -> None:
        """Waits until each of these has ended a line."""
        with self.news:
            there = self.news.wait_for(lambda: all(any(line.endswith(end) for line in self.lines) for end in ends), LIMIT)
        if not there:
            raise AssertionError(f"{ends} not told:\n" + "\n".join(self.lines))

    def of(self, name: str) -> list[str]:
        """What was told of one VM, without times and details."""
        found = [re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (\S+) ([^:]*)(: .*)?", line) for line in self.lines]
        return [match[2] for match in found if match[1] == name]

    def end(self, number: signal.Signals | None = None) -> str:
        """Sends a signal and waits for the end, which is a good one; gives what it said on standard error."""
        if number:
            self.process.send_signal(number)
        status = self.process.wait(LIMIT)
        self.reader.join()
        errors = self.process.stderr.read()
        if status != 0:
            raise AssertionError(f"ended with status {status}:\n{errors}")
        check(self.words, status, "\n".join(self.lines))
        return errors


@contextmanager
def running(*words: str) -> Iterator[Running]:
    run_of_it = Running(*words)
    try:
        yield run_of_it
    finally:
        run_of_it.process.kill()
        run_of_it.process.wait()
        run_of_it.reader.join()
        run_of_it.process.stderr.close()
        run_of_it.process.stdout.close()


class Run(Case):
    def small(self, count: int = 1) -> str:
        return str(self.describe("small", f"GUEST:{count}:web:mem={GUEST.memory};cpu=1;name=web"))

    def tearDown(self) -> None:
        run("vmstop", "-d", "-y", "-g", "small")

    def test_they_live_as_long_as_it_runs(self) -> None:
        with running("-f", self.small(2)) as it:
            it.until("web00 answered", "web01 answered")
            self.in_vm("web00", "true")
            for name in ("web00", "web01"):
                self.assertEqual(it.of(name), ["created", "started", "address", "answered"])
            it.end(signal.SIGINT)
            self.assertEqual(it.of("web01")[4:], ["powered off", "vanished"])
        self.assert_nothing_left()

    @one_connection_will_do
    def test_what_was_kept_runs_again(self) -> None:
        with running("-f", self.small()) as it:
            it.until("web00 answered")
            refused = self.call("vmrun", "-r", "small", status=5).err
            self.assertIn(f"is being run by process {it.process.pid}", refused)
            self.call("vmrun", "-s", "small")
            self.assertIn("vmrun -r small", it.end())
            self.assertEqual(it.of("web00")[4:], ["powered off"])
        self.assertEqual(self.vms()["web00"]["state"], "stopped")
        self.assertIn("has VMs already", self.call("vmrun", "-f", self.small(), status=5).err)
        self.call("vmrun", "-s", "small", status=4)
        with running("-r", "small") as it:
            it.until("web00 answered")
            it.end(signal.SIGUSR1)
            self.assertEqual(it.of("web00"), ["started", "address", "answered", "powered off"])
        with running("-r", "small", "--output", "json") as it:
            it.until('"answered"}')
            it.end(signal.SIGTERM)
            told = [json.loads(line) for line in it.lines]
            self.assertEqual([news["event"] for news in told],
                             ["started", "address", "answered", "powered off", "vanished"])
            self.assertRegex(told[1]["detail"], r"^\S+ port \d+$")
        self.assert_nothing_left()

    @one_connection_will_do
    def test_interrupted_at_the_beginning_it_leaves_nothing(self) -> None:
        with running("-f", self.small(4)) as it:
            it.until("web00 created")
            it.process.send_signal(signal.SIGINT)
            self.assertIn(it.process.wait(LIMIT), (0, 130))
        self.assert_nothing_left()

    @one_connection_will_do
    def test_a_closed_terminal_is_as_sigterm(self) -> None:
        for words, news in ((("vmrun", "-f", self.small(2)), "web00 started"),
                            (("vminstantiate", "-f", self.small(2)), "web00: started"),
                            (("vmstop", "-d", "-y", "-g", "small"), "removed")):
            with self.subTest(words):
                terminal = Terminal(*words)
                terminal.until(news)
                self.assertIn(terminal.close(), (0, 1, 130))
                if words[0] == "vmrun":
                    self.assert_nothing_left()
                elif words[0] == "vminstantiate":
                    self.call("vminstantiate", "--paused", "-f", self.small(2))
        self.call("vmstop", "-d", "-y", "-g", "small")
        self.assert_nothing_left()

    @one_connection_will_do
    def test_who_joins_is_told_and_left(self) -> None:
        with running("-f", self.small()) as it:
            it.until("web00 answered")
            other = self.call("vminstantiate", "-n", GUEST.template, "-g", "small").out.strip()
            it.until(f"{other} answered")
            self.assertEqual(it.of(other), ["joined the group", "started", "address", "answered"])
            self.assertIn(f"'{other}' joined the group from elsewhere", it.end(signal.SIGINT))
        self.assertEqual(set(self.vms()), {other})

    @one_connection_will_do
    def test_a_killed_run_is_gone_on_with(self) -> None:
        with running("-f", self.small()) as it:
            it.until("web00 answered")
        self.in_vm("web00", "true")
        with running("-r", "small") as it:
            it.until("web00 answered")
            self.assertEqual(it.of("web00"), ["is up", "address", "answered"])
            for process in Path("/proc").glob("[0-9]*"):  # its QEMU ends as if by a fault of its own
                if b"guest=web00," in (process / "cmdline").read_bytes():
                    subprocess.run(["kill", "-9", process.name], check=True)
            it.until("web00 crashed")
            self.call("vmstop", "-d", "-y", "-g", "small")
            it.end()  # by itself: nothing is left to watch
            self.assertEqual(it.of("web00")[3:], ["crashed", "vanished"])
        self.assert_nothing_left()
