# Copyright: the authors of nocloud
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory plugin nocloud.kvm.vms: what the program vminventory tells, as Ansible's inventory."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
name: vms
short_description: The VMs of nocloud
version_added: 1.0.0
author:
  - The authors of nocloud (@nocloud)
description:
  - Lists the VMs of a libvirt host that nocloud made, with what it takes to log into each over SSH with its host key verified.
  - Groups are named C(GROUP), C(GROUP_TYPE) and C(template_TEMPLATE).
  - Uses a configuration file whose name ends with C(nocloud.yml) or C(nocloud.yaml).
requirements:
  - the program C(vminventory) of nocloud on the controller
extends_documentation_fragment:
  - constructed
  - inventory_cache
options:
  plugin:
    description: What makes this file an inventory of this plugin.
    type: str
    required: true
    choices: [nocloud.kvm.vms]
  uri:
    description:
      - The libvirt connection.
      - Without it C(LIBVIRT_DEFAULT_URI) and nocloud's own configuration decide.
    type: str
  vm_groups:
    description: Only VMs of these groups of nocloud's.
    type: list
    elements: str
    default: []
  state:
    description: Only what runs, or all VMs.
    type: str
    choices: [running, all]
    default: running
  owner:
    description: VMs of this user (C(eva) or C(eva@desk)), or with C(any) everybody's; without it the caller's own.
    type: str
  hostname:
    description: What hosts are called. By C(address), those without an address of their own keep their names.
    type: str
    choices: [name, address]
    default: name
  time_limit:
    description: How many seconds the listing may take.
    type: int
    default: 60
  program:
    description: The program to run, where it is not on the search path.
    type: str
    default: vminventory
"""

EXAMPLES = r"""
# nocloud.yml: all that runs
plugin: nocloud.kvm.vms

---
# web.nocloud.yml: two platforms on another host, stopped VMs too, with groups by state
plugin: nocloud.kvm.vms
uri: qemu+ssh://admin@kvm1/system
vm_groups: [pftest, staging]
state: all
keyed_groups:
  - key: nocloud_state
    prefix: state
compose:
  role: nocloud_type
"""

import json
import subprocess
from functools import lru_cache

from ansible import constants as C
from ansible import context
from ansible.errors import AnsibleParserError
from ansible.module_utils.common.text.converters import to_native
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable
from ansible.utils.unsafe_proxy import wrap_var

try:
    from ansible.template import trust_as_template
except ImportError:  # before 2.19 every text is a template
    def trust_as_template(value):
        return value

UNSAFE = "__ansible_unsafe"


@lru_cache(maxsize=1000)
def unsafe(text):
    """Most hosts have the same ones."""
    return wrap_var(text)


def plain(value):
    """A variable as the program marks it: what others could have written is never taken for a template."""
    if isinstance(value, dict) and UNSAFE in value:
        return unsafe(value[UNSAFE])
    return value


def asked_for_a_user():
    """Whether the command line has -u. Ansible itself would let any variable of an inventory win over it."""
    user = context.CLIARGS.get("remote_user")
    return bool(user) and user != C.DEFAULT_REMOTE_USER


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    NAME = "nocloud.kvm.vms"

    def verify_file(self, path):
        return super(InventoryModule, self).verify_file(path) and path.endswith(("nocloud.yml", "nocloud.yaml"))

    def parse(self, inventory, loader, path, cache=True):
        super(InventoryModule, self).parse(inventory, loader, path, cache)
        self._read_config_data(path)
        self.load_cache_plugin()
        key = self.get_cache_key(path)
        caches = self.get_option("cache")
        listed = self._cache.get(key) if caches and cache else None
        if listed is None:
            listed = self._ask()
            if caches:
                self._cache[key] = listed
        self._fill(listed)

    def _ask(self):
        """The inventory as the program prints it."""
        program = self.get_option("program")
        command = [program, "--list", "--state", self.get_option("state"), "--hostname", self.get_option("hostname")]
        for option, name in (("uri", "--connect"), ("owner", "--owner")):
            if self.get_option(option):
                command += [name, self.get_option(option)]
        limit = self.get_option("time_limit")
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=limit, check=False)
        except FileNotFoundError:
            raise AnsibleParserError("there is no program '%s': install nocloud, or set 'program' to where it is" % program)
        except OSError as error:
            raise AnsibleParserError("'%s' cannot be run: %s" % (program, to_native(error)))
        except subprocess.TimeoutExpired:
            raise AnsibleParserError("'%s' took more than %d s: is libvirt well? Else set 'time_limit'" % (program, limit))
        if done.returncode != 0:
            raise AnsibleParserError(to_native(done.stderr).strip() or "'%s' ended with status %d" % (program, done.returncode))
        for line in to_native(done.stderr).splitlines():
            self.display.warning(line.strip())
        try:
            return json.loads(done.stdout)
        except ValueError:
            raise AnsibleParserError("'%s' printed no JSON: is it nocloud's?" % program)

    def _fill(self, listed):
        wanted = set(self.get_option("vm_groups"))
        constructs = any(self.get_option(option) for option in ("compose", "groups", "keyed_groups"))
        there = set()
        for host, marked in listed["_meta"]["hostvars"].items():
            if wanted and marked["nocloud_group"] not in wanted:
                continue
            variables = {name: plain(value) for name, value in marked.items()}
            self.inventory.add_host(host)
            # The inventory's own set_variable looks for the host again, for each variable of thousands of VMs.
            entity = self.inventory.get_host(host)
            for name, value in variables.items():
                entity.set_variable(name, value)
            if constructs:
                self._construct(host, variables)
            there.add(host)
        # A group of hosts comes before the groups of such groups.
        for kind in ("hosts", "children"):
            for group, content in listed.items():
                members = there.intersection(content.get(kind, []))
                if not members:
                    continue
                self.inventory.add_group(group)
                there.add(group)
                for member in sorted(members):
                    self.inventory.add_child(group, member)
                for name, value in content.get("vars", {}).items():
                    # The program's own defaults: no text of others is among them.
                    if name != "ansible_user" or not asked_for_a_user():
                        self.inventory.set_variable(group, name, trust_as_template(value))

    def _construct(self, host, variables):
        strict = self.get_option("strict")
        self._set_composite_vars(self.get_option("compose"), variables, host, strict=strict)
        self._add_host_to_composed_groups(self.get_option("groups"), variables, host, strict=strict)
        self._add_host_to_keyed_groups(self.get_option("keyed_groups"), variables, host, strict=strict)
