"""The fingerprint sensor that a kit knows as its own, by the number that the sensor tells of itself."""

import json
import logging
from pathlib import Path

from firmware.datatypes import Device
from firmware.durable import write_file
from firmware.errors import InputError

_log = logging.getLogger(__name__)

FILE = "sensor.json"


def serial(device: Device) -> str:
    """Model and serial number; empty for a sensor that tells no number, as optical ones and cheap adapters do not."""
    return f"{device.model} {device.serial}" if device.serial else ""


def known(data: Path) -> str:
    """The sensor that a data folder knows; empty where it knows none."""
    try:
        told = json.loads((data / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    return str(told.get("serial", "")) if isinstance(told, dict) else ""


def keep(data: Path, device: Device) -> None:
    """Know this sensor from now on, where it tells a number. Raises InputError when that cannot be written."""
    if told := serial(device):
        write_file(data / FILE, json.dumps({"serial": told}).encode() + b"\n")


def meet(data: Path, device: Device) -> None:
    """Know a sensor where none is known yet."""
    if known(data):
        return
    try:
        keep(data, device)
    except InputError as error:
        _log.warning("known sensor: %s", error)
