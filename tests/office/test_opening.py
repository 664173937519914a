"""Opening: what arrives is checked, laid out, and opens with stock tools too."""

import io
import json
import shlex
import stat
import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image
from rich.console import Console

from firmware import identity
from firmware.circumstances import NOTHING_NOTED
from firmware.errors import RecordError, SealingError
from firmware.identity import Identity
from firmware.office import admission, keys, opening, report
from firmware.records import images, manifest, sealing
from firmware.vocabulary import Purpose
from tests import transactions
from tests.offices import Admitted, admitted, on_stick, packet


@pytest.fixture
def world(tmp_path: Path) -> Admitted:
    return admitted(tmp_path)


def test_a_packet_opens_to_the_kits_record(world: Admitted) -> None:
    path = on_stick(world.folder, packet(world.kit))
    opened = opening.open_file(path, world.office)
    assert opened.data == transactions.data()
    assert (opened.certified, opened.notices, opened.is_training) == (True, (), False)


def test_files_are_laid_out_for_the_owner_only(world: Admitted) -> None:
    laid = opening.lay_out(on_stick(world.folder, packet(world.kit)), world.office, world.folder / "opened")
    folder = world.folder / "opened" / "K1-0001"
    names = sorted(path.name for path in folder.iterdir())
    assert len(names) == 1 + 2 * 9 + 1 and names[-1] == "manifest.json"
    assert names[:3] == ["01_right_thumb.png", "01_right_thumb_minutiae.png", "02_right_index.png"]
    assert sorted(path.name for path in laid.files) == names
    assert {stat.S_IMODE(path.stat().st_mode) for path in laid.files} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert (folder / "K1-0001.an2").read_bytes() == transactions.data()
    pixels, ppi = images.decode((folder / "01_right_thumb.png").read_bytes())
    assert (pixels.tolist(), ppi) == (transactions.image().pixels.tolist(), 508)
    with Image.open(folder / "01_right_thumb_minutiae.png") as picture:
        assert picture.mode == "RGB"
        assert picture.height > 40


def test_a_training_record_is_kept_apart(world: Admitted) -> None:
    path = on_stick(world.folder, packet(world.kit, Purpose.TRAINING))
    laid = opening.lay_out(path, world.office, world.folder / "opened")
    assert laid.opened.is_training
    assert [entry.name for entry in (world.folder / "opened").iterdir()] == ["TRAINING"]


@pytest.mark.parametrize("admitted_first", [True, False])
def test_the_stock_commands_open_it_too(world: Admitted, admitted_first: bool) -> None:
    kit = world.kit
    if not admitted_first:
        kit = Identity(kit.folder, uncertified(kit), kit.recipients)
    path = on_stick(world.folder, packet(kit))
    laid = opening.lay_out(path, world.office, world.folder / "opened folder")
    for file in laid.files:
        file.unlink()
    for command in laid.commands:
        assert "\n" not in command
        subprocess.run(shlex.split(command), check=True, capture_output=True)
    assert (laid.files[0].parent / "transaction.an2").read_bytes() == transactions.data()
    assert (laid.files[0].parent / "manifest.json").read_bytes() == laid.opened.manifest
    assert ("-CAfile" in laid.commands[1]) == admitted_first


def test_the_stock_commands_open_what_a_certificate_signed_that_has_ended(world: Admitted) -> None:
    request = world.folder / "stick" / "K1.request.pem"
    answer = admission.admit(request, world.office, valid=timedelta(days=-1)).answer
    kit = identity.accept_answer(world.data, "K1", answer)
    laid = opening.lay_out(on_stick(world.folder, packet(kit)), world.office, world.folder / "opened")
    for command in laid.commands:
        subprocess.run(shlex.split(command), check=True, capture_output=True)
    assert (laid.files[0].parent / "transaction.an2").read_bytes() == transactions.data()
    assert "-CAfile" in laid.commands[1]


def uncertified(kit: Identity) -> sealing.Signer:
    """The signer as it was before the office's answer."""
    answer = kit.folder / "answer.json"
    content = answer.read_bytes()
    answer.unlink()
    signer = Identity.load_or_create(kit.folder.parent).signer
    answer.write_bytes(content)
    return signer


