"""Whether a VM costs more where many exist."""

from measure import by_turns, median, ratio
from table import Row, ms
from world import World

CROWDS = (10, 100, 300)
# An allowance for noise: chosen, not measured.
NOISE = 1.1


def measure(world: World, rounds: int) -> list[Row]:
    _, first = world.add("crowd")
    world.crowd("crowd", CROWDS[0])

    def cost(count: int) -> float:
        seconds, names = world.add("crowd", count)
        world.remove(names)
        return seconds / count

    def in_crowd(size: int, count: int) -> float:
        world.crowd("crowd", size)
        return cost(count)

    counts = (1, 10)
    # Every size has its turn in each round; the crowd is brought to it before.
    measures = {f"{size}+{count}": lambda _, size=size, count=count: in_crowd(size, count)
                for size in CROWDS for count in counts}
    found = by_turns(rounds, measures)
    world.crowd("crowd", 1)
    world.remove(first)

    rows = []
    for count in counts:
        fewest = found[f"{CROWDS[0]}+{count}"]
        for size in CROWDS[1:]:
            here = found[f"{size}+{count}"]
            what = "one more" if count == 1 else f"each of {count} more"
            rows.append(Row(f"{what} beside {size} : beside {CROWDS[0]}", ms(median(here)), ms(median(fewest)),
                            ratio(here, fewest), NOISE))
    return rows
