#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright: the authors of nocloud
# GNU General Public License v3.0 or later (see https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Written by `nocloud-ansible --document vm_info`. The module is the program beside this file.

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r'''
---
module: vm_info
short_description: "Tells what virtual machines there are"
version_added: "1.0.0"
description:
  - "Lists VMs with all that is known of them. Changes nothing."
author:
  - "the authors of nocloud (@nocloud)"
requirements:
  - "libvirt on the target"
attributes:
  check_mode:
    description: "Says what would be done, and does nothing."
    support: full
  diff_mode:
    description: "Shows what is there before and after."
    support: none
options:
  names:
    description:
      - "Only VMs of these names. One that is not there is no error."
    type: list
    elements: str
  group:
    description:
      - "Only VMs of this group."
    type: str
  type:
    description:
      - "Only VMs of this type."
    type: str
  state:
    description:
      - "Whether VMs that are down are meant, too."
    type: str
    choices:
      - running
      - all
    default: all
  owner:
    description:
      - "Whose VMs are meant: a login, a login and a host as C(eva@desk), or C(any). By default those of the user who runs the task on the target."
    type: str
  uri:
    description:
      - "The libvirt connection, as the target of the task sees it."
      - "Without it C(LIBVIRT_DEFAULT_URI) of the target counts, else C(qemu:///system) if it may be used there, else C(qemu:///session)."
    type: str
'''

EXAMPLES = r'''
- name: What runs of pftest
  nocloud.kvm.vm_info:
    group: pftest
    state: running
  register: platform

- name: Where its web servers are
  ansible.builtin.debug:
    msg: "{{ platform.vms | selectattr('type', 'eq', 'web') | map(attribute='ip') | list }}"
'''

RETURN = r'''
vms:
  description: "The VMs, sorted by name, each with the keys that M(nocloud.kvm.vm) returns of one."
  returned: success
  type: list
  sample:
    - ip: "10.112.0.77"
      name: web00
      state: running
unreadable:
  description: "VMs that this release of nocloud cannot read, whatever the filters: name, state and reason. They are left alone."
  returned: success
  type: list
  sample: []
timings:
  description: "Seconds from the beginning of the task to each step, when the last VM had taken it."
  returned: always
  type: dict
  sample:
    created: 0.4
    logged_in: 9.8
    total: 9.9
'''

import json

from ansible.module_utils.basic import AnsibleModule

# What linters check tasks against; the program checks the same itself.
ARGUMENTS = r'''
{
  "names": {"type":"list","elements":"str","no_log":false},
  "group": {"type":"str","no_log":false},
  "type": {"type":"str","no_log":false},
  "state": {"type":"str","choices":["running","all"],"default":"all","no_log":false},
  "owner": {"type":"str","no_log":false},
  "uri": {"type":"str","no_log":false}
}
'''
RULES = r'''
{
  "mutually_exclusive": [],
  "required_together": [],
  "required_one_of": [],
  "required_if": []
}
'''


def main():
    module = AnsibleModule(supports_check_mode=True, argument_spec=json.loads(ARGUMENTS), **json.loads(RULES))
    module.fail_json(msg='The program of nocloud.kvm.vm_info is missing for this machine; this file only documents it.')


if __name__ == '__main__':
    main()
