# Copyright: the authors of nocloud
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules' program, for the architecture of each task's target."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os

from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase
from ansible.utils.vars import merge_hash

LIBEXEC = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "libexec")
PREFIX = "linux-"
CANNOT_EXECUTE = 126  # a shell's word for a program of another architecture


def architectures():
    """Those that the collection has a program for, as `uname -m` names them."""
    return sorted(name[len(PREFIX):] for name in os.listdir(LIBEXEC) if name.startswith(PREFIX))


def refusal(machine):
    return AnsibleError(
        "nocloud.kvm has no program for {0}, only for {1}. Build nocloud on such a machine, and copy libexec/{2}{0} of its "
        "collection into this one.".format(machine, " and ".join(architectures()), PREFIX))


def module_style(built):
    """ansible-core before 2.19 says it first; a later one in the object that comes first."""
    return getattr(built[0], "module_style", built[0])


class ProgramAction(ActionBase):
    """Runs a module. Where there is no choice of programs, it takes no look at the target."""

    def run(self, tmp=None, task_vars=None):
        self._supports_check_mode = True
        self._supports_async = True
        result = super(ProgramAction, self).run(tmp, task_vars)
        if result.get("skipped"):
            return result
        wrap_async = self._task.async_val and not self._connection.has_native_async
        result = merge_hash(result, self._execute_module(task_vars=task_vars, wrap_async=wrap_async))
        if not wrap_async:
            self._remove_tmp_path(self._connection._shell.tmpdir)
        if result.get("failed") and result.get("rc") == CANNOT_EXECUTE:
            machine = self._machine(task_vars or {})
            if machine not in architectures():
                raise refusal(machine)
        return result

    def _configure_module(self, module_name, module_args, task_vars):
        """A module's program, and its path last, in the form of the ansible-core that runs it."""
        built = super(ProgramAction, self)._configure_module(module_name, module_args, task_vars)
        if len(architectures()) == 1 or module_style(built) != "binary":
            return built
        machine = self._machine(task_vars)
        if machine not in architectures():
            raise refusal(machine)
        return built[:-1] + (os.path.join(LIBEXEC, PREFIX + machine, os.path.basename(built[-1])),)

    def _machine(self, task_vars):
        known = task_vars.get("ansible_facts", {}).get("architecture") or task_vars.get("ansible_architecture")
        return known or self._low_level_execute_command("uname -m", sudoable=False)["stdout"].strip()
