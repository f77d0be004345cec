#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright: the authors of nocloud
# GNU General Public License v3.0 or later (see https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Written by `nocloud-ansible --document group`. The module is the program beside this file.

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r'''
---
module: group
short_description: "Makes a group of virtual machines be as described"
version_added: "1.0.0"
description:
  - "Makes what is missing of a whole description, starts what is down, and waits until all of it is ready; or removes it. All in one connection."
  - "VMs that are down are changed where they can be. Where one that runs would have to be changed, or only another VM could be as described and I(recreate) is not set, the task fails before anything is done."
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
    support: full
options:
  name:
    description:
      - "The group. By default the name of I(file) without its last extension."
    type: str
  state:
    description:
      - "Whether its VMs are there as described, run and are ready, or are removed."
    type: str
    choices:
      - present
      - absent
    default: present
  description:
    description:
      - "What the group consists of."
    type: list
    elements: dict
    suboptions:
      template:
        description:
          - "What these VMs are made from."
        type: str
        required: true
      count:
        description:
          - "How many they are, 1 to 1000."
        type: int
        default: 1
      type:
        description:
          - "Their type."
        type: str
        default: default
      name:
        description:
          - "The stem of their names: C(web) makes C(web00), C(web01) and so on. Without it their names are UUIDs."
        type: str
      memory:
        description:
          - "Memory in MB, or with a unit: C(2G). A new VM has the template's by default."
        type: str
      cpus:
        description:
          - "Number of CPUs, 1 to 512. A new VM has the template's by default."
        type: int
      disks:
        description:
          - "Sizes in GB of further, empty disks beside the template's."
          - "Disks can grow, and be added behind those that a VM has; none is taken away or made smaller."
        type: list
        elements: str
  file:
    description:
      - "The same as a description file on the target, as C(vminstantiate -f) reads it."
    type: path
  prune:
    description:
      - "Whether VMs of the group that are not described are removed."
    type: bool
    default: false
  recreate:
    description:
      - "Whether VMs that can't be changed into what they are to be (another template, network, user-data or virtualisation, other disks) are removed with their data and made anew. Otherwise the task fails."
    type: bool
    default: false
  uri:
    description:
      - "The libvirt connection, as the target of the task sees it."
      - "Without it C(LIBVIRT_DEFAULT_URI) of the target counts, else C(qemu:///system) if it may be used there, else C(qemu:///session)."
    type: str
  networks:
    description:
      - "Where the VM is put, a NIC on each: C(nat), C(nat=NAME) for a libvirt network, C(user) for user-mode networking with a forwarded SSH port, C(user=restricted) for the same without a way to the host or beyond, C(bridge=NAME)."
      - "It is reached by the first; C(user) can be no other."
      - "By default C(nat), or C(user) where the connection may not make networks."
    type: list
    elements: str
  user_data:
    description:
      - "cloud-init user-data for the guest, given as text."
    type: str
  virt_type:
    description:
      - "With hardware virtualisation or emulated. By default C(kvm) if it works."
    type: str
    choices:
      - kvm
      - qemu
  wait_for:
    description:
      - "What a VM that has to run must have reached for the task to succeed: C(address), an answer over C(ssh) with its host key verified and a login, or the end of C(cloud-init)."
    type: str
    choices:
      - none
      - address
      - ssh
      - cloud-init
    default: ssh
  timeout:
    description:
      - "Seconds for the wait, from the start of the last VM. By default 120, or 600 for emulated guests."
      - "Also how long another run that works on a VM is waited for. By default an hour."
    type: int
'''

EXAMPLES = r'''
- name: The platform pftest
  nocloud.kvm.group:
    name: pftest
    description:
      - template: debian12
        count: 2
        type: web
        name: web
      - template: debian12
        type: sql
        name: sql
        memory: 2G
        disks: [10]

- name: The same from a description file of the target, and nothing else in that group
  nocloud.kvm.group:
    file: /srv/platforms/pftest
    prune: true

- name: All of it removed
  nocloud.kvm.group:
    name: pftest
    state: absent
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
  "name": {"type":"str","no_log":false},
  "state": {"type":"str","choices":["present","absent"],"default":"present","no_log":false},
  "description": {"type":"list","elements":"dict","options":{"template":{"type":"str","required":true,"no_log":false},"count":{"type":"int","default":1,"no_log":false},"type":{"type":"str","default":"default","no_log":false},"name":{"type":"str","no_log":false},"memory":{"type":"str","no_log":false},"cpus":{"type":"int","no_log":false},"disks":{"type":"list","elements":"str","no_log":false}},"no_log":false},
  "file": {"type":"path","no_log":false},
  "prune": {"type":"bool","default":false,"no_log":false},
  "recreate": {"type":"bool","default":false,"no_log":false},
  "uri": {"type":"str","no_log":false},
  "networks": {"type":"list","elements":"str","no_log":false},
  "user_data": {"type":"str","no_log":true},
  "virt_type": {"type":"str","choices":["kvm","qemu"],"no_log":false},
  "wait_for": {"type":"str","choices":["none","address","ssh","cloud-init"],"default":"ssh","no_log":false},
  "timeout": {"type":"int","no_log":false}
}
'''
RULES = r'''
{
  "mutually_exclusive": [["description","file"]],
  "required_together": [],
  "required_one_of": [["name","file"]],
  "required_if": [["state","present",["description","file"],true]]
}
'''


def main():
    module = AnsibleModule(supports_check_mode=True, argument_spec=json.loads(ARGUMENTS), **json.loads(RULES))
    module.fail_json(msg='The program of nocloud.kvm.group is missing for this machine; this file only documents it.')


if __name__ == '__main__':
    main()
