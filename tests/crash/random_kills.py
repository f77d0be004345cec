"""Runs are killed at random moments; the same command again has to mend everything."""

import signal
import statistics

from images import disk_in
from stage import Stage, require
from world import SYSTEM, virsh

# Of the rounds, how many …
FRESH_NETWORK = 0.25  # … begin without the network
ABANDONED = 0.25  # … are removed without having been mended
REMADE = 0.25  # … are made again after a killed removal
# How often the next run is killed as well.
AGAIN = 0.45


class Rounds:
    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.crew = stage.describe("crew", {"web00": 0, "web01": 0, "db00": 1})
        self.kills = self.rounds = 0
        self.make_span, self.remove_span = self.measure()

    def measure(self) -> tuple[float, float]:
        """How long a whole run takes: the kills are to fall anywhere into it."""
        made, removed = [], []
        for _ in range(3):
            made.append(self.stage.call(*self.crew.make).seconds)
            self.stage.exactly(self.crew)
            removed.append(self.stage.call(*self.crew.remove).seconds)
            self.stage.nothing()
        return statistics.median(made), statistics.median(removed)

    def strike(self, words: list[str], span: float) -> None:
        self.kills += self.stage.strike(words, span)

    def chance(self, probability: float) -> bool:
        return self.stage.random.random() < probability

    def make_to_the_end(self) -> None:
        while self.chance(AGAIN):
            self.strike(self.crew.make, self.make_span)
        self.stage.call(*self.crew.make)
        self.stage.exactly(self.crew)

    def play(self) -> None:
        self.rounds += 1
        span = self.make_span
        if SYSTEM and self.chance(FRESH_NETWORK):
            self.stage.forget_network()
            span *= 1.5
        self.strike(self.crew.make, span)
        if not self.chance(ABANDONED):
            self.make_to_the_end()
        if self.chance(REMADE):
            self.strike(self.crew.remove, self.remove_span)
            self.make_to_the_end()
        while self.chance(AGAIN):
            self.strike(self.crew.remove, self.remove_span)
        # Not found: what was killed had made nothing yet, or removed all.
        self.stage.call(*self.crew.remove, status=(0, 4))
        self.stage.nothing()


def making_and_removing(stage: Stage) -> str:
    rounds = Rounds(stage)
    while rounds.kills < stage.kills:
        rounds.play()
        if rounds.rounds % 20 == 0:
            print(f"  {rounds.kills} kills in {rounds.rounds} rounds so far", flush=True)
    return (f"{rounds.kills} kills in {rounds.rounds} rounds; "
            f"making takes {rounds.make_span:.2f} s, removing {rounds.remove_span:.2f} s")


def adding(stage: Stage) -> str:
    """`-n TEMPLATE -C 3`, killed: what it left is taken up by the next one, so that none is ever half made."""
    command = ["vminstantiate", "-n", "tiny", "-C", "3", "-g", "more", "--paused"]
    remove = ["vmstop", "-d", "-y", "-g", "more"]
    span = stage.call(*command).seconds
    stage.call(*remove)
    kills = 0
    for _ in range(max(3, stage.kills // 20)):
        kills += stage.strike(command, span)
        names = stage.call(*command).out.split()
        whole = {vm["name"] for vm in stage.call("vmrunning", "--state", "all", "--output", "json").json()["vms"]}
        there = set(virsh("list", "--all", "--name").split()) - {"tiny.template"}
        require(len(names) == 3 and set(names) <= whole, f"{names} were made, {whole} are there")
        require(there == whole, f"half made: {there - whole}")
        stage.call(*remove)
        stage.nothing()
    return f"{kills} kills"


def importing(stage: Stage) -> str:
    """A template whose import is killed, then imported again or removed; another one shares its kernel."""
    other = stage.new_image("import", 65)
    command = [str(word) for word in other.arguments("other")]
    span = stage.call(*command).seconds
    stage.call("vmtemplate", "-d", "other")
    stage.nothing()
    kills = 0
    for number in range(max(6, stage.kills // 10)):
        kills += stage.strike(command, span)
        if number % 3:
            stage.call(*command)
            stage.images_are_whole()
            require("other" in stage.call("vmtemplate", "-l").out, "the template is not there")
        stage.call("vmtemplate", "-d", "other", status=(0, 4))
        stage.nothing()
    return f"{kills} kills"


def copying_disks(stage: Stage) -> str:
    """Imports of raw and packed disks, and templates of a VM, are killed or hung up. Neither their programs nor a disk in
    the temporary folder stays: SIGHUP leaves nothing, and what SIGKILL leaves goes with the next run or by --prune."""
    vm = stage.call("vminstantiate", "-n", "tiny", "-C", "1", "-g", "copied", "--paused").out.split()[0]
    stage.call("vmstop", "--grace", "0", vm)
    commands = [["vmtemplate", "-n", "other", *words] for words in (
        ["--import", str(disk_in(stage.folder, packed=False))],
        ["--import", str(disk_in(stage.folder, packed=True))],
        ["--from", vm],
        ["--from", vm, "--flat"])]
    kills = 0
    for command in commands:
        span = stage.call(*command).seconds
        stage.call("vmtemplate", "-d", "other")
        stage.nothing_temporary()
        for number in range(max(4, stage.kills // 10)):
            by = signal.SIGHUP if number % 2 else signal.SIGKILL
            kills += stage.strike(command, span, by)
            stage.no_helpers()
            if by == signal.SIGHUP:
                stage.nothing_temporary()
            if number % 4 == 0:
                stage.call("vmtemplate", "--prune")
            else:
                stage.call(*command)
                stage.images_are_whole()
            stage.nothing_temporary()
            stage.call("vmtemplate", "-d", "other", status=(0, 4))
    stage.call("vmstop", "-d", "-y", "-g", "copied")
    stage.nothing()
    return f"{kills} kills"


CASES = [making_and_removing, adding, importing, copying_disks]
