"""The self-test: each part of a kit does its one thing, and says how that went."""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from firmware import panel_words, reporting, room
from firmware.clock import needs_confirmation
from firmware.datatypes import DeviceState
from firmware.device_words import DevicePhrase
from firmware.errors import DeviceAbsent, KitError
from firmware.pipeline import extraction, warming
from firmware.selftest_words import TestPhrase
from firmware.signals import Signal
from firmware.standing import State
from firmware.storage_words import StoragePhrase
from firmware.vocabulary import Language
from firmware.workplace import Workplace

LEAST_FREE = 500_000_000
"""Bytes that a data folder needs: about 500 records."""

_PPI = 500
_SIGNAL_S = 0.4


class Verdict(Enum):
    """How a part did: well; in a way that somebody should know of; not at all."""

    PASSED = "passed"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One part, its verdict, and words in the language that was asked for."""

    part: str
    verdict: Verdict
    words: str


Found = tuple[Verdict, str]


def run(place: Workplace, language: Language) -> Iterator[Finding]:
    """Test part after part; one that fails keeps none of the others from its test."""
    parts: Mapping[str, Callable[[Workplace, Language], Found]] = {
        "storage": _storage,
        "spool": _spool,
        "identity": _identity,
        "clock": _clock,
        "battery": _battery,
        "panel": _panel,
        "fingerprint": _fingerprint,
        "camera": _camera,
        "core": _core,
        "broker": _broker,
        "node": _node,
    }
    for part, test in parts.items():
        place.alive()
        try:
            verdict, words = test(place, language)
        except (KitError, OSError) as error:
            verdict, words = Verdict.FAILED, str(error)
        yield Finding(part, verdict, words)


def _storage(place: Workplace, language: Language) -> Found:
    """Something written, brought to the disk and read back; and room for more."""
    wanted = os.urandom(4096)
    with tempfile.NamedTemporaryFile(dir=place.config.data) as file:
        file.write(wanted)
        file.flush()
        os.fsync(file.fileno())
        # Not from the page cache, but from the disk itself
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        if Path(file.name).read_bytes() != wanted:
            return Verdict.FAILED, TestPhrase.DISK_LIES.say(language)
    if short := _room(place, language):
        return short
    free = shutil.disk_usage(place.config.data).free
    phrase, verdict = TestPhrase.DISK, Verdict.PASSED
    if free < LEAST_FREE:
        phrase, verdict = TestPhrase.DISK_SMALL, Verdict.WARNING
    return verdict, phrase.say(language, free=f"{free / 1e9:.1f}")


def _room(place: Workplace, language: Language) -> Found | None:
    """What to say of a card, or a quota, that is nearly full."""
    left = room.measure(place.config.data, place.spool, place.config.storage)
    if left is None or not left.is_short:
        return None
    return Verdict.WARNING, StoragePhrase.SHORT.say(language, percent=left.percent)


def _spool(place: Workplace, language: Language) -> Found:
    """Every packet's bytes against its digest."""
    entries = place.spool.entries()
    for entry in entries:
        place.alive()
        if entry.acknowledged_utc is None:
            place.spool.packet(entry.control_number)
    return Verdict.PASSED, TestPhrase.SPOOL.say(language, packets=len(entries))


def _identity(place: Workplace, language: Language) -> Found:
    stands = place.standing()
    return (Verdict.PASSED if stands.state is State.ADMITTED else Verdict.WARNING), stands.say(language)


def _clock(place: Workplace, language: Language) -> Found:
    at = place.clock.now()
    verdict = Verdict.WARNING if needs_confirmation(at) else Verdict.PASSED
    return verdict, TestPhrase.CLOCK.say(language, at=f"{at.utc:%Y-%m-%d %H:%M}", trust=at.trust.value)


def _battery(place: Workplace, language: Language) -> Found:
    power = place.kit.look_at_power(time.monotonic())
    is_well = power.may_start and not power.fault
    return (Verdict.PASSED if is_well else Verdict.WARNING), power.say(language)


def _panel(place: Workplace, language: Language) -> Found:
    """Each lamp and the buzzer by a signal, and no button that is down by itself."""
    panel = place.kit.panel
    if panel is None:
        return Verdict.PASSED, TestPhrase.NOT_CONFIGURED.say(language)
    if not panel.is_there:
        return Verdict.WARNING, DevicePhrase.PANEL_GONE.say(language)
    for signal in (Signal.PLACE_FINGER, Signal.DONE, Signal.AGAIN, Signal.FAULT, Signal.READY):
        panel.show(signal)
        time.sleep(_SIGNAL_S)
    if stuck := sorted(panel.stuck, key=lambda button: button.value):
        return Verdict.WARNING, " ".join(panel_words.say_stuck(button, language) for button in stuck)
    return Verdict.PASSED, TestPhrase.PANEL.say(language)


def _fingerprint(place: Workplace, language: Language) -> Found:
    """An answer to the command that takes an image."""
    began = time.monotonic()
    place.kit.fingerprint.check()
    took_ms = 1000 * (time.monotonic() - began)
    (status,) = (status for status in place.kit.statuses() if status.name == "fingerprint")
    if status.state is not DeviceState.OK:
        raise DeviceAbsent("fingerprint", status.words)
    return Verdict.PASSED, TestPhrase.FINGERPRINT.say(language, model=status.model, ms=f"{took_ms:.0f}")


def _camera(place: Workplace, language: Language) -> Found:
    """One picture."""
    camera = place.kit.camera
    if camera is None:
        return Verdict.PASSED, TestPhrase.NOT_CONFIGURED.say(language)
    began = time.monotonic()
    shot = camera.capture()
    took_ms = 1000 * (time.monotonic() - began)
    height, width, _ = shot.pixels.shape
    return Verdict.PASSED, TestPhrase.CAMERA.say(language, width=width, height=height, ms=f"{took_ms:.0f}")


def _core(place: Workplace, language: Language) -> Found:
    """A made-up print."""
    warming.warm_up(_PPI, place.config.effort)
    began = time.monotonic()
    features = extraction.extract(warming.made_up_print(), _PPI, place.config.effort)
    took_ms = 1000 * (time.monotonic() - began)
    if not features.foreground.any():
        return Verdict.FAILED, TestPhrase.CORE_BLIND.say(language)
    return Verdict.PASSED, TestPhrase.CORE.say(language, ms=f"{took_ms:.0f}")


def _broker(place: Workplace, language: Language) -> Found:
    """A kit records without a network: one that is away is no failure."""
    mqtt, reach = place.config.mqtt, place.report.reach()
    return (Verdict.PASSED if reach.is_well else Verdict.WARNING), reach.value.say(
        language, broker=f"{mqtt.host}:{mqtt.port}" if mqtt else ""
    )


def _node(place: Workplace, language: Language) -> Found:
    """The kit in the fleet; a broker that is away is no failure here either."""
    mqtt, seen = place.config.mqtt, reporting.node_look(place.config)
    broker = f"{mqtt.host}:{mqtt.port}" if mqtt else ""
    words = seen.reach.value.say(language, broker=broker, host=seen.host, waiting=seen.waiting, words=seen.words)
    return (Verdict.PASSED if seen.reach.is_well else Verdict.WARNING), words
