"""A few ends of kit and office at random moments; `python -m tests.delivery_kills` takes hundreds."""

import io
import os
from pathlib import Path

import pytest
from rich.console import Console

from firmware.identity import Identity
from firmware.spool import SPOOL, Spool
from tests import disks, offices
from tests.delivery_kills import Findings, Place, campaign, conclude, judge, packet, show
from tests.test_spool import AFTER, receipt
from tests.transactions import AT

CAN_CUT = disks.can_be()


@pytest.mark.timeout(300)
@pytest.mark.skipif(not CAN_CUT, reason="needs root and loop devices")
def test_no_power_cut_loses_a_packet_on_its_way(tmp_path: Path) -> None:
    findings = judged(tmp_path, 16, with_cuts=True)
    assert findings.cuts == findings.kills == 8


@pytest.mark.timeout(300)
def test_no_kill_loses_a_packet_on_its_way(tmp_path: Path) -> None:
    assert judged(tmp_path, 12, with_cuts=False).kills == 12


def judged(folder: Path, times: int, *, with_cuts: bool) -> Findings:
    text = io.StringIO()
    console = Console(file=text, width=150)
    findings = campaign(folder, times, 6, console, with_cuts=with_cuts)
    show(findings, console)
    assert findings.violations == [], text.getvalue()
    assert findings.recorded == findings.at_office >= len(findings.confirmed) > 0
    assert "missing, twice or left behind" in text.getvalue()
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
    place, findings = Place(tmp_path), Findings(confirmed={"K1-000009"})
    offices.admitted(tmp_path)
    kit = Identity.load_or_create(place.data)
    with Spool(place.data / SPOOL) as spool:
        sealed = packet(kit, "K1-000001")
        spool.put(sealed, AT)
        spool.acknowledge(receipt("K1-000001", sha256=sealed.sha256), AFTER)
    assert judge(place, findings) == 1
    conclude(place, findings)
    told = "\n".join(findings.violations)
    for words in ("lost on the kit: ['K1-000009']", "not at the office: K1-000001", "kit and office differ"):
        assert words in told
