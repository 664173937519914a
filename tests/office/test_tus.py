"""The office's tus server over real TLS, by plain requests and by a stock client."""

import base64
import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sql
from tusclient.client import TusClient

from firmware import identity
from firmware.datatypes import SealedPacket
from firmware.office import admission, broker, uploads
from firmware.office.store import outboxes
from firmware.office.uploads import KEPT
from firmware.records import receipts, sealing
from tests import offices
from tests.office_servers import Answer, Caller, Served, served, trusting
from tests.offices import Admitted, packet

BODY = {"Content_Type": "application/offset+octet-stream"}


@pytest.fixture(scope="module")
def admitted(tmp_path_factory: pytest.TempPathFactory) -> Admitted:
    return offices.admitted(tmp_path_factory.mktemp("office"))


@pytest.fixture(scope="module")
def office(admitted: Admitted) -> Iterator[Served]:
    with served(admitted.office, admitted.folder) as up:
        yield up


@pytest.fixture
def kit(office: Served, admitted: Admitted, tmp_path: Path) -> Caller:
    return Caller(office.port, trusting(admitted.office, admitted.kit, tmp_path))


@pytest.fixture
def other(office: Served, admitted: Admitted, tmp_path: Path) -> Caller:
    """Another kit of the same office."""
    request = identity.write_request(tmp_path / "data", "K2", tmp_path)
    answer = admission.admit(request, admitted.office, replace=True).answer
    kit = identity.accept_answer(tmp_path / "data", "K2", answer)
    return Caller(office.port, trusting(admitted.office, kit, tmp_path / "data"))


_numbers = iter(range(1, 1000))


@pytest.fixture
def sealed(admitted: Admitted) -> SealedPacket:
    return packet(admitted.kit, number=f"K1-{next(_numbers):04}")


def announced(sealed: SealedPacket) -> dict[str, str]:
    pairs = {"filename": sealing.file_name(sealed.control_number), "sha256": sealed.sha256}
    told = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in pairs.items())
    return {"Upload_Length": str(len(sealed.ciphertext)), "Upload_Metadata": told}


def created(kit: Caller, sealed: SealedPacket) -> str:
    answer = kit.ask("POST", "/packets", **announced(sealed))
    assert answer.status == 201, answer
    return answer.headers["location"]


def sent(kit: Caller, place: str, content: bytes, offset: int = 0, **headers: str) -> Answer:
    return kit.ask("PATCH", place, content, Upload_Offset=str(offset), **{**BODY, **headers})


def receipt(kit: Caller, sealed: SealedPacket, admitted: Admitted) -> receipts.Receipt:
    answer = kit.ask("GET", f"/receipts/{sealed.control_number}/{sealed.sha256}")
    assert answer.status == 200, answer
    return receipts.parse(answer.content, admitted.office.authority)


def test_what_it_can_do_is_told(kit: Caller) -> None:
    answer = kit.ask("OPTIONS", "/packets")
    assert answer.status == 204 and answer.headers["tus-version"] == answer.headers["tus-resumable"] == "1.0.0"
    assert set(answer.headers["tus-extension"].split(",")) == {"creation", "checksum", "expiration", "termination"}
    assert "sha1" in answer.headers["tus-checksum-algorithm"].split(",") and int(answer.headers["tus-max-size"]) > 0


def test_a_packet_in_two_pieces_is_answered_with_a_receipt(
    kit: Caller, sealed: SealedPacket, admitted: Admitted
) -> None:
    place = created(kit, sealed)
    told = kit.ask("HEAD", place)
    assert (told.status, told.headers["upload-offset"], told.headers["cache-control"]) == (200, "0", "no-store")
    assert told.headers["upload-metadata"] == announced(sealed)["Upload_Metadata"]
    assert sent(kit, place, sealed.ciphertext[:1000]).headers["upload-offset"] == "1000"
    assert kit.ask("HEAD", place).headers["upload-offset"] == "1000"
    assert kit.ask("GET", f"/receipts/{sealed.control_number}/{sealed.sha256}").code == "no_receipt"
    done = sent(kit, place, sealed.ciphertext[1000:], 1000)
    assert (done.status, done.headers["upload-offset"]) == (204, str(len(sealed.ciphertext)))
    assert receipt(kit, sealed, admitted).verdict is receipts.Verdict.ACCEPTED
    assert created(kit, sealed) == place
    assert kit.ask("HEAD", place).headers["upload-offset"] == str(len(sealed.ciphertext))


def test_a_kit_that_forgot_where_it_was_finds_its_upload_again(kit: Caller, sealed: SealedPacket) -> None:
    place = created(kit, sealed)
    sent(kit, place, sealed.ciphertext[:500])
    again = kit.ask("POST", "/packets", **announced(sealed))
    assert (again.headers["location"], again.headers["upload-offset"]) == (place, "500")


