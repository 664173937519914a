"""What `rekam export` does: the kit's own packets, or those of a dead kit's card."""

from pathlib import Path

from rich.console import Console

from firmware import listing
from firmware.config import load
from firmware.errors import InputError
from firmware.journal import JOURNAL, Journal
from firmware.logbook import Logbook
from firmware.spool import PAGE_SIZE, SPOOL, Spool
from firmware.uplink import rescue, stick, words
from firmware.vocabulary import Language


def export(config: Path | None, folder: Path, out: Console, err: Console) -> None:
    """Copy the waiting packets of a kit's spool into a folder. Raises InputError, DeliveryError, SpoolError."""
    if config is None:
        raise InputError("export: name the kit's settings with --config, or a dead kit's card with --from")
    data = load(config).data
    with Spool(data / SPOOL) as spool:
        waiting = spool.counts()[1]
        with listing.progress(err, "exporting", waiting) as advance:
            written = stick.export(spool, folder, advance)
    Logbook(Journal(data / JOURNAL)).exported(len(written))
    there = f", {waiting - len(written)} were there already" if waiting > len(written) else ""
    out.print(f"{len(written)} packet(s) written to {folder}{there}. The kit keeps all of them.", markup=False)


def rescued(source: Path, folder: Path, out: Console, err: Console, language: Language) -> bool:
    """Copy what the spools at a path still give into a folder, name what is lost; whether nothing is.

    Raises InputError, DeliveryError, SpoolError.
    """
    is_complete = True
    for path in rescue.find(source):
        with listing.progress(
            err, words.RescuePhrase.RESCUING.say(language), path.stat().st_size // PAGE_SIZE
        ) as advance:
            salvage = rescue.Rescue(path, advance)
            written = stick.copy(salvage.packets(), folder)
        found = salvage.found()
        for line in words.report(path, found, len(written), folder, language):
            out.print(line, style="" if found.is_complete else "yellow", markup=False)
        is_complete = is_complete and found.is_complete
    return is_complete
