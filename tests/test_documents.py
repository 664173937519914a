"""The examples that a person copies from docs/ are ones that Rekam takes."""

import re

from firmware.config import CameraConfig, FingerprintConfig, KitConfig, MqttConfig, OfficeConfig, load
from tests.conftest import ROOT


def test_the_example_of_kit_toml_is_taken_and_names_every_key() -> None:
    example = ROOT / "docs" / "kit.toml"
    config = load(example)
    assert config.fingerprint.port == "/dev/ttyAMA0"
    keys = set(re.findall(r"^#? ?\[?(\w+)\]?(?: =|\s)", example.read_text(encoding="utf-8"), re.MULTILINE))
    for section in (KitConfig, FingerprintConfig, CameraConfig, MqttConfig, OfficeConfig):
        assert set(section.model_fields) <= keys, section.__name__


def test_the_example_shows_the_defaults_that_it_says() -> None:
    config = load(ROOT / "docs" / "kit.toml")
    assert config.mqtt and config.camera
    for section in (config.fingerprint, config.camera, config.mqtt, config.office):
        for name, field in type(section).model_fields.items():
            if not field.is_required():
                assert getattr(section, name) == field.default, name