def test_a_wrong_offset_changes_nothing(kit: Caller, sealed: SealedPacket) -> None:
    place = created(kit, sealed)
    for offset in (1, 10**9):
        assert sent(kit, place, b"xy", offset).code == "wrong_offset"
    assert kit.ask("HEAD", place).headers["upload-offset"] == "0"


@pytest.mark.parametrize("name", ["sha1", "sha256"])
def test_a_checksum_that_does_not_hold_takes_the_piece_back(name: str, kit: Caller, sealed: SealedPacket) -> None:
    place, piece = created(kit, sealed), sealed.ciphertext[:700]
    sent(kit, place, piece[:100])
    right = base64.b64encode(hashlib.new(name, piece[100:]).digest()).decode()
    wrong = base64.b64encode(hashlib.new(name, b"other").digest()).decode()
    answer = sent(kit, place, piece[100:], 100, Upload_Checksum=f"{name} {wrong}")
    assert (answer.status, answer.code) == (460, "checksum_mismatch")
    assert kit.ask("HEAD", place).headers["upload-offset"] == "100"
    assert sent(kit, place, piece[100:], 100, Upload_Checksum=f"{name} {right}").headers["upload-offset"] == "700"


def test_what_is_not_what_was_announced_begins_anew(kit: Caller, sealed: SealedPacket) -> None:
    place = created(kit, sealed)
    answer = sent(kit, place, bytes(len(sealed.ciphertext)))
    assert (answer.status, answer.code) == (460, "digest_mismatch")
    assert kit.ask("HEAD", place).headers["upload-offset"] == "0"
    assert sent(kit, place, sealed.ciphertext).status == 204


def test_an_upload_is_its_kits_own(kit: Caller, other: Caller, sealed: SealedPacket) -> None:
    place = created(kit, sealed)
    for answer in (other.ask("HEAD", place), sent(other, place, b"x"), other.ask("DELETE", place)):
        assert answer.status == 404
    sent(kit, place, sealed.ciphertext)
    assert other.ask("GET", f"/receipts/{sealed.control_number}/{sealed.sha256}").status == 404


def test_a_packet_of_another_kit_is_refused(other: Caller, sealed: SealedPacket, admitted: Admitted) -> None:
    sent(other, created(other, sealed), sealed.ciphertext)
    told = receipt(other, sealed, admitted)
    assert (told.verdict, told.reason, told.kit_id) == (receipts.Verdict.REFUSED, "other_kit", "K2")


def test_a_refused_packet_is_judged_anew_when_it_comes_again(kit: Caller, other: Caller, admitted: Admitted) -> None:
    strange = packet(admitted.kit, number=f"K1-{next(_numbers):04}", kit_id="K9")
    for _ in range(2):
        place = created(kit, strange)
        assert kit.ask("HEAD", place).headers["upload-offset"] == "0"
        sent(kit, place, strange.ciphertext)
        assert receipt(kit, strange, admitted).reason == "other_kit"


def test_an_ended_upload_is_gone(kit: Caller, sealed: SealedPacket) -> None:
    place = created(kit, sealed)
    assert kit.ask("DELETE", place).status == 204
    assert kit.ask("HEAD", place).status == 404
    assert sent(kit, place, b"x").code == "no_upload"


def test_a_spoiled_note_costs_no_other_upload(office: Served, kit: Caller, sealed: SealedPacket) -> None:
    place = created(kit, sealed)
    note = office.desk.uploads.folder / "K1" / f"{place.rpartition('/')[2]}.json"
    note.write_bytes(b"{")
    assert kit.ask("HEAD", place).status == 404
    assert place not in [f"/packets/{one.id}" for one in office.desk.uploads.all()]
    assert created(kit, sealed) == place
    assert sent(kit, place, sealed.ciphertext).status == 204


