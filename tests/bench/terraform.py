"""What Terraform's users wait for: the provider's start, a plan of many VMs, the external program."""

import json
import os
import subprocess
import time
from pathlib import Path

from measure import URI, by_turns, median, output, ratio, run, virsh
from table import Row, ms
from world import TEMPLATE, World

MANY = 200
# go-plugin's word between Terraform and a provider; without it a provider only says what it is.
COOKIE = {"TF_PLUGIN_MAGIC_COOKIE": "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
          "PLUGIN_PROTOCOL_VERSIONS": "6"}
CONFIGURATION = f"""
terraform {{
  required_providers {{
    nocloud = {{ source = "nocloud/nocloud" }}
  }}
}}

provider "nocloud" {{
  uri       = "{URI}"
  virt_type = "qemu"
}}

variable "names" {{ type = set(string) }}

resource "nocloud_vm" "many" {{
  for_each = var.names
  name     = each.key
  template = "{TEMPLATE}"
  group    = "many"
  wait_for = "none"
}}
"""
# As many resources that cost Terraform alone.
FLOOR = """
variable "names" { type = set(string) }

resource "terraform_data" "many" {
  for_each = var.names
  input    = each.key
}
"""


class Folder:
    def __init__(self, path: Path, text: str, names: list[str], *init: str) -> None:
        path.mkdir()
        self.path = path
        (path / "main.tf").write_text(text)
        self.name(names)
        self.call("init", "-input=false", *init)

    def name(self, names: list[str]) -> None:
        (self.path / "terraform.tfvars.json").write_text(json.dumps({"names": names}))

    def call(self, *words: str) -> None:
        output("terraform", f"-chdir={self.path}", *words)

    def plan(self) -> float:
        return run("terraform", f"-chdir={self.path}", "plan", "-input=false").seconds


def handshake(program: Path) -> float:
    """Seconds from the provider's start to the line that says where it listens, without TLS."""
    began = time.monotonic()
    with subprocess.Popen([program], env={**os.environ, **COOKIE}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL) as provider:
        line = provider.stdout.readline()
        seconds = time.monotonic() - began
        provider.kill()
    if not line.startswith(b"1|6|"):
        raise SystemExit(f"{program}: {line!r} is no handshake")
    return seconds


def multiply(state: Path, names: list[str]) -> None:
    """Gives a state of one VM one of each name: what else is in it, a plan reads anew."""
    content = json.loads(state.read_text())
    (resource,) = content["resources"]
    (one,) = resource["instances"]
    resource["instances"] = [{**one, "index_key": name, "attributes": {**one["attributes"], "name": name, "id": name}}
                             for name in names]
    content["serial"] += 1
    state.write_text(json.dumps(content))


def measure(world: World, rounds: int) -> list[Row]:
    os.environ |= {"CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1", "TF_CLI_ARGS": "-no-color"}
    _, (first,) = world.add("many")
    virsh("resume", first)
    query = world.folder / "query.json"
    query.write_text(json.dumps({"name": first, "uri": URI}))
    external = ("sh", "-c", f"exec {world.tool('nocloud-external')} <{query}")
    alone = by_turns(rounds, {"external": lambda _: run(*external).seconds,
                              "bare": lambda _: run(world.program("bare_list"), URI).seconds,
                              "provider": lambda _: handshake(world.build / "libexec/nocloud/terraform-provider-nocloud"),
                              "program": lambda _: run("true").seconds})

    world.crowd("many", MANY)
    listed = json.loads(output(world.tool("vmrunning"), "--state", "all", "--output", "json", "--connect", URI))
    names = [vm["name"] for vm in listed["vms"] if vm["group"] == "many"]
    ours = Folder(world.folder / "many", CONFIGURATION, [first], f"-plugin-dir={world.build}/share/terraform/plugins")
    ours.call("apply", "-auto-approve", "-input=false")
    ours.name(names)
    multiply(ours.path / "terraform.tfstate", names)
    floor = Folder(world.folder / "floor", FLOOR, names)
    floor.call("apply", "-auto-approve", "-input=false")
    plans = by_turns(rounds, {"ours": lambda _: ours.plan(), "floor": lambda _: floor.plan(),
                              "list": lambda _: run(world.program("bare_list"), URI).seconds})
    world.crowd("many", 1)
    world.remove([first])

    over = [taken - less for taken, less in zip(plans["ours"], plans["floor"], strict=True)]
    return [
        Row("the provider's start to its handshake : a program that does nothing", ms(median(alone["provider"])),
            ms(median(alone["program"])), ratio(alone["provider"], alone["program"])),
        Row("the external program : bare C++ that connects and reads", ms(median(alone["external"])),
            ms(median(alone["bare"])), ratio(alone["external"], alone["bare"])),
        Row(f"a plan of {MANY} VMs, less one of {MANY} terraform_data : bare C++ that reads them", ms(median(over)),
            ms(median(plans["list"])), ratio(over, plans["list"])),
        Row(f"a plan of {MANY} VMs : one of {MANY} terraform_data", ms(median(plans["ours"])), ms(median(plans["floor"])),
            ratio(plans["ours"], plans["floor"])),
    ]
