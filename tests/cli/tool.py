"""For cases that a transcript can't tell: the real executables on libvirt's test driver, in a folder of their own."""

import hashlib
import os
import shlex
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from run import FOUND_BY_WRAPPER, SKIPPED, caller, check, environment

RECORD = """
  <domain type='qemu'>
    <name>{name}</name>
    <uuid>6d5d5c5e-0000-4000-8000-{number:012d}</uuid>
    <metadata>
      <nocloud:vm xmlns:nocloud='urn:nocloud:vm:1' complete='yes' group='{group}' type='web' template='debian12'>
        <nocloud:owner user='eva' host='far'/>
        <nocloud:guest user='debian' init='cloud-init' host-key='{key}'/>
        <nocloud:base volume='sha256-{digest}.qcow2'/>
        <nocloud:nic network='user' mac='52:54:00:00:00:01' port='{port}'/>
      </nocloud:vm>
    </metadata>
    <memory unit='MiB'>1024</memory>
    <vcpu>1</vcpu>
    <os><type>hvm</type></os>
  </domain>"""
TEMPLATE = """
  <pool type='dir'>
    <name>nocloud</name>
    <target><path>/pretended/nocloud</path></target>
    <volume><name>sha256-{digest}.qcow2</name><capacity unit='bytes'>1048576</capacity></volume>
  </pool>
  <domain type='qemu' xmlns:test='http://libvirt.org/schemas/domain/test/1.0'>
    <name>{name}.template</name>
    <metadata>
      <nocloud:template xmlns:nocloud='urn:nocloud:template:1' complete='yes'>
        <nocloud:owner user='eva' host='far'/>
        <nocloud:guest user='debian' init='cloud-init'/>
        <nocloud:base volume='sha256-{digest}.qcow2'/>
      </nocloud:template>
    </metadata>
    <memory unit='MiB'>1024</memory>
    <vcpu>1</vcpu>
    <os><type>hvm</type></os>
    <test:runstate>5</test:runstate>
  </domain>"""
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGEgaG9zdCBrZXkgb2YgMzIgYnl0ZXMgaW4gYSB0ZXN0"
NODE = "<node><cpu><mhz>2000</mhz><model>i686</model><active>2</active><nodes>1</nodes><sockets>1</sockets>" \
       "<cores>2</cores><threads>1</threads></cpu><memory>8388608</memory>{}</node>\n"


def world_of(names: list[str], group: str = "pftest", port: int = 1) -> str:
    """A host on which eva@far has these VMs running."""
    return NODE.format("".join(RECORD.format(name=name, number=number, group=group, key=KEY, port=port, digest="a" * 64)
                               for number, name in enumerate(names)))


def own_world_of(names: list[str], template: str | None = None) -> str:
    """A host on which the caller has these VMs running, and perhaps a template."""
    login, host = caller().rsplit("@", 1)
    owner = f"user='{login}' host='{host}'"
    world = world_of(names)
    if template:
        world = world.replace("</node>", TEMPLATE.format(name=template, digest="b" * 64) + "</node>")
    return world.replace("user='eva' host='far'", owner)


def lock_folder() -> Path:
    """Where the caller's locks are, whatever XDG_RUNTIME_DIR says."""
    uid = os.getuid()
    parent = Path("/run" if uid == 0 else f"/run/user/{uid}")
    own = parent.is_dir() and parent.stat().st_uid == uid
    return (parent / "nocloud" if own else Path(f"/tmp/nocloud-{uid}")) / "locks"


def lock_path(uri: str, subject: str) -> Path:
    """Of a VM, or of what else runs keep apart, on this connection."""
    return lock_folder() / f"{hashlib.sha256(uri.encode()).hexdigest()[:12]}-{subject}.lock"


class Case(unittest.TestCase):
    binaries = Path()

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="nocloud-cli-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        (self.folder / "home").mkdir()
        (self.folder / "run").mkdir(mode=0o700)

    def write(self, name: str, content: str | bytes) -> str:
        (self.folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
        return name

    def arguments(self, words: list[str]) -> list[str]:
        program, *rest = words
        path = self.binaries / program
        wrapper = shlex.split(os.environ.get("NOCLOUD_WRAPPER", ""))
        if wrapper and program == "vminventory":  # a script, which is not what is to be looked into
            path = self.binaries.parent / "libexec/nocloud/vminventory-json"
        return [*wrapper, str(path), *rest]

    def popen(self, words: list[str], settings: dict[str, str] | None = None, **options: object) -> subprocess.Popen:
        return subprocess.Popen(self.arguments(words), cwd=self.folder,
                                env={**environment(self.binaries, self.folder), **(settings or {})}, **options)

    def run_tool(self, words: list[str], settings: dict[str, str] | None = None,
                 **options: object) -> subprocess.CompletedProcess:
        """Output is bytes, as it came."""
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        with self.popen(words, settings, **options) as process:
            out, err = process.communicate(timeout=300)
        self.assertNotEqual(process.returncode, FOUND_BY_WRAPPER, err)
        check(words, process.returncode, (out or b"").decode())
        return subprocess.CompletedProcess(words, process.returncode, out or b"", err or b"")


def main() -> None:
    """Called with the folder of the binaries."""
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} BIN_FOLDER")
    Case.binaries = Path(sys.argv.pop()).resolve()
    result = unittest.main(verbosity=1, exit=False).result
    if not result.wasSuccessful():
        sys.exit(1)
    if len(result.skipped) == result.testsRun:
        print(f": Skipped\n{result.skipped[0][1]}")  # as GoogleTest says it, for who counts
        sys.exit(SKIPPED)
