"""A look at every device of a kit that nobody uses."""

import time

from firmware import device_statuses
from firmware.config import KitConfig
from firmware.datatypes import DeviceStatus
from firmware.errors import DeviceBusy
from firmware.kit import Kit


def probe(config: KitConfig) -> tuple[DeviceStatus, ...]:
    """Open every configured device, look at it and let it go.

    Raises DeviceBusy while another process records with this data folder, ConfigError as `Kit` does.
    """
    with Kit(config, patient=True) as kit:
        kit.await_power()
        kit.look_after(time.monotonic())
        return kit.statuses()


def all_busy(config: KitConfig, owner: DeviceBusy) -> tuple[DeviceStatus, ...]:
    """How the devices are while another process owns the kit."""
    others = {"panel": config.panel, "battery": config.power, "camera": config.camera}
    names = ("fingerprint", *(name for name, section in others.items() if section))
    return tuple(device_statuses.ill(name, owner) for name in names)
