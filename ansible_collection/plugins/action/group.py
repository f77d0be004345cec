# Copyright: the authors of nocloud
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's part of the module nocloud.kvm.group."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.nocloud.kvm.plugins.plugin_utils.program import ProgramAction


class ActionModule(ProgramAction):
    pass
