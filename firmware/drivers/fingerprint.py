"""The fingerprint sensors of the ZFM-20 / R30x / R503 family, from an unknown state on the wire to an image."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from firmware.datatypes import Device, FrictionRidgeImage, GivenUp
from firmware.drivers import fingerprint_protocol as protocol
from firmware.drivers.fingerprint_check import FirstCheck
from firmware.drivers.fingerprint_dialogue import Dialogue, refusal
from firmware.drivers.fingerprint_image import KNOWN_SHAPES, LARGEST_SHAPE, unpack
from firmware.drivers.fingerprint_opening import BAUD_RATES, Opening, Traits
from firmware.drivers.fingerprint_protocol import DEVICE, TRANSIENT, Confirmation, Identifier
from firmware.drivers.link import SerialLink
from firmware.errors import DeviceRefused, LinkCorrupt, LinkTimeout

log = logging.getLogger(__name__)

Watch = Callable[[NDArray[np.uint8], int, float], None]
"""Is shown the upper rows of a print, uint8 (n, w), with the height of the whole and its ppi."""

_IMAGING_S: Final = 1.0
_POLL_S: Final = 0.05
_ROWS_APART: Final = 16
"""How many more rows must be whole before they are shown again."""


class FingerprintSensor:
    """One sensor: opening finds it, `capture` takes an image. It is never given a password or a template.

    `passwords` are tried in this order. `baud_rate` and `packet_size` are what the sensor is brought to where it
    differs, which it keeps in its flash; None leaves its setting alone. `answer_s` is how long an answer may take.
    `checks`: it may be asked for features first; a model that does not know the command costs some seconds once.
    """

    def __init__(
        self,
        port: str,
        *,
        ppi: float = 508,
        passwords: Sequence[int] = (0, 0x12345678),
        baud_rate: int | None = 115200,
        packet_size: int | None = 256,
        answer_s: float = 0.5,
        checks: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._port = port
        self._ppi = ppi
        self._passwords = tuple(passwords)
        self._wanted_baud_rate = baud_rate
        self._wanted_packet_size = packet_size
        self._clock = clock
        self._link = SerialLink(DEVICE, port, clock)
        self._dialogue = Dialogue(self._link, answer_s, clock)
        self._first_check = FirstCheck(self._dialogue) if checks else None
        self._traits = Traits()

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def device(self) -> Device:
        """What the sensor says of itself; optical modules say nothing but what family they are of."""
        return self._traits.device

    @property
    def shape(self) -> tuple[int, int] | None:
        """Rows and columns of its images; None while neither the sensor nor an image told."""
        return self._traits.shape

    @property
    def baud_rate(self) -> int:
        """The speed in use."""
        return self._link.baud_rate

    @property
    def found_at(self) -> int | None:
        """The speed at which it was found; None before."""
        return self._traits.found_at

    @property
    def packet_size(self) -> int | None:
        """Bytes in a data packet; None where the sensor does not tell."""
        return self._traits.packet_size

    def open(self, *, rare_baud_rates: Sequence[int] = ()) -> None:
        """Find the sensor and learn what it is; opening twice is no fault.

        `rare_baud_rates` are tried where it answers at none of the usual ones. Raises DeviceAbsent, DeviceBusy,
        DeviceRefused for an unknown password, or a LinkError.
        """
        if self._link.is_open:
            return
        self._link.open(BAUD_RATES[0])
        try:
            opening = Opening(self._link, self._dialogue, self._port, self._passwords, rare_baud_rates)
            self._traits = opening.run(self._wanted_baud_rate, self._wanted_packet_size)
        except BaseException:
            self.close()
            raise
        log.info("%s: ready at %s, %d baud", DEVICE, self._port, self.baud_rate)

    def close(self) -> None:
        """Let the port go; closing twice is no fault."""
        self._link.close()

    def check(self) -> int:
        """Ask for a sign of life: the confirmation code of an image that is taken. Raises DeviceError."""
        self.open()
        return self._dialogue.command(protocol.GENERATE_IMAGE, extra_s=_IMAGING_S).code

    def capture(
        self,
        *,
        timeout_s: float,
        on_lift: Callable[[], None] = lambda: None,
        on_progress: Callable[[float], None] = lambda fraction: None,
        on_rows: Watch | None = None,
        check: bool = False,
        stop: Callable[[], bool] = lambda: False,
        attempts: int = 3,
    ) -> FrictionRidgeImage | GivenUp | None:
        """Wait for a finger and take its image; None when no finger came in time, or before `stop` said so.

        `on_lift` is called once the image is in the sensor's buffer, `on_progress` with 0..1 during its download, which
        is tried up to `attempts` times and begins at 0 each time. `on_rows` sees the rows as they come, but none of the
        first image of a model that does not tell its shape. With `check` a print in which the sensor finds no features
        is given up and not downloaded. A port that went away is opened again by the next call. Raises LinkTimeout or
        LinkCorrupt when the last attempt ends so, LinkLost and DeviceRefused at once.
        """
        self.open()
        log.info("%s: capture", DEVICE)
        if not self._poll(Confirmation.DONE, timeout_s, attempts, stop):
            return None
        on_lift()
        if check and self._first_check and (complaint := self._first_check.run()):
            return GivenUp((complaint,))
        pixels = self._download(attempts, on_progress, on_rows)
        return FrictionRidgeImage(pixels, self._ppi, grey_bits=4, device=self.device)

    def wait_for_lift(self, timeout_s: float, *, stop: Callable[[], bool] = lambda: False) -> bool:
        """Wait until no finger is on the glass; False when one still is after that time, or when `stop` says so.

        The image in the sensor's buffer is overwritten.
        """
        self.open()
        return self._poll(Confirmation.NO_FINGER, timeout_s, 3, stop)

    def _poll(self, wanted: Confirmation, timeout_s: float, attempts: int, stop: Callable[[], bool]) -> bool:
        """Take images until the sensor confirms what is wanted; False when the time is over."""
        deadline = self._clock() + timeout_s
        failures = 0
        while True:
            answer = self._dialogue.command(protocol.GENERATE_IMAGE, extra_s=_IMAGING_S, attempts=attempts)
            if answer.code == wanted:
                return True
            if answer.code == Confirmation.NOT_RECEIVED:
                raise LinkCorrupt(DEVICE, f"GenImg: {protocol.meaning(answer.code)}; check the cable")
            failures = failures + 1 if answer.code in TRANSIENT else 0
            expected = (Confirmation.DONE, Confirmation.NO_FINGER)
            if failures >= attempts or (not failures and answer.code not in expected):
                raise refusal(protocol.GENERATE_IMAGE, answer, "clean its glass, switch it off and on, else replace it")
            if self._clock() >= deadline or stop():
                return False
            self._dialogue.pause(_POLL_S)

    def _download(
        self, attempts: int, on_progress: Callable[[float], None], on_rows: Watch | None
    ) -> NDArray[np.uint8]:
        """The image, uploaded again from the sensor's buffer when it came spoiled."""
        sizes: list[int] = []
        for attempt in range(1, attempts + 1):
            try:
                data = self._upload(on_progress, on_rows)
                shape = self._shape_of(len(data))
                if shape is not None:
                    if attempt > 1:
                        # the uploads that seemed lost may still come
                        self._dialogue.leave()
                    self._traits = replace(self._traits, shape=shape)
                    return unpack(data, shape[1])
                if len(data) in sizes:
                    raise DeviceRefused(DEVICE, f"its image of {len(data)} bytes fits no known sensor of the family")
                sizes.append(len(data))
                raise LinkCorrupt(DEVICE, f"UpImage: {len(data)} bytes are no whole image; check the cable")
            except (LinkTimeout, LinkCorrupt) as error:
                if attempt == attempts:
                    raise
                log.warning("%s; upload %d of %d", error, attempt + 1, attempts)
                self._dialogue.settle()
        raise ValueError(f"attempts is {attempts}; it must be at least 1")

    def _upload(self, on_progress: Callable[[float], None], on_rows: Watch | None) -> bytearray:
        """One upload from UpImage to the end of data; no packet of it was spoiled."""
        answer = self._dialogue.command(protocol.UPLOAD_IMAGE, attempts=1)
        if answer.code in TRANSIENT:
            raise LinkCorrupt(DEVICE, f"UpImage: {protocol.meaning(answer.code)}")
        if answer.code != Confirmation.DONE:
            raise refusal(protocol.UPLOAD_IMAGE, answer, "switch it off and on, or replace it")
        h, w = self.shape or LARGEST_SHAPE
        data, expected, shown = bytearray(), h * w // 2, 0
        on_progress(0.0)
        while True:
            for packet in self._dialogue.receive():
                if packet.identifier in (Identifier.DATA, Identifier.END_OF_DATA):
                    data += packet.content
                if packet.identifier == Identifier.END_OF_DATA:
                    if self._dialogue.corrupt:
                        raise LinkCorrupt(DEVICE, f"UpImage: {self._dialogue.corrupt} spoiled packets; check the cable")
                    on_progress(1.0)
                    return data
            if len(data) > 2 * expected:
                raise LinkCorrupt(DEVICE, f"UpImage: {len(data)} bytes and no end; switch the sensor off and on")
            on_progress(min(1.0, len(data) / expected))
            rows = 2 * len(data) // w
            if on_rows and self.shape and not self._dialogue.corrupt and shown + _ROWS_APART <= rows < h:
                shown = rows
                on_rows(unpack(data, w), h, self._ppi)

    def _shape_of(self, count: int) -> tuple[int, int] | None:
        """Rows and columns of an image of that many bytes: the sensor's own shape, else a known one."""
        if self.shape is None:
            return KNOWN_SHAPES.get(count)
        return self.shape if 2 * count == self.shape[0] * self.shape[1] else None
