"""`vm` and plain ssh reach a VM by its name."""

from case import Case
from guest import GUEST
from world import DATA, HOME, run, virsh


class Connect(Case):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.call("vminstantiate", "-f", cls.pftest())

    def test_exit_status_is_the_commands(self) -> None:
        for status in (0, 1, 7, 130, 255):
            with self.subTest(status):
                self.in_vm("web00", "exit", str(status), status=status)

    def test_streams_are_the_commands(self) -> None:
        done = self.in_vm("web00", "cat; echo problem >&2", text="line\n")
        self.assertEqual((done.out, done.err), ("line\n", "problem\n"))

    def test_what_looks_like_an_option_of_the_command_is_the_commands(self) -> None:
        self.assertEqual(self.in_vm("web00", "echo", "-n", "--help").out, "--help")

    def test_plain_ssh_with_our_configuration_is_silent(self) -> None:
        done = self.call("ssh", "-F", DATA / "ssh_config", "-o", "BatchMode=yes", "web00", "hostname")
        self.assertEqual((done.out, done.err), ("web00\n", ""))

    def test_the_users_own_file_is_for_other_machines(self) -> None:
        """What many people have there would break a session with a VM, or hand it what is not its."""
        settings = HOME / ".ssh" / "config"
        settings.parent.mkdir(mode=0o700, exist_ok=True)
        self.addCleanup(settings.unlink)
        settings.write_text("Host *\n ProxyJump bastion.invalid\n ForwardAgent yes\n User somebody\n Port 2222\n"
                            " HostName elsewhere.invalid\n IdentityFile ~/.ssh/other\n RemoteCommand tmux\n RequestTTY force\n"
                            " ControlMaster auto\n ControlPath ~/.ssh/%C\n ControlPersist 60\n LogLevel QUIET\n"
                            " PreferredAuthentications password\n PubkeyAcceptedAlgorithms ssh-rsa\n AddressFamily inet6\n")
        self.assertEqual(self.in_vm("web00", "hostname; cat", text="line\n").out, "web00\nline\n")
        done = self.call("ssh", "-F", DATA / "ssh_config", "-o", "BatchMode=yes", "web00", "hostname")
        self.assertEqual((done.out, done.err), ("web00\n", ""))
        self.assertEqual(self.call("ssh", "-G", "-F", DATA / "ssh_config", "web00", "true").out.count("\nforwardagent no\n"), 1)
        variables = self.call("vminventory", "--host", "web00").json()
        words = f"ssh {variables['nocloud_ssh_args']} -p {variables['ansible_port']} -l {variables['nocloud_user']}"
        self.assertEqual(self.call("sh", "-c", f"{words} {variables['ansible_host']} hostname").out, "web00\n")

    def test_re_created_vm_is_no_surprise_to_ssh(self) -> None:
        self.call("vmstop", "-d", "-y", "web01")
        self.call("vminstantiate", "-f", "pftest")
        done = self.call("ssh", "-F", DATA / "ssh_config", "-o", "BatchMode=yes", "web01", "hostname")
        self.assertEqual((done.out, done.err), ("web01\n", ""))

    def test_a_vm_that_is_down_is_started(self) -> None:
        virsh("destroy", "db00")
        self.assertEqual(self.in_vm("db00", "hostname").out, "db00\n")

    def test_no_such_vm(self) -> None:
        self.assertIn("nosuch", self.in_vm("nosuch", "true", status=4).err)

    def test_vm_of_another_group(self) -> None:
        self.call("vm", "-n", "web00", "-g", "other", "true", status=4)

    def test_no_other_machine_of_ours_verifies_less(self) -> None:
        """A client that knows nothing of the host key must refuse: nothing of ours may have told it otherwise."""
        vm = self.vms()["web00"]
        done = run("ssh", "-F", "none", "-o", "BatchMode=yes", "-o", "UserKnownHostsFile=/dev/null", "-p", str(vm["port"]),
                   f"{vm['user']}@{vm['host']}", "true")
        self.assertEqual(done.status, 255)
        self.assertIn("Host key verification failed", done.err)

    def test_shows_where_it_is(self) -> None:
        vm = self.vms()["web00"]
        self.assertEqual(self.call("vm", "-n", "web00", "--show", "port").out.strip(), str(vm["port"]))
        self.assertEqual(self.call("vm", "-n", "web00", "--show", "uuid").out.strip(), vm["uuid"])
        self.assertEqual(self.call("vm", "-n", "web00", "--show", "mac").out.strip(), vm["mac"])
        self.assertEqual(vm["memory_mib"], GUEST.memory)
