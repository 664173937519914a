"""How a fingerprint sensor in an unknown state is found, asked what it is, and brought to its settings."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from firmware.datatypes import Device
from firmware.drivers import fingerprint_protocol as protocol
from firmware.drivers.fingerprint_dialogue import Dialogue, refusal
from firmware.drivers.fingerprint_protocol import (
    DEVICE,
    Acknowledge,
    Command,
    Confirmation,
    ProductInfo,
    SystemParameters,
)
from firmware.drivers.link import SerialLink
from firmware.errors import DeviceAbsent, DeviceRefused, LinkCorrupt, LinkTimeout

log = logging.getLogger(__name__)

BAUD_RATES: Final = (57600, 115200, 9600, 19200, 38400)
"""In the order of likelihood: as shipped, as this driver leaves it, as others leave it."""

RARE_BAUD_RATES: Final = (28800, 48000, 67200, 76800, 86400, 96000, 105600)
"""The family's other multiples of 9600: nobody sets them on purpose, and looking for them takes long."""

FAMILY: Final = Device("", "ZFM/R30x/R503 family")
"""All that is known of a model without ReadProdInfo."""

_PATIENCE: Final = (0.5, 0.8, 1.2)


@dataclass(frozen=True, slots=True)
class Traits:
    """What a sensor says of itself, None where it says nothing, and the speed at which it was found."""

    device: Device = FAMILY
    shape: tuple[int, int] | None = None
    packet_size: int | None = None
    found_at: int | None = None


class Opening:
    """The steps from an open port to a sensor that is known and set; rare_baud_rates: tried last, and once."""

    def __init__(
        self,
        link: SerialLink,
        dialogue: Dialogue,
        port: str,
        passwords: Sequence[int],
        rare_baud_rates: Sequence[int] = (),
    ) -> None:
        self._rare_baud_rates = tuple(rare_baud_rates)
        self._link = link
        self._dialogue = dialogue
        self._port = port
        self._passwords = passwords

    def run(self, baud_rate: int | None, packet_size: int | None) -> Traits:
        """All steps; settings that differ are written, None leaves one alone.

        Raises DeviceAbsent, DeviceRefused for an unknown password, or a LinkError.
        """
        self._find()
        found_at = self._link.baud_rate
        traits = replace(self._bring_to_packet_size(self._learn(), packet_size), found_at=found_at)
        self._bring_to_baud_rate(baud_rate)
        return traits

    def _find(self) -> None:
        """Ask at every speed, three times over: a first command after power-on is lost, and so may be the second."""
        first = protocol.verify_password(self._passwords[0])
        spoiled: LinkCorrupt | None = None
        for patience in _PATIENCE:
            for baud_rate in BAUD_RATES + (self._rare_baud_rates if patience == _PATIENCE[-1] else ()):
                self._link.baud_rate = baud_rate
                try:
                    answer = self._dialogue.exchange(first, patience * self._dialogue.answer_s)
                except LinkTimeout:
                    continue
                except LinkCorrupt as error:
                    # it may still be sending an image to a program that was killed
                    spoiled = error
                    self._dialogue.settle()
                    continue
                if answer.code != Confirmation.NOT_RECEIVED:
                    self._settle_password(answer)
                    return
        if spoiled is not None:
            raise spoiled
        raise DeviceAbsent(
            DEVICE, f"nothing answers at {self._port} at any speed; check its supply and that TX and RX are not swapped"
        )

    def _settle_password(self, answer: Acknowledge) -> None:
        """Go on from the answer to the first password to the one that the sensor takes."""
        for password in self._passwords:
            command = protocol.verify_password(password)
            if password != self._passwords[0]:
                answer = self._dialogue.command(command)
            if answer.code == Confirmation.DONE:
                self._dialogue.password = password
                return
            if answer.code != Confirmation.WRONG_PASSWORD:
                raise refusal(command, answer, "switch it off and on, or replace it")
        raise DeviceRefused(
            DEVICE,
            f"its password is none of the {len(self._passwords)} known ones; "
            "add the right one to fingerprint.passwords in kit.toml",
        )

    def _learn(self) -> Traits:
        """Ask for parameters and product; models that know neither command are taken as they are."""
        traits = Traits()
        if (answer := self._ask_if_known(protocol.READ_SYSTEM_PARAMETERS)) is not None:
            try:
                traits = replace(traits, packet_size=SystemParameters.parse(answer).packet_size)
            except LinkCorrupt as error:
                log.warning("%s; its packet size is left alone", error)
        if (answer := self._ask_if_known(protocol.READ_PRODUCT_INFO)) is not None:
            info = ProductInfo.parse(answer)
            traits = replace(traits, device=Device("", info.model or FAMILY.model, info.serial))
            if info.width * info.height > 0 and info.width % 2 == 0:
                traits = replace(traits, shape=(info.height, info.width))
        log.info("%s: %s", DEVICE, traits)
        return traits

    def _ask_if_known(self, command: Command) -> bytes | None:
        """What a command brings, or None where the sensor does not know it and says so by a code or by silence."""
        try:
            answer = self._dialogue.command(command, attempts=2)
        except LinkTimeout:
            log.info("%s: no answer to %s", DEVICE, command.name)
            return None
        return answer.parameters if answer.code == Confirmation.DONE else None

    def _bring_to_packet_size(self, traits: Traits, wanted: int | None) -> Traits:
        if wanted is None or traits.packet_size in (None, wanted):
            return traits
        answer = self._dialogue.command(protocol.set_packet_size(wanted))
        if answer.code == Confirmation.DONE:
            return replace(traits, packet_size=wanted)
        log.warning("%s: keeps its packet size: %s", DEVICE, protocol.meaning(answer.code))
        return traits

    def _bring_to_baud_rate(self, wanted: int | None) -> None:
        """Change the speed and prove it; whatever became of the answer, the sensor is at the new speed or the old."""
        old = self._link.baud_rate
        if wanted is None or wanted == old:
            return
        try:
            answer = self._dialogue.command(protocol.set_baud_rate(wanted), attempts=1)
            if answer.code != Confirmation.DONE:
                log.warning("%s: stays at %d baud: %s", DEVICE, old, protocol.meaning(answer.code))
                return
        except (LinkTimeout, LinkCorrupt) as error:
            log.warning("%s; looking for its speed", error)
        for baud_rate in (wanted, wanted, old, wanted, old):
            if self._verifies_at(baud_rate):
                return
        self._find()

    def _verifies_at(self, baud_rate: int) -> bool:
        self._link.baud_rate = baud_rate
        try:
            return self._dialogue.verify()
        except (LinkTimeout, LinkCorrupt):
            return False
