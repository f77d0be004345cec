"""A class of cases that fails leaves nothing for the next one."""

import os
import subprocess
import unittest

import time_limit
from case import Case, one_connection_will_do
from guest import GUEST
from world import domains


@one_connection_will_do
class FailedClass(Case):
    def errors_of(self, broken: type[Case]) -> int:
        outcome = unittest.TestResult()
        unittest.TestSuite([broken("test")]).run(outcome)
        os.chdir(self.folder)
        return len(outcome.errors)

    def test_in_its_beginning(self) -> None:
        class Broken(Case):
            @classmethod
            def setUpClass(cls) -> None:
                super().setUpClass()
                cls.call("vminstantiate", "--paused", "-n", GUEST.template, "left")
                raise RuntimeError("as a case may")

            def test(self) -> None:
                pass

        self.assertEqual(self.errors_of(Broken), 1)
        self.assertEqual(domains(), self.before.domains)
        self.assert_nothing_left()

    def test_that_hangs(self) -> None:
        """It began a program that does not end either, and waits for it while it fails."""
        class Broken(Case):
            def test(self) -> None:
                time_limit.begin(1)
                with subprocess.Popen(["sleep", "inf"]) as sleeping:
                    self.addCleanup(sleeping.kill)
                    sleeping.wait()

        self.addCleanup(time_limit.begin)
        outcome = unittest.TestResult()
        Broken("test").run(outcome)
        self.assertIn("its time limit is over", outcome.failures[0][1])

    def test_in_a_case(self) -> None:
        class Broken(Case):
            def test(self) -> None:
                self.call("vminstantiate", "--paused", "-n", GUEST.template, "left")
                arguments = [str(word) for word in GUEST.import_arguments()]
                arguments[arguments.index("-n") + 1] = "left-template"
                self.call("vmtemplate", *arguments)
                raise RuntimeError("as a case may")

        self.assertEqual(self.errors_of(Broken), 1)
        self.assertEqual(domains(), self.before.domains)
        self.assert_nothing_left()
