"""A scan of all that a station leaves and tells of a class: no name, no number and no sample of a planted pupil."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from firmware.config import load
from firmware.records.contents import Transaction
from tests.brokers import Listener, free_port, mosquitto
from tests.programs import Program, running
from tests.test_recording import ALL_BUT_THE_THUMB, opened
from tests.worlds import World, world

NIKS = ("1903015204100031", "1903015204100032", "1903015204100033")
NAMES = ("Wulandari Penanda", "Wibisono Penanda", "Waskita")
HEADER = "nik,name,date_of_birth,sex,class,override_nik\n"
ROWS = zip(NIKS, NAMES, "PLP", ("", "akta keliru", ""), strict=True)
LIST = HEADER + "".join(f"{nik},{name},2010-04-12,{sex},XI-Q7,{why}\n" for nik, name, sex, why in ROWS)
MARKERS = tuple(
    marker.encode(code)
    for marker in (*NIKS, "190301520410", *NAMES, "Wulandari", "Penanda", "2010-04-12", "20100412", "XI-Q7", "keliru")
    for code in ("utf-8", "utf-16-le")
)


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    port = free_port()
    with mosquitto(tmp_path_factory.mktemp("broker"), port):
        yield port


def found_in(content: bytes, markers: tuple[bytes, ...] = MARKERS) -> list[bytes]:
    return [marker for marker in markers if marker in content]


def files_of(found: World) -> dict[str, bytes]:
    """Every file of the kit: its data folder, with the spool's log, and what it announced; not the office's."""
    data, announced = load(found.settings).data, found.settings.parent / "announcements.jsonl"
    return {path.name: path.read_bytes() for path in [*data.rglob("*"), announced] if path.is_file()}


def samples(record: Transaction) -> tuple[bytes, ...]:
    """Pieces of a record's prints: of the PNG, and of rows that are not blank, by the byte and by the half byte."""
    images = [finger.image for finger in record.fingers if finger.image]
    rows = [row.astype(np.uint8) for image in images for row in image.pixels[::16] if np.ptp(row) > 50]
    packed = tuple(finger.data[at : at + 64] for finger in record.fingers if finger.data for at in (200, 2000))
    return packed + tuple(
        piece.tobytes() for row in rows for piece in (row, row[64:128], row[::2] >> 4 << 4 | row[1::2] >> 4)
    )


def test_a_class_leaves_nothing_personal_behind(broker: int, tmp_path: Path) -> None:
    path = tmp_path / "class.csv"
    path.write_text(LIST)
    assert len(found_in(path.read_bytes())) == len(MARKERS) // 2 - 1, "the scan finds what is there"
    with world(tmp_path / "world", "--broker", f"127.0.0.1:{broker}") as found:
        settings = found.settings
        with Listener(broker) as eavesdropper, running(settings) as station:
            words = ("--from", path, "--json", "--operator", "Budi-07")
            asked = Program(tmp_path / "client", "record", "-c", settings, *words, *ALL_BUT_THE_THUMB)
            status, told = asked.outcome()
            assert status == 0, asked.words()
            eavesdropper.wait_for(state="idle", recorded=3)
            _, document = Program(tmp_path / "look", "status", "-c", settings, "--json").outcome()
            while_running = files_of(found)
            published = b"".join(message.topic.encode() + message.payload for message in eavesdropper.messages)
        left = files_of(found)
        assert {"journal.jsonl", "spool.sqlite", "spool.sqlite-wal", "roster.json"} <= while_running.keys()
        records = [opened(found, number, tmp_path) for number in found.packets]
    assert [record.resident.nik for record in records] == list(NIKS)
    prints = tuple(piece for record in records for piece in samples(record))
    assert len(prints) > 30
    said = {"client": (told + asked.words()).encode(), "station": station.words().encode(), "status": document.encode()}
    assert json.loads(document)["recorded"] == 3
    for name, content in [*while_running.items(), *left.items(), *said.items(), ("published", published)]:
        assert (name, found_in(content), found_in(content, prints)) == (name, [], [])
