"""What the office does with packets that come in: kept, entered, answered; or refused, and why."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from firmware.circumstances import Circumstances
from firmware.datatypes import SealedPacket
from firmware.errors import SealingError
from firmware.office import admission, register
from firmware.office.receiving import HTTPS, STICK, Arrival, Reception
from firmware.office.shelf import Shelf
from firmware.office.store import Store
from firmware.records import receipts, sealing
from firmware.records.receipts import Receipt, Verdict
from firmware.vocabulary import Purpose
from tests import offices, transactions
from tests.offices import Admitted, packet


@pytest.fixture(scope="module")
def admitted(tmp_path_factory: pytest.TempPathFactory) -> Admitted:
    return offices.admitted(tmp_path_factory.mktemp("office"))


@pytest.fixture
def reception(admitted: Admitted, tmp_path: Path) -> Iterator[Reception]:
    with Store(f"sqlite:///{tmp_path}/store.sqlite") as store:
        yield Reception(admitted.office, store, Shelf.at(str(tmp_path / "packets")))


def arrival(sealed: SealedPacket, kit_id: str = "K1", way: str = HTTPS) -> Arrival:
    return Arrival(sealed.ciphertext, sealing.file_name(sealed.control_number), way, kit_id)


def answer(reception: Reception, came: Arrival) -> Receipt:
    return receipts.parse(reception.receive(came), reception.office.authority)


def test_a_packet_is_kept_sealed_entered_and_answered(reception: Reception, admitted: Admitted, tmp_path: Path) -> None:
    sealed = packet(admitted.kit, noted=transactions.NOTED)
    receipt = answer(reception, arrival(sealed))
    assert (receipt.control_number, receipt.sha256, receipt.kit_id) == ("K1-0001", sealed.sha256, "K1")
    assert receipt.verdict is Verdict.ACCEPTED and receipt.purpose is Purpose.LIVE
    row = reception.store.packet("K1-0001")
    assert row and (row.district, row.place, row.way) == ("Pongok", "SMA Negeri 1 Pongok", HTTPS)
    assert (row.recorded_day, row.clock_trust, row.card_from) == ("2026-11-25", "unconfirmed", "2027-04-12")
    assert (row.supersedes, row.because) == ("K1-0000", "wrong name")
    assert (tmp_path / "packets" / row.name).read_bytes() == sealed.ciphertext
    assert reception.shelf.get(row.name, row.sha256) == sealed.ciphertext


def test_nothing_personal_is_in_the_clear(reception: Reception, admitted: Admitted, tmp_path: Path) -> None:
    reception.receive(arrival(packet(admitted.kit, noted=transactions.NOTED)))
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    plain = hashlib.sha256(transactions.RESIDENT.nik.encode()).hexdigest()
    for secret in (transactions.RESIDENT.nik, transactions.RESIDENT.name, "2010-04-12", "20100412", plain):
        assert [path for path in files if secret.encode() in path.read_bytes()] == []


def test_the_same_packet_again_gets_the_same_receipt(reception: Reception, admitted: Admitted) -> None:
    came = arrival(packet(admitted.kit))
    first = reception.receive(came)
    assert reception.receive(came) == first
    assert reception.receive(replace(came, file_name="renamed.v2.rekam", way=STICK, kit_id="")) == first


def test_another_packet_of_the_same_number_is_refused_and_the_first_one_stays(
    reception: Reception, admitted: Admitted
) -> None:
    first, other = packet(admitted.kit), packet(admitted.kit)
    assert answer(reception, arrival(first)).verdict is Verdict.ACCEPTED
    refused = answer(reception, arrival(other))
    assert (refused.verdict, refused.reason, refused.sha256) == (Verdict.REFUSED, "conflict", other.sha256)
    row = reception.store.packet("K1-0001")
    assert row and reception.shelf.get(row.name, first.sha256) == first.ciphertext
    assert reception.shelf.get(f"refused/{other.sha256}.rekam", other.sha256) == other.ciphertext


def test_training_lies_apart(reception: Reception, admitted: Admitted) -> None:
    assert answer(reception, arrival(packet(admitted.kit, Purpose.TRAINING))).purpose is Purpose.TRAINING
    row = reception.store.packet("K1-0001")
    assert row and row.name.startswith("training/K1/") and row.purpose == "training"


def cut(sealed: SealedPacket) -> SealedPacket:
    content = sealed.ciphertext[:-100]
    return SealedPacket(sealed.control_number, content, hashlib.sha256(content).hexdigest())


@pytest.mark.parametrize("case", ["damaged", "other_office", "unknown_kit", "other_kit", "no_record", "newer"])
def test_a_packet_that_cannot_be_taken_is_refused_with_its_reason_and_kept(
    case: str, reception: Reception, admitted: Admitted, tmp_path: Path
) -> None:
    came = arrival(packet(admitted.kit))
    if case == "damaged":
        came = arrival(cut(packet(admitted.kit)))
    elif case == "other_office":
        came = arrival(packet(offices.admitted(tmp_path / "other").kit))
    elif case == "unknown_kit":
        stranger = offices.admitted(tmp_path / "stranger").kit
        came = arrival(packet(replace(stranger, recipients=admitted.office.recipients)))
    elif case == "other_kit":
        came = replace(came, kit_id="K2")
    elif case == "no_record":
        seal = {"signer": admitted.kit.signer, "recipients": admitted.kit.recipients}
        came = arrival(sealing.seal(b"nothing", control_number="K1-0001", **seal))  # type: ignore[arg-type]
    elif case == "newer":
        came = replace(came, file_name="K1-0001.v999.rekam")
    receipt = answer(reception, came)
    assert (receipt.verdict, receipt.reason) == (Verdict.REFUSED, case), receipt.words
    digest = hashlib.sha256(came.content).hexdigest()
    assert receipt.words and receipt.sha256 == digest and receipt.control_number == "K1-0001"
    refusal = reception.store.refusal(digest, "K1-0001")
    assert refusal and refusal.reason == case
    assert reception.shelf.get(f"refused/{digest}.rekam", digest) == came.content
    assert reception.store.packet("K1-0001") is None


def test_what_was_refused_is_taken_once_its_kit_is_admitted(tmp_path: Path) -> None:
    office = offices.admitted(tmp_path).office
    stranger = offices.admitted(tmp_path / "two")
    sealed = packet(replace(stranger.kit, recipients=office.recipients), number="K1-0007")
    with Store(f"sqlite:///{tmp_path}/store.sqlite") as store:
        reception = Reception(office, store, Shelf.at(str(tmp_path / "packets")))
        assert answer(reception, arrival(sealed)).reason == "unknown_kit"
        admission.admit(tmp_path / "two" / "stick" / "K1.request.pem", office, replace=True)
        assert answer(reception, arrival(sealed)).verdict is Verdict.ACCEPTED


def test_a_revoked_kit_is_refused(tmp_path: Path) -> None:
    admitted = offices.admitted(tmp_path)
    sealed = packet(admitted.kit)
    register.revoke(admitted.office, "K1")
    with Store(f"sqlite:///{tmp_path}/store.sqlite") as store:
        reception = Reception(admitted.office, store, Shelf.at(str(tmp_path / "packets")))
        assert answer(reception, arrival(sealed)).reason == "revoked_kit"


def test_a_packet_of_version_1_keeps_its_name(reception: Reception, admitted: Admitted) -> None:
    sealed = packet(admitted.kit, version=1)
    assert answer(reception, Arrival(sealed.ciphertext, "K1-0001.v1.rekam", STICK)).verdict is Verdict.ACCEPTED
    row = reception.store.packet("K1-0001")
    assert row and row.name == "live/K1/K1-0001.v1.rekam"


def test_what_names_no_packet_is_told_as_an_error(reception: Reception) -> None:
    with pytest.raises(SealingError, match="names no packet"):
        reception.receive(Arrival(b"rubbish", "what is this?", STICK))


def test_a_resident_recorded_twice_has_one_digest_under_this_offices_key(
    reception: Reception, admitted: Admitted, tmp_path: Path
) -> None:
    for number in ("K1-0001", "K1-0002"):
        reception.receive(arrival(packet(admitted.kit, number=number, noted=Circumstances(supersedes=""))))
    rows = [reception.store.packet(number) for number in ("K1-0001", "K1-0002")]
    assert rows[0] and rows[1] and rows[0].resident == rows[1].resident
    again = Reception(admitted.office, reception.store, reception.shelf)
    assert again._key == reception._key
    (admitted.office.folder / "residents.key").rename(tmp_path / "aside")
    assert Reception(admitted.office, reception.store, reception.shelf)._key != reception._key
    (tmp_path / "aside").rename(admitted.office.folder / "residents.key")
