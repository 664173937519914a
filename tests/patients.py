"""Kits for the doctor: settings with a port and more, and what the doctor finds at them, in both languages."""

from pathlib import Path

from firmware import consultation, doctor
from firmware.config import KitConfig, load
from firmware.doctor import Finding, Told
from firmware.machine import ROOT
from firmware.vocabulary import Language
from firmware.wording import Bilingual

RECIPIENT = "age1y8m84r6pwd4da5d45zzk03rlgv2xr7fn9px80suw3psrahul44ashl0usm"


def kit(folder: Path, port: Path | str, more: str = "") -> KitConfig:
    """A kit with a sensor at this port, for which somebody can open what it records."""
    settings = folder / "kit.toml"
    text = f'kit_id = "K-1"\n[office]\nrecipients = ["{RECIPIENT}"]\n[fingerprint]\nport = "{port}"\nppi = 500\n{more}'
    settings.write_text(text, encoding="utf-8")
    return load(settings)


def found(config: KitConfig, root: Path = ROOT) -> tuple[Finding, ...]:
    """What the doctor finds at a kit."""
    return doctor.judge(consultation.consult(config, root).facts)


def told(finding: Finding, illness: Bilingual) -> tuple[Told, Told]:
    """A finding in Indonesian and in English, once it is of this kind."""
    assert finding.illness is illness, finding
    said = finding.tell(Language.INDONESIAN), finding.tell(Language.ENGLISH)
    for one in said:
        assert one.what and one.causes and one.tries
        assert not any(brace in line for line in (one.what, *one.causes, *one.tries) for brace in "{}")
    assert said[0].what != said[1].what
    return said


def only(config: KitConfig, illness: Bilingual, root: Path = ROOT) -> tuple[Told, Told]:
    """The one thing that the doctor finds, in both languages."""
    findings = found(config, root)
    assert [finding.illness for finding in findings] == [illness], findings
    return told(findings[0], illness)
