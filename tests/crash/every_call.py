"""A run dies right before or right after each call of the hypervisor port in turn; in a quick run, each third."""

import signal

from images import Image
from stage import TEMPLATE, Failure, Stage, require
from world import run

# More calls than any of these operations makes.
MOST_CALLS = 500


def dies(stage: Stage, moment: str, number: int, *operation: str) -> bool:
    """False if the operation got to its end before that call."""
    done = run(stage.dying, moment, str(number), *operation, limit=300)
    if done.status == 0:
        return False
    if done.status != -signal.SIGKILL:
        raise Failure(f"expected a death or success of\n{done}")
    return True


def each_call(stage: Stage, moment: str, play) -> int:
    """Calls `play(number)` until it says that nothing died; gives the number of deaths. In a quick run only of every
    third call, beginning at a random one: unit tests kill at each call of the fake."""
    numbers = range(1, MOST_CALLS) if stage.thorough else range(stage.random.randint(1, 3), MOST_CALLS, 3)
    for deaths, number in enumerate(numbers):
        try:
            if not play(number):
                return deaths
        except Failure as failure:
            raise Failure(f"dead {moment} call {number}: {failure}") from failure
    raise Failure(f"{MOST_CALLS} calls and no end")


def vms(stage: Stage, moment: str) -> str:
    crew = stage.describe("crew", {"web00": 1})
    removals = 0

    def play(number: int) -> bool:
        nonlocal removals
        stage.forget_network()
        died = dies(stage, moment, number, "instantiate", str(crew.path))
        if died:
            stage.call(*crew.make)
        stage.exactly(crew)
        removing = dies(stage, moment, number, "remove", crew.path.name)
        removals += removing
        if removing and number % 2:  # every other time it is made again first
            stage.call(*crew.make)
            stage.exactly(crew)
        stage.call(*crew.remove, status=(0, 4))
        stage.nothing()
        return died or removing

    deaths = each_call(stage, moment, play)
    return f"{deaths} deaths of making, {removals} of removing"


def abandoned(stage: Stage, moment: str) -> str:
    """What a dead run leaves is removed without being mended first."""
    crew = stage.describe("crew", {"web00": 1})

    def play(number: int) -> bool:
        died = dies(stage, moment, number, "instantiate", str(crew.path))
        stage.call(*crew.remove, status=(0, 4))
        stage.nothing()
        return died

    return f"{each_call(stage, moment, play)} deaths"


def template(stage: Stage, moment: str, image: Image, fate: str) -> str:
    arguments = [str(word) for word in image.arguments("other")]

    def play(number: int) -> bool:
        died = dies(stage, moment, number, "import", "other", str(image.disk), str(image.kernel), str(image.initrd))
        if fate == "mended":
            stage.call(*arguments)
            stage.images_are_whole()
            died |= dies(stage, moment, number, "discard", "other")
        stage.call("vmtemplate", "-d", "other", status=(0, 4))
        stage.nothing()
        return died

    return f"{each_call(stage, moment, play)} deaths"


def moments(stage: Stage, first: str) -> list[str]:
    """Right after one call and right before the next is nearly the same: both only where time does not count."""
    return ["before", "after"] if stage.thorough else [first]


def making_and_removing(stage: Stage) -> str:
    return ", ".join(f"{moment}: {vms(stage, moment)}" for moment in moments(stage, "before"))


def making_abandoned(stage: Stage) -> str:
    return ", ".join(f"{moment}: {abandoned(stage, moment)}" for moment in moments(stage, "after"))


def importing(stage: Stage) -> str:
    image = stage.new_image("dying", 66)
    return ", ".join(f"{moment}, {fate}: {template(stage, moment, image, fate)}"
                     for moment in moments(stage, "after") for fate in ("mended", "abandoned"))


def importing_a_shared_image(stage: Stage) -> str:
    """Another template has the same image and VMs on it: neither death nor mending may touch that."""
    crew = stage.describe("crew", {"web00": 0})
    told = template(stage, "after", stage.image, "mended")
    stage.call(*crew.make)
    stage.exactly(crew)
    stage.call(*crew.remove)
    require(TEMPLATE in stage.call("vmtemplate", "-l").out, "the template is gone")
    return told


CASES = [making_and_removing, making_abandoned, importing, importing_a_shared_image]
