"""Schema, documents and AsyncAPI description agree: nothing sent is undescribed, nothing described is never sent."""

import dataclasses
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

import jsonschema
import pytest
import yaml

from firmware import standing
from firmware.datatypes import DeviceState, DeviceStatus, Timestamp
from firmware.telemetry import summary
from firmware.telemetry.hearing import Summaries
from firmware.telemetry.summary import Counts, Facts, KitState, Nameplate, Storage
from firmware.vocabulary import ClockTrust, Purpose
from tests.conftest import ROOT

AT = datetime(2026, 12, 1, 5, tzinfo=UTC)
PLATE = Nameplate("KTP-3174-07", "0.1.0", Purpose.LIVE, 900)
WHOLE = Facts(
    KitState.IDLE,
    Timestamp(AT, ClockTrust.NETWORK, "boot", 1.0),
    tuple(DeviceStatus("camera", state, "words", "model") for state in DeviceState),
    48.3,
    Storage(1, 2),
    Counts(3, 2, AT),
    standing.Standing(standing.State.ADMITTED, date(2036, 11, 28)),
)
BARE = dataclasses.replace(WHOLE, devices=(), temperature_c=None, storage=None, counts=None, standing=None)
SCHEMA = summary.schema()
ASYNCAPI: dict[str, Any] = yaml.safe_load((ROOT / "docs/asyncapi.yaml").read_text(encoding="utf-8"))


def documents() -> Iterator[dict[str, Any]]:
    yield summary.last_will(PLATE)
    yield summary.document(PLATE, BARE)
    for state in KitState:
        yield summary.document(PLATE, dataclasses.replace(WHOLE, state=state))
    for trust in ClockTrust:
        yield summary.document(PLATE, dataclasses.replace(WHOLE, at=Timestamp(AT, trust, "boot", 1.0)))
    for stands in standing.State:
        yield summary.document(PLATE, dataclasses.replace(WHOLE, standing=standing.Standing(stands)))
    for purpose in Purpose:
        yield summary.document(dataclasses.replace(PLATE, purpose=purpose), WHOLE)


def described(schema: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, frozenset[str]]]:
    """Each place in a document with the codes that it may have; none where it has no codes."""
    yield path, frozenset(one for one in schema.get("enum", ()) if one is not None)
    for name, inner in schema.get("properties", {}).items():
        yield from described(inner, f"{path}.{name}")
    if "items" in schema:
        yield from described(schema["items"], f"{path}[]")


def sent(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    yield path, value
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from sent(inner, f"{path}.{name}")
    if isinstance(value, list):
        for inner in value:
            yield from sent(inner, f"{path}[]")


def objects(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if "properties" in schema:
        yield schema
    for inner in (*schema.get("properties", {}).values(), *filter(None, (schema.get("items"),))):
        yield from objects(inner)


def test_the_schema_is_one_and_closed() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    for one in objects(SCHEMA):
        assert one["additionalProperties"] is False and set(one["required"]) == set(one["properties"])


def test_every_document_fits_and_every_place_and_code_of_the_schema_is_sent() -> None:
    seen: dict[str, set[Any]] = {}
    for document in documents():
        jsonschema.validate(document, SCHEMA, format_checker=jsonschema.FormatChecker())
        for path, value in sent(document):
            seen.setdefault(path, set()).add(str(value))
    told = dict(described(SCHEMA))
    assert seen.keys() == told.keys()
    for path, codes in told.items():
        assert not codes or codes == seen[path] - {"None"}, path


@pytest.mark.parametrize("change", [{"name": "Budi"}, {"state": "dancing"}, {"at": "1.12.2026"}, {"recorded": -1}])
def test_what_does_not_fit_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**summary.document(PLATE, WHOLE), **change}, SCHEMA)


def test_the_description_of_the_topic_is_what_the_kit_does() -> None:
    (channel,) = ASYNCAPI["channels"].values()
    assert channel["address"].format(kit="K1") == summary.topic("K1")
    assert channel["address"].format(kit="+") == Summaries.filters[0]
    payload = ASYNCAPI["components"]["messages"]["status"]["payload"]["schema"]
    assert (ROOT / "docs" / payload["$ref"]).resolve() == ROOT / "firmware/telemetry/status.schema.json"
    binding = ASYNCAPI["operations"]["tellStatus"]["bindings"]["mqtt"]
    assert (binding["qos"], binding["retain"]) == (1, True)


def test_the_examples_of_the_description_fit_the_schema() -> None:
    examples = ASYNCAPI["components"]["messages"]["status"]["examples"]
    for example in examples:
        jsonschema.validate(example["payload"], SCHEMA, format_checker=jsonschema.FormatChecker())
    assert examples[1]["payload"] == summary.last_will(PLATE)


def references(value: Any) -> Iterator[str]:
    for path, one in sent(value):
        if path.endswith(".$ref"):
            yield one


def test_the_description_refers_to_what_is_there() -> None:
    for reference in references(ASYNCAPI):
        found: Any = ASYNCAPI
        for part in reference.removeprefix("#/").split("/") if reference.startswith("#/") else ():
            found = found[part]
        assert found
