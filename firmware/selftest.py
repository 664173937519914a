"""The self-test: each part of a kit does its one thing, and says how that went."""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import numpy as np

from firmware import panel_words
from firmware.clock import Clock, needs_confirmation
from firmware.datatypes import DeviceState
from firmware.errors import DeviceAbsent, KitError
from firmware.identity import Identity
from firmware.kit import Kit
from firmware.panel_words import PanelPhrase
from firmware.pipeline import extraction, warming
from firmware.reporting import Reach, Reporter
from firmware.selftest_words import TestPhrase
from firmware.signals import Signal
from firmware.spool import Spool
from firmware.vocabulary import Effort, Language

LEAST_FREE = 500_000_000
"""Bytes that a data folder needs: about 500 records."""

_SIDE, _PPI = 256, 500
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


@dataclass(frozen=True, slots=True)
class Subject:
    """What is tested: a kit whose devices are open, or known to be absent."""

    kit: Kit
    spool: Spool
    report: Reporter
    data: Path
    identity: Identity
    effort: Effort
    clock: Clock
    broker: str


Found = tuple[Verdict, str]


def run(subject: Subject, language: Language) -> Iterator[Finding]:
    """Test part after part; one that fails keeps none of the others from its test."""
    parts: Mapping[str, Callable[[Subject, Language], Found]] = {
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
    }
    for part, test in parts.items():
        try:
            verdict, words = test(subject, language)
        except (KitError, OSError) as error:
            verdict, words = Verdict.FAILED, str(error)
        yield Finding(part, verdict, words)


def _storage(subject: Subject, language: Language) -> Found:
    """Something written, brought to the disk and read back; and room for more."""
    wanted = os.urandom(4096)
    with tempfile.NamedTemporaryFile(dir=subject.data) as file:
        file.write(wanted)
        file.flush()
        os.fsync(file.fileno())
        # Not from the page cache, but from the disk itself
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        if Path(file.name).read_bytes() != wanted:
            return Verdict.FAILED, TestPhrase.DISK_LIES.say(language)
    free = shutil.disk_usage(subject.data).free
    phrase, verdict = TestPhrase.DISK, Verdict.PASSED
    if free < LEAST_FREE:
        phrase, verdict = TestPhrase.DISK_SMALL, Verdict.WARNING
    return verdict, phrase.say(language, free=f"{free / 1e9:.1f}")


def _spool(subject: Subject, language: Language) -> Found:
    """Every packet's bytes against its digest."""
    entries = subject.spool.entries()
    for entry in entries:
        subject.spool.packet(entry.control_number)
    return Verdict.PASSED, TestPhrase.SPOOL.say(language, packets=len(entries))


def _identity(subject: Subject, language: Language) -> Found:
    if subject.identity.certificate is None:
        return Verdict.WARNING, TestPhrase.NOT_ADMITTED.say(language)
    return Verdict.PASSED, TestPhrase.ADMITTED.say(language, recipients=len(subject.identity.recipients))


def _clock(subject: Subject, language: Language) -> Found:
    at = subject.clock.now()
    verdict = Verdict.WARNING if needs_confirmation(at) else Verdict.PASSED
    return verdict, TestPhrase.CLOCK.say(language, at=f"{at.utc:%Y-%m-%d %H:%M}", trust=at.trust.value)


def _battery(subject: Subject, language: Language) -> Found:
    power = subject.kit.look_at_power(time.monotonic())
    is_well = power.may_start and not power.fault
    return (Verdict.PASSED if is_well else Verdict.WARNING), power.say(language)


def _panel(subject: Subject, language: Language) -> Found:
    """Each lamp and the buzzer by a signal, and no button that is down by itself."""
    panel = subject.kit.panel
    if panel is None:
        return Verdict.PASSED, TestPhrase.NO_PANEL.say(language)
    if not panel.is_open:
        return Verdict.WARNING, PanelPhrase.ABSENT.say(language)
    for signal in (Signal.PLACE_FINGER, Signal.DONE, Signal.AGAIN, Signal.FAULT, Signal.READY):
        panel.show(signal)
        time.sleep(_SIGNAL_S)
    if stuck := sorted(panel.stuck, key=lambda button: button.value):
        return Verdict.WARNING, " ".join(panel_words.say_stuck(button, language) for button in stuck)
    return Verdict.PASSED, TestPhrase.PANEL.say(language)


def _fingerprint(subject: Subject, language: Language) -> Found:
    """An answer to the command that takes an image."""
    began = time.monotonic()
    subject.kit.fingerprint.check()
    took_ms = 1000 * (time.monotonic() - began)
    (status,) = (status for status in subject.kit.statuses() if status.name == "fingerprint")
    if status.state is not DeviceState.OK:
        raise DeviceAbsent("fingerprint", status.words)
    return Verdict.PASSED, TestPhrase.FINGERPRINT.say(language, model=status.model, ms=f"{took_ms:.0f}")


def _camera(subject: Subject, language: Language) -> Found:
    """One picture."""
    camera = subject.kit.camera
    if camera is None:
        return Verdict.PASSED, TestPhrase.NO_PANEL.say(language)
    began = time.monotonic()
    shot = camera.capture()
    took_ms = 1000 * (time.monotonic() - began)
    height, width, _ = shot.pixels.shape
    return Verdict.PASSED, TestPhrase.CAMERA.say(language, width=width, height=height, ms=f"{took_ms:.0f}")


def _core(subject: Subject, language: Language) -> Found:
    """Stripes that bend: no print, but work for every stage."""
    x, y = np.meshgrid(np.arange(_SIDE), np.arange(_SIDE))
    pixels = (127 + 100 * np.sin(np.hypot(x, y) * (2 * np.pi / 9))).astype(np.uint8)
    warming.warm_up(_PPI, subject.effort)
    began = time.monotonic()
    features = extraction.extract(pixels, _PPI, subject.effort)
    took_ms = 1000 * (time.monotonic() - began)
    if not features.foreground.any():
        return Verdict.FAILED, TestPhrase.CORE_BLIND.say(language)
    return Verdict.PASSED, TestPhrase.CORE.say(language, ms=f"{took_ms:.0f}")


def _broker(subject: Subject, language: Language) -> Found:
    """A kit records without a network: one that is away is no failure."""
    reach = subject.report.reach()
    return (Verdict.WARNING if reach is Reach.AWAY else Verdict.PASSED), reach.value.say(
        language, broker=subject.broker
    )
