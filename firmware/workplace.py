"""All that records residents, opened once for one or many of them."""

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace

from firmware import disk_faults, standing
from firmware.clock import Clock
from firmware.config import KitConfig
from firmware.datatypes import FingerCapture
from firmware.errors import IdentityError, SealingError
from firmware.identity import Identity, spoken
from firmware.journal import JOURNAL, Journal
from firmware.kit import Kit
from firmware.logbook import CutOff, Logbook
from firmware.panel_desk import PanelPresses
from firmware.records import sealing
from firmware.reporting import SPOOL, Reporter
from firmware.spool import Spool
from firmware.standing import Standing
from firmware.storage_words import StoragePhrase

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Workplace:
    """What a recording needs; cut_off: sessions that the power ended, not told to anybody yet.

    operator: the fingers of whoever runs the kit, in memory only. alive: called by whoever works here, at the latest
    once in some seconds; a station that is silent for long is taken for one that hangs.
    """

    config: KitConfig
    kit: Kit
    spool: Spool
    report: Reporter
    identity: Identity
    recipients: tuple[str, ...]
    clock: Clock
    logbook: Logbook
    cut_off: list[CutOff] = field(default_factory=list)
    operator: list[FingerCapture] = field(default_factory=list)
    alive: Callable[[], None] = lambda: None

    def standing(self) -> Standing:
        """How the kit's identity stands now."""
        return standing.of(self.identity, self.clock.now(), self.config.timezone)

    def renewed(self) -> "Workplace":
        """The same with the identity as it lies on the disk now: an answer may have come, or a new key been made.

        What cannot be read leaves the kit with the one that it has.
        """
        try:
            identity = _identity(self.config)
            return replace(self, identity=identity, recipients=_recipients(self.config, identity))
        except (IdentityError, SealingError) as error:
            _log.error("workplace: %s", error)
            return self

    def presses(self) -> PanelPresses | None:
        """The panel's buttons from now on; None in a kit without a panel."""
        panel = self.kit.panel
        return PanelPresses(panel, self.config.language, self.alive) if panel else None


@contextmanager
def workplace(
    config: KitConfig,
    *,
    patient: bool = False,
    tell: Callable[[StoragePhrase], None] = lambda phrase: None,
    alive: Callable[[], None] = lambda: None,
) -> Iterator[Workplace]:
    """Open everything, and end the session that a power cut left open.

    patient: a device that is not there is opened when it comes, not missed now. tell: hears what an operator is to be
    told of a disk on which nothing can be started. alive: see `Workplace`. Raises IdentityError when nobody could open
    a packet, ConfigError, DeviceError, SpoolError, JournalError.
    """
    with ExitStack() as opened:
        with disk_faults.told(tell):
            place = _opened(config, opened, alive, patient=patient)
        yield place


def _opened(config: KitConfig, opened: ExitStack, alive: Callable[[], None], *, patient: bool) -> Workplace:
    identity = _identity(config)
    recipients = _recipients(config, identity)
    kit = opened.enter_context(Kit(config, patient=patient, alive=alive))
    spool = opened.enter_context(Spool(config.data / SPOOL, quota=config.storage.quota))
    report = opened.enter_context(Reporter(config, kit.statuses, spool))
    entries = spool.entries()
    clock = Clock(config.timezone, config.data)
    clock.remember(entry.recorded_at for entry in entries)
    logbook = Logbook(Journal(config.data / JOURNAL, clock.now))
    cut_off = logbook.close_cut_off(spool.has)
    named = [cut_off] if cut_off else []
    place = Workplace(config, kit, spool, report, identity, recipients, clock, logbook, named, alive=alive)
    if (stands := place.standing()).is_ending:
        logbook.identity(stands.state.value)
    return place


def _identity(config: KitConfig) -> Identity:
    with spoken(config.language):
        return Identity.load_or_create(config.data, config.kit_id)


def _recipients(config: KitConfig, identity: Identity) -> tuple[str, ...]:
    if identity.kit_id not in ("", config.kit_id):
        raise IdentityError(f"{config.data}: admitted as kit {identity.kit_id}, kit.toml says kit_id {config.kit_id}")
    provisioned = config.office.recipients
    recipients = (*provisioned, *(recipient for recipient in identity.recipients if recipient not in provisioned))
    if not recipients:
        advice = "run `rekam identity request`, bring it to the office, and give its answer to `rekam identity accept`"
        raise IdentityError(f"{config.data}: no office could open what this kit records; {advice}")
    for number, recipient in enumerate(recipients):
        try:
            sealing.recipient(recipient)
        except SealingError as error:
            configured = number < len(provisioned)
            place = f"kit.toml: office.recipients.{number}" if configured else f"{config.data}: the office's answer"
            raise SealingError(f"{place}: {error}") from error
    return recipients
