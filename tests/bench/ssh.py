"""How soon nocloud notices that a guest answers, and how soon it is logged in then."""

from measure import median, numbers, output, ratio
from table import Row, ms
from world import World

# A guest's address on a NAT network is not the loopback device's; here it is one of this machine's own.
GUEST = "10.112.0.5"


def first_byte(world: World, runs: int) -> list[Row]:
    output("ip", "address", "replace", f"{GUEST}/32", "dev", "lo")
    rows = []
    for host, network in ((GUEST, "nat"), ("127.0.0.1", "user")):
        found = numbers(output(world.program("first_byte"), host, str(runs)))
        share = found.pop("cpu")[0]
        for before, milliseconds in found.items():
            # Between silence and answer a guest refuses, if only for a moment.
            most = None if before == "silent" else 50
            rows.append(Row(f"first byte after sshd accepts, ms ({network}, {before} until then)",
                            ms(median(milliseconds) / 1000), f"worst {ms(max(milliseconds) / 1000)}",
                            median(milliseconds), most))
        rows.append(Row(f"CPU while waiting, % of a core ({network})", f"{share * 100:.2f} %", "-", share * 100, 2))
    output("ip", "address", "delete", f"{GUEST}/32", "dev", "lo")
    return rows


def login(world: World, runs: int) -> list[Row]:
    found = numbers(output(world.program("login"), str(runs)))
    ours, bare = found["ours"], found["bare"]
    return [Row("first byte to logged in : bare libssh2", ms(median(ours) / 1000), ms(median(bare) / 1000),
                ratio(ours, bare), 1.5)]


def measure(world: World, rounds: int) -> list[Row]:
    runs = max(20, 4 * rounds)
    return first_byte(world, runs) + login(world, runs)
