"""How each device of a kit is doing, in the one form in which it is told to others."""

from firmware.datatypes import Device, DeviceState, DeviceStatus
from firmware.drivers.camera import SteadyCamera
from firmware.drivers.panel import Panel
from firmware.errors import DeviceAbsent, DeviceBusy, DeviceError
from firmware.power import Power

_STATES = {DeviceAbsent: DeviceState.ABSENT, DeviceBusy: DeviceState.BUSY}


def healthy(name: str, device: Device) -> DeviceStatus:
    """A device that works."""
    return DeviceStatus(name, DeviceState.OK, model=f"{device.make} {device.model}".strip())


def ill(name: str, fault: DeviceError) -> DeviceStatus:
    """A device that failed with this."""
    words = str(fault).removeprefix(f"{fault.device}: ")
    return DeviceStatus(name, _STATES.get(type(fault), DeviceState.FAULT), words)


def of_panel(panel: Panel, fault: DeviceError | None) -> DeviceStatus:
    """A panel, or why it could not be opened."""
    if fault:
        return ill("panel", fault)
    if not panel.is_open:
        return DeviceStatus("panel", DeviceState.UNKNOWN)
    if not panel.is_there:
        return DeviceStatus("panel", DeviceState.ABSENT, "its plug is out; put it back in")
    if stuck := ", ".join(sorted(button.value for button in panel.stuck)):
        return DeviceStatus("panel", DeviceState.FAULT, f"stuck: {stuck}; free the button and see its wire")
    return DeviceStatus("panel", DeviceState.OK)


def of_camera(camera: SteadyCamera) -> DeviceStatus:
    """A camera, by its last picture."""
    if camera.fault:
        return ill("camera", camera.fault)
    return healthy("camera", camera.device) if camera.device else DeviceStatus("camera", DeviceState.UNKNOWN)


def of_battery(power: Power, gauge: Device) -> DeviceStatus:
    """A battery's gauge, by the power that it told last."""
    if power.fault:
        return DeviceStatus("battery", DeviceState.FAULT, power.fault)
    return healthy("battery", gauge) if power.reading else DeviceStatus("battery", DeviceState.UNKNOWN)
