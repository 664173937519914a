"""A kit's list of what is on a stick: read back as it was written, and told apart when it was changed."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.errors import DeliveryError
from firmware.identity import Identity
from firmware.records import signed_json, stick_lists
from firmware.records.sealing import Signer
from firmware.records.stick_lists import Listed, StickList
from tests.transactions import AT

LIST = StickList(
    "K1",
    "0a1b2c3d",
    7,
    AT.utc,
    AT.trust,
    (Listed("K1-1", "ab" * 32, 5), Listed("K1-2", "cd" * 32, 6)),
    {"deadbeef": 3},
    5,
)


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    return Identity.load_or_create(tmp_path_factory.mktemp("kit")).signer


@pytest.fixture(scope="module")
def written(signer: Signer) -> bytes:
    return stick_lists.write(LIST, signer)


def test_what_a_kit_writes_is_read(written: bytes, signer: Signer) -> None:
    assert stick_lists.parse(written) == (LIST, signer.certificate)
    assert stick_lists.file_name("K1") == "K1.list.json"


@pytest.mark.parametrize(
    ("member", "value"),
    [("packets", []), ("kit_id", "K2"), ("sequence", 8), ("others", {}), ("certificate", "AAAA"), ("signature", "")],
)
def test_a_changed_member_is_told_as_tampering(written: bytes, member: str, value: object) -> None:
    with pytest.raises(DeliveryError, match="was tampered with"):
        stick_lists.parse(json.dumps(json.loads(written) | {member: value}).encode())


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "cut short or damaged"),
        (b"[" * 100_000, "cut short or damaged"),
        (b'{"format": "rekam-receipt"}', "is no kit's list"),
        (b'{"format": "rekam-stick-list", "version": 2}', "version 2, this software reads 1: update it"),
    ],
)
def test_what_is_no_list_says_so(data: bytes, reason: str) -> None:
    with pytest.raises(DeliveryError, match=reason):
        stick_lists.parse(data)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("packets", [{"control_number": "../x", "sha256": "ab" * 32, "bytes": 1}]),
        ("packets", [{"control_number": "K1-1", "sha256": "ab", "bytes": 1}]),
        ("packets", [{"control_number": "K1-1", "sha256": "ab" * 32, "bytes": -1}]),
        ("packets", [{"control_number": "K1-1", "sha256": "ab" * 32}]),
        ("packets", [5]),
        ("packets", None),
        ("sequence", True),
        ("stick", "../x"),
        ("stick", 5),
        ("kit_id", ""),
        ("others", {"x": 1}),
        ("others", []),
        ("written_utc", "2026-11-29T09:00:00+07:00"),
        ("clock_trust", "atomic"),
    ],
)
def test_what_no_kit_writes_is_refused_though_it_is_signed(
    written: bytes, signer: Signer, member: str, value: object
) -> None:
    body = {name: told for name, told in json.loads(written).items() if name != "signature"} | {member: value}
    with pytest.raises(DeliveryError, match="holds what no kit writes"):
        stick_lists.parse(json.dumps(signed_json.signed(body, signer.key)).encode())


@settings(max_examples=100, deadline=None)
@given(at=st.integers(0, 10**6), change=st.integers(1, 255))
def test_an_altered_list_never_says_something_else(written: bytes, at: int, change: int) -> None:
    data = bytearray(written)
    data[at % len(data)] ^= change
    try:
        told, _ = stick_lists.parse(bytes(data))
    except DeliveryError:
        return
    assert told == LIST


def test_a_half_written_list_says_so(written: bytes, tmp_path: Path) -> None:
    for size in range(0, len(written) - 3, 97):
        with pytest.raises(DeliveryError, match="cut short or damaged"):
            stick_lists.parse(written[:size])
