"""A tool on a terminal of its own, whose window can be closed."""

import os
import pty
import select
import time

from world import LIMIT


class Terminal:
    def __init__(self, *words: str) -> None:
        self.seen = ""
        self.process, self.window = pty.fork()
        if self.process == 0:
            os.execvp(words[0], words)

    def until(self, text: str) -> None:
        """Waits until the tool has printed this."""
        while text not in self.seen:
            if not select.select([self.window], [], [], LIMIT)[0]:
                raise AssertionError(f"{text!r} not printed: {self.seen}")
            self.seen += os.read(self.window, 4096).decode()

    def press_until_it_ends(self, key: str) -> int:
        """Presses a key each second, and gives the exit status; negative is a signal."""
        for _ in range(LIMIT):
            os.write(self.window, key.encode())
            time.sleep(1)
            ended, status = os.waitpid(self.process, os.WNOHANG)
            if ended:
                os.close(self.window)
                return os.waitstatus_to_exitcode(status)
        raise AssertionError(f"it goes on: {self.seen}")

    def close(self) -> int:
        """Closes the window, and gives the exit status; negative is a signal."""
        os.close(self.window)
        return os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])
