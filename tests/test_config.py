"""kit.toml: what it may say, and complaints that name the file, the key and what to do."""

from pathlib import Path

import pytest

from firmware import config
from firmware.device_settings import PowerConfig
from firmware.drivers.panel import Wiring
from firmware.errors import ConfigError
from firmware.vocabulary import Effort, FaceCompression, FingerCompression, Language, Purpose

LEAST = 'kit_id = "K-1"\n[fingerprint]\nport = "/dev/ttyAMA0"\n'


def write(folder: Path, text: str) -> Path:
    path = folder / "kit.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_what_is_left_out_has_its_default(tmp_path: Path) -> None:
    kit = config.load(write(tmp_path, LEAST))
    assert (kit.purpose, kit.language, kit.effort) == (Purpose.LIVE, Language.INDONESIAN, Effort.STANDARD)
    assert kit.mqtt is None
    assert kit.panel is None
    assert kit.data == tmp_path / "data"


def test_pictures_are_compressed_as_it_says(tmp_path: Path) -> None:
    assert config.load(write(tmp_path, LEAST)).record == config.RecordConfig()
    told = config.load(write(tmp_path, LEAST + "[record]\nfingers = 'wsq'\nface = 'png'")).record
    assert (told.fingers, told.face) == (FingerCompression.WSQ, FaceCompression.PNG)


def test_wsq_is_refused_where_it_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "find_spec", lambda _: None)
    with pytest.raises(ConfigError, match=r"record\.fingers: wsq needs the optional package wsq: pip install"):
        config.load(write(tmp_path, LEAST + "[record]\nfingers = 'wsq'"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (LEAST + "prot = 1", "fingerprint.prot: no such key; check its spelling"),
        ("[fingerprint]\nport = 'x'", "kit_id: this key is required"),
        (LEAST.replace("K-1", "K 1"), "kit_id: write letters, digits and hyphens, at most 32"),
        (LEAST.replace("/dev/ttyAMA0", ""), "fingerprint.port: must not be empty"),
        (LEAST + "minimum_quality = 101", "fingerprint.minimum_quality: "),
        ('timezone = "Mars/Base"\n' + LEAST, "timezone: no such time zone: 'Mars/Base'"),
        ('purpose = "play"\n' + LEAST, "purpose: "),
        (LEAST + "[mqtt]\nport = 1883", "mqtt.host: this key is required"),
        (LEAST + "[mqtt]\nhost = 'a..b'", "mqtt: host: 'a..b' is no host name; write a name or an address"),
        (LEAST + "[mqtt]\nhost = 'b'\nca = 'ca.pem'", "mqtt: ca, user and password_file need tls = true"),
        (LEAST + "[mqtt]\nhost = 'b'\ntls = true\nuser = 'k'", "mqtt: user and password_file belong together"),
        (LEAST + "[mqtt]\nhost = 'b'\ngroup = 'a/b'", "mqtt: group: 'a/b' is no name for a topic; write 1 to 64 signs"),
        (LEAST + "[mqtt]\nhost = 'b'\ngroup = ''", "mqtt: group: '' is no name for a topic"),
        (LEAST + "[mqtt]\nhost = 'b'\nprimary_host = '#'", "mqtt: primary_host: '#' is no name for a topic"),
        (LEAST + "mqtt = 3", "fingerprint.mqtt: no such key"),
        ("mqtt = 3\n" + LEAST, "mqtt: "),
        (LEAST + "[power]\nbus = ''", "power.bus"),
        (LEAST + "[record]\nfingers = 'jpeg'", "record.fingers: choose one of png, jpeg2000, wsq, not 'jpeg'"),
        (LEAST + "[record]\nface = 3", "record.face: choose one of png, jpeg, not 3"),
        (LEAST + "[power]\naddress = 0x80", "power.address: "),
        (LEAST + "[power]\nlow_percent = 10", "power: critical_percent must be below low_percent"),
        (LEAST + "[panel]\nwhite = 28", "panel.white: "),
        (LEAST + "[panel]\nskip = 5", "panel: skip: GPIO5 belongs to accept already; give each part a pin of its own"),
        (LEAST + "[panel]\nred = 15", "panel: red: GPIO15 belongs to the UART already"),
        ("kit_id = ", "not valid TOML"),
        ("", "kit_id: this key is required"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, words: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(ConfigError) as told:
        config.load(path)
    assert str(path) in str(told.value)
    assert words in str(told.value)


def test_every_fault_is_told_at_once_and_each_only_once(tmp_path: Path) -> None:
    text = LEAST + "passwords = [-1]\nattempts = 0\n"
    with pytest.raises(ConfigError, match=r"2 setting\(s\)") as told:
        config.load(write(tmp_path, text))
    assert "fingerprint.passwords.0" in str(told.value)
    assert "fingerprint.attempts" in str(told.value)


@pytest.mark.parametrize(("text", "bus"), [("", 1), ("bus = 3", 3), ('bus = "/dev/i2c-1"', "/dev/i2c-1")])
def test_a_bus_is_a_number_or_a_name(tmp_path: Path, text: str, bus: int | str) -> None:
    power = config.load(write(tmp_path, f"{LEAST}[power]\n{text}")).power
    assert power == PowerConfig(bus=bus)
    assert config.load(write(tmp_path, LEAST)).power is None


def test_a_broker_has_the_usual_port_of_its_kind_and_its_files_lie_beside_the_settings(tmp_path: Path) -> None:
    mqtt = config.load(write(tmp_path, f"{LEAST}[mqtt]\nhost = 'b'\n")).mqtt
    assert mqtt and (mqtt.port, mqtt.tls, mqtt.ca, mqtt.password_file) == (1883, False, None, None)
    text = f"{LEAST}[mqtt]\nhost = 'b'\ntls = true\nca = 'ca.pem'\nuser = 'k'\npassword_file = '/etc/word'\n"
    mqtt = config.load(write(tmp_path, text)).mqtt
    assert mqtt and (mqtt.port, mqtt.ca, mqtt.password_file) == (8883, tmp_path / "ca.pem", Path("/etc/word"))
    mqtt = config.load(write(tmp_path, text + "port = 443\n")).mqtt
    assert mqtt and mqtt.port == 443


def test_a_panel_s_settings_are_the_driver_s(tmp_path: Path) -> None:
    kit = config.load(write(tmp_path, LEAST + "[panel]\n"))
    assert kit.panel
    assert Wiring(**kit.panel.model_dump()) == Wiring()


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"missing\.toml: no such file; name the kit's settings with --config"):
        config.load(tmp_path / "missing.toml")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        config.load(tmp_path)
