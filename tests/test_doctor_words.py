"""What the doctor says, whatever it finds: in both languages, in plain characters, on a screen of 80 by 24."""

import re
import string

import pytest

from firmware import doctor_text
from firmware.doctor import Finding
from firmware.doctor_broker_words import BrokerIllness
from firmware.doctor_delivery_words import DeliveryIllness
from firmware.doctor_kit_words import KitIllness
from firmware.doctor_node_words import NodeIllness
from firmware.doctor_text import DoctorPhrase
from firmware.doctor_words import DeviceName, WireIllness
from firmware.vocabulary import Language
from firmware.wording import Bilingual
from tests.conftest import ROOT

ILLNESSES: list[Bilingual] = [*WireIllness, *KitIllness, *BrokerIllness, *NodeIllness, *DeliveryIllness]
VALUES = {
    "device": DeviceName.FINGERPRINT,
    "path": "/dev/serial/by-path/platform-fd500000.pcie-pci-0000:01:00.0-usb-0:1.3:1.0-port0",
    "port": "/dev/rekam-fingerprint",
    "words": "/dev/rekam-fingerprint went away during a read; check the cable (device reports readiness to read)",
    "before": "R503 00000042",
    "broker": "mqtt.disdukcapil.kepulauanseribu.example.org:8883",
    "holder": "ModemManager (process 1234)",
    "user": "rekam",
    "group": "dialout",
    "host": "rekam.office",
}


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def finding(illness: Bilingual) -> Finding:
    return Finding(illness, {name: VALUES.get(name, 12) for name in fields(illness.value[0])})


@pytest.mark.parametrize("illness", ILLNESSES, ids=lambda illness: illness.name)
def test_a_finding_says_the_same_in_both_languages_on_one_screen(illness: Bilingual) -> None:
    indonesian, english = illness.value
    assert fields(indonesian) == fields(english)
    said = {language: finding(illness).tell(language) for language in Language}
    shapes = {(len(one.causes), len(one.tries)) for one in said.values()}
    assert len(shapes) == 1 and all(min(shape) >= 1 for shape in shapes)
    for language, one in said.items():
        assert len(indonesian.splitlines()) == 1 + len(one.causes) + len(one.tries), "each line is of one kind"
        lines = doctor_text.block(1, one, language)
        assert len(lines) <= 22 and max(map(len, lines)) < 80
        assert "\n".join(lines).isascii()


@pytest.mark.parametrize("phrase", DoctorPhrase)
def test_what_is_said_around_the_findings_is_plain_too(phrase: DoctorPhrase) -> None:
    assert fields(phrase.value[0]) == fields(phrase.value[1]) and all(text.isascii() for text in phrase.value)


def test_a_name_stands_for_one_finding() -> None:
    assert len({illness.name for illness in ILLNESSES}) == len(ILLNESSES)


def test_screens_hold_whole_findings() -> None:
    blocks = [[f"{number}"] * lines for number, lines in enumerate((1, 9, 12, 30, 2, 2))]
    screens = list(doctor_text.screens(blocks, 24))
    assert [[line for line in screen if line] for screen in screens] == [
        ["0", *"1" * 9],
        ["2"] * 12,
        ["3"] * 30,
        [*"44", *"55"],
    ]
    assert list(doctor_text.screens([], 24)) == []


def test_the_table_of_findings_names_every_one() -> None:
    table = (ROOT / "docs" / "doctor.md").read_text(encoding="utf-8").partition("## The JSON object")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == [illness.name.lower() for illness in ILLNESSES]
