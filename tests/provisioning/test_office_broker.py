"""A real mosquitto with the office's settings: who is taken, who may say what, and what a wrong clock does."""

import ssl
import subprocess
import threading
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.subscribeoptions import SubscribeOptions

from firmware.config import MqttConfig
from firmware.delivery_settings import DeliveryConfig
from firmware.office import broker, keys
from provisioning import kit_settings, questions
from provisioning.roles import OFFICE
from provisioning.words import LANGUAGES
from tests import desks
from tests.desks import Desk

NOT_AUTHORIZED = 0x87


def asked(desk: Desk, *words: str | Path) -> str:
    """What openssl as the broker's client says."""
    command = ["openssl", "s_client", "-connect", f"localhost:{desk.port}", "-verify_hostname", "localhost"]
    told = subprocess.run(
        [*command, "-CAfile", desk.authority, "-verify_return_error", *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return told.stdout + told.stderr


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desks.desk(tmp_path_factory.mktemp("office")) as opened:
        yield opened


class Caller:
    """A client of the broker (MQTT 5, which tells what was refused) with a certificate, or with none."""

    def __init__(self, desk: Desk, certificate: Path | None) -> None:
        context = ssl.create_default_context(cafile=str(desk.office.folder / "authority.pem"))
        if certificate:
            context.load_cert_chain(certificate)
        self._changed = threading.Condition()
        self.is_taken, self._is_over, self._is_subscribed = False, False, False
        self.heard: dict[str, bytes] = {}
        self._answers: dict[int, int] = {}
        self._client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv5)
        self._client.tls_set_context(context)
        self._client.on_connect = lambda *words: self._note(is_taken=True)
        self._client.on_disconnect = lambda *words: self._note(_is_over=True)
        self._client.on_subscribe = lambda *words: self._note(_is_subscribed=True)
        self._client.on_message = lambda client, data, message: self._hear(message.topic, bytes(message.payload))
        self._client.on_publish = lambda client, data, number, reason, _: self._answer(number, int(reason.value))
        self._client.connect("localhost", desk.port)
        self._client.loop_start()
        with self._changed:
            assert self._changed.wait_for(lambda: self.is_taken or self._is_over, 60)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def publish(self, topic: str, words: str) -> int:
        """The broker's answer: 0x87 is "not authorized"."""
        number = self._client.publish(topic, words, qos=1, retain=True).mid
        with self._changed:
            assert self._changed.wait_for(lambda: number in self._answers, 60)
            return self._answers[number]

    def listen(self) -> None:
        """Ask for all that the broker has."""
        self._client.subscribe("#", options=SubscribeOptions(qos=1))
        with self._changed:
            assert self._changed.wait_for(lambda: self._is_subscribed, 60)

    def hears(self, topic: str) -> bytes:
        with self._changed:
            assert self._changed.wait_for(lambda: topic in self.heard, 60), self.heard
            return self.heard[topic]

    def _note(self, **names: bool) -> None:
        with self._changed:
            for name, value in names.items():
                setattr(self, name, value)
            self._changed.notify_all()

    def _hear(self, topic: str, payload: bytes) -> None:
        with self._changed:
            self.heard[topic] = payload
            self._changed.notify_all()

    def _answer(self, number: int, code: int) -> None:
        with self._changed:
            self._answers[number] = code
            self._changed.notify_all()


@pytest.fixture
def callers(desk: Desk) -> Iterator[list[Caller]]:
    opened: list[Caller] = []
    yield opened
    for caller in opened:
        caller.close()


def test_a_kit_says_its_own_and_the_office_alone_hears_it(desk: Desk, callers: list[Caller]) -> None:
    first, second = (Caller(desk, desk.kit(name)) for name in ("K1", "K2"))
    reader = Caller(desk, desk.reader)
    callers += [first, second, reader]
    assert [one.is_taken for one in callers] == [True] * 3
    second.listen()
    reader.listen()
    assert first.publish("rekam/v1/K1/status", "mine") == 0
    assert reader.hears("rekam/v1/K1/status") == b"mine"
    assert first.publish("rekam/v1/K2/status", "forged") == NOT_AUTHORIZED
    assert first.publish("rekam/v1/status", "forged") == NOT_AUTHORIZED
    assert first.publish("rekam/v1/K1/and/much/more", "to fill the broker") == NOT_AUTHORIZED
    assert first.publish("$SYS/broker/version", "forged") == NOT_AUTHORIZED
    assert reader.publish("rekam/v1/K2/status", "forged") == NOT_AUTHORIZED
    # What comes last has passed everything before it
    assert second.publish("rekam/v1/K2/status", "mine too") == 0
    assert reader.hears("rekam/v1/K2/status") == b"mine too"
    assert sorted(reader.heard) == ["rekam/v1/K1/status", "rekam/v1/K2/status"]
    assert second.heard == {"rekam/v1/K2/status": b"mine too"}
    # A stolen key erases nothing: an empty message would take a retained one away
    assert first.publish("rekam/v1/K2/status", "") == NOT_AUTHORIZED
    late = Caller(desk, desk.reader)
    callers.append(late)
    late.listen()
    assert late.hears("rekam/v1/K2/status") == b"mine too"


def test_nobody_is_taken_without_a_certificate_of_the_office(desk: Desk, callers: list[Caller], tmp_path: Path) -> None:
    callers.append(Caller(desk, None))
    assert not callers[-1].is_taken
    alone = tmp_path / "alone.pem"
    made = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-noenc",
        "-subj",
        "/CN=K1",
    ]
    subprocess.run([*made, "-keyout", alone, "-out", tmp_path / "cert"], check=True, capture_output=True)
    alone.write_bytes(alone.read_bytes() + (tmp_path / "cert").read_bytes())
    callers.append(Caller(desk, alone))
    assert not callers[-1].is_taken
    other = keys.init(tmp_path / "other")
    _, reader = broker.certify(other, ["localhost"])
    callers.append(Caller(desk, reader))
    assert not callers[-1].is_taken
    # The broker's own certificate makes nobody a client
    callers.append(Caller(desk, desk.office.folder / "broker/server.pem"))
    assert not callers[-1].is_taken


