"""Several runs of one user at once."""

import re

from stage import Description, Failure, Stage, require, same
from world import SYSTEM

# 0, or what a run may be told that lost against another one.
CLEAN = (0, 1, 4, 5, 6)


def rounds_of(stage: Stage, least: int, share: int) -> int:
    return max(least, stage.kills // share)


def all_at_once(stage: Stage, *commands: list[str | object]) -> list:
    processes = [stage.start(*words) for words in commands]
    return [stage.finish(process) for process in processes]


def changes(text: str) -> tuple[int, int]:
    """How many VMs a run made, and how many it found."""
    found = re.search(r"(\d+) created, \d+ started, (\d+) already there", text)
    if not found:
        raise Failure(f"no counts in {text!r}")
    return int(found[1]), int(found[2])


def one_file_twice(stage: Stage) -> str:
    crew = stage.describe("crew", {"web00": 0, "web01": 0, "db00": 1})
    rounds = rounds_of(stage, 5, 10)
    for number in range(rounds):
        if number % 3 == 0:
            stage.forget_network()
        if number % 3 == 1:
            stage.forget_pool()
        made = found = 0
        for done in all_at_once(stage, crew.make, crew.make):
            require(done.status == 0, f"one of two at once:\n{done}")
            same("VMs told", sorted(done.out.split()), sorted(crew.vms))
            counts = changes(done.err)
            made, found = made + counts[0], found + counts[1]
        same("made and already there", (made, found), (len(crew.vms), len(crew.vms)))
        stage.exactly(crew)
        stage.call(*crew.remove)
        stage.nothing()
    return f"{rounds} rounds"


def removed_twice(stage: Stage) -> str:
    crew = stage.describe("crew", {"web00": 0, "web01": 0, "db00": 1})
    rounds = rounds_of(stage, 3, 20)
    for _ in range(rounds):
        stage.call(*crew.make)
        for done in all_at_once(stage, crew.remove, crew.remove):
            require(done.status in (0, 4), f"one of two removals at once:\n{done}")
        stage.nothing()
    return f"{rounds} rounds"


def made_and_removed(stage: Stage) -> str:
    crew = stage.describe("crew", {"web00": 0, "web01": 0, "db00": 1})
    rounds, errors = rounds_of(stage, 5, 10), 0
    for number in range(rounds):
        if number % 2:
            stage.call(*crew.make)
        for done in all_at_once(stage, crew.make, crew.remove):
            require(done.status in CLEAN, f"making and removing at once:\n{done}")
            errors += done.status not in (0, 4)
        stage.call(*crew.make)
        stage.exactly(crew)
        stage.call(*crew.remove)
        stage.nothing()
    return f"{rounds} rounds, {errors} runs told that the other was in their way"


def two_files(stage: Stage) -> str:
    """No address, MAC or port is given twice."""
    count = 20 if stage.thorough else 8
    files = [stage.describe(name, {f"{name}{i:02}": 0 for i in range(count)}) for name in ("left", "right")]
    stage.forget_network()
    for done in all_at_once(stage, *(file.make for file in files)):
        require(done.status == 0, f"one of two files at once:\n{done}")
    stage.exactly(*files)
    for done in all_at_once(stage, *(file.remove for file in files)):
        require(done.status == 0, f"one of two removals at once:\n{done}")
    stage.nothing()
    return f"2 × {count} VMs"


def adding_twice(stage: Stage) -> str:
    command = ["vminstantiate", "-n", "tiny", "-C", "5", "-g", "more", "--paused"]
    rounds = rounds_of(stage, 1, 50)
    for _ in range(rounds):
        ended = all_at_once(stage, command, command)
        for done in ended:
            require(done.status == 0, f"one of two at once:\n{done}")
        names = [name for done in ended for name in done.out.split()]
        same("different names", len(set(names)), 10)
        stage.exactly(Description(stage.folder / "more", {name: 0 for name in names}))
        stage.call("vmstop", "-d", "-y", "-g", "more")
        stage.nothing()
    return f"{rounds} rounds"


def importing_twice(stage: Stage) -> str:
    """Two templates of one image, and one template twice, at the same time; beside VMs being made and removed."""
    image = stage.new_image("race", 67)
    crew = stage.describe("crew", {"web00": 0, "web01": 0})
    rounds = rounds_of(stage, 2, 20)
    for _ in range(rounds):
        commands = [image.arguments("other"), image.arguments("other"), image.arguments("another")]
        for done in all_at_once(stage, *commands, crew.make):
            require(done.status == 0, f"one of several at once:\n{done}")
        stage.images_are_whole()
        remove = [["vmtemplate", "-d", "other"], ["vmtemplate", "-d", "another"], crew.remove]
        for done in all_at_once(stage, *remove):
            require(done.status == 0, f"one of several removals at once:\n{done}")
        stage.nothing()
    return f"{rounds} rounds"


def with_and_without_runtime_dir(stage: Stage) -> str:
    """A login's runs and those of cron or `ssh HOST COMMAND` meet at the same locks."""
    crew = stage.describe("crew", {"web00": 0, "web01": 0})
    count = 12
    elsewhere = stage.folder / "runtime"
    elsewhere.mkdir(mode=0o700, exist_ok=True)
    runs = [stage.start(*crew.make, env={"XDG_RUNTIME_DIR": str(elsewhere) if number % 2 else ""})
            for number in range(count)]
    made = 0
    for done in [stage.finish(process) for process in runs]:
        require(done.status == 0, f"one of {count} at once:\n{done}")
        made += changes(done.err)[0]
    same("VMs made", made, len(crew.vms))
    stage.exactly(crew)
    stage.call(*crew.remove)
    stage.nothing()
    return f"{count} runs"


CASES = [one_file_twice, removed_twice, made_and_removed, two_files, adding_twice, importing_twice]
if SYSTEM:  # by this folder an ordinary user's libvirt chooses its daemon: two of them see no guests of each other's
    CASES.append(with_and_without_runtime_dir)
