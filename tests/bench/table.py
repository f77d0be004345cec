"""The figures: one row a comparison, for people and as JSON."""

import json
import os
import platform
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Row:
    case: str
    # What is measured against what, with their units: "531 ms".
    ours: str
    theirs: str
    figure: float
    # The figure has to be at most this; nothing if it is only told.
    most: float | None = None

    @property
    def verdict(self) -> str:
        if self.most is None:
            return "told"
        return "met" if self.figure <= self.most else "MISSED"

    def cells(self) -> tuple[str, ...]:
        target = "-" if self.most is None else f"≤ {self.most:g}"
        return self.case, self.ours, self.theirs, f"{self.figure:.3g}", target, self.verdict


HEAD = ("case", "nocloud", "compared to", "figure", "target", "")


def ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds >= 0.01 else f"{seconds * 1000:.2f} ms"


def text(rows: list[Row]) -> str:
    lines = [HEAD, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
                     for line in lines)


def write_json(path: Path, rows: list[Row]) -> None:
    machine = {"processors": os.cpu_count(), "kernel": platform.release(), "load": os.getloadavg()}
    content = {"machine": machine, "rows": [{**asdict(row), "verdict": row.verdict} for row in rows]}
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")
