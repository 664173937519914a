"""The broker's certificates and every certificate's end, told a month ahead."""

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from firmware import identity
from firmware.errors import InputError
from firmware.office import admission, broker, expiry, keys
from firmware.office.expiry import State
from firmware.office.keys import Office
from provisioning.roles import OFFICE_READER
from tests.offices import admitted


def openssl(office: Office, purpose: str, *words: str | Path) -> "subprocess.CompletedProcess[str]":
    command = ["openssl", "verify", "-CAfile", office.folder / "authority.pem", "-purpose", purpose, *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_openssl_takes_each_certificate_for_its_own_end_only(tmp_path: Path) -> None:
    office = keys.init(tmp_path / "office")
    server, reader = broker.certify(office, ["broker.example.org", "192.0.2.7", "2001:db8::7"])
    assert openssl(office, "sslserver", "-verify_hostname", "broker.example.org", server).returncode == 0
    assert openssl(office, "sslserver", "-verify_ip", "192.0.2.7", server).returncode == 0
    assert openssl(office, "sslserver", "-verify_ip", "2001:db8::7", server).returncode == 0
    assert "hostname mismatch" in openssl(office, "sslserver", "-verify_hostname", "example.org", server).stderr
    assert openssl(office, "sslclient", reader).returncode == 0
    assert openssl(office, "sslclient", server).returncode != 0
    assert openssl(office, "sslserver", reader).returncode != 0
    assert server.stat().st_mode & 0o777 == reader.stat().st_mode & 0o777 == 0o600


def test_the_reader_has_the_name_that_the_brokers_rights_name(tmp_path: Path) -> None:
    office = keys.init(tmp_path / "office")
    broker.certify(office, ["localhost"])
    assert broker.READER_NAME == OFFICE_READER
    assert broker.certificates(office)["reader"].subject.rfc4514_string() == f"CN={OFFICE_READER}"
    assert not admission._KIT_ID.fullmatch(OFFICE_READER)


def test_what_is_no_host_is_named(tmp_path: Path) -> None:
    office = keys.init(tmp_path / "office")
    with pytest.raises(InputError, match=r"a\.\.b: is no host name"):
        broker.certify(office, ["a..b"])
    assert not (office.folder / "broker").exists()


def test_a_damaged_certificate_is_named(tmp_path: Path) -> None:
    office = keys.init(tmp_path / "office")
    server, _ = broker.certify(office, ["localhost"])
    server.write_text("-----BEGIN")
    with pytest.raises(InputError, match=r"server\.pem: cannot be read .* `rekam office broker HOST` makes it anew"):
        expiry.terms(office)


def test_an_end_is_told_a_month_ahead(tmp_path: Path) -> None:
    office = admitted(tmp_path).office
    request = identity.write_request(tmp_path / "other", "K2", tmp_path / "stick")
    admission.admit(request, office, valid=timedelta(days=30))
    broker.certify(office, ["localhost"], timedelta(days=60))
    now = datetime.now(UTC)
    assert [(term.name, term.is_kit, term.state) for term in expiry.terms(office)] == [
        ("authority", False, State.VALID),
        ("receipts", False, State.VALID),
        ("reader", False, State.VALID),
        ("server", False, State.VALID),
        ("K1", True, State.VALID),
        ("K2", True, State.ENDING),
    ]
    later = {term.name: term.state for term in expiry.terms(office, now + timedelta(days=31))}
    assert (later["server"], later["K1"], later["K2"]) == (State.ENDING, State.VALID, State.ENDED)


def test_a_kits_replaced_key_is_not_told(tmp_path: Path) -> None:
    office = admitted(tmp_path).office
    request = identity.write_request(tmp_path / "new", "K1", tmp_path / "stick")
    admission.admit(request, office, replace=True, valid=timedelta(days=3))
    assert [term.state for term in expiry.terms(office) if term.is_kit] == [State.ENDING]


def test_no_certificate_outlives_the_authority(tmp_path: Path) -> None:
    office = keys.init(tmp_path / "office")
    broker.certify(office, ["localhost"], timedelta(days=40 * 366))
    ends = {one.not_valid_after_utc for one in broker.certificates(office).values()}
    assert ends == {office.authority.not_valid_after_utc}
