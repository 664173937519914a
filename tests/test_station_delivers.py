"""A station records while the network hangs, and delivers by itself once it is back."""

import json
import time
from pathlib import Path

from firmware.config import load
from firmware.reporting import SPOOL
from firmware.spool import Spool
from sim.network import Link, Mischief, Network
from tests.kills import EXCUSED
from tests.office_servers import served
from tests.programs import PATIENCE_S, Program, running
from tests.test_recording import PERSON
from tests.worlds import without_camera, world


def test_a_station_records_while_the_network_hangs_and_delivers_once_it_is_back(tmp_path: Path) -> None:
    (tmp_path / "person.json").write_text(json.dumps(PERSON))
    with (
        world(tmp_path / "world") as found,
        served(found.office, tmp_path) as office,
        Network("127.0.0.1", office.port, Link(), mischief=Mischief.SWALLOW) as network,
    ):
        delivery = f'[delivery]\nurl = "https://localhost:{network.address[1]}"\ntimeout_s = 1\nevery_s = 1\n'
        text = without_camera(found.settings.read_text(encoding="utf-8"))
        found.settings.write_text(f"{text}\n{delivery}", encoding="utf-8")
        with running(found.settings):
            words: tuple[str | Path, ...] = (
                "-c",
                found.settings,
                "--resident",
                tmp_path / "person.json",
                "--json",
                *EXCUSED,
            )
            status, told = Program(tmp_path / "client", "record", *words).outcome()
            assert status == 0, told
            number = json.loads(told.splitlines()[-1])["control_number"]
            until = time.monotonic() + PATIENCE_S
            while not network.traffic.connections:
                assert time.monotonic() < until, "the station never called"
                time.sleep(0.05)
            assert office.store.packet(number) is None
            network.mischief, until = Mischief.NONE, time.monotonic() + PATIENCE_S
            with Spool(load(found.settings).data / SPOOL) as spool:
                while spool.tally().acknowledged < 1:
                    assert time.monotonic() < until, "nothing arrives"
                    time.sleep(0.1)
        row = office.store.packet(number)
        assert row and row.purpose == "training" and row.kit_id == load(found.settings).kit_id
