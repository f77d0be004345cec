"""Files that pass for a disk, a kernel and an initrd: guests that never run need no more."""

import gzip
import random
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

# Large enough that an upload can be killed half-way.
KERNEL_BYTES = 2_000_000
INITRD_BYTES = 1_000_000


@dataclass(frozen=True)
class Image:
    """What a template is imported from."""

    disk: Path
    kernel: Path
    initrd: Path

    def arguments(self, name: str) -> list[str | Path]:
        return ["vmtemplate", "--import", self.disk, "-n", name, "--user", "debian", "--kernel", self.kernel,
                "--initrd", self.initrd, "--cmdline", "console=ttyS0", "--mem", "32"]

    @classmethod
    def made_in(cls, folder: Path, megabytes: int) -> "Image":
        """Images of different sizes have different content, hence different names in the pool."""
        image = cls(folder / "disk.qcow2", folder / "vmlinuz", folder / "initrd")
        subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", image.disk, f"{megabytes}M"], check=True)
        noise = random.Random(megabytes)
        image.kernel.write_bytes(kernel_head() + noise.randbytes(KERNEL_BYTES))
        image.initrd.write_bytes(noise.randbytes(INITRD_BYTES))
        return image


def disk_in(folder: Path, *, packed: bool) -> Path:
    """A raw disk, or that packed: large enough that its import can be killed at every step."""
    noise = random.Random(7).randbytes(24 << 20)
    disk = folder / ("disk.raw.gz" if packed else "disk.raw")
    disk.write_bytes(gzip.compress(noise, 1) if packed else noise)
    return disk


def kernel_head() -> bytes:
    """The head of a bzImage as QEMU wants it (Documentation/arch/x86/boot.rst): one setup sector, protocol 2.12."""
    head = bytearray(1024)
    struct.pack_into("<B", head, 0x1F1, 1)
    struct.pack_into("<H", head, 0x1FE, 0xAA55)
    head[0x202:0x206] = b"HdrS"
    struct.pack_into("<H", head, 0x206, 0x20C)
    struct.pack_into("<B", head, 0x211, 1)
    struct.pack_into("<I", head, 0x22C, 0x7FFFFFFF)
    return bytes(head)
