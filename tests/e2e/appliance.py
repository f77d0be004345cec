"""What lets libguestfs run on machines that have no kernel of their own (containers)."""

import unittest
from pathlib import Path

from guest import GUESTS
from world import SYSTEM

MODULES = Path("/lib/modules")


def appliance_environment() -> dict[str, str]:
    """What virt-sysprep needs in its environment. Skips the case where it cannot run."""
    if any(Path("/boot").glob("vmlinuz-*")):
        return {}
    if not (GUESTS / "appliance").exists():
        raise unittest.SkipTest("no kernel for libguestfs: tests/guests/build appliance makes one")
    if not MODULES.exists():
        if not SYSTEM:
            raise unittest.SkipTest("there is no /lib/modules, which libguestfs looks at, and only root may make it")
        MODULES.mkdir()
        unittest.addModuleCleanup(MODULES.rmdir)
    return {"SUPERMIN_KERNEL": f"{GUESTS}/appliance/vmlinuz", "SUPERMIN_MODULES": f"{GUESTS}/appliance/modules"}
