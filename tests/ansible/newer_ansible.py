"""The installed `ansible`, as one that configures modules in the form of ansible-core 2.19 and later.

An action plugin gets a pair of an object and a path there, where it got four values before, and gives the same back.
"""

import collections

from ansible.cli.adhoc import main
from ansible.executor import module_common
from ansible.plugins.action import ActionBase

Built = collections.namedtuple("Built", "b_module_data module_style shebang")

if not hasattr(module_common, "_BuiltModule"):
    configure, execute = ActionBase._configure_module, ActionBase._execute_module

    def newer_configure(self, *words, **named):
        style, shebang, data, path = configure(self, *words, **named)
        return Built(data, style, shebang), path

    def newer_execute(self, *words, **named):
        def as_the_installed_one_takes_it(**asked):
            built, path = type(self)._configure_module(self, **asked)
            return built.module_style, built.shebang, built.b_module_data, path

        self._configure_module = as_the_installed_one_takes_it
        return execute(self, *words, **named)

    ActionBase._configure_module, ActionBase._execute_module = newer_configure, newer_execute

main()