def test_stock_openssl_refuses_what_was_altered(world: Admitted) -> None:
    laid = opening.lay_out(on_stick(world.folder, packet(world.kit)), world.office, world.folder / "opened")
    decrypt, verify, _ = map(shlex.split, laid.commands)
    subprocess.run(decrypt, check=True)
    signed = Path(decrypt[decrypt.index("-o") + 1])
    signed.write_bytes(signed.read_bytes().replace(b"Melati", b"Melasi"))
    assert subprocess.run(verify, capture_output=True).returncode != 0


def test_a_packet_from_before_the_admission_is_taken_with_a_notice(world: Admitted) -> None:
    kit = Identity(world.kit.folder, uncertified(world.kit), world.office.recipients)
    opened = opening.open_file(on_stick(world.folder, packet(kit)), world.office)
    assert not opened.certified
    assert "before kit K1 had its certificate" in opened.notices[0]


def test_a_kit_that_was_never_admitted_is_refused(world: Admitted, tmp_path: Path) -> None:
    stranger = Identity.load_or_create(tmp_path / "stranger")
    kit = Identity(stranger.folder, stranger.signer, world.office.recipients)
    with pytest.raises(SealingError, match=r"K1-0001\.v2\.rekam: .*never admitted.*rekam office admit"):
        opening.open_file(on_stick(world.folder, packet(kit)), world.office)


def test_a_kit_that_speaks_for_another_is_refused(world: Admitted) -> None:
    with pytest.raises(SealingError, match="says it is of kit K2, signed by K1"):
        opening.open_file(on_stick(world.folder, packet(world.kit, kit_id="K2")), world.office)


def test_a_packet_of_a_replaced_key_is_taken_with_a_notice(world: Admitted) -> None:
    path = on_stick(world.folder, packet(world.kit))
    newer = identity.write_request(world.folder / "new-data", "K1", world.folder / "stick")
    admission.admit(newer, world.office, replace=True)
    opened = opening.open_file(path, world.office)
    assert "was replaced on" in opened.notices[0]


def test_a_packet_for_another_office_says_so(world: Admitted) -> None:
    other = keys.init(world.folder / "other")
    with pytest.raises(SealingError, match=r"K1-0001\.v2\.rekam: sealed for another office"):
        opening.open_file(on_stick(world.folder, packet(world.kit)), other)


def test_signed_content_that_is_no_record_is_refused(world: Admitted) -> None:
    kit = world.kit
    odd = sealing.seal(b"hello", control_number="K1-0001", signer=kit.signer, recipients=kit.recipients)
    with pytest.raises(RecordError, match=r"K1-0001\.v2\.rekam: transaction"):
        opening.open_file(on_stick(world.folder, odd), world.office)


def test_a_renamed_packet_is_noticed(world: Admitted) -> None:
    path = on_stick(world.folder, packet(world.kit)).rename(world.folder / "copy.rekam")
    assert "control number is K1-0001" in opening.open_file(path, world.office).notices[0]


def test_a_packet_that_is_not_there_is_named(world: Admitted) -> None:
    with pytest.raises(SealingError, match=r"nowhere\.rekam: cannot be read"):
        opening.open_file(world.folder / "nowhere.rekam", world.office)


def test_one_bad_packet_keeps_no_other_closed(world: Admitted) -> None:
    good = on_stick(world.folder, packet(world.kit))
    bad = world.folder / "bad.rekam"
    bad.write_bytes(good.read_bytes()[:500])
    laid = []
    with pytest.raises(SealingError, match=r"bad\.rekam: truncated"):
        for one in opening.lay_out_all([bad, good], world.office, world.folder / "opened"):
            laid.append(one)
    assert [one.opened.path for one in laid] == [good]


