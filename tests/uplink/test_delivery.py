"""The outbox goes to a real office over real TLS, through a network that does what networks do."""

import gc
import hashlib
import select
import socket
import ssl
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sql
import uvicorn
from fastapi import FastAPI
from tuspyserver import create_tus_router

from firmware.errors import DeliveryError, DeliveryRefused
from firmware.identity_folder import IdentityFolder
from firmware.office import admission, broker, keys
from firmware.office.shelf import Shelf
from firmware.office.store import outboxes
from firmware.uplink import line
from firmware.uplink.delivery import Delivery, Outcome, Wishes
from sim.network import Link, Mischief, Network
from tests import offices, transactions
from tests.delivery_benches import QUICK, Bench, grown, laid_out


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with laid_out(tmp_path) as made:
        yield made


def test_what_waits_is_delivered_oldest_first_and_acknowledged(bench: Bench) -> None:
    sent: list[int] = []
    with bench.spool(3) as spool:
        size = sum(entry.size for entry in spool.entries())
        done = bench.deliver(spool, on_sent=sent.append)
        assert done.counts[Outcome.ACKNOWLEDGED] == 3 and not done.ended and not done.told
        assert (spool.tally().waiting, spool.tally().acknowledged) == (0, 3)
        assert sum(sent) == size
        assert bench.network.traffic.connections == 1, "one connection serves all"
        assert bench.deliver(spool).counts[Outcome.ACKNOWLEDGED] == 0
    came = [bench.office.store.packet(f"K1-{number:04}") for number in (1, 2, 3)]
    assert all(came) and sorted(row.received_utc for row in came if row) == [row.received_utc for row in came if row]
    told = bench.office.store.rows(sql.select(outboxes))
    assert [(row["kit_id"], row["recorded"], row["waiting"]) for row in told] == [("K1", 3, 0)]


def test_after_a_drop_only_new_bytes_are_sent(tmp_path: Path) -> None:
    with laid_out(tmp_path, Link(drop_every=40_000)) as bench, bench.spool() as spool:
        sealed = bench.sealed("K1-0001", 150_000)
        spool.put(sealed, transactions.AT)
        done = bench.deliver(spool)
        assert done.counts[Outcome.REFUSED] == 1, "noise is no record; it came whole"
        assert bench.network.traffic.drops >= 3
        assert len(sealed.ciphertext) <= bench.office.desk.tus.body_bytes <= 1.05 * len(sealed.ciphertext)


def test_a_kit_that_was_started_anew_sends_only_what_is_missing(tmp_path: Path) -> None:
    with laid_out(tmp_path, Link(drop_every=60_000)) as bench, bench.spool() as spool:
        sealed = bench.sealed("K1-0001", 100_000)
        spool.put(sealed, transactions.AT)
        assert bench.deliver(spool, patience=1).ended
        bench.network.link = Link()
        anew = Delivery(bench.config())
        assert anew.run(spool).counts[Outcome.REFUSED] == 1, "noise is no record; it came whole"
        assert anew.counted.body_bytes < len(sealed.ciphertext) - 30_000


def test_a_link_that_hangs_half_open_is_left_and_called_again(tmp_path: Path) -> None:
    with laid_out(tmp_path, Link(drop_every=40_000, half_open=2)) as bench, bench.spool() as spool:
        spool.put(bench.sealed("K1-0001", 100_000), transactions.AT)
        told = Wishes(backoff=QUICK, sleep=lambda seconds: None)
        done = Delivery(bench.config(timeout_s=1)).run(spool, told)
        assert done.counts[Outcome.REFUSED] == 1 and bench.network.traffic.silent_drops >= 1


@pytest.mark.parametrize(
    ("mischief", "words"),
    [
        (Mischief.REFUSE, "cannot be reached"),
        (Mischief.SWALLOW, "nothing comes through"),
        (Mischief.DEAFEN, "nothing comes through"),
        (Mischief.GARBLE, "cannot be reached"),
        (Mischief.PORTAL, "cannot be reached"),
    ],
)
def test_a_network_that_misbehaves_is_named_and_costs_nothing(bench: Bench, mischief: Mischief, words: str) -> None:
    bench.network.mischief = mischief
    with bench.spool(1) as spool:
        told = Wishes(backoff=QUICK, sleep=lambda seconds: None, patience=2)
        done = Delivery(bench.config(timeout_s=1)).run(spool, told)
        assert words in done.ended and sum(done.counts.values()) == 0
        assert spool.tally().waiting == 1 and not bench.has("K1-0001")
        bench.network.mischief = Mischief.NONE
        assert bench.deliver(spool).counts[Outcome.ACKNOWLEDGED] == 1


