"""Why the panel's pins could not be taken, with what to try: gpiozero's and the pin factories' errors become ours."""

import os
from pathlib import Path

from firmware.errors import DeviceAbsent, DeviceBusy

DEVICE = "panel"
_DEV = Path("/dev")


def not_opened(error: Exception, dev: Path = _DEV) -> DeviceAbsent | DeviceBusy:
    """The error of ours for this one; `dev` is where the kernel shows the GPIO chips as gpiochip*.

    Any exception may come: a pin factory's library raises its own (lgpio.error with a text), and the list of
    factories is open.
    """
    words = str(error)
    if isinstance(error, ModuleNotFoundError) and error.name == "gpiozero":
        return DeviceAbsent(DEVICE, "gpiozero is not installed; install Rekam with its extra pi: rekam[pi]")
    from gpiozero import BadPinFactory, GPIOPinInUse, PinInvalidPin

    if isinstance(error, GPIOPinInUse) or "GPIO busy" in words:
        return DeviceBusy(DEVICE, f"a pin is in use already ({words}); end the other program: `gpioinfo` names it")
    if isinstance(error, PinInvalidPin):
        return DeviceAbsent(DEVICE, f"{words}; check the pins of [panel] in kit.toml")
    return DeviceAbsent(DEVICE, _reason(error, words, dev, unknown=isinstance(error, BadPinFactory)))


def _reason(error: Exception, words: str, dev: Path, *, unknown: bool) -> str:
    factory = os.environ.get("GPIOZERO_PIN_FACTORY")
    if unknown and factory:
        return f"GPIOZERO_PIN_FACTORY={factory} cannot be used ({words}); on a board write lgpio"
    if isinstance(error, ImportError) and not unknown:
        return f"{words}; on a board install the Debian package python3-lgpio"
    chips = sorted(dev.glob("gpiochip*"))
    if not chips:
        return f"this machine has no GPIO chip ({words}); leave [panel] out of kit.toml where no panel is"
    if isinstance(error, PermissionError) or not all(os.access(chip, os.R_OK | os.W_OK) for chip in chips):
        return f"this user may not use {chips[0]} ({words}); add the user to the group gpio"
    return f"its pins cannot be taken ({words})"
