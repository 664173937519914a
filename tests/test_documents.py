"""The examples that a person copies from docs/ are ones that Rekam takes."""

import re

from firmware import roster
from firmware.config import KitConfig, MqttConfig, OfficeConfig, RecordConfig, load
from firmware.device_settings import CameraConfig, FingerprintConfig, PanelConfig, PowerConfig
from firmware.records.itl import Type2
from tests.conftest import ROOT


def test_the_example_of_kit_toml_is_taken_and_names_every_key() -> None:
    example = ROOT / "docs" / "kit.toml"
    config = load(example)
    assert config.fingerprint.port == "/dev/ttyAMA0"
    keys = set(re.findall(r"^#? ?\[?(\w+)\]?(?: =|\s)", example.read_text(encoding="utf-8"), re.MULTILINE))
    sections = FingerprintConfig, CameraConfig, PanelConfig, PowerConfig, MqttConfig, RecordConfig, OfficeConfig
    for section in (KitConfig, *sections):
        assert set(section.model_fields) <= keys, section.__name__


def test_the_example_shows_the_defaults_that_it_says() -> None:
    config = load(ROOT / "docs" / "kit.toml")
    assert config.mqtt and config.camera
    assert config.panel and config.power
    office = config.record, config.office
    for section in (config.fingerprint, config.camera, config.panel, config.power, config.mqtt, *office):
        for name, field in type(section).model_fields.items():
            if not field.is_required():
                assert getattr(section, name) == field.default, name


def test_the_table_of_the_record_names_every_field() -> None:
    table = (ROOT / "docs" / "record.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| 2\.([0-9]{3}) \| ([A-Z_]+) \|", table, re.MULTILINE) == [
        (f"{field.value:03}", field.name) for field in Type2
    ]


def test_the_table_of_the_list_names_every_column_by_titles_that_are_taken() -> None:
    table = (ROOT / "docs" / "roster.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| ([^|]*) \| (?:yes|no) \|", table, re.MULTILINE)
    titles = {name: {name, *re.findall("`([^`]+)`", others)} for name, others in rows}
    assert set(titles) == {"nik", "name", "date_of_birth", "sex", "marital_status", "class", "consent", "override_nik"}
    for name, written in titles.items():
        assert {roster.column(title) for title in written} == {name}
