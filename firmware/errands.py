"""What a running station does when the office asks from afar: its self-test, its pace, its log, its rollout."""

from collections.abc import Callable, Mapping
from pathlib import Path

from firmware import connection, logs, rollout
from firmware.datatypes import Timestamp
from firmware.errors import InputError, SessionError
from firmware.rollout import Teller
from firmware.rollout_words import Stage
from firmware.telemetry.commands import Command, Handler
from firmware.telemetry.metrics import Value

FASTEST_S, SLOWEST_S = 10, 3600
_LINES = 40
_SELF_TEST_S = 300.0


class Errands:
    """Does what is asked of the station of one data folder.

    interval_s: how often it is to look for what changed, until it ends.
    """

    def __init__(self, data: Path, now: Callable[[], Timestamp], interval_s: int) -> None:
        self._data, self._now = data, now
        self.interval_s = interval_s

    def handlers(self) -> Mapping[Command, Handler]:
        """Who does which command."""
        return {
            Command.SELF_TEST: self._test,
            Command.INTERVAL: self._set_interval,
            Command.LOG_EXCERPT: lambda value: logs.of_service(_LINES),
            Command.ROLLOUT: self._tell_rollout,
        }

    def _test(self, value: Value) -> str:
        """As `rekam selftest` does: the station is asked over its own socket, and refuses while it records."""
        told = connection.ask(self._data, "selftest", _SELF_TEST_S)
        if told is None:
            raise SessionError("no station runs here that could test itself")
        findings = [f"{one['part']}: {one['verdict']}: {one['words']}" for one in told["findings"]]
        return "\n".join(["passed" if told["passed"] else "failed", *findings])

    def _set_interval(self, value: Value) -> str:
        if not isinstance(value, int) or not FASTEST_S <= value <= SLOWEST_S:
            raise InputError(f"reporting interval: write {FASTEST_S} to {SLOWEST_S} seconds")
        self.interval_s = value
        return f"{value} s"

    def _tell_rollout(self, value: Value) -> str:
        """`stage`, or `stage: reason`."""
        code, _, reason = str(value).partition(":")
        try:
            stage = rollout.stage_of(code.strip())
        except InputError as error:  # which repeats what was written
            raise InputError(f"rollout state: write {', '.join(one.code for one in Stage)}, a colon, why") from error
        told = rollout.tell(self._data, stage, reason, self._now(), Teller.OFFICE)
        return f"{told.stage.code} since {told.since:%Y-%m-%d}"
