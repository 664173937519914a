"""Rates, waits and hours, by a clock that the test moves."""

import random
from datetime import datetime
from pathlib import Path

import pytest

from firmware.config import load
from firmware.delivery_settings import Hours, quiet_s
from firmware.errors import ConfigError
from firmware.uplink.pacing import Backoff, Pace


class Clock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def now(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds


def test_a_rate_is_kept_and_idle_time_is_not_saved_up() -> None:
    clock = Clock()
    pace = Pace(1000, clock.now, clock.sleep)
    for _ in range(10):
        pace.take(500)
    assert clock.now_s == pytest.approx(105)
    clock.now_s = 200
    pace.take(500)
    assert clock.now_s == pytest.approx(200.5)
    free = Clock()
    Pace(0, free.now, free.sleep).take(10**9)
    assert free.now_s == 100


def test_waits_double_up_to_the_longest_and_are_drawn() -> None:
    backoff = Backoff(2, 10, random.Random(3))
    waits = [backoff.failed() for _ in range(6)]
    for wait, most in zip(waits, (2, 4, 8, 10, 10, 10), strict=True):
        assert most / 2 <= wait <= most
    assert len(set(waits[3:])) == 3
    backoff.went_on()
    assert backoff.failed() <= 2


@pytest.mark.parametrize(
    ("hours", "now", "left_h"),
    [
        ("08:00-16:30", "07:59", 0),
        ("08:00-16:30", "08:00", 8.5),
        ("08:00-16:30", "16:00", 0.5),
        ("08:00-16:30", "16:30", 0),
        ("22:00-05:30", "23:30", 6),
        ("22:00-05:30", "05:00", 0.5),
        ("22:00-05:30", "05:30", 0),
        ("22:00-05:30", "21:59", 0),
        ("00:00-00:00", "12:00", 12),
    ],
)
def test_hours_last_as_long_as_they_say(hours: str, now: str, left_h: float) -> None:
    at = datetime.fromisoformat(f"2026-11-29 {now}+07:00")
    assert Hours.read(hours).left(at).total_seconds() == left_h * 3600
    assert quiet_s([Hours.read(hours), Hours.read("03:00-03:01")], at) == left_h * 3600
    assert quiet_s([], at) == 0


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('url = "http://office"', "delivery.url: 'http://office': write https://"),
        ('url = "https://"', "write https://"),
        ('url = "https://office"\nquiet_hours = ["25:00-01:00"]', "delivery.quiet_hours"),
        ('url = "https://office"\nrate_kbit_s = -1', "delivery.rate_kbit_s"),
        ('url = "https://office"\nspeed = 1', "delivery.speed: no such key"),
        ("", "delivery.url: this key is required"),
    ],
)
def test_a_setting_that_cannot_be_is_named(line: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "kit.toml"
    path.write_text(f'kit_id = "K1"\n[fingerprint]\nport = "x"\n[delivery]\n{line}\n')
    with pytest.raises(ConfigError, match=words.replace("[", r"\[")):
        load(path)


def test_the_section_is_read_with_its_paths(tmp_path: Path) -> None:
    path = tmp_path / "kit.toml"
    text = 'url = "https://office.example.org:8443"\nauthority = "ca.pem"\nquiet_hours = ["22:00-05:00"]'
    path.write_text(f'kit_id = "K1"\n[fingerprint]\nport = "x"\n[delivery]\n{text}\n')
    delivery = load(path).delivery
    assert delivery and delivery.authority == tmp_path / "ca.pem" and delivery.rate_kbit_s == 0