def test_a_kit_may_not_fill_the_office(office: Served, other: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MOST_OF_A_KIT", 2)
    places = [other.ask("POST", "/packets", Upload_Length="9").headers["location"] for _ in range(2)]
    for place in places:
        sent(other, place, b"x")
    assert other.ask("POST", "/packets", Upload_Length="9").status == 503
    other.ask("DELETE", places[0])
    assert other.ask("POST", "/packets", Upload_Length="9").status == 201


def test_an_upload_is_given_up_only_after_weeks(kit: Caller, office: Served, sealed: SealedPacket) -> None:
    place = created(kit, sealed)
    answer = sent(kit, place, b"x")
    expires = datetime.strptime(answer.headers["upload-expires"], "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)
    assert abs(expires - datetime.now(UTC) - KEPT) < timedelta(minutes=5)
    name = place.rpartition("/")[2]
    assert name not in [one.id for one in office.desk.uploads.sweep(expires - timedelta(minutes=1))]
    assert name in [one.id for one in office.desk.uploads.sweep(expires + timedelta(minutes=5))]
    assert kit.ask("HEAD", place).status == 404


def test_what_cannot_be_is_told_by_name(kit: Caller, sealed: SealedPacket) -> None:
    place = created(kit, sealed)
    length = {"Upload_Length": "5"}
    asked = [
        kit.ask("POST", "/packets"),
        kit.ask("POST", "/packets", Upload_Length="-1"),
        kit.ask("POST", "/packets", Upload_Length=str(10**12)),
        kit.ask("POST", "/packets", **length, Upload_Metadata="filename ?"),
        kit.ask("POST", "/packets", **length, Tus_Resumable="0.2.2"),
        kit.ask("PATCH", place, b"x", Upload_Offset="0"),
        sent(kit, place, b"x", Upload_Checksum="md9 AAAA"),
        sent(kit, place, bytes(len(sealed.ciphertext) + 1)),
        kit.ask("PUT", "/outbox", b"{}"),
        kit.ask("POST", "/certificate", b"nothing"),
    ]
    codes = "wrong_header wrong_header too_large wrong_metadata wrong_version wrong_type wrong_checksum too_large"
    assert [answer.code for answer in asked] == [*codes.split(), "wrong_outbox", "not_renewed"]


def test_what_names_no_packet_is_rejected_and_forgotten(kit: Caller) -> None:
    place = kit.ask("POST", "/packets", Upload_Length="3").headers["location"]
    assert sent(kit, place, b"abc").code == "no_packet"
    assert kit.ask("HEAD", place).status == 404


def test_the_method_may_stand_in_a_header(kit: Caller, sealed: SealedPacket) -> None:
    place = created(kit, sealed)
    answer = kit.ask("POST", place, b"abc", Upload_Offset="0", X_HTTP_Method_Override="PATCH", **BODY)
    assert answer.headers["upload-offset"] == "3"


def half_sent(office: Served, kit: Caller, place: str, content: bytes, length: int) -> socket.socket:
    """A connection that hangs in the midst of a body."""
    line = kit._context.wrap_socket(
        socket.create_connection(("localhost", office.port), 20), server_hostname="localhost"
    )
    head = (
        f"PATCH {place} HTTP/1.1\r\nHost: x\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\nContent-Length: {length}\r\n"
    )
    line.sendall(f"{head}Content-Type: {BODY['Content_Type']}\r\n\r\n".encode() + content)
    return line


def test_who_goes_on_takes_over_from_a_connection_that_hangs(office: Served, kit: Caller, sealed: SealedPacket) -> None:
    place, size = created(kit, sealed), len(sealed.ciphertext)
    with half_sent(office, kit, place, sealed.ciphertext[:2000], size) as line:
        path = office.desk.uploads.folder / "K1" / f"{place.rpartition('/')[2]}.part"
        until = time.monotonic() + 20
        while (not path.exists() or path.stat().st_size < 2000) and time.monotonic() < until:
            time.sleep(0.01)
        assert kit.ask("HEAD", place).headers["upload-offset"] == "2000", "what came before the hang counts"
        assert sent(kit, place, sealed.ciphertext[2000:], 2000).status == 204
        assert b"408" in line.recv(200)


def test_what_was_whole_when_the_office_stopped_is_answered_after_it(tmp_path: Path) -> None:
    admitted = offices.admitted(tmp_path)
    sealed = packet(admitted.kit)
    with served(admitted.office, tmp_path) as office:
        kit = Caller(office.port, trusting(admitted.office, admitted.kit, tmp_path))
        place = created(kit, sealed)
    (tmp_path / "incoming" / "K1" / f"{place.rpartition('/')[2]}.part").write_bytes(sealed.ciphertext)
    with served(admitted.office, tmp_path) as office:
        kit = Caller(office.port, trusting(admitted.office, admitted.kit, tmp_path))
        assert receipt(kit, sealed, admitted).verdict is receipts.Verdict.ACCEPTED
        assert kit.ask("HEAD", place).headers["upload-offset"] == str(len(sealed.ciphertext))
        assert list((tmp_path / "incoming").glob("*/*.part")) == []


def test_a_stock_tus_client_delivers_a_packet(
    office: Served,
    admitted: Admitted,
    kit: Caller,
    sealed: SealedPacket,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "authority.pem").write_bytes((admitted.office.folder / "authority.pem").read_bytes())
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "authority.pem"))
    path = offices.on_stick(tmp_path, sealed)
    pair = (str(tmp_path / "kit-certificate.pem"), str(admitted.kit.folder / "kit.key"))
    client = TusClient(f"{office.url}/packets", client_cert=pair)
    with path.open("rb") as file:
        told = {"filename": path.name}
        client.uploader(file_stream=file, chunk_size=4000, metadata=told, upload_checksum=True).upload()
    assert receipt(kit, sealed, admitted).verdict is receipts.Verdict.ACCEPTED


