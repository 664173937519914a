"""A few ends from the capture to the receipt at random moments; `python -m tests.delivery_kills` takes hundreds."""

import io
import os
from pathlib import Path

import pytest
from rich.console import Console

from firmware.identity import Identity
from firmware.journal import Journal
from firmware.journal_lines import Kind
from tests import disks
from tests.deliveries import Stage, judge, packet
from tests.delivery_kills import Campaign, campaign, laid_out
from tests.findings import Findings, Harm, show
from tests.test_spool import AFTER, receipt
from tests.transactions import AT

CAN_CUT = disks.can_be()


@pytest.mark.timeout(300)
@pytest.mark.skipif(not CAN_CUT, reason="needs root and loop devices")
def test_no_power_cut_loses_a_resident_on_the_way(tmp_path: Path) -> None:
    findings = judged(tmp_path, 24, with_cuts=True)
    assert findings.kills >= findings.cuts > 8


@pytest.mark.timeout(300)
def test_no_kill_loses_a_resident_on_the_way(tmp_path: Path) -> None:
    assert judged(tmp_path, 16, with_cuts=False).kills == 16


def judged(folder: Path, times: int, *, with_cuts: bool) -> Findings:
    text = io.StringIO()
    console = Console(file=text, width=150)
    findings = campaign(folder, times, 6, console, with_cuts=with_cuts)
    show(findings, console)
    assert findings.violations == [], text.getvalue()
    assert findings.residents == findings.at_office >= len(findings.shown) > 0
    assert findings.fell.total() == findings.kills + findings.cuts == times
    assert any(stage.value in findings.fell for stage in Stage)
    assert set(findings.fell) - {stage.value for stage in Stage}, "none fell on the capture"
    assert all(harm.value in text.getvalue() for harm in Harm)
    return findings


@pytest.mark.skipif(not CAN_CUT, reason="needs root and loop devices")
def test_a_power_cut_forgets_what_was_not_synced(tmp_path: Path) -> None:
    with disks.disk(tmp_path, 16) as disk:
        for name in ("synced", "unsynced"):
            with (disk.root / name).open("wb") as file:
                file.write(b"x" * 5000)
                if name == "synced":
                    os.fsync(file.fileno())
        folder = os.open(disk.root, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
        disk.cut_power()
        left = {path.name: path.stat().st_size for path in disk.root.iterdir() if path.is_file()}
    assert left.get("synced") == 5000
    assert left.get("unsynced", 0) == 0


def test_harm_is_found(tmp_path: Path) -> None:
    with laid_out(tmp_path, tmp_path) as (bench, place):
        findings = Findings(shown={"BENCH-1-000009"})
        kit = Identity.load_or_create(place.config.data)
        with place.spool() as spool:
            sealed = packet(kit, "BENCH-1", 1)
            spool.put(sealed, AT)
            number = sealed.control_number
            spool.acknowledge(receipt(number, sha256=sealed.sha256), AFTER)
        judge(place, findings, set())
        assert findings.harms == {Harm.MISSING: 2}
        played = Campaign(bench, place, None, findings, 1)
        Journal(bench.journal).append(Kind.STARTED, version="0")
        played.conclude()
    told = "\n".join(findings.violations)
    for words in ("lost on the kit: ['BENCH-1-000009']", f"not at the office: {number}", f"missing: {number}"):
        assert words in told
