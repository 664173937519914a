"""A real mosquitto with the office's settings: who is taken, who may say what, and what a wrong clock does."""

import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.subscribeoptions import SubscribeOptions

from firmware import identity
from firmware.office import admission, broker, keys
from firmware.office.keys import Office
from provisioning import mosquitto
from tests.brokers import free_port, wait_for_port

NOT_AUTHORIZED = 0x87


@dataclass(frozen=True)
class Desk:
    """An office whose broker runs."""

    folder: Path
    office: Office
    port: int

    def kit(self, kit_id: str) -> Path:
        """Admit a kit by a stick; gives its key and certificate as one file."""
        data, stick = self.folder / kit_id, self.folder / "stick"
        answer = admission.admit(identity.write_request(data, kit_id, stick), self.office).answer
        kit = identity.accept_answer(data, kit_id, answer)
        assert kit.certificate is not None
        path = data / "both.pem"
        path.write_bytes((data / "identity/kit.key").read_bytes() + kit.certificate.public_bytes(Encoding.PEM))
        return path

    def asked(self, *words: str | Path) -> str:
        """What openssl as the broker's client says."""
        command = ["openssl", "s_client", "-connect", f"localhost:{self.port}", "-verify_hostname", "localhost"]
        told = subprocess.run(
            [*command, "-CAfile", self.office.folder / "authority.pem", "-verify_return_error", *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        return told.stdout + told.stderr


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("office")
    office, port = keys.init(folder / "office"), free_port()
    server, _ = broker.certify(office, ["localhost"])
    files = folder / "mosquitto"
    files.mkdir()
    shutil.copy(office.folder / "authority.pem", files)
    shutil.copy(server, files)
    (files / "access").write_text(mosquitto.ACCESS_TEXT)
    # As root it would else become a user who cannot look into this folder
    (files / "mosquitto.conf").write_text(mosquitto.settings(port, str(files)) + "user root\n")
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
    assert program, "mosquitto is missing: apt install mosquitto"
    with (folder / "log").open("wb") as log:
        running = subprocess.Popen([program, "-c", files / "mosquitto.conf"], stdout=log, stderr=log)
    try:
        wait_for_port(port, running)
        yield Desk(folder, office, port)
    finally:
        running.terminate()
        running.wait(10)


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
    reader = Caller(desk, desk.office.folder / "broker/reader.pem")
    callers += [first, second, reader]
    assert [one.is_taken for one in callers] == [True] * 3
    second.listen()
    reader.listen()
    assert first.publish("rekam/v1/K1/status", "mine") == 0
    assert reader.hears("rekam/v1/K1/status") == b"mine"
    assert first.publish("rekam/v1/K2/status", "forged") == NOT_AUTHORIZED
    assert first.publish("rekam/v1/status", "forged") == NOT_AUTHORIZED
    assert first.publish("$SYS/broker/version", "forged") == NOT_AUTHORIZED
    assert reader.publish("rekam/v1/K2/status", "forged") == NOT_AUTHORIZED
    # What comes last has passed everything before it
    assert second.publish("rekam/v1/K2/status", "mine too") == 0
    assert reader.hears("rekam/v1/K2/status") == b"mine too"
    assert sorted(reader.heard) == ["rekam/v1/K1/status", "rekam/v1/K2/status"]
    assert second.heard == {}


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
    assert "Verify return code: 0 (ok)" in desk.asked()
    assert "certificate is not yet valid" in desk.asked("-attime", "10")
    assert "Verify return code: 0 (ok)" in desk.asked("-attime", "1577923200")
