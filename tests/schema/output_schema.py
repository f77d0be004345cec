"""What our programs print as JSON, held against the schema of the program's name in this folder.

parts.json has what several of them say; a schema refers to it as #/$defs/NAME.
"""

import functools
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

FOLDER = Path(__file__).resolve().parent
# Whose lines are a document each.
LINES = {"vmcreate", "vmrun"}


class UnlikeItsSchema(AssertionError):
    """Never caught: it fails the case."""


@functools.cache
def parts() -> dict[str, Any]:
    return json.loads((FOLDER / "parts.json").read_text())


def schema_of(program: str) -> dict[str, Any]:
    file = FOLDER / f"{program}.json"
    if not file.exists():
        raise UnlikeItsSchema(f"{program} prints JSON, and there is no {file.name} in tests/schema")
    return json.loads(file.read_text())


def hold(schema: dict[str, Any], document: Any) -> None:
    """Texts that are JSON themselves are held against their contentSchema."""
    Draft202012Validator.check_schema(whole := {**schema, "$defs": parts()})
    if error := best_match(Draft202012Validator(whole).iter_errors(document)):
        raise UnlikeItsSchema(f"{error.json_path}: {error.message}")
    for name, inner in schema.get("properties", {}).items():
        if "contentSchema" in inner:
            hold(inner["contentSchema"], json.loads(document[name]))


def program_of(words: Sequence[str]) -> str:
    """Whose output it is: `nocloud stop` prints what vmstop does."""
    name = Path(words[0]).name.removesuffix("-json")
    verbs = ["vm" + word.removeprefix("vm") for word in words[1:]] if name == "nocloud" else []
    return next((verb for verb in verbs if (FOLDER / f"{verb}.json").exists()), name)


def promises_json(program: str, words: Sequence[str]) -> bool:
    if not program.startswith(("vm", "nocloud")) or {"-h", "--help", "--version"}.intersection(words):
        return False
    if program == "nocloud-external" or (program == "vminventory" and {"--list", "--host"}.intersection(words)):
        return True
    return "--output=json" in words or ("--output", "json") in zip(words, words[1:], strict=False)


def check(words: Sequence[str], status: int, out: str) -> None:
    """Raises UnlikeItsSchema if a run of ours printed JSON that its schema does not have. Other runs pass."""
    program = program_of(words)
    if not promises_json(program, words) or (not out and (status != 0 or program in LINES)):
        return
    schema = schema_of(program)
    for text in out.splitlines() if program in LINES else [out]:
        try:
            hold(schema, json.loads(text))
        except (UnlikeItsSchema, ValueError) as error:
            raise UnlikeItsSchema(f"{' '.join(words)}: {error}\n{text}") from None
