#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright: the authors of nocloud
# GNU General Public License v3.0 or later (see https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Written by `nocloud-ansible --document template`. The module is the program beside this file.

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r'''
---
module: template
short_description: "Makes a template, of which virtual machines are clones"
version_added: "1.0.0"
description:
  - "Imports or builds the image that VMs are made from, or removes it."
  - "The image's digest is its name: one that is there already is not stored again."
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
      - "The template's name."
    type: str
    required: true
  state:
    description:
      - "Whether it is there. One that VMs depend on can't be removed."
    type: str
    choices:
      - present
      - absent
    default: present
  import:
    description:
      - "A disk image on the target, qcow2 or raw, also packed by gzip, xz or zstd, or an https or http URL to download one from, which takes a nocloud on the target. Where the template is there with another image, it moves on to this one; VMs on the older keep that."
    type: str
  checksum:
    description:
      - "What the image has to add up to, C(sha256:HEX) or C(sha512:HEX). A template that came from the same URL with the same checksum is not downloaded again."
    type: str
  insecure:
    description:
      - "Take whatever the URL gives, where no checksum is known. A template that came from the same URL is left as it is."
    type: bool
    default: false
  build:
    description:
      - "A recipe of nocloud's on the target, which has to have nocloud installed. A template that is there is left as it is."
    type: str
  published:
    description:
      - "The name of a published image, as C(vmtemplate -l) on the target shows it: it is downloaded, and checked against what its publisher has signed. Takes a nocloud on the target. A template that is there is left as it is."
    type: str
  mirror:
    description:
      - "With I(published): the mirror to download from."
    type: str
  from_vm:
    description:
      - "A VM that is powered off, and stays as it is: the template is what it has become. A template that is there is left as it is."
    type: str
  seal:
    description:
      - "With I(from_vm): strip it first of what would make its clones twins. Takes virt-sysprep (Debian's package libguestfs-tools) on the target."
    type: bool
    default: false
  flat:
    description:
      - "With I(from_vm): an image that stands alone, not a layer over the one that the VM lies over."
    type: bool
    default: false
  kernel:
    description:
      - "Its VMs boot this kernel, past their boot loader."
    type: path
  initrd:
    description:
      - "With this initrd."
    type: path
  cmdline:
    description:
      - "And this command line."
    type: str
  user:
    description:
      - "Who logs in on its VMs."
    type: str
    default: debian
  init:
    description:
      - "What configures its VMs at their first boot."
    type: str
    choices:
      - cloud-init
      - none
    default: cloud-init
  host_key:
    description:
      - "With I(init=none), the public SSH host key in the image: all its VMs share it."
    type: str
  memory:
    description:
      - "Memory of its VMs in MB, or with a unit. By default 1024."
    type: str
  cpus:
    description:
      - "CPUs of its VMs. By default 1."
    type: int
  uri:
    description:
      - "The libvirt connection, as the target of the task sees it."
      - "Without it C(LIBVIRT_DEFAULT_URI) of the target counts, else C(qemu:///system) if it may be used there, else C(qemu:///session)."
    type: str
'''

EXAMPLES = r'''
- name: A template from a cloud image that lies on the target
  nocloud.kvm.template:
    name: debian13
    import: /srv/images/debian-13-generic-amd64.qcow2

- name: One that is downloaded, and checked
  nocloud.kvm.template:
    name: debian13
    import: https://images.example.org/debian-13-generic-amd64.qcow2
    checksum: sha256:2f0d9f9a1b6f0b1f0c1f5b7c3d4e6a8899aabbccddeeff00112233445566778f

- name: One that is built from Debian's packages, if it is not there
  nocloud.kvm.template:
    name: debian12
    build: debian12

- name: One that a distribution publishes
  nocloud.kvm.template:
    name: debian13
    published: debian13

- name: What web00 has become
  nocloud.kvm.template:
    name: web
    from_vm: web00
    seal: true

- name: None
  nocloud.kvm.template:
    name: debian13
    state: absent
'''

RETURN = r'''
name:
  description: "The template's name."
  returned: success
  type: str
  sample: debian12
state:
  description: "present or absent."
  returned: success
  type: str
  sample: present
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
  "state": {"type":"str","choices":["present","absent"],"default":"present","no_log":false},
  "import": {"type":"str","no_log":false},
  "checksum": {"type":"str","no_log":false},
  "insecure": {"type":"bool","default":false,"no_log":false},
  "build": {"type":"str","no_log":false},
  "published": {"type":"str","no_log":false},
  "mirror": {"type":"str","no_log":false},
  "from_vm": {"type":"str","no_log":false},
  "seal": {"type":"bool","default":false,"no_log":false},
  "flat": {"type":"bool","default":false,"no_log":false},
  "kernel": {"type":"path","no_log":false},
  "initrd": {"type":"path","no_log":false},
  "cmdline": {"type":"str","no_log":false},
  "user": {"type":"str","default":"debian","no_log":false},
  "init": {"type":"str","choices":["cloud-init","none"],"default":"cloud-init","no_log":false},
  "host_key": {"type":"str","no_log":false},
  "memory": {"type":"str","no_log":false},
  "cpus": {"type":"int","no_log":false},
  "uri": {"type":"str","no_log":false}
}
'''
RULES = r'''
{
  "mutually_exclusive": [["import","build","published","from_vm"],["build","published","from_vm","kernel"],["build","published","from_vm","host_key"],["build","published","from_vm","checksum"],["checksum","insecure"]],
  "required_together": [["kernel","initrd"]],
  "required_one_of": [],
  "required_if": [["state","present",["import","build","published","from_vm"],true],["init","none",["host_key"],false]]
}
'''


def main():
    module = AnsibleModule(supports_check_mode=True, argument_spec=json.loads(ARGUMENTS), **json.loads(RULES))
    module.fail_json(msg='The program of nocloud.kvm.template is missing for this machine; this file only documents it.')


if __name__ == '__main__':
    main()
