"""The status document keeps its schema, whatever is unknown."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import jsonschema
import pytest

from firmware.datatypes import DeviceState, DeviceStatus
from firmware.standing import Standing, State
from firmware.telemetry import summary
from firmware.telemetry.summary import Counts, Facts, KitState, Nameplate, Storage
from firmware.vocabulary import Purpose
from tests.residents import NOON

PLATE = Nameplate("bangka-03", "0.1.0", Purpose.TRAINING, 900)
FACTS = Facts(
    KitState.IDLE,
    NOON,
    (DeviceStatus("fingerprint", DeviceState.OK, model="ZFM-20"),),
    41.5,
    Storage(10, 20),
    Counts(7, 3, datetime(2026, 12, 1, 4, tzinfo=UTC), 2, 3, 1),
    Standing(State.EXPIRING, date(2026, 12, 24)),
)


def test_the_document_says_what_is_known() -> None:
    assert summary.document(PLATE, FACTS) == {
        "schema": 1,
        "kit": "bangka-03",
        "software": "0.1.0",
        "purpose": "training",
        "state": "idle",
        "at": "2026-12-01T05:00:00Z",
        "clock": "unconfirmed",
        "valid_until": "2026-12-01T05:15:00Z",
        "devices": [{"name": "fingerprint", "state": "ok", "words": None, "model": "ZFM-20"}],
        "temperature_c": 41.5,
        "storage": {"free_bytes": 10, "total_bytes": 20},
        "recorded": 7,
        "waiting": 3,
        "delivered": 2,
        "acknowledged": 3,
        "refused": 1,
        "oldest_waiting": "2026-12-01T04:00:00Z",
        "identity": {"state": "expiring", "certificate_until": "2026-12-24"},
    }


@pytest.mark.parametrize(
    "facts",
    [
        FACTS,
        replace(FACTS, temperature_c=None, storage=None, counts=None, devices=(), standing=None),
        *(replace(FACTS, standing=Standing(state)) for state in State),
        replace(FACTS, counts=Counts(0, 0)),
        *(replace(FACTS, state=state) for state in KitState),
        *(replace(FACTS, devices=(DeviceStatus("fingerprint", state, "no answer"),)) for state in DeviceState),
    ],
)
def test_every_document_keeps_the_schema(facts: Facts) -> None:
    jsonschema.validate(summary.document(PLATE, facts), summary.schema())


def test_nothing_counted_is_zero_and_nothing_known_is_null() -> None:
    assert summary.document(PLATE, replace(FACTS, counts=Counts(0, 0)))["recorded"] == 0
    assert summary.document(PLATE, replace(FACTS, counts=None))["recorded"] is None


def test_the_last_will_keeps_the_schema_and_knows_nothing() -> None:
    will = summary.last_will(PLATE)
    jsonschema.validate(will, summary.schema())
    assert will["state"] == "lost" and will["valid_until"] is None and will["waiting"] is None


def test_the_schema_refuses_what_it_does_not_know() -> None:
    with pytest.raises(jsonschema.ValidationError, match="nik"):
        jsonschema.validate({**summary.document(PLATE, FACTS), "nik": "1"}, summary.schema())


def test_the_hottest_zone_counts_and_spoiled_ones_do_not(tmp_path: Path) -> None:
    assert summary.measure_temperature(tmp_path) is None
    for index, text in enumerate(("41500\n", "52000\n", "none\n")):
        (tmp_path / f"thermal_zone{index}").mkdir()
        (tmp_path / f"thermal_zone{index}" / "temp").write_text(text)
    assert summary.measure_temperature(tmp_path) == 52.0


def test_storage_of_a_missing_folder_is_unknown(tmp_path: Path) -> None:
    found = summary.measure_storage(tmp_path)
    assert found is not None and 0 <= found.free <= found.total
    assert summary.measure_storage(tmp_path / "gone") is None
