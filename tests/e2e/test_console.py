"""What a guest writes on its serial console, and being there."""

import subprocess

from case import Case, one_connection_will_do
from terminal import Terminal
from world import LIMIT


@one_connection_will_do
class Console(Case):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.call("vminstantiate", "-f", cls.pftest())

    def test_its_log_is_followed_until_it_is_down(self) -> None:
        reader = subprocess.Popen(["vm", "-n", "web00", "--log"], stdout=subprocess.PIPE)
        self.call("vmstop", "web00")
        told = reader.communicate(timeout=LIMIT)[0].decode()
        self.assertEqual(reader.returncode, 0)
        self.assertIn("Linux version", told)
        self.assertNotIn("\r", told)
        self.assertNotIn("\x1b", told)
        self.assertEqual(self.call("vm", "-n", "web00", "--log").out, told, "the log of one that is down")
        self.call("vm", "-n", "nosuch", "--log", status=4)

    def test_one_can_be_there_and_leave(self) -> None:
        terminal = Terminal("vm", "-n", "web01", "--console")
        terminal.until("Escape character")
        # It throws away what was typed before it took the terminal over, which it does after that line.
        self.assertEqual(terminal.press_until_it_ends("\x1d"), 0)

    def test_nobody_is_at_the_console_of_one_that_is_down(self) -> None:
        self.call("vmstop", "db00")
        self.assertIn("is down", self.call("vm", "-n", "db00", "--console", status=6).err)
