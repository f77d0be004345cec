"""Several people on one connection: root and `member`, who may use qemu:///system as well (see tests/lab)."""

import pwd
import shutil
from pathlib import Path

from stage import Stage, require, same

CONFLICT, NOT_FOUND = 5, 4


class Member:
    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.home = Path(pwd.getpwnam("member").pw_dir)
        # As a login makes it.
        self.runtime = Path(f"/run/user/{pwd.getpwnam('member').pw_uid}")
        self.runtime.mkdir(mode=0o700, exist_ok=True)
        shutil.chown(self.runtime, "member", "member")

    def words(self, command: list[str]) -> list[str]:
        return ["setpriv", "--reuid", "member", "--regid", "member", "--init-groups", "env", f"HOME={self.home}",
                "USER=member", "LOGNAME=member", f"TMPDIR={self.home}", f"XDG_RUNTIME_DIR={self.runtime}",
                "LIBVIRT_DEFAULT_URI=qemu:///system", *command]

    def call(self, *command: str, status: tuple[int, ...] = (0,)) -> str:
        done = self.stage.call(*self.words(list(command)), status=status)
        return done.out + done.err

    def leave(self) -> None:
        """Takes the keys along, but no lock."""
        same("member's locks", list(self.runtime.glob("nocloud/locks/*")), [])
        for entry in self.home.iterdir():
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        shutil.rmtree(self.runtime)
        # What root by sudo keeps until the next boot.
        shutil.rmtree(f"/run/nocloud/{pwd.getpwnam('member').pw_uid}", ignore_errors=True)


def never_touch_each_other(stage: Stage) -> None:
    crew = stage.describe("crew", {"web00": 0, "db00": 0})
    member = Member(stage)
    stage.call(*crew.make)
    for command in (crew.make, ["vmstop", "-d", "-y", "web00"], ["vmstop", "db00"]):
        require("root@" in member.call(*command, status=(CONFLICT,)), f"{command} names no owner")
    member.call(*crew.remove, status=(0, NOT_FOUND))
    stage.exactly(crew)
    stage.call(*crew.remove)
    member.leave()
    stage.nothing()


def one_file_at_once(stage: Stage) -> str:
    """Both ask for the same VMs: each VM is one's or the other's, whole, and the loser is told whose it is."""
    crew = stage.describe("crew", {"web00": 0, "web01": 0, "db00": 0})
    member = Member(stage)
    rounds, shared = max(3, stage.kills // 20), 0
    for number in range(rounds):
        if number % 2 == 0:
            stage.forget_network()
        processes = [stage.start(*crew.make), stage.start(*member.words(crew.make))]
        ended = [stage.finish(process) for process in processes]
        for done, owner in zip(ended, ("member@", "root@")):
            require(done.status in (0, CONFLICT), f"one of two people at once:\n{done}")
            require(done.status == 0 or owner in done.err, f"the owner is not named:\n{done}")
        told = [set(done.out.split()) for done in ended]
        require(not told[0] & told[1], f"made twice: {told[0] & told[1]}")
        same("VMs of both", told[0] | told[1], set(crew.vms))
        shared += all(told)
        stage.exactly(crew)
        stage.call(*crew.remove, status=(0, NOT_FOUND))
        member.call(*crew.remove, status=(0, NOT_FOUND))
    member.leave()
    stage.nothing()
    return f"{rounds} rounds, {shared} of them ended with VMs of both"


def root_by_sudo_is_the_caller(stage: Stage) -> None:
    """Root that runs for `member` finds, keeps and removes what is member's."""
    crew = stage.describe("crew", {"web00": 0})
    member = Member(stage)
    uid = pwd.getpwnam("member").pw_uid
    behind = {"SUDO_UID": str(uid), "SUDO_USER": "member", "SUDO_GID": str(uid)}
    member.call(*crew.make)
    again = stage.call(*crew.make, env=behind)
    require("1 already there" in again.err, f"member's VM is not sudo's:\n{again}")
    require("member@" in stage.call(*crew.make, status=(CONFLICT,)).err, "root by itself is another owner")
    stage.call(*crew.remove, env=behind)
    stage.call(*crew.make, env=behind)
    require("web00" in member.call("vmrunning", "--state", "all"), "sudo's VM is not member's")
    stage.call(*crew.remove, env=behind)
    # A link of member's leads sudo's root nowhere.
    roots = stage.folder / "roots"
    roots.mkdir()
    (roots / ("a" * 12 + "-web00.lock")).touch()
    for link in (member.runtime / "nocloud/locks", member.home / ".local/share/nocloud"):
        shutil.rmtree(link)
        link.symlink_to(roots)
    stage.call("vmrunning", "--state", "all", env=behind)
    require("Permission denied" in stage.call(*crew.make, status=(1,), env=behind).err, "root followed a link")
    same("files in root's folder", len(list(roots.iterdir())), 1)
    shutil.rmtree(roots)
    (member.runtime / "nocloud/locks").unlink()
    member.leave()
    stage.nothing()


CASES = [never_touch_each_other, one_file_at_once, root_by_sudo_is_the_caller]
