"""The Terraform provider as Terraform runs it here."""

import shutil
import unittest
from pathlib import Path

from case import Case
from guest import GUEST
from world import SHARE, TOP, Finished

SETTINGS = {"CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1", "TF_CLI_ARGS": "-no-color"}
NOTHING_TO_DO, SOMETHING_TO_DO = 0, 2
HEAD = """terraform {
  required_providers {
    nocloud = { source = "nocloud/nocloud" }
  }
}

variable "template" {}
variable "memory" {}
"""


@unittest.skipUnless(shutil.which("terraform"), "there is no terraform here")
class ProviderCase(Case):
    """Terraform in folders of its own, with the provider from the build tree's mirror."""

    @classmethod
    def configuration(cls, name: str, text: str | None = None) -> Path:
        """The example, or a configuration of this text; initialised without any network."""
        folder = cls.folder / name
        if text is None:
            shutil.copytree(TOP / "examples/terraform", folder)
        else:
            folder.mkdir()
            (folder / "main.tf").write_text(HEAD + text.replace("GUEST", GUEST.template))
        (folder / "terraform.tfvars").write_text(f'template = "{GUEST.template}"\nmemory = {GUEST.memory}\n')
        cls.call("terraform", f"-chdir={folder}", "init", "-input=false", f"-plugin-dir={SHARE}/terraform/plugins",
                 env=SETTINGS)
        return folder

    @classmethod
    def terraform(cls, folder: Path, *words: str, status: int = 0) -> Finished:
        return cls.call("terraform", f"-chdir={folder}", *words, status=status, env=SETTINGS)

    def apply(self, folder: Path, *words: str, status: int = 0) -> Finished:
        return self.terraform(folder, "apply", "-auto-approve", "-input=false", *words, status=status)

    def destroy(self, folder: Path, *words: str) -> Finished:
        return self.terraform(folder, "destroy", "-auto-approve", "-input=false", *words)

    def plan(self, folder: Path, *words: str, expected: int = NOTHING_TO_DO) -> str:
        return self.terraform(folder, "plan", "-input=false", "-detailed-exitcode", *words, status=expected).out

    def outputs(self, folder: Path) -> dict:
        return {name: output["value"] for name, output in self.terraform(folder, "output", "-json").json().items()}
