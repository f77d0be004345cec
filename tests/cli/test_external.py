#!/usr/bin/python3
"""nocloud-external as Terraform calls it: the query on standard input, no newline after it, ten at once."""

import json
import os
import pty
import subprocess

import tool
from run import check


class External(tool.Case):
    def setUp(self) -> None:
        super().setUp()
        self.write("node.xml", tool.own_world_of(["web00", "web01"]))  # no others count

    def ask(self, query: bytes | dict, **options: object) -> subprocess.CompletedProcess:
        text = query if isinstance(query, bytes) else json.dumps(query, separators=(",", ":")).encode()
        process = self.popen(["nocloud-external"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             **options)
        out, err = process.communicate(text, timeout=300)
        return subprocess.CompletedProcess("nocloud-external", process.returncode, out, err)

    def answer(self, query: dict) -> dict:
        done = self.ask(query)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        check(["nocloud-external"], done.returncode, done.stdout.decode())
        return json.loads(done.stdout)

    def refusal(self, query: bytes | dict) -> str:
        done = self.ask(query)
        self.assertEqual((done.returncode, done.stdout), (1, b""))
        self.assertEqual(done.stderr.count(b"\n"), 1, done.stderr)
        return done.stderr.decode()

    def test_one_vm(self) -> None:
        answer = self.answer({"name": "web00"})
        self.assertEqual((answer["exists"], answer["name"], answer["host"], answer["port"]), ("true", "web00", "127.0.0.1", "1"))
        self.assertEqual([vm["name"] for vm in json.loads(answer["vms_json"])], ["web00"])
        self.assertEqual(json.loads(answer["inventory_json"])["pftest_web"], {"hosts": ["web00"]})

    def test_a_group(self) -> None:
        answer = self.answer({"group": "pftest", "type": "web"})
        self.assertEqual([vm["name"] for vm in json.loads(answer["vms_json"])], ["web00", "web01"])

    def test_what_is_not_there(self) -> None:
        for query in ({"name": "nosuch"}, {"group": "nosuch"}, {"group": "pftest", "type": "sql"}):
            self.assertEqual(self.answer(query)["exists"], "false")
            self.assertIn("no such VM", self.refusal({**query, "must_exist": "true"}))

    def test_faults_are_one_line(self) -> None:
        self.assertIn("asks for nothing", self.refusal(b"{}"))
        self.assertIn("no JSON object", self.refusal(b"\xff\x00"))
        self.assertIn("more than", self.refusal(b"a" * (2 << 20)))
        self.assertIn("nmae", self.refusal({"nmae": "web00"}))
        self.refusal({"name": "web00", "uri": "nosuch:///here"})

    def test_a_closed_output_is_a_fault(self) -> None:
        done = self.ask({"name": "web00"}, preexec_fn=lambda: os.close(1))
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"could not be written", done.stderr)

    def test_ten_at_once(self) -> None:
        programs = [self.popen(["nocloud-external"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(10)]
        answers = [program.communicate(b'{"group":"pftest"}', timeout=300)[0] for program in programs]
        self.assertEqual(len(set(answers)), 1)
        self.assertEqual(json.loads(answers[0])["exists"], "true")

    def test_a_person_is_told_what_it_is(self) -> None:
        leader, follower = pty.openpty()
        done = self.run_tool(["nocloud-external"], stdin=follower)
        os.close(leader)
        os.close(follower)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"Terraform's data", done.stderr)
        self.assertIn(b"--help", done.stderr)

    def test_help_and_version(self) -> None:
        keys = self.answer({"name": "web00"}).keys()
        for words in (["-h"], ["--help"], ["--help", "--version"]):
            done = self.run_tool(["nocloud-external", *words])
            self.assertEqual((done.returncode, done.stderr), (0, b""))
            told = done.stdout.decode().split()
            self.assertLessEqual({*keys, "name", "group", "type", "uri", "must_exist"}, set(told))
        done = self.run_tool(["nocloud-external", "--version"])
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertEqual(done.stdout, self.run_tool(["vm", "--version"]).stdout.replace(b"vm ", b"nocloud-external "))
        for words in (["--hlep"], ["web00"], ["--version", "web00"]):
            done = self.run_tool(["nocloud-external", *words])
            self.assertEqual((done.returncode, done.stdout, done.stderr.count(b"\n")), (2, b"", 1))
            self.assertIn(b"--help", done.stderr)


if __name__ == "__main__":
    tool.main()