def test_a_kit_cannot_stand_in_for_the_broker(desk: Desk) -> None:
    authority = desk.office.folder / "authority.pem"
    command = f"openssl verify -CAfile {authority} -purpose sslserver -verify_hostname localhost {desk.kit('K3')}"
    told = subprocess.run(command.split(), capture_output=True, text=True, check=False)
    assert told.returncode != 0
    assert "hostname mismatch" in told.stderr


def test_a_clock_in_1970_refuses_the_broker_and_one_of_2020_does_not(desk: Desk) -> None:
    assert "Verify return code: 0 (ok)" in asked(desk)
    assert "certificate is not yet valid" in asked(desk, "-attime", "10")
    assert "Verify return code: 0 (ok)" in asked(desk, "-attime", "1577923200")


def test_what_the_setup_of_an_office_tells_is_what_a_kit_takes_and_its_setup_writes() -> None:
    answers = {"broker": "own", "broker_host": "office.example.org", "broker_port": 8884, "delivery_port": 9443}
    for language in LANGUAGES:
        told = OFFICE.advice(answers)
        assert told
        wanted = tomllib.loads(told.say(language).partition("\n")[2])["mqtt"]
        url = tomllib.loads(told.say(language).partition("\n")[2])["delivery"]["url"]
        assert MqttConfig(**wanted) == MqttConfig(host="office.example.org", port=8884, tls=True, sparkplug=True)
    kit = {**questions.defaults(), "kit_id": "K1", "mqtt_host": "office.example.org", "mqtt_port": 8884}
    written = tomllib.loads(kit_settings.text({**kit, "delivery_url": url}, "/dev/ttyUSB0", is_pi=True))
    assert MqttConfig(**written["mqtt"]) == MqttConfig(**wanted)
    assert DeliveryConfig(**written["delivery"]).url == "https://office.example.org:9443"
    assert "delivery" not in tomllib.loads(kit_settings.text(kit, "/dev/ttyUSB0", is_pi=True))
    written = tomllib.loads(kit_settings.text({**kit, "mqtt_tls": False}, "/dev/ttyUSB0", is_pi=True))["mqtt"]
    assert not MqttConfig(**written).sparkplug
    assert OFFICE.advice({**answers, "delivery_host": "none", "broker": "elsewhere"}) is None
