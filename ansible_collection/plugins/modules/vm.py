#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright: the authors of nocloud
# GNU General Public License v3.0 or later (see https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Written by `nocloud-ansible --document vm`. The module is the program beside this file.

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r'''
---
module: vm
short_description: "Makes one virtual machine be as described"
version_added: "1.0.0"
description:
  - "Makes, changes, starts, stops and removes a VM, a clone of a template, and waits until it is ready."
  - "What an argument leaves open stays as it is. Memory, CPUs, type and further disks of a VM are changed while it is down; where it runs, the task fails unless I(state) is C(restarted) or C(stopped)."
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
      - "The VM's name: lower-case letters, digits and hyphens. Its MAC, address and SSH host key follow from it."
    type: str
    required: true
  state:
    description:
      - "C(started) runs and is ready. C(stopped) is there and down: the guest is asked to power off, and forced to after a minute. C(restarted) goes down and comes up again."
      - "C(present) is there; it keeps its power state, unless it has to be made: then it is started. C(absent) leaves nothing of it."
    type: str
    choices:
      - absent
      - present
      - restarted
      - started
      - stopped
    default: started
  template:
    description:
      - "What the VM is made from. Needed only where it has to be made."
    type: str
  group:
    description:
      - "The VM's group. A new VM is in C(group) by default."
    type: str
  type:
    description:
      - "Its type in the group. A new VM is of type C(default) by default."
    type: str
  recreate:
    description:
      - "Whether a VM that can't be changed into what it is to be (another template, network, user-data or virtualisation, other disks) is removed with its data and made anew. Otherwise the task fails. What the task leaves open stays as it was, but user-data, of which no copy is kept, have to be given again."
    type: bool
    default: false
  uri:
    description:
      - "The libvirt connection, as the target of the task sees it."
      - "Without it C(LIBVIRT_DEFAULT_URI) of the target counts, else C(qemu:///system) if it may be used there, else C(qemu:///session)."
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
- name: A VM that answers over SSH
  nocloud.kvm.vm:
    name: web00
    template: debian12
    group: pftest
    type: web

- name: More memory, changed while the VM is down
  nocloud.kvm.vm:
    name: web00
    memory: 2G
    state: restarted

- name: A VM with an empty disk of 10 GB and packages of its own
  nocloud.kvm.vm:
    name: db00
    template: debian12
    disks: [10]
    user_data: |
      #cloud-config
      packages: [postgresql]
    wait_for: cloud-init
    timeout: 600

- name: No VM, no disk and no address of it is left
  nocloud.kvm.vm:
    name: web00
    state: absent
'''

RETURN = r'''
name:
  description: "The VM's name."
  returned: success
  type: str
  sample: web00
state:
  description: "running, stopped, paused, crashed or absent."
  returned: success
  type: str
  sample: running
uuid:
  description: "libvirt's UUID of it."
  returned: "when the VM is there"
  type: str
  sample: "6d5d5c5e-6f0a-4f5c-9a51-3d1f4b2c7e10"
group:
  description: "Its group."
  returned: "when the VM is there"
  type: str
  sample: pftest
type:
  description: "Its type in the group."
  returned: "when the VM is there"
  type: str
  sample: web
template:
  description: "What it was made from."
  returned: "when the VM is there"
  type: str
  sample: debian12
owner:
  description: "Who made it."
  returned: "when the VM is there"
  type: str
  sample: "eva@hypervisor"
virt_type:
  description: "kvm or qemu."
  returned: "when the VM is there"
  type: str
  sample: kvm
memory_mib:
  description: "Its memory in MB."
  returned: "when the VM is there"
  type: int
  sample: 1024
cpus:
  description: "Number of its CPUs."
  returned: "when the VM is there"
  type: int
  sample: 1
disks_gib:
  description: "Sizes of its extra disks in GB."
  returned: "when the VM is there"
  type: list
  sample:
    - 5
networks:
  description: "Where it is, in the order of its NICs."
  returned: "when the VM is there"
  type: list
  sample:
    - nat
mac:
  description: "The MAC of its first NIC; it follows from the name."
  returned: "when the VM is there"
  type: str
  sample: "52:54:00:d0:5c:02"
ip:
  description: "The guest's own address; null if none is known, or none is to be reached."
  returned: "when the VM is there"
  type: str
  sample: "10.112.0.77"
host:
  description: "Where SSH answers; null if that is not known yet."
  returned: "when the VM is there"
  type: str
  sample: "10.112.0.77"
port:
  description: "The port for that."
  returned: "when the VM is there"
  type: int
  sample: 22
via:
  description: "The machine from which that holds, where it is not the task's target; else null."
  returned: "when the VM is there"
  type: str
  sample: "root@hypervisor"
user:
  description: "Who may log in."
  returned: "when the VM is there"
  type: str
  sample: debian
host_key:
  description: "The public SSH host key that it answers with."
  returned: "when the VM is there"
  type: str
  sample: "ssh-ed25519 AAAA..."
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
  "name": {"type":"str","required":true,"no_log":false},
  "state": {"type":"str","choices":["absent","present","restarted","started","stopped"],"default":"started","no_log":false},
  "template": {"type":"str","no_log":false},
  "group": {"type":"str","no_log":false},
  "type": {"type":"str","no_log":false},
  "recreate": {"type":"bool","default":false,"no_log":false},
  "uri": {"type":"str","no_log":false},
  "memory": {"type":"str","no_log":false},
  "cpus": {"type":"int","no_log":false},
  "disks": {"type":"list","elements":"str","no_log":false},
  "networks": {"type":"list","elements":"str","no_log":false},
  "user_data": {"type":"str","no_log":true},
  "virt_type": {"type":"str","choices":["kvm","qemu"],"no_log":false},
  "wait_for": {"type":"str","choices":["none","address","ssh","cloud-init"],"default":"ssh","no_log":false},
  "timeout": {"type":"int","no_log":false}
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
    module.fail_json(msg='The program of nocloud.kvm.vm is missing for this machine; this file only documents it.')


if __name__ == '__main__':
    main()
