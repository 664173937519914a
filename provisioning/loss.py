"""What would be lost for ever if a machine were taken back with its data."""

import sqlite3
from contextlib import closing
from pathlib import Path

from provisioning.machine import Machine
from provisioning.words import SetupFailed, Words

_HOLDS = Words(
    "{count} rekaman tersegel masih ada di {path}. Bawa keluar dulu (`rekam export`), atau pakai --keep-data; "
    "--discard-data membuangnya",
    "{count} sealed records are still in {path}. Bring them out first (`rekam export`), or use --keep-data; "
    "--discard-data throws them away",
)
_HOLDS_KEYS = Words(
    "kunci kantor ada di {path}: tanpa kunci itu tidak ada paket yang dapat dibuka. Pakai --keep-data; --discard-data "
    "membuangnya",
    "the office's keys are in {path}: without them no packet can be opened. Use --keep-data; --discard-data throws "
    "them away",
)


def check_packets(machine: Machine) -> None:
    """Whether sealed records lie on this kit alone. Raises SetupFailed then."""
    if count := _packets(machine.at("/var/lib/rekam/spool.sqlite")):
        raise SetupFailed(_HOLDS, count=count, path="/var/lib/rekam")


def _packets(spool: Path) -> int:
    """How many records lie in this spool alone; a spool that cannot be read counts as one."""
    if not spool.exists():
        return 0
    try:
        with closing(sqlite3.connect(f"{spool.as_uri()}?mode=ro", uri=True)) as database:
            query = "SELECT count(*) FROM packet WHERE exported_utc IS NULL AND acknowledged_utc IS NULL"
            return int(database.execute(query).fetchone()[0])
    except sqlite3.Error:
        return 1


def check_keys(machine: Machine) -> None:
    """Whether the office's keys lie here. Raises SetupFailed then."""
    folder = f"{machine.role.data}/office"
    if machine.at(folder).is_dir() and any(machine.at(folder).iterdir()):
        raise SetupFailed(_HOLDS_KEYS, path=folder)
