#!/usr/bin/python3
"""Breaks each rule of the architecture once, on purpose, and sees that the check names the place and the rule."""

import tempfile
import unittest
from pathlib import Path

from check import FRONT_ENDS, LONGEST_FILE, MOST_FILES, ROOMS, check


class Architecture(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.top = Path(folder.name)

    def write(self, file: str, text: str) -> None:
        path = self.top / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def assert_caught(self, file: str, text: str, line: int, rule: str) -> None:
        self.write(file, text)
        breaches = check(self.top)
        self.assertEqual(len(breaches), 1, breaches)
        self.assertTrue(breaches[0].startswith(f"{file}:{line}: {rule}: "), breaches[0])

    def test_what_design_allows_passes(self) -> None:
        for room, allowed in ROOMS.items():
            includes = "".join(f'#include "nocloud/{other}/thing.hpp"\n' for other in sorted(allowed | {room}))
            self.write(f"core/nocloud/{room}/thing.cpp", includes)
        for front_end in FRONT_ENDS:
            self.write(f"{front_end}/tool.cpp", '#include "nocloud/app/a.hpp"\n#include "nocloud/ops/a.hpp"\n')
        self.write("core/nocloud/virt/libvirt/thing.cpp", "#include <libvirt/libvirt.h>\n")
        self.write("core/nocloud/app/system.cpp", '#include "nocloud/virt/libvirt/thing.hpp"\n')
        self.write("core/nocloud/program/config.cpp", "#include <boost/program_options.hpp>\n")
        self.write("provisioner/options.cpp", "#include <boost/program_options.hpp>\n")
        self.write("core/nocloud/base/error.cpp", "throw std::system_error(errno);\n")
        self.assertEqual(check(self.top), [])

    def test_every_pair_of_rooms_that_design_does_not_allow(self) -> None:
        for room, allowed in ROOMS.items():
            for other in set(ROOMS) - allowed - {room}:
                with self.subTest(room=room, other=other):
                    self.assert_caught(f"core/nocloud/{room}/a.cpp", f'\n#include "nocloud/{other}/b.hpp"\n', 2, "rank")
                    (self.top / f"core/nocloud/{room}/a.cpp").unlink()

    def test_front_end_below_the_operations(self) -> None:
        self.assert_caught("inventory/main.cpp", '#include "nocloud/virt/hypervisor.hpp"\n', 1, "rank")

    def test_core_that_knows_a_front_end(self) -> None:
        self.assert_caught("core/nocloud/ops/a.cpp", '#include "provisioner/tool.hpp"\n', 1, "include")

    def test_way_around_the_rooms(self) -> None:
        self.assert_caught("core/nocloud/seed/a.cpp", '#include "../virt/hypervisor.hpp"\n', 1, "include")

    def test_room_that_design_does_not_know(self) -> None:
        self.assert_caught("core/nocloud/utils/a.cpp", "", 1, "room")

    def test_libvirt_outside_its_room(self) -> None:
        for room in ("image", "virt", "virt/xml"):
            with self.subTest(room):
                self.assert_caught(f"core/nocloud/{room}/a.cpp", "#include <libvirt/libvirt.h>\n", 1, "fence")
                (self.top / f"core/nocloud/{room}/a.cpp").unlink()

    def test_the_adapter_beside_the_ports(self) -> None:
        for room in ("virt/xml", "ops/vm"):
            with self.subTest(room):
                self.assert_caught(f"core/nocloud/{room}/a.cpp", '#include "nocloud/virt/libvirt/b.hpp"\n', 1, "adapter")
                (self.top / f"core/nocloud/{room}/a.cpp").unlink()

    def room(self, name: str, uses: str = "", more: str = "") -> None:
        self.write(f"core/nocloud/{name}/CMakeLists.txt",
                   f"# a room\nnocloud_room({name}\n  SOURCES\n    a.cpp{uses and chr(10)}  {uses and 'USES ' + uses})\n{more}")

    def test_room_within_a_room_that_is_not_used(self) -> None:
        self.room("ops/vm", "ops/survey\n       base\n  LIBRARIES Threads::Threads")
        self.room("ops/survey")
        self.room("ops/run")
        self.write("core/nocloud/ops/vm/a.hpp", '#include "nocloud/ops/vm/b.hpp"\n#include "nocloud/ops/survey/b.hpp"\n')
        self.assertEqual(check(self.top), [])
        self.assert_caught("core/nocloud/ops/vm/a.cpp", '\n#include "nocloud/ops/run/b.hpp"\n', 2, "uses")
        self.room("ops/vm", "ops/survey", "nocloud_link(program ops/run)\n")
        self.assertEqual(check(self.top), [], "the program beside it")

    def test_rooms_that_use_each_other(self) -> None:
        self.room("ops/vm", "ops/survey base")
        self.room("ops/survey", "ops/run")
        self.assertEqual(check(self.top), [])
        self.room("ops/run", "ops/vm")
        breaches = check(self.top)
        self.assertEqual(len(breaches), 3, breaches)
        self.assertTrue(breaches[0].startswith("core/nocloud/ops/run/CMakeLists.txt:2: circle: "), breaches)

    def test_full_room(self) -> None:
        self.room("ops/vm")
        for number in range(MOST_FILES):
            self.write(f"core/nocloud/ops/vm/a{number}.hpp", "")
            self.write(f"core/nocloud/ops/vm/a{number}.cpp", "")
        self.assertEqual(check(self.top), [])
        self.write("core/nocloud/ops/vm/b.hpp", "")
        breaches = check(self.top)
        self.assertEqual(len(breaches), 1, breaches)
        self.assertIn("CMakeLists.txt:2: size: 16 files", breaches[0])

    def test_libssh2_outside_its_room(self) -> None:
        self.assert_caught("core/nocloud/ops/a.cpp", "#include <libssh2.h>\n", 1, "fence")

    def test_grpc_outside_its_files(self) -> None:
        self.assert_caught("terraform_shim/provider/provider.cpp", "#include <tfplugin6.grpc.pb.h>\n", 1, "fence")

    def test_openssl_outside_its_files(self) -> None:
        self.assert_caught("core/nocloud/ssh/session.cpp", "#include <openssl/evp.h>\n", 1, "fence")

    def test_libcurl_outside_its_file(self) -> None:
        self.assert_caught("core/nocloud/image/a.cpp", "#include <curl/curl.h>\n", 1, "fence")

    def test_options_outside_their_file(self) -> None:
        self.assert_caught("core/nocloud/program/tool.cpp", "#include <boost/program_options.hpp>\n", 1, "fence")

    def test_options_in_a_second_file_of_provisioner(self) -> None:
        self.write("provisioner/a.cpp", "#include <boost/program_options.hpp>\n")
        self.assert_caught("provisioner/b.cpp", "#include <boost/program_options/cmdline.hpp>\n", 1, "fence")

    def test_using_namespace_in_a_header(self) -> None:
        self.assert_caught("core/nocloud/base/a.hpp", "using namespace std;\n", 1, "using-namespace")

    def test_unverified_ssh(self) -> None:
        self.assert_caught("examples/run", "#!/bin/sh\nssh -o StrictHostKeyChecking=no web00\n", 2, "unverified-ssh")

    def test_shells(self) -> None:
        self.assert_caught("core/nocloud/base/a.cpp", 'std::system("ls");\n', 1, "shell")
        self.assert_caught("core/nocloud/base/a.cpp", 'auto* pipe = popen("ls", "r");\n', 1, "shell")

    def test_other_ways_to_standard_error(self) -> None:
        for call in ('fmt::print(stderr, "{}", 1);', "std::fputs(text, stderr);", "std::cerr << text;",
                     "::write(STDERR_FILENO, text, 1);"):
            with self.subTest(call):
                self.assert_caught("provisioner/a.cpp", f"{call}\n", 1, "stderr")

    def test_macro(self) -> None:
        self.assert_caught("core/nocloud/base/a.cpp", "#define TWICE(x) (x) * 2\n", 1, "macro")

    def test_shared_pointer(self) -> None:
        self.assert_caught("core/nocloud/base/a.hpp", "std::shared_ptr<int> number;\n", 1, "shared-ptr")

    def test_call_expectation(self) -> None:
        self.assert_caught("tests/unit/base/a.cpp", "EXPECT_CALL(clock, now());\n", 1, "expect-call")

    def test_long_file(self) -> None:
        length = LONGEST_FILE + 1
        self.assert_caught("core/nocloud/base/a.cpp", "//\n" * length, length, "length")
        self.write("core/nocloud/base/a.cpp", "//\n" * LONGEST_FILE)
        self.assertEqual(check(self.top), [])


if __name__ == "__main__":
    unittest.main()
