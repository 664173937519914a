"""The office's broker and the kit over TLS: who believes whom, by which clock, and what each refusal is called."""

import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from firmware import clock, identity, reporting
from firmware.config import KitConfig, MqttConfig
from firmware.datatypes import SealedPacket, Timestamp
from firmware.office import broker, keys
from firmware.office.broker import READER_NAME
from firmware.office.keys import Office
from firmware.reporting import Reach, Reporter
from firmware.spool import SPOOL, Spool
from firmware.telemetry import access
from firmware.telemetry.access import Role
from firmware.telemetry.metrics import Reading
from firmware.telemetry.node_session import REBIRTH, NodeSession
from firmware.telemetry.outbox import OUTBOX
from firmware.telemetry.topics import Node, Verb
from firmware.vocabulary import ClockTrust
from tests import desks
from tests.brokers import free_port, mosquitto
from tests.desks import Desk
from tests.telemetry.hosts import Host

NOBODY = "user rekam.office\ntopic read rekam/v1/#\n"
TOMORROW = datetime.now(UTC) + timedelta(days=1)
SHA256_OF_X = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desks.desk(tmp_path_factory.mktemp("office")) as opened:
        opened.kit("K1")
        opened.kit("K2")
        yield opened


def reach(settings: KitConfig) -> Reach:
    return reporting.look(settings).reach


def test_an_admitted_kit_is_heard_by_the_office(desk: Desk) -> None:
    seen = reporting.look(desk.settings("K1"))
    assert seen.reach is Reach.PUBLISHED
    with desk.ear as office:
        assert office.wait_for(kit="K1") == seen.document


def test_before_its_admission_a_kit_goes_on_without_a_status_and_then_with_one(desk: Desk) -> None:
    settings = desk.settings("K-new")
    settings.data.mkdir()
    assert reach(settings) is Reach.UNADMITTED
    with Spool(settings.data / SPOOL) as spool, Reporter(settings, lambda: (), spool) as reporter, desk.ear as office:
        reporter.tell()
        assert reporter.reach() is Reach.UNADMITTED
        desk.kit("K-new")
        reporter.tell()
        assert office.wait_for(kit="K-new", state="recording")
        assert reporter.reach() is Reach.REACHED
        identity.renew(settings.data, "K-new")
        reporter.tell()
        assert reporter.reach() is Reach.UNADMITTED


