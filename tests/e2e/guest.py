"""The guests that the cases run on: made by tests/guests, imported here as a template."""

import os
from dataclasses import dataclass
from pathlib import Path

GUESTS = Path(os.environ.get("NOCLOUD_GUESTS", "/nonexistent"))


@dataclass(frozen=True)
class Guest:
    template: str
    folder: Path
    image: str
    kernel: str
    # MB that it boots in
    memory: int
    # Whether it is a whole Debian: cloud-init, python3, sudo, machine-id.
    whole: bool

    def import_arguments(self) -> list[str | Path]:
        command_line = self.folder / "cmdline"
        return ["--import", self.folder / self.image, "-n", self.template, "--user", "debian",
                "--kernel", self.folder / self.kernel, "--initrd", self.folder / "initrd",
                "--cmdline", command_line.read_text().strip() if command_line.exists() else "console=ttyS0"]


KNOWN = {
    "tiny": Guest("tiny", GUESTS / "tiny", "tiny.qcow2", "vmlinux", 128, whole=False),
    "debian12": Guest("debian12", GUESTS / "debian12", "disk.qcow2", "vmlinuz", 512, whole=True),
}
GUEST = KNOWN[os.environ.get("NOCLOUD_GUEST", "tiny")]
# What a command begins with that runs as root in the guest: the tiny one logs in as root.
ROOT = "sudo " if GUEST.whole else ""