def test_what_was_opened_is_told_to_scripts(world: Admitted) -> None:
    laid = opening.lay_out(on_stick(world.folder, packet(world.kit)), world.office, world.folder / "opened")
    told = json.loads(json.dumps(opening.as_json(laid)))
    assert (told["control_number"], told["kit_id"], told["purpose"]) == ("K1-0001", "K1", "live")
    assert told["resident"]["nik"] == transactions.RESIDENT.nik
    assert told["fingers"][1] == {
        "position": "right_index",
        "outcome": "low_quality",
        "score": 55,
        "minutiae": 3,
        "attempts": 2,
        "missing": None,
        "reason": "",
    }
    assert (told["fingers"][9]["missing"], told["fingers"][9]["minutiae"]) == ("UP", None)


def test_the_circumstances_are_told_to_scripts_and_people(world: Admitted) -> None:
    path = on_stick(world.folder, packet(world.kit, noted=transactions.NOTED))
    laid = opening.lay_out(path, world.office, world.folder / "opened")
    assert json.loads(json.dumps(opening.as_json(laid)))["circumstances"] == {
        "operator": "198703122010011004",
        "place": "SMA Negeri 1 Pongok",
        "consent": {"given_by": "guardian", "noted_at": "2026-11-24T20:00:03+00:00", "clock_trust": "unconfirmed"},
        "override": "date of birth corrected in 2019",
        "supersedes": "K1-0000",
        "because": "wrong name",
        "card_from": "2027-04-12",
    }
    shown = shown_by(laid)
    for line in (
        "Card may be issued from: 2027-04-12",
        "Recorded by: 198703122010011004",
        "Recorded at: SMA Negeri 1 Pongok",
        "Consent of: guardian, 2026-11-24 20:00 UTC",
        "The NIK is right although it contradicts the rest: date of birth corrected in 2019",
        "Replaces the packet: K1-0000 (wrong name)",
    ):
        assert line in shown.splitlines()
    assert "Marital status" not in shown


def test_a_record_in_which_nothing_is_noted_opens_as_before(world: Admitted) -> None:
    laid = opening.lay_out(on_stick(world.folder, packet(world.kit)), world.office, world.folder / "opened")
    told = opening.as_json(laid)
    assert told["resident"]["marital_status"] is None
    assert set(told["circumstances"].values()) == {"", None}
    assert "Recorded" not in shown_by(laid)


def shown_by(laid: opening.LaidOut) -> str:
    shown = io.StringIO()
    report.show_opened(Console(file=shown, width=200), laid)
    return shown.getvalue()


@pytest.mark.parametrize("name", ["K1-0001.v1.rekam", "K1-0001.v2.rekam"])
@pytest.mark.parametrize("version", [1, 2])
def test_the_content_tells_the_version_and_not_the_name(world: Admitted, version: int, name: str) -> None:
    path = world.folder / name
    path.write_bytes(packet(world.kit, noted=transactions.NOTED, version=version).ciphertext)
    opened = opening.open_file(path, world.office)
    assert (opened.data, opened.notices) == (transactions.data(noted=transactions.NOTED), ())
    assert bool(opened.manifest) == (version == 2)
    laid = opening.lay_out(path, world.office, world.folder / "opened")
    for file in laid.files:
        file.unlink()
    for command in laid.commands:
        subprocess.run(shlex.split(command), check=True, capture_output=True)
    plain = "transaction.an2" if version == 2 else "K1-0001.an2"
    assert (laid.files[0].parent / plain).read_bytes() == opened.data


def test_a_manifest_of_another_record_is_refused(world: Admitted) -> None:
    data, kit = transactions.data(), world.kit
    for header, noted, member in (
        (transactions.header(control_number="K1-0002"), NOTHING_NOTED, "control_number"),
        (transactions.header(Purpose.TRAINING), NOTHING_NOTED, "purpose"),
        (transactions.header(kit_id="K2"), NOTHING_NOTED, "kit_id"),
        (transactions.header(), transactions.NOTED, "operator"),
        (transactions.header(), replace(NOTHING_NOTED, supersedes="K1-0000"), "supersedes"),
        (replace(transactions.header(), software="rekam 9"), NOTHING_NOTED, "software"),
    ):
        content = manifest.write(header, noted, data)
        odd = sealing.seal(content, control_number="K1-0001", signer=kit.signer, recipients=kit.recipients)
        with pytest.raises(SealingError, match=f"its manifest and its transaction differ in {member}"):
            opening.open_file(on_stick(world.folder, odd), world.office)
