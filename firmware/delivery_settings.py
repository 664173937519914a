"""`[delivery]` of kit.toml: where packets go over the network, how fast, and when not."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, field_validator

_FORM = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)", re.ASCII)

_URL = re.compile(r"https://[^\s/@]+(/\S*)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of the day, on the kit's clock; they may go over midnight."""

    begin: time_of_day
    end: time_of_day

    @classmethod
    def read(cls, text: str) -> "Hours":
        """Such as 22:00-05:30. Raises ValueError."""
        told = _FORM.fullmatch(text)
        if not told:
            raise ValueError(f"{text!r}: write hours such as 22:00-05:30")
        from_hour, from_minute, to_hour, to_minute = (int(part) for part in told.groups())
        return cls(time_of_day(from_hour, from_minute), time_of_day(to_hour, to_minute))

    def left(self, now: datetime) -> timedelta:
        """How long they still last; zero outside of them. Hours that end when they begin are the whole day."""
        begin, end = (
            now.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0) for at in (self.begin, self.end)
        )
        if begin < end and not begin <= now < end:
            return timedelta()
        if begin > end and end <= now < begin:
            return timedelta()
        return end - now if now < end else end + timedelta(days=1) - now


class DeliveryConfig(BaseModel):
    """`[delivery]`; without it packets go out by the stick alone."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str = Field(description="the office's server, or where it creates uploads")
    authority: Path | None = Field(None, description="PEM of who certified that server; else the office's own")
    rate_kbit_s: float = Field(0, ge=0, description="most that is sent, kbit/s; 0 for no limit")
    quiet_hours: tuple[str, ...] = Field((), description="when nothing is sent, on the kit's clock")
    timeout_s: float = Field(60, ge=1, le=600, description="how long a silent line counts as alive, seconds")
    every_s: float = Field(60, ge=1, le=86400, description="how often the station looks for what waits, seconds")

    @field_validator("url")
    @classmethod
    def _is_secured(cls, url: str) -> str:
        if not _URL.fullmatch(url):
            raise ValueError(f"{url!r}: write https://HOST, or https://HOST:PORT/PATH")
        return url

    @field_validator("quiet_hours")
    @classmethod
    def _are_hours(cls, texts: tuple[str, ...]) -> tuple[str, ...]:
        for text in texts:
            Hours.read(text)
        return texts

    def quiet_s(self, now: datetime) -> float:
        """How long nothing may be sent yet, seconds; 0 outside of the quiet hours."""
        return quiet_s([Hours.read(text) for text in self.quiet_hours], now)


def quiet_s(hours: Sequence[Hours], now: datetime) -> float:
    """How long the longest of these hours still lasts, seconds; 0 where none is."""
    return max((one.left(now).total_seconds() for one in hours), default=0.0)
