"""Runs a fingerprint sensor at the end of its wire, with its faults, in a thread of its own."""

import threading

from sim.fingerprint_sensor import FingerprintSensor, Reply
from sim.framing import COMMAND, Packet, Reader
from sim.mischief import Mischief, Pause, PulledPlug, Step
from sim.wire import Wire

_IDLE_S = 0.25


class SensorLine:
    """A sensor that answers on a wire; a context manager, within which it is alive.

    After `freezes_after` commands, if told, it answers none until its supply was off.
    """

    def __init__(
        self, wire: Wire, sensor: FingerprintSensor, mischief: Mischief, freezes_after: int | None = None
    ) -> None:
        self._wire = wire
        self._sensor = sensor
        self._mischief = mischief
        self._reader = Reader()
        self._loses_next = False
        self._answers_left = freezes_after
        self._has_power = True
        self._has_lost_power = False
        self._is_wanted_in = self._is_in = True
        self._is_closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="fingerprint sensor", daemon=True)

    def __enter__(self) -> "SensorLine":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_closing.set()
        self._wire.wake()
        self._thread.join()
        self._wire.close()

    @property
    def is_alive(self) -> bool:
        """Whether the sensor still answers."""
        return self._thread.is_alive()

    def supply(self, *, is_on: bool) -> None:
        """Take the sensor's supply away or give it back; what is not in flash is then gone."""
        self._has_power = is_on
        if not is_on:
            self._has_lost_power = True

    def plug(self, *, is_in: bool) -> None:
        """Pull the sensor's plug, or put it back; that happens once the answer under way is sent."""
        self._is_wanted_in = is_in

    def _run(self) -> None:
        while not self._is_closing.is_set():
            if self._is_in is not self._is_wanted_in:
                self._move_plug()
            if self._wire.is_newly_opened():
                self._begin()
            if self._has_lost_power and self._has_power:
                self._restart()
            for packet in self._reader.feed(self._wire.receive(_IDLE_S)):
                if not self._has_lost_power:
                    self._handle(packet)

    def _move_plug(self) -> None:
        self._is_in = self._is_wanted_in
        if self._is_in:
            self._wire.plug_in()
            self._sensor.power_on()
        else:
            self._wire.unplug()

    def _restart(self) -> None:
        self._has_lost_power = False
        self._answers_left = None
        self._reader.reset()
        self._wire.send(self._sensor.power_on())

    def _begin(self) -> None:
        self._reader.reset()
        self._wire.send(self._mischief.at_opening())
        self._loses_next = self._mischief.loses_first()

    def _handle(self, packet: Packet) -> None:
        if self._answers_left == 0:
            return
        if packet.identifier == COMMAND and self._answers_left is not None:
            self._answers_left -= 1
        if packet.identifier == COMMAND and self._loses_next:
            self._loses_next = False
            return
        instruction = packet.content[0]
        if packet.identifier == COMMAND and self._mischief.falls_asleep(instruction):
            self._sensor.fall_asleep()
        reply = self._reply(packet, instruction)
        if reply is None:
            return
        for step in [*self._mischief.disturb(instruction, reply.frames), reply.then]:
            if self._has_lost_power or not self._perform(step):
                break
        # Only now: the acknowledgement of a new speed still has the old one (R503 user manual 1.2.2 p. 12)
        self._wire.baud = self._sensor.flash.baud

    def _reply(self, packet: Packet, instruction: int) -> Reply | None:
        code = self._mischief.failure(instruction) if packet.identifier == COMMAND else None
        return self._sensor.handle(packet) if code is None else self._sensor.refuse(code)

    def _perform(self, step: Step) -> bool:
        """Let one step happen; False when the rest of the answer is lost."""
        if isinstance(step, Pause):
            return self._wire.pause(step.seconds)
        if isinstance(step, PulledPlug):
            self._wire.unplug()
            self._wire.pause(step.seconds)
            self._wire.plug_in()
            self._sensor.power_on()
            return False
        self._wire.send(step)
        return True
