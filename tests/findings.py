"""What came of a campaign that ends kit and office at random moments: its figures, and every harm in words."""

from collections import Counter
from dataclasses import dataclass, field
from enum import Enum

from rich.console import Console
from rich.table import Table


class Harm(Enum):
    """What may not happen; each is a row of its own."""

    MISSING = "missing"
    TWICE = "twice"
    LEFT_BEHIND = "left behind"
    OTHER = "other faults"


@dataclass
class Findings:
    """How the ends fell, what was kept, and every violation in words.

    fell: ends by where they fell. shown: the control numbers that were shown, or confirmed, before an end. residents:
    how many are recorded. at_office: packets there, each opened. ways: packets acknowledged at the end, by their way.
    """

    fell: Counter[str] = field(default_factory=Counter)
    kills: int = 0
    cuts: int = 0
    shown: set[str] = field(default_factory=set)
    residents: int = 0
    at_office: int = 0
    ways: Counter[str] = field(default_factory=Counter)
    torn_lines: int = 0
    harms: Counter[Harm] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)

    def require(self, holds: bool, words: str, harm: Harm = Harm.OTHER) -> None:
        """Note a harm where this does not hold."""
        if not holds:
            self.harms[harm] += 1
            self.violations.append(f"{harm.value}: {words}")


def show(findings: Findings, console: Console) -> None:
    """The figures, and each violation."""
    table = Table("ended", "", box=None)
    for name, count in sorted(findings.fell.items()):
        table.add_row(name, str(count))
    table.add_section()
    rows = {
        "kills": findings.kills,
        "power cuts, unsynced writes forgotten": findings.cuts,
        "residents recorded": findings.residents,
        "control numbers shown": len(findings.shown),
        "packets at the office, each opened": findings.at_office,
        **{f"of them by {way}": count for way, count in sorted(findings.ways.items())},
        "torn last lines of the journal set aside": findings.torn_lines,
        **{harm.value: findings.harms[harm] for harm in Harm},
    }
    for name, count in rows.items():
        table.add_row(name, str(count))
    console.print(table)
    for words in findings.violations:
        console.print(words, style="red", markup=False, highlight=False)
