"""The collection nocloud.kvm as Ansible runs it here."""

import json
import shutil
import unittest

from world import SHARE, Finished, run

BUILT = SHARE / "nocloud"
# Without the connections that Ansible leaves open for a later run.
QUIET = {"ANSIBLE_LOCALHOST_WARNING": "0", "ANSIBLE_NOCOWS": "1", "ANSIBLE_DEPRECATION_WARNINGS": "0",
         "ANSIBLE_SSH_ARGS": "-o ControlMaster=no"}
COLLECTIONS = {"ANSIBLE_COLLECTIONS_PATH": str(BUILT)}
# Answering in JSON.
ENVIRONMENT = {**QUIET, **COLLECTIONS, "ANSIBLE_STDOUT_CALLBACK": "json", "ANSIBLE_LOAD_CALLBACK_PLUGINS": "1"}

needs_ansible = unittest.skipUnless(shutil.which("ansible"), "there is no ansible here")


def results_of(done: Finished) -> dict[str, dict[str, dict]]:
    """What each task of a run said of each host."""
    try:
        plays = done.json()["plays"]
    except ValueError as error:
        raise AssertionError(f"Ansible said no JSON\n{done}") from error
    return {task["task"]["name"]: task["hosts"] for play in plays for task in play["tasks"]}


def module(name: str, /, *options: str, target: str = "localhost", **arguments: object) -> dict:
    """The result of one module of ours, run by itself."""
    connection = ("-c", "local") if target == "localhost" else ("-i", f"{target},")
    done = run("ansible", target, *connection, "-m", f"nocloud.kvm.{name}", "-a", json.dumps(arguments), *options,
               env=ENVIRONMENT)
    return next(iter(results_of(done).values()))[target]
