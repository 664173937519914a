"""Tries each device of a kit and tells what came of it, for the doctor's judgement."""

import time
from collections.abc import Callable, Mapping

from firmware import known_sensor
from firmware.datatypes import DeviceState, DeviceStatus
from firmware.drivers.fingerprint_protocol import Confirmation, meaning
from firmware.errors import DeviceError, LinkLost
from firmware.kit import Kit
from firmware.symptoms import Devices, Sensor, Trial

_BACK_S = 2.0
"""A plug that lost contact for a moment is back by then: USB takes a second."""

_LOOKS, _BETWEEN_S = 8, 0.4
"""So often a glass is looked at: a finger that comes and goes leaves it clear at one look at least."""


_GLASS: Mapping[int, str] = {
    Confirmation.NO_FINGER: "clear",
    Confirmation.DONE: "covered",
    Confirmation.IMAGING_FAILED: "unreadable",
    Confirmation.HARDWARE_FAILED: "unreadable",
}


def examine(kit: Kit, alive: Callable[[], None] = lambda: None) -> Devices:
    """Try every device that is configured. alive: called now and then, while it goes on."""
    sensor = _sensor(kit, alive)
    alive()
    kit.await_power()
    told = {status.name: status for status in kit.statuses()}
    return Devices(sensor, _of_status(told.get("panel")), _of_status(told.get("battery")), _camera(kit))


def _sensor(kit: Kit, alive: Callable[[], None]) -> Sensor:
    """Look at the glass; a sensor that does not answer is looked for at every speed of its family.

    One that goes away meanwhile has failed, also where it is back at once.
    """
    lost: LinkLost | None = None
    try:
        try:
            kit.fingerprint.check()
        except DeviceError as fault:
            if isinstance(fault, LinkLost):
                lost = fault
                time.sleep(_BACK_S)
            kit.search()
        code = _look_at_glass(kit, alive)
    except DeviceError as fault:
        return Sensor(_failed(lost or fault))
    if lost:
        return Sensor(_failed(lost))
    if code not in _GLASS:
        return Sensor(Trial("DeviceRefused", meaning(code)))
    found_at, speed = kit.fingerprint.speeds
    return Sensor(Trial(), known_sensor.serial(kit.fingerprint.device), found_at, speed, _GLASS[code], meaning(code))


def _look_at_glass(kit: Kit, alive: Callable[[], None]) -> int:
    """The confirmation code of an image without a finger, or of the last one where there is none without."""
    code = int(Confirmation.NO_FINGER)
    for _ in range(_LOOKS):
        alive()
        code = kit.fingerprint.check()
        if code == Confirmation.NO_FINGER:
            break
        time.sleep(_BETWEEN_S)
    return code


def _camera(kit: Kit) -> Trial | None:
    if kit.camera is None:
        return None
    try:
        kit.camera.check()
    except DeviceError as fault:
        return _failed(fault)
    return Trial()


def _of_status(status: DeviceStatus | None) -> Trial | None:
    """A device that is looked after anyway; the class of its error is that of its state."""
    if status is None:
        return None
    classes = {DeviceState.ABSENT: "DeviceAbsent", DeviceState.BUSY: "DeviceBusy", DeviceState.FAULT: "DeviceError"}
    return Trial(classes.get(status.state, ""), status.words)


def _failed(fault: DeviceError) -> Trial:
    return Trial(type(fault).__name__, str(fault).removeprefix(f"{fault.device}: "))
