"""What is done with a device whose link may fail: the device is opened anew, and it is done once more."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from firmware.errors import DeviceAbsent, DeviceError, LinkError
from firmware.seams import Hardware, Operator

_log = logging.getLogger(__name__)

Result = TypeVar("Result")

PAUSES_S = (0.5, 2.0, 5.0)
"""How long to wait before a device is opened anew, each time that its link fails in one capture."""

LOST = (LinkError, DeviceAbsent)
"""After these a device may come back."""


@dataclass(frozen=True, slots=True)
class Reconnecting:
    """Whoever knows the devices, and who is told of it; on_change is called after each failure, and once it is open."""

    kit: Hardware
    operator: Operator
    on_change: Callable[[], None]
    pause: Callable[[float], None]

    def persist(self, device: str, operation: Callable[[], Result]) -> Result:
        """Do it, a limited number of times. Raises the error of the last one, or at once what is none of LOST."""
        fault: DeviceError
        try:
            return operation()
        except LOST as error:
            fault = error
        for pause_s in PAUSES_S:
            self._lost(device, fault)
            self.operator.reconnecting(fault)
            self.pause(pause_s)
            try:
                self.kit.reopen(device)
                self.on_change()
                return operation()
            except LOST as error:
                fault = error
        self._lost(device, fault)
        raise fault

    def _lost(self, device: str, fault: DeviceError) -> None:
        _log.info("%s", fault)
        self.kit.lost(device, fault)
        self.on_change()