def test_a_line_that_is_reset_before_its_handshake_leaves_no_socket_open(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    called = line._called

    def called_and_reset(host: str, port: int, timeout_s: float) -> socket.socket:
        plain = called(host, port, timeout_s)
        select.select([plain], [], [], 10)
        return plain

    monkeypatch.setattr(line, "_called", called_and_reset)
    bench.network.mischief = Mischief.REFUSE
    with bench.spool(1) as spool, warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        done = bench.deliver(spool, patience=1)
        gc.collect()
    assert "cannot be reached" in done.ended and not told


def test_a_lost_answer_makes_no_second_packet(bench: Bench) -> None:
    """The office has it and its receipt is lost; the same kit, started anew, brings it again."""
    with bench.spool(1) as spool:
        sealed = spool.packet("K1-0001")
        assert bench.deliver(spool).counts[Outcome.ACKNOWLEDGED] == 1
    first = bench.office.store.packet("K1-0001")
    (bench.admitted.data / "spool.sqlite").unlink()
    with bench.spool() as spool:
        spool.put(sealed, transactions.AT)
        bench.office.desk.tus.body_bytes = 0
        assert bench.deliver(spool).counts[Outcome.ACKNOWLEDGED] == 1
        assert bench.office.desk.tus.body_bytes == 0, "nothing is sent that the office has"
    assert bench.office.store.packet("K1-0001") == first


def test_a_refused_packet_is_kept_and_keeps_no_other_back(bench: Bench) -> None:
    with bench.spool() as spool:
        spool.put(grown(bench.sealed("K1-0001"), 100, bench.admitted), transactions.AT)
        spool.put(bench.sealed("K1-0002"), transactions.AT)
        done = bench.deliver(spool)
        assert (done.counts[Outcome.REFUSED], done.counts[Outcome.ACKNOWLEDGED]) == (1, 1)
        entries = {entry.control_number: entry for entry in spool.entries()}
        assert entries["K1-0001"].refusal == "no_record" and spool.packet("K1-0001").ciphertext
        assert entries["K1-0002"].acknowledged_utc


def test_a_damaged_packet_keeps_no_other_back(bench: Bench) -> None:
    with bench.spool(2) as spool:
        with spool._transaction() as cursor:
            cursor.execute("UPDATE packet SET ciphertext = x'00' WHERE control_number = 'K1-0001'")
        done = bench.deliver(spool)
        assert (done.counts[Outcome.FAILED], done.counts[Outcome.ACKNOWLEDGED]) == (1, 1)
        assert "K1-0001 has changed on the disk" in done.told[0]


def test_a_forged_receipt_deletes_nothing(bench: Bench, tmp_path: Path) -> None:
    """The office's signer is replaced by another office's: the kit must not believe it."""
    other = offices.admitted(tmp_path / "other").office
    bench.office.desk.reception._signer = keys.receipt_signer(other)
    with bench.spool(1) as spool:
        done = bench.deliver(spool)
        assert done.counts[Outcome.FAILED] == 1 and "another office" in done.told[0]
        assert spool.packet("K1-0001").ciphertext and spool.tally().waiting == 1


def test_an_office_that_cannot_keep_packets_gets_them_later(bench: Bench, tmp_path: Path) -> None:
    shelf = bench.office.desk.reception.shelf
    (tmp_path / "file").write_text("")
    bench.office.desk.reception.shelf = Shelf.at(str(tmp_path / "file"))
    with bench.spool(1) as spool:
        done = bench.deliver(spool)
        assert "office_trouble" in done.ended and spool.tally().waiting == 1
        bench.office.desk.reception.shelf = shelf
        bench.office.desk.tus.body_bytes = 0
        assert bench.deliver(spool).counts[Outcome.ACKNOWLEDGED] == 1
        assert bench.office.desk.tus.body_bytes == 0


def renewed(bench: Bench, valid: timedelta) -> None:
    """The office answers once more, and the kit takes it."""
    request = bench.folder / "stick" / "K1.request.pem"
    answer = admission.admit(request, bench.admitted.office, valid=valid).answer
    IdentityFolder.of(bench.admitted.data).keep_answer(answer.read_bytes())


def test_an_ended_certificate_is_renewed_over_the_line(bench: Bench) -> None:
    with bench.spool(1) as spool:
        renewed(bench, timedelta(seconds=-5))
        assert bench.deliver(spool).counts[Outcome.ACKNOWLEDGED] == 1
    answer = IdentityFolder.of(bench.admitted.data).answer()
    assert answer and answer.certificate.not_valid_after_utc > datetime.now(UTC) + timedelta(days=300)


def ends(bench: Bench) -> datetime:
    answer = IdentityFolder.of(bench.admitted.data).answer()
    assert answer
    return answer.certificate.not_valid_after_utc


def test_a_certificate_that_ends_soon_is_renewed_after_the_packets(bench: Bench) -> None:
    with bench.spool(1) as spool:
        renewed(bench, timedelta(days=90))
        before = ends(bench)
        assert bench.deliver(spool).counts[Outcome.ACKNOWLEDGED] == 1
        assert ends(bench) == before, "a quarter of a year is long"
        renewed(bench, timedelta(days=20))
        spool.put(bench.sealed("K1-0002"), transactions.AT)
        done = bench.deliver(spool)
        assert done.counts[Outcome.ACKNOWLEDGED] == 1 and not done.told
        assert ends(bench) > datetime.now(UTC) + timedelta(days=300)


def test_an_office_that_cannot_renew_takes_packets_all_the_same(bench: Bench) -> None:
    with bench.spool(1) as spool:
        renewed(bench, timedelta(days=20))
        bench.office.desk.office = replace(bench.admitted.office, admitting=None)
        done = bench.deliver(spool)
        assert done.counts[Outcome.ACKNOWLEDGED] == 1 and not done.ended
        assert "was not renewed" in done.told[0]
        assert ends(bench) < datetime.now(UTC) + timedelta(days=21)


def test_a_kit_that_is_not_let_in_is_told_why_and_keeps_all(bench: Bench, tmp_path: Path) -> None:
    with bench.spool(1) as spool:
        page = bench.admitted.office.folder / "kits" / "K1.json"
        page.rename(tmp_path / "aside.json")
        assert "unknown_kit" in bench.deliver(spool).ended
        (tmp_path / "aside.json").rename(page)
        stranger = offices.admitted(tmp_path / "other")
        broker.certify(stranger.office, ["localhost"])
        kept = IdentityFolder.of(bench.admitted.data).answer_path
        whole = kept.read_bytes()
        kept.unlink()
        with pytest.raises(DeliveryRefused, match="not admitted yet"):
            Delivery(bench.config())
        kept.write_bytes(whole)
        assert spool.tally().waiting == 1
        assert bench.deliver(spool).counts[Outcome.ACKNOWLEDGED] == 1


def test_an_office_of_another_authority_gets_nothing(tmp_path: Path) -> None:
    with laid_out(tmp_path / "one") as one, laid_out(tmp_path / "two") as two, one.spool(1) as spool:
        told = Wishes(backoff=QUICK, sleep=lambda seconds: None, patience=1)
        config = one.config(url=f'"https://localhost:{two.network.address[1]}"')
        assert "is not the office" in Delivery(config).run(spool, told).ended
        assert two.office.desk.tus.body_bytes == 0 and spool.tally().waiting == 1


def test_a_kit_without_the_section_is_told_what_to_write(bench: Bench) -> None:
    with pytest.raises(DeliveryError, match=r"\[delivery\]"):
        Delivery(bench.config().model_copy(update={"delivery": None}))


@contextmanager
def stock(bench: Bench, folder: Path) -> Iterator[int]:
    """A tus server that others wrote, with the office's certificate."""
    application = FastAPI()
    application.include_router(create_tus_router(prefix="files", files_dir=str(folder)))
    pem = bench.admitted.office.folder / "broker" / "server.pem"
    config = uvicorn.Config(application, "127.0.0.1", 0, ssl_certfile=str(pem), log_config=None)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        threading.Event().wait(0.01)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(20)


def test_a_stock_tus_server_receives_a_packet_over_a_dropping_link(bench: Bench, tmp_path: Path) -> None:
    files = tmp_path / "files"
    with (
        stock(bench, files) as port,
        Network("127.0.0.1", port, Link(drop_every=40_000)) as network,
        bench.spool() as spool,
    ):
        sealed = bench.sealed("K1-0001", 90_000)
        spool.put(sealed, transactions.AT)
        config = bench.config(url=f'"https://localhost:{network.address[1]}/files/"')
        delivery, told = Delivery(config), Wishes(backoff=QUICK, sleep=lambda seconds: None)
        done = delivery.run(spool, told)
        assert done.counts[Outcome.DELIVERED] == 1, done
        assert network.traffic.drops >= 2
        assert sealed.sha256 in [
            hashlib.sha256(path.read_bytes()).hexdigest() for path in files.iterdir() if path.is_file()
        ]
        assert spool.tally().delivered == 1 and spool.packet("K1-0001").ciphertext
        before = delivery.counted.body_bytes
        assert delivery.run(spool, told).counts[Outcome.DELIVERED] == 1
        assert delivery.counted.body_bytes - before < 1000, "what is there is not sent again"


def test_a_wrong_clock_delivers_all_the_same(bench: Bench) -> None:
    context = Delivery(bench.config(), ignore_dates=True)._line.context
    assert context.verify_flags & 0x200000 and context.verify_mode is ssl.CERT_REQUIRED and context.check_hostname
    assert not Delivery(bench.config())._line.context.verify_flags & 0x200000
    with bench.spool(1) as spool:
        assert Delivery(bench.config(), ignore_dates=True).run(spool).counts[Outcome.ACKNOWLEDGED] == 1


def test_it_stops_between_packets_when_told_to(bench: Bench) -> None:
    with bench.spool(3) as spool:
        left = iter([True, False, False])
        done = bench.deliver(spool, goes_on=lambda: next(left))
        assert done.counts[Outcome.ACKNOWLEDGED] == 1 and spool.tally().waiting == 2