def test_a_spoiled_identity_is_told_and_keeps_nobody(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    settings = desk.settings("K-spoiled")
    (settings.data / "identity").mkdir(parents=True)
    (settings.data / "identity/kit.key").write_text("none")
    with Spool(settings.data / SPOOL) as spool, Reporter(settings, lambda: (), spool) as reporter:
        reporter.tell()
        assert reporter.reach() is Reach.UNUSABLE
    assert "kit.key: is damaged" in caplog.text


@pytest.mark.parametrize("now", [datetime(1970, 1, 1, 0, 0, 10, tzinfo=UTC), datetime(2019, 5, 5, tzinfo=UTC)])
def test_a_clock_before_all_certificates_keeps_no_kit_from_its_broker(
    tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broker's certificate holds from tomorrow on: to OpenSSL that is what today's is in 1970."""
    monkeypatch.setattr(broker, "VALID_FROM", TOMORROW)
    monkeypatch.setattr(clock.Clock, "now", lambda self: Timestamp(now, ClockTrust.WRONG, "boot", 10.0))
    with desks.desk(tmp_path) as early:
        early.kit("K1")
        assert reach(early.settings("K1")) is Reach.PUBLISHED


def ending_today(office: Office) -> Path:
    return broker.certify(office, ["localhost"], timedelta(hours=20))[0]


def test_a_certificate_that_ended_before_a_time_that_the_kit_remembers_is_refused(tmp_path: Path) -> None:
    """The clock alone would take it; a record of tomorrow, made by a time server's clock, says better."""
    with desks.desk(tmp_path, shown=ending_today) as ending:
        ending.kit("K1")
        settings = ending.settings("K1")
        assert reach(settings) is Reach.PUBLISHED
        with Spool(settings.data / SPOOL) as spool:
            made = Timestamp(TOMORROW, ClockTrust.UNCONFIRMED, "boot", 1.0)
            spool.put(SealedPacket("K-1", b"x", SHA256_OF_X), made)
        assert reach(settings) is Reach.PUBLISHED
        with Spool(settings.data / SPOOL) as spool:
            spool.put(SealedPacket("K-2", b"x", SHA256_OF_X), Timestamp(TOMORROW, ClockTrust.NETWORK, "boot", 1.0))
        assert reach(settings) is Reach.ENDED


def of_another_office(office: Office) -> Path:
    return broker.certify(keys.init(office.folder.parent / "other"), ["localhost"])[0]


def of_a_kit(office: Office) -> Path:
    stand = Desk(office.folder.parent, office, 0)
    return stand.kit("localhost")


@pytest.mark.parametrize(("shown", "told"), [(of_another_office, Reach.FOREIGN), (of_a_kit, Reach.OTHER_NAME)])
def test_another_than_the_offices_broker_hears_nothing(
    tmp_path: Path, shown: desks.Shown, told: Reach, caplog: pytest.LogCaptureFixture
) -> None:
    with desks.desk(tmp_path, shown=shown) as foreign:
        foreign.kit("K1")
        assert reach(foreign.settings("K1")) is told
    assert "mqtt: broker localhost" in caplog.text and told.name.lower() in caplog.text


def test_a_broker_by_another_name_is_told(desk: Desk) -> None:
    assert reach(desk.settings("K1", host="127.0.0.1")) is Reach.OTHER_NAME


@pytest.mark.parametrize(
    ("language", "status", "doctor"),
    [
        ("id", "Sertifikat broker 127.0.0.1:{} untuk nama lain", "tulis di kit.toml nama yang disebut"),
        ("en", "The certificate of the broker 127.0.0.1:{} is for another name", "write into kit.toml the name that"),
    ],
)
def test_status_and_doctor_name_what_is_in_the_way(
    desk: Desk, tmp_path: Path, language: str, status: str, doctor: str
) -> None:
    settings = tmp_path / "kit.toml"
    settings.write_text(
        f'kit_id = "K1"\nlanguage = "{language}"\ndata = "{desk.folder / "K1"}"\n[fingerprint]\nport = "/dev/none"\n'
        f'[mqtt]\nhost = "127.0.0.1"\nport = {desk.port}\ntls = true\n'
    )
    assert " ".join(rekam("status", "-c", settings).split()).find(status.format(desk.port)) > 0
    assert doctor in " ".join(rekam("doctor", "-c", settings).split())


def rekam(*words: str | Path) -> str:
    command = [sys.executable, "-m", "firmware", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def test_a_kit_whose_certificate_ended_is_refused(desk: Desk) -> None:
    desk.kit("K-ended", timedelta(days=-1))
    assert reach(desk.settings("K-ended")) is Reach.REFUSED


def test_a_kit_of_another_authority_is_refused(tmp_path: Path) -> None:
    other = keys.init(tmp_path / "other")
    with desks.desk(tmp_path, believed=other.folder / "authority.pem") as stranger:
        stranger.kit("K1")
        assert reach(stranger.settings("K1")) is Reach.REFUSED


def test_a_kit_without_a_right_to_its_topic_is_told(tmp_path: Path) -> None:
    with desks.desk(tmp_path, access=NOBODY) as deaf:
        deaf.kit("K1")
        assert reach(deaf.settings("K1")) is Reach.UNHEARD


def test_tls_where_none_is_and_none_where_it_is(desk: Desk, tmp_path: Path) -> None:
    plain = MqttConfig(host="localhost", port=desk.port)
    assert reach(desk.settings("K1").model_copy(update={"mqtt": plain})) is Reach.HUNG_UP
    port = free_port()
    with mosquitto(tmp_path, port):
        assert reach(desk.settings("K1", host="127.0.0.1", port=port)) is Reach.HUNG_UP
    assert reach(desk.settings("K1", port=free_port())) is Reach.AWAY


def test_a_rented_broker_asks_for_a_name_and_a_password(tmp_path: Path) -> None:
    with desks.desk(tmp_path, login=("kit-1", "well kept")) as rented:
        settings, password = rented.settings("K1"), tmp_path / "password"
        mqtt = MqttConfig(
            host="localhost", port=rented.port, tls=True, ca=rented.authority, user="kit-1", password_file=password
        )
        settings = settings.model_copy(update={"mqtt": mqtt})
        assert reach(settings) is Reach.UNUSABLE
        password.write_text("guessed\n")
        assert reach(settings) is Reach.LOGIN
        password.write_text("well kept\n")
        assert reach(settings) is Reach.PUBLISHED
        (tmp_path / "none.pem").write_text("none")
        assert reach(settings.model_copy(update={"mqtt": mqtt.model_copy(update={"ca": tmp_path / "none.pem"})})) is (
            Reach.UNUSABLE
        )


def test_a_thief_of_one_kits_key_ends_no_other_kits_connection(desk: Desk) -> None:
    """A second connection by the same client id would end the first one, and have its last will told."""
    settings, thief = desk.settings("K2"), Client(CallbackAPIVersion.VERSION2, "rekam-K2")
    context = ssl.create_default_context(cafile=desk.authority)
    context.load_cert_chain(desk.folder / "K1/both.pem")
    thief.tls_set_context(context)
    with Spool(settings.data / SPOOL) as spool, Reporter(settings, lambda: (), spool) as reporter, desk.ear as office:
        assert office.wait_for(kit="K2", state="recording")
        thief.connect("localhost", desk.port)
        thief.loop_start()
        assert reach(desk.settings("K1")) is Reach.PUBLISHED
        office.wait_for(kit="K1")  # what was told before this has come
        thief.disconnect()
        thief.loop_stop()
        assert reporter.reach() is Reach.REACHED
        assert "lost" not in [seen["state"] for seen in office.documents() if seen["kit"] == "K2"]


def test_a_thief_of_a_kits_own_key_changes_nothing_on_the_kit(desk: Desk) -> None:
    """Whatever is put on its topic: recipients come by the office's answer alone, and the next word is the kit's."""
    settings, kept = desk.settings("K1"), sorted((desk.folder / "K1/identity").iterdir())
    before = [path.read_bytes() for path in kept]
    context = ssl.create_default_context(cafile=desk.authority)
    context.load_cert_chain(desk.folder / "K1/both.pem")
    thief = Client(CallbackAPIVersion.VERSION2, "thief")
    thief.tls_set_context(context)
    with Spool(settings.data / SPOOL) as spool, Reporter(settings, lambda: (), spool) as reporter:
        assert reporter.reach() is Reach.REACHED
        thief.connect("localhost", desk.port)
        thief.loop_start()
        for forged in (b"[" * 60000, b"{}", b'{"kit":"K1","state":"forged","recipients":["age1thief"]}'):
            thief.publish("rekam/v1/K1/status", forged, qos=1, retain=True).wait_for_publish(20)
            reporter.tell()
            assert reporter.reach() is Reach.REACHED
        thief.disconnect()
        thief.loop_stop()
    with Spool(settings.data / SPOOL) as spool, Reporter(settings, lambda: (), spool) as reporter, desk.ear as office:
        assert office.wait_for(kit="K1", state="recording")
        assert "forged" not in [seen["state"] for seen in office.documents()[1:]]
        assert reporter.reach() is Reach.REACHED
    assert [path.read_bytes() for path in kept] == before
    kit = identity.look(settings.data)
    assert kit and not any("thief" in recipient for recipient in kit.recipients)


def test_a_kits_name_at_the_broker_stays_and_is_its_keys_secret(desk: Desk) -> None:
    def name(kit_id: str, role: Role) -> str:
        kit, mqtt = identity.look(desk.folder / kit_id), desk.settings(kit_id).mqtt
        assert kit and mqtt
        found = access.of_kit(mqtt, kit_id, kit, lambda: TOMORROW, role)
        assert found and found.client_id.startswith(f"rekam-{kit_id}{role.value}-")
        return found.client_id

    names = [name(kit_id, role) for role in Role for kit_id in ("K1", "K2")]
    assert names == [name(kit_id, role) for role in Role for kit_id in ("K1", "K2")]
    secrets = {one.rpartition("-")[2] for one in names}
    assert len(secrets) == 4 and {len(one) for one in secrets} == {32}


def in_the_fleet(settings: KitConfig) -> KitConfig:
    assert settings.mqtt
    return settings.model_copy(update={"mqtt": settings.mqtt.model_copy(update={"sparkplug": True})})


@contextmanager
def host(desk: Desk) -> Iterator[Host]:
    """The office's own, by its certificate."""
    context = ssl.create_default_context(cafile=desk.authority)
    context.load_cert_chain(desk.reader)
    with Host(desk.port, READER_NAME, context=context) as office:
        yield office


def test_an_admitted_kit_is_a_node_of_the_fleet_and_obeys_the_office(desk: Desk) -> None:
    settings, node = in_the_fleet(desk.settings("K1")), Node("Rekam", "K1")
    with host(desk) as office, Spool(settings.data / SPOOL) as spool:
        with Reporter(settings, lambda: (), spool) as reporter:
            born = office.wait(Verb.NBIRTH)
            assert (born.address.node, born.value("Identity/State")) == (node, "admitted")
            office.command(node, Reading(REBIRTH, True))
            office.wait(Verb.NBIRTH, 2)
            assert reporter.reach() is Reach.REACHED
        assert office.wait(Verb.NDEATH).value("bdSeq") == born.value("bdSeq")


def test_a_kit_becomes_a_node_with_its_admission(desk: Desk) -> None:
    settings = in_the_fleet(desk.settings("K-late"))
    settings.data.mkdir()
    with host(desk) as office, Spool(settings.data / SPOOL) as spool, Reporter(settings, lambda: (), spool) as reporter:
        assert reporter.reach() is Reach.UNADMITTED and not (settings.data / OUTBOX).exists()
        desk.kit("K-late")
        reporter.tell()
        assert office.wait(Verb.NBIRTH).address.node.name == "K-late"
        identity.renew(settings.data, "K-late")
        reporter.tell()
        office.wait(Verb.NDEATH)


def test_a_thief_of_one_kits_key_ends_no_other_kits_life_as_a_node(desk: Desk) -> None:
    """By the name of its connection, by its will, or by its death in so many words."""
    settings, node = in_the_fleet(desk.settings("K2")), Node("Rekam", "K2")
    context = ssl.create_default_context(cafile=desk.authority)
    context.load_cert_chain(desk.folder / "K1/both.pem")
    with host(desk) as office, Spool(settings.data / SPOOL) as spool, Reporter(settings, lambda: (), spool):
        born = office.wait(Verb.NBIRTH)
        for name in ("rekam-K2.node", "rekam-K2"):
            thief = Client(CallbackAPIVersion.VERSION2, name)
            thief.tls_set_context(context)
            thief.connect("localhost", desk.port)
            thief.loop_start()
            death = NodeSession(node, int(born.value("bdSeq") or 0)).death()
            thief.publish(death.topic, death.payload, qos=1).wait_for_publish(20)
            thief.disconnect()
            thief.loop_stop()
        office.command(node, Reading(REBIRTH, True))
        assert office.wait(Verb.NBIRTH, 2).value("bdSeq") == born.value("bdSeq")
        assert Verb.NDEATH not in [one.verb for one in office.heard]
