"""What `rekam export` and `rekam import-receipts` do: the kit's own packets, or those of a dead kit's card."""

from contextlib import ExitStack
from pathlib import Path

from rich.console import Console

from firmware import identity, progress_bar
from firmware.clock import Clock
from firmware.config import KitConfig, load
from firmware.errors import IdentityError, InputError, SpoolDamaged
from firmware.journal import JOURNAL, Journal
from firmware.logbook import Logbook
from firmware.spool import PAGE_SIZE, SPOOL, Spool
from firmware.uplink import rescue, returned, stick, words
from firmware.uplink.stick import Exporter
from firmware.uplink.words import StickPhrase
from firmware.vocabulary import Language


def export(config: Path | None, folder: Path, out: Console, err: Console, *, everything: bool = False) -> bool:
    """Copy packets of a kit's spool into a folder: those on no stick yet, or `everything` that waits.

    Where the spool's file is damaged, what is still whole is rescued from it. Whether nothing is lost. Raises
    InputError, DeliveryError, SpoolError.
    """
    settings = _settings(config, "export")
    language = settings.language
    with ExitStack() as opened:
        try:
            spool = opened.enter_context(Spool(settings.data / SPOOL))
        except SpoolDamaged as error:
            err.print(StickPhrase.DAMAGED.say(language, fault=error), style="red", markup=False)
            return rescued(settings.data / SPOOL, folder, out, err, language)
        exporter = _exporter(settings, err)
        going = stick.outgoing(spool, everything=everything)
        with progress_bar.progress(err, StickPhrase.EXPORTING.say(language), len(going)) as advance:
            written = stick.export(spool, folder, advance, exporter=exporter, everything=everything)
        left = stick.elsewhere(spool, folder)
    Logbook(Journal(settings.data / JOURNAL)).exported(len(written))
    told = [StickPhrase.WRITTEN.say(language, count=len(written), folder=folder)]
    if len(going) > len(written):
        told.append(StickPhrase.THERE_ALREADY.say(language, count=len(going) - len(written)))
    if left:
        told.append(StickPhrase.ELSEWHERE.say(language, count=left))
    for line in told:
        out.print(line, markup=False)
    return True


def import_receipts(config: Path | None, path: Path, out: Console, language: Language | None = None) -> bool:
    """Take the office's receipts from a stick or file; whether all of it was believed.

    Raises InputError, DeliveryError, SpoolError.
    """
    settings = _settings(config, "import-receipts")
    data = settings.data
    with Spool(data / SPOOL) as spool:
        taking = returned.take(path, spool, settings.kit_id, identity.authorities(data), identity.public_keys(data))
    book = Logbook(Journal(data / JOURNAL))
    if taking.acknowledged:
        book.acknowledged(len(taking.acknowledged))
    for receipt in taking.refused:
        book.refused(receipt.control_number, receipt.reason)
    for line, style in words.returned(taking, language or settings.language):
        out.print(line, style=style, markup=False)
    return not taking.faults


def rescued(source: Path, folder: Path, out: Console, err: Console, language: Language) -> bool:
    """Copy what the spools at a path still give into a folder, name what is lost; whether nothing is.

    Raises InputError, DeliveryError, SpoolError.
    """
    is_complete = True
    for path in rescue.find(source):
        with progress_bar.progress(
            err, words.RescuePhrase.RESCUING.say(language), path.stat().st_size // PAGE_SIZE
        ) as advance:
            salvage = rescue.Rescue(path, advance)
            written = stick.copy(salvage.packets(), folder)
        found = salvage.found()
        for line in words.report(path, found, len(written), folder, language):
            out.print(line, style="" if found.is_complete else "yellow", markup=False)
        is_complete = is_complete and found.is_complete
    return is_complete


def _settings(config: Path | None, verb: str) -> KitConfig:
    if config is None:
        card = ", or a dead kit's card with --from" if verb == "export" else ""
        raise InputError(f"{verb}: name the kit's settings with --config{card}")
    return load(config)


def _exporter(settings: KitConfig, err: Console) -> Exporter | None:
    """Who signs the list; None where the kit's identity cannot be used, which is told: packets go out all the same."""
    try:
        kit = identity.look(settings.data)
    except IdentityError as error:
        err.print(StickPhrase.NO_LIST.say(settings.language, reason=str(error)), style="yellow", markup=False)
        return None
    at = Clock(settings.timezone, settings.data).now()
    return Exporter(settings, kit.signer, at) if kit else None
