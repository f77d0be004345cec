"""What every case has: our tools, a folder of its own, a template, and a clean world to begin in."""

import ipaddress
import os
import re
import shutil
import tempfile
import time
import unittest
from collections.abc import Callable
from pathlib import Path
from typing import Any

from guest import GUEST
from world import LIMIT, SYSTEM, Finished, World, domains, run, virsh


class Case(unittest.TestCase):
    """Cases of one class share their VMs; the class begins and ends without any."""

    maxDiff = None
    before: World
    folder: Path

    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = Path(tempfile.mkdtemp(prefix="case-"))
        # Runs also when the rest of this, or what a class does after it, fails: the next class is to find nothing.
        cls.addClassCleanup(cls.leave)
        os.chdir(cls.folder)
        # A first VM makes what all share and nothing removes: pool, network, keys.
        cls.call("vmtemplate", *GUEST.import_arguments())
        cls.call("vminstantiate", "--paused", "-n", GUEST.template, "first-of-all")
        cls.call("vmstop", "-d", "-y", "first-of-all")
        cls.before = World()

    @classmethod
    def leave(cls) -> None:
        """Removes all VMs that are there, and the templates that a case made; what nocloud leaves, virsh removes."""
        os.chdir("/")
        shutil.rmtree(cls.folder, ignore_errors=True)
        everything = ("--owner", "any")
        listed = run("vmrunning", "--state", "all", "--output", "json", *everything)
        names = [vm["name"] for vm in listed.json()["vms"]] if listed.status == 0 else []
        removed = [run("vmstop", "-d", "-y", *everything, *names)] if names else []
        for domain in sorted(domains() - {f"{GUEST.template}.template"}):
            if domain.endswith(".template"):
                removed.append(run("vmtemplate", "-d", domain.removesuffix(".template")))
        for domain in sorted(domains() - {f"{GUEST.template}.template"}):
            virsh("destroy", domain)
            virsh("undefine", "--managed-save", "--snapshots-metadata", "--nvram", domain)
        for done in [listed, *removed]:
            if done.status != 0:
                raise AssertionError(f"what a class left could not be removed by nocloud:\n{done}")

    @classmethod
    def call(cls, *words: str | Path, status: int = 0, text: str | None = None,
             env: dict[str, str] | None = None) -> Finished:
        """Runs a tool, which has to end with this status."""
        done = run(*words, text=text, env=env)
        if done.status != status:
            raise AssertionError(f"expected status {status} of\n{done}")
        return done

    @classmethod
    def describe(cls, name: str, *lines: str) -> Path:
        """Writes a description file; GUEST stands for the template."""
        path = cls.folder / name
        path.write_text("".join(line.replace("GUEST", GUEST.template) + "\n" for line in lines))
        return path

    @classmethod
    def pftest(cls) -> Path:
        """Two web servers and a database, as small as the guest can be."""
        return cls.describe("pftest", f"GUEST:2:web:mem={GUEST.memory};cpu=1;name=web",
                            f"GUEST:1:sql:mem={GUEST.memory};cpu=1;name=db")

    def vms(self) -> dict[str, dict]:
        """Every VM of ours by its name, as vmrunning tells it."""
        found = self.call("vmrunning", "--state", "all", "--output", "json").json()["vms"]
        return {vm["name"]: vm for vm in found}

    def in_vm(self, name: str, *command: str, status: int = 0, text: str | None = None) -> Finished:
        return self.call("vm", "-n", name, *command, status=status, text=text)

    def addresses_in(self, name: str) -> list[ipaddress.IPv4Address]:
        """Those that a guest has."""
        told = self.in_vm(name, "ip -4 -o address || ip -4 address").out
        return [ipaddress.ip_address(found) for found in re.findall(r"inet ([0-9.]+)", told)]

    def eventually(self, ask: Callable[[], Any]) -> Any:
        """The answer, asked for until there is one."""
        for _ in range(LIMIT):
            if answer := ask():
                return answer
            time.sleep(1)
        raise AssertionError("there was no answer")

    def assert_nothing_left(self) -> None:
        self.assertEqual(World().added_since(self.before), {})


def long(case: Callable | type) -> Any:
    """Only `run --long` runs it."""
    case.is_long = True
    return unittest.skipUnless("NOCLOUD_FULL" in os.environ, "it is long: scripts/test --full runs it")(case)


needs_networks = unittest.skipUnless(SYSTEM, "an ordinary user's libvirt makes no networks")
one_connection_will_do = unittest.skipUnless(SYSTEM, "it is the same on each connection: shown on qemu:///system")
needs_root = unittest.skipUnless(SYSTEM, "it takes root to act as several users")
tiny_guest_only = unittest.skipIf(GUEST.whole, "a whole guest would install packages, and has no mirror of them here")
tiny_guest_will_do = unittest.skipIf(GUEST.whole, "a whole guest shows no more than the tiny one")
whole_guest_only = unittest.skipUnless(GUEST.whole, "the tiny guest has no python3, sudo or cloud-init")
