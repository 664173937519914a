"""The verb that delivers once, and the courier of a station, which never disturbs it."""

import json
import logging
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from firmware import cli, consultation, delivering, doctor, journal_check, last_delivery
from firmware.config import KitConfig
from firmware.delivering import Courier
from firmware.journal import JOURNAL
from firmware.journal_lines import Kind, Line
from firmware.spool import Spool
from firmware.uplink.delivery import Delivery, Outcome, Wishes
from firmware.uplink.pacing import Backoff
from firmware.vocabulary import Language
from firmware.wording import choose
from sim.network import Mischief
from tests import transactions
from tests.delivery_benches import QUICK, Bench, laid_out


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with laid_out(tmp_path) as made:
        yield made


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.02)


Typed = Callable[..., str]


@pytest.fixture
def rekam(bench: Bench, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typed:
    def typed(*words: str, status: int = 0) -> str:
        monkeypatch.setattr(sys, "argv", ["rekam", *words, "--config", str(bench.folder / "kit.toml")])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.run()
        told = capsys.readouterr()
        assert (ended.value.code or 0) == status, told
        return told.out + told.err

    return typed


def test_the_verb_delivers_and_says_what_it_did(bench: Bench, rekam: Typed) -> None:
    bench.config()
    with bench.spool(2):
        pass
    assert "2 paket diterima kantor" in rekam("deliver")
    assert "Tidak ada paket yang menunggu" in rekam("deliver")
    with bench.spool() as spool:
        spool.put(bench.sealed("K1-0009"), spool.entries()[0].recorded_at)
    told = json.loads(rekam("deliver", "--json"))
    assert (told["acknowledged"], told["waiting"], told["ended"]) == (1, 0, "")


def test_the_verb_tells_why_it_ended_early(bench: Bench, rekam: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("firmware.uplink.delivery.Backoff", lambda first_s, longest_s: QUICK)
    bench.config(timeout_s=1)
    bench.network.mischief = Mischief.REFUSE
    with bench.spool(1):
        pass
    said = rekam("deliver", status=1)
    assert "Pengiriman berhenti" in said and "cannot be reached" in said and "1 paket masih menunggu" in said


def written(bench: Bench) -> list[tuple[Kind, dict[str, object]]]:
    """What the journal tells of deliveries."""
    read = [line for _, line in journal_check.lines(bench.admitted.data / JOURNAL) if isinstance(line, Line)]
    return [(line.kind, dict(line.facts)) for line in read]


def test_the_journal_tells_what_was_delivered_and_which_receipts_came(bench: Bench, rekam: Typed) -> None:
    bench.config()
    with bench.spool(2):
        rekam("deliver")
        assert written(bench) == [(Kind.DELIVERED, {"count": 2}), (Kind.ACKNOWLEDGED, {"count": 2})]
        rekam("deliver")
        assert len(written(bench)) == 2
    # Another packet of a number that is there already is refused
    with Spool(bench.admitted.data / "second.sqlite") as second:
        second.put(bench.sealed("K1-0001"), transactions.AT)
        done = delivering._noted(bench.config(), lambda: Delivery(bench.config()).run(second))
    assert done.counts[Outcome.REFUSED] == 1
    assert written(bench)[2:] == [
        (Kind.DELIVERED, {"count": 1}),
        (Kind.REFUSED, {"control_number": "K1-0001", "reason": "conflict"}),
    ]


def findings(config: KitConfig) -> set[str]:
    return {one.code for one in doctor.judge(consultation.consult(config).facts) if one.code.startswith("delivery")}


@pytest.mark.parametrize("language", Language)
def test_why_the_last_delivery_failed_is_told_until_one_succeeds(
    bench: Bench, rekam: Typed, language: Language, tmp_path: Path
) -> None:
    config = bench.config()
    path = bench.folder / "kit.toml"
    path.write_text(f'language = "{language.value}"\n{path.read_text()}')
    failed = choose(("Pengiriman terakhir gagal", "The last delivery failed"), language)
    with bench.spool(1):
        pass
    assert failed not in rekam("status") and findings(config) == set()
    page = bench.admitted.office.folder / "kits" / "K1.json"
    page.rename(tmp_path / "aside.json")
    rekam("deliver", status=1)
    (shown,) = [line for line in rekam("status").splitlines() if failed in line]
    assert choose(("tidak mengenal kit ini", "does not know this kit"), language) in shown
    assert findings(config) == {"delivery_unknown_kit"}
    (tmp_path / "aside.json").rename(page)
    rekam("deliver")
    assert failed not in rekam("status") and findings(config) == set()


def test_an_office_out_of_reach_is_told_and_is_no_finding(
    bench: Bench, rekam: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("firmware.uplink.delivery.Backoff", lambda first_s, longest_s: QUICK)
    config = bench.config(timeout_s=1)
    bench.network.mischief = Mischief.REFUSE
    with bench.spool(1):
        pass
    rekam("deliver", status=1)
    assert "tidak terjangkau" in rekam("status")
    assert findings(config) == set()


def test_a_foreign_office_is_a_finding(tmp_path: Path) -> None:
    with laid_out(tmp_path / "one") as one, laid_out(tmp_path / "two") as two, one.spool(1):
        config = one.config(url=f'"https://localhost:{two.network.address[1]}"')
        delivering.once(config, Wishes(backoff=QUICK, sleep=lambda seconds: None, patience=1))
        assert findings(config) == {"delivery_foreign_server"}


def test_the_same_failure_is_written_once_an_hour(tmp_path: Path) -> None:
    at = transactions.AT.utc
    for minutes, kept in ((0, 0), (30, 0), (60, 60), (30, 60)):
        last_delivery.note(tmp_path, at + timedelta(minutes=minutes), "unreachable")
        assert last_delivery.look(tmp_path) == last_delivery.Failure(at + timedelta(minutes=kept), "unreachable")
    for spoiled in ("", "[]", '{"at": 5, "reason": "unreachable"}', '{"at": "2026-01-01", "reason": "other"}'):
        (tmp_path / last_delivery.FILE).write_text(spoiled)
        assert last_delivery.look(tmp_path) is None
    last_delivery.note(tmp_path, at, "")
    assert not (tmp_path / last_delivery.FILE).exists()


def test_quiet_hours_hold_back_the_verb_unless_it_is_meant(bench: Bench, rekam: Typed) -> None:
    bench.config(quiet_hours='["00:00-00:00"]')
    with bench.spool(1):
        pass
    assert "jam tenang" in rekam("deliver", status=1)
    assert not bench.has("K1-0001")
    assert "1 paket diterima" in rekam("deliver", "--now")


def test_a_kit_without_the_section_is_told(bench: Bench, rekam: Typed) -> None:
    (bench.folder / "kit.toml").write_text(
        f'kit_id = "K1"\ndata = "{bench.admitted.data}"\n[fingerprint]\nport = "x"\n'
    )
    assert "[delivery]" in rekam("deliver", status=1)


def test_who_comes_second_waits(bench: Bench, rekam: Typed) -> None:
    config = bench.config()
    with bench.spool(1):
        pass
    with delivering._alone(config):
        assert "the station delivers already" in rekam("deliver", status=1)


def test_the_courier_delivers_what_comes_while_it_runs(bench: Bench) -> None:
    with bench.spool(1) as spool, delivering.background(bench.config(every_s=1)):
        until(lambda: bench.has("K1-0001"))
        spool.put(bench.sealed("K1-0002"), spool.entries()[0].recorded_at)
        until(lambda: spool.tally().acknowledged == 2)


def test_the_courier_outlives_a_bad_network_and_says_so_once(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    bench.network.mischief = Mischief.REFUSE
    config = bench.config(every_s=1, timeout_s=1)
    courier = Courier(config, Backoff(0.01, 0.02))
    courier._wishes = lambda: Wishes(patience=1)  # type: ignore[method-assign]
    with bench.spool(1) as spool, caplog.at_level(logging.WARNING, "firmware.delivering"):
        courier.start()
        refused = bench.network.traffic
        until(lambda: len(caplog.records) >= 1)
        time.sleep(0.3)
        assert len({record.getMessage() for record in caplog.records}) == len(caplog.records)
        bench.network.mischief = Mischief.NONE
        until(lambda: spool.tally().acknowledged == 1)
        courier.stop()
    assert refused.connections >= 1


def test_the_courier_outlives_a_spool_that_cannot_be_read(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    bench.admitted.data.mkdir(exist_ok=True)
    path = bench.admitted.data / "spool.sqlite"
    path.write_bytes(b"no database at all" * 100)
    courier = Courier(bench.config(every_s=1), Backoff(0.01, 0.02))
    with caplog.at_level(logging.WARNING, "firmware.delivering"):
        courier.start()
        until(lambda: any("spool.sqlite" in record.getMessage() for record in caplog.records))
        path.unlink()
        with bench.spool(1) as spool:
            until(lambda: spool.tally().acknowledged == 1)
        courier.stop()


def test_the_courier_keeps_quiet_hours(bench: Bench) -> None:
    with bench.spool(1) as spool, delivering.background(bench.config(quiet_hours='["00:00-00:00"]')):
        time.sleep(0.3)
        assert spool.tally().waiting == 1 and bench.network.traffic.connections == 0


def test_a_kit_without_the_section_has_no_courier(bench: Bench) -> None:
    with delivering.background(bench.config().model_copy(update={"delivery": None})):
        pass
    assert not Spool(bench.admitted.data / "spool.sqlite")._path.exists()