def test_an_outbox_is_noted(kit: Caller, office: Served) -> None:
    told: dict[str, object] = {"recorded": 12, "waiting": 3, "oldest_waiting": "2026-11-24T20:00:03+00:00"}
    told |= {"district": "Pongok", "place": "SMA", "days": {"2026-11-25": {"recorded": 12, "waiting": 3}}}
    assert kit.ask("PUT", "/outbox", json.dumps(told).encode()).status == 204
    rows = office.store.rows(sql.select(outboxes).where(outboxes.c.kit_id == "K1"))
    assert (rows[0]["recorded"], rows[0]["waiting"], rows[0]["way"]) == (12, 3, "https")
    wrongs: tuple[dict[str, object], ...] = (
        {**told, "recorded": -1},
        {**told, "waiting": True},
        {**told, "oldest_waiting": "soon"},
        {**told, "days": {"x": {}}},
    )
    for wrong in wrongs:
        assert kit.ask("PUT", "/outbox", json.dumps(wrong).encode()).code == "wrong_outbox"


def test_nobody_without_a_certificate_of_this_office_comes_in(
    office: Served, admitted: Admitted, tmp_path: Path
) -> None:
    stranger = offices.admitted(tmp_path / "other").kit
    for kit in (None, stranger):
        with pytest.raises(OSError, match=r"(?i)required|unknown ca|certificate|reset|EOF|closed"):
            Caller(office.port, trusting(admitted.office, kit, tmp_path)).ask("OPTIONS", "/packets")


def test_an_ended_a_replaced_and_a_forgotten_kit_are_told_apart(tmp_path: Path) -> None:
    admitted = offices.admitted(tmp_path)
    request = tmp_path / "stick" / "K1.request.pem"
    with served(admitted.office, tmp_path) as office:
        ended = admission.admit(request, admitted.office, valid=timedelta(seconds=-5)).certificate
        old = replace(admitted.kit, signer=replace(admitted.kit.signer, certificate=ended))
        caller = Caller(office.port, trusting(admitted.office, old, tmp_path))
        assert caller.ask("POST", "/packets", Upload_Length="5").code == "certificate_ended"
        answer = caller.ask("POST", "/certificate", request.read_bytes())
        (tmp_path / "answer.json").write_bytes(answer.content)
        renewed = identity.accept_answer(admitted.data, "K1", tmp_path / "answer.json")
        caller = Caller(office.port, trusting(admitted.office, renewed, tmp_path))
        assert caller.ask("POST", "/packets", Upload_Length="5").status == 201
        stolen = identity.write_request(tmp_path / "thief", "K1", tmp_path / "thief")
        assert caller.ask("POST", "/certificate", stolen.read_bytes()).code == "other_kit"
        admission.admit(stolen, admitted.office, replace=True)
        assert caller.ask("POST", "/packets", Upload_Length="5").code == "revoked_kit"
        assert caller.ask("POST", "/certificate", request.read_bytes()).code == "revoked_kit"
        (admitted.office.folder / "kits" / "K1.json").unlink()
        assert caller.ask("POST", "/packets", Upload_Length="5").code == "unknown_kit"


def test_the_verb_serves_until_a_signal_ends_it(tmp_path: Path) -> None:
    admitted = offices.admitted(tmp_path)
    broker.certify(admitted.office, ["localhost"])
    command = [sys.executable, "-m", "firmware", "office", "serve", "--office", str(admitted.office.folder)]
    command += ["--host", "127.0.0.1", "--port", "0", "--language", "en", "--name", "Kantor Contoh"]
    sealed = packet(admitted.kit)
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"}
    ) as up:
        assert up.stdout
        told = up.stdout.readline()
        assert "Kantor Contoh takes packets on port" in told
        kit = Caller(int(told.split("port ")[1].split(",")[0]), trusting(admitted.office, admitted.kit, tmp_path))
        sent(kit, created(kit, sealed), sealed.ciphertext)
        assert receipt(kit, sealed, admitted).office == "Kantor Contoh"
        up.send_signal(signal.SIGTERM)
        assert up.wait(20) in (0, -signal.SIGTERM)
    assert (admitted.office.folder / "packets" / "live" / "K1" / "K1-0001.v2.rekam").exists()
