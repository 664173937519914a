"""The messages: to bytes and back, as a published package reads and writes them, and never a guess."""

import math
import struct
from typing import Any

import pytest
from google.protobuf.descriptor import FieldDescriptor
from hypothesis import given
from hypothesis import strategies as st

from firmware.errors import MessageError
from firmware.telemetry import payload
from firmware.telemetry.metrics import DataType, Metric, Quality, Reading, Value
from firmware.telemetry.payload import Message, decode
from firmware.telemetry.schema import Payload
from tests.telemetry import proto
from tests.telemetry.foreign import Foreign
from tests.telemetry.tck import holds

AT = 1_795_968_000_000
GOLDEN = (
    "0880c0a3c0a23412140a05626453657110001880c0a3c0a2342004580712210a144e6f646520436f6e74726f6c2f5265"
    "62697274681880c0a3c0a234200b700012470a11426f6172642f54656d706572617475726510011880c0a3c0a2342009"
    "4a220a075175616c6974790a07656e67556e69741205080318f4031207080c4203c2b0436500002642121b0a0c576f72"
    "6b2f57616974696e6710021880c0a3c0a2342007500c122c0a0b426f6172642f506f77657210ac021880c0a3c0a23420"
    "0c38014a0f0a075175616c6974791204080318001800"
)


def message(*readings: Reading, aliases: dict[str, int] | None = None, sequence: int | None = 0) -> Message:
    return Message(readings, AT, sequence, aliases or {})


BIRTH = message(
    Reading(Metric("bdSeq", DataType.INT64), 7, AT),
    Reading(Metric("Node Control/Rebirth", DataType.BOOLEAN), False, AT),
    Reading(Metric("Board/Temperature", DataType.FLOAT, "°C"), 41.5, AT, Quality.STALE),
    Reading(Metric("Work/Waiting", DataType.UINT32), 12, AT),
    Reading(Metric("Board/Power", DataType.STRING), None, AT, Quality.BAD),
    aliases={"bdSeq": 0, "Board/Temperature": 1, "Work/Waiting": 2, "Board/Power": 300},
)
INTEGERS = {
    DataType.INT8: 7,
    DataType.INT16: 15,
    DataType.INT32: 31,
    DataType.INT64: 63,
    DataType.UINT8: 8,
    DataType.UINT16: 16,
    DataType.UINT32: 32,
    DataType.UINT64: 64,
    DataType.DATETIME: 64,
}


def lowest(datatype: DataType) -> int:
    return -(1 << INTEGERS[datatype]) if datatype.name.startswith("INT") else 0


def values(datatype: DataType) -> st.SearchStrategy[Value]:
    if datatype in INTEGERS:
        return st.integers(lowest(datatype), (1 << INTEGERS[datatype]) - 1)
    if datatype in (DataType.FLOAT, DataType.DOUBLE):
        return st.floats(allow_nan=False, width=32 if datatype is DataType.FLOAT else 64)
    if datatype is DataType.BOOLEAN:
        return st.booleans()
    return st.binary() if datatype in (DataType.BYTES, DataType.FILE) else st.text()


@st.composite
def readings(draw: st.DrawFn) -> Reading:
    datatype = draw(st.sampled_from(DataType))
    metric = Metric(draw(st.text(min_size=1, max_size=9)), datatype, draw(st.sampled_from(["", "°C"])))
    value = draw(st.none() | values(datatype))
    return Reading(metric, value, draw(st.integers(0, 1 << 63)), draw(st.sampled_from(Quality)), draw(st.booleans()))


@given(st.lists(readings(), max_size=4, unique_by=lambda reading: reading.metric.name), st.integers(0, 255))
@holds("payloads-metric-datatype-value-type", "payloads-metric-datatype-value", "payloads-metric-datatype-req")
def test_what_is_written_is_read(told: list[Reading], sequence: int) -> None:
    sent = message(*told, sequence=sequence, aliases={one.metric.name: 7 * place for place, one in enumerate(told)})
    assert payload.decode(payload.encode(sent, defines=True)) == sent
    without_names = payload.decode(payload.encode(sent, defines=False), sent.known())
    assert without_names.readings == sent.readings


def test_the_bytes_of_a_birth_stay_as_they_are() -> None:
    assert payload.encode(BIRTH, defines=True).hex() == GOLDEN


@holds(
    "payloads-alias-data-cmd-requirement",
    "payloads-metric-datatype-not-req",
    "payloads-name-requirement",
    "payloads-name-birth-data-requirement",
    "payloads-alias-birth-requirement",
)
def test_a_birth_names_what_data_only_numbers(foreign: Foreign) -> None:
    born = foreign.read(payload.encode(BIRTH, defines=True))["metrics"]
    data = foreign.read(payload.encode(BIRTH, defines=False))["metrics"]
    assert [(one["name"], one.get("alias"), one["datatype"]) for one in born] == [
        ("bdSeq", "0", 4),
        ("Node Control/Rebirth", None, 11),
        ("Board/Temperature", "1", 9),
        ("Work/Waiting", "2", 7),
        ("Board/Power", "300", 12),
    ]
    assert [(one.get("name"), one.get("alias"), one.get("datatype")) for one in data] == [
        (None, "0", None),
        ("Node Control/Rebirth", None, None),
        (None, "1", None),
        (None, "2", None),
        (None, "300", None),
    ]
    assert all(one["timestamp"] == str(AT) for one in (*born, *data))


@holds(
    "payloads-propertyset-keys-array-size",
    "payloads-propertyset-values-array-size",
    "payloads-metric-propertyvalue-type-type",
    "payloads-metric-propertyvalue-type-value",
    "payloads-metric-propertyvalue-type-req",
    "payloads-propertyset-quality-value-type",
    "payloads-propertyset-quality-value-value",
)
def test_a_package_reads_quality_and_unit(foreign: Foreign) -> None:
    metrics = foreign.read(payload.encode(BIRTH, defines=True))["metrics"]
    assert metrics[2]["properties"] == {
        "keys": ["Quality", "engUnit"],
        "values": [{"type": 3, "int_value": 500}, {"type": 12, "string_value": "°C"}],
    }
    assert metrics[4]["properties"] == {"keys": ["Quality"], "values": [{"type": 3, "int_value": 0}]}
    assert "properties" not in metrics[3]


EDGES: list[tuple[DataType, Value, str, Any]] = [
    (DataType.INT8, -1, "int_value", 0xFFFFFFFF),
    (DataType.INT16, -300, "int_value", 0x1_0000_0000 - 300),
    (DataType.INT32, -(1 << 31), "int_value", 1 << 31),
    (DataType.INT64, -1, "long_value", str((1 << 64) - 1)),
    (DataType.UINT8, 255, "int_value", 255),
    (DataType.UINT32, (1 << 32) - 1, "int_value", (1 << 32) - 1),
    (DataType.UINT64, (1 << 64) - 1, "long_value", str((1 << 64) - 1)),
    (DataType.FLOAT, 1.5, "float_value", 1.5),
    (DataType.DOUBLE, 0.1, "double_value", 0.1),
    (DataType.BOOLEAN, True, "boolean_value", True),
    (DataType.STRING, "µ", "string_value", "µ"),
    (DataType.TEXT, "", "string_value", ""),
    (DataType.UUID, "7f3a", "string_value", "7f3a"),
    (DataType.DATETIME, AT, "long_value", str(AT)),
    (DataType.BYTES, b"\0\xff", "bytes_value", "AP8="),
]


@pytest.mark.parametrize(("datatype", "value", "where", "told"), EDGES)
def test_a_package_and_we_agree_on_each_type(
    foreign: Foreign, datatype: DataType, value: Value, where: str, told: Any
) -> None:
    sent = message(Reading(Metric("A", datatype), value, AT))
    [read] = foreign.read(payload.encode(sent, defines=True))["metrics"]
    assert read == {"name": "A", "timestamp": str(AT), "datatype": int(datatype), where: told}
    written = foreign.write({"timestamp": str(AT), "seq": "0", "metrics": [read]})
    assert payload.decode(written) == sent


def test_negative_numbers_of_a_narrow_sender_are_read(foreign: Foreign) -> None:
    metrics = [{"name": "A", "datatype": 1, "int_value": 0xFE}, {"name": "B", "datatype": 2, "int_value": 0xFF38}]
    assert [one.value for one in payload.decode(foreign.write({"metrics": metrics})).readings] == [-2, -200]


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"seq": "256"}, "seq: 256 is outside"),
    ({"metrics": [{"datatype": 3, "int_value": 1}]}, "neither name nor alias"),
    ({"metrics": [{"alias": "4", "int_value": 1}]}, "alias 4: no birth told"),
    ({"metrics": [{"name": "A", "int_value": 1}]}, "A: of no type"),
    ({"metrics": [{"name": "A", "datatype": 0, "int_value": 1}]}, "type 0 is not read"),
    ({"metrics": [{"name": "A", "datatype": 16, "dataset_value": {}}]}, "type 16 is not read"),
    ({"metrics": [{"name": "A", "datatype": 24, "bytes_value": ""}]}, "type 24 is not read"),
    ({"metrics": [{"name": "A", "datatype": 3}]}, "INT32 in no value at all"),
    ({"metrics": [{"name": "A", "datatype": 3, "long_value": "1"}]}, "INT32 in long_value"),
    ({"metrics": [{"name": "A", "datatype": 3, "int_value": 1, "is_null": True}]}, "null, and has a value"),
    ({"metrics": [{"name": "A", "datatype": 1, "int_value": 300}]}, "300 is outside 8 bits"),
    ({"metrics": [{"name": "A", "datatype": 5, "int_value": 256}]}, r"256 is outside 0\.\.255"),
    (
        {"metrics": [{"name": n, "alias": "1", "datatype": 11, "boolean_value": True} for n in "AB"]},
        "alias 1 stands for two",
    ),
    (
        {"metrics": [{"name": "A", "datatype": 11, "boolean_value": True, "properties": {"keys": ["x"]}}]},
        "1 property names for 0 values",
    ),
    *[
        (
            {
                "metrics": [
                    {
                        "name": "A",
                        "datatype": 11,
                        "boolean_value": True,
                        "properties": {"keys": [key], "values": [value]},
                    }
                ]
            },
            reason,
        )
        for key, value, reason in (
            ("Quality", {"type": 3, "int_value": 193}, "quality 193 does not exist"),
            ("Quality", {"type": 4, "long_value": "192"}, "quality is no Int32"),
            ("Quality", {"type": 3, "is_null": True}, "quality is no Int32"),
            ("engUnit", {"type": 3, "int_value": 1}, "a unit that is no text"),
        )
    ],
]


@pytest.mark.parametrize(("told", "reason"), REFUSED)
def test_what_cannot_be_meant_is_refused(foreign: Foreign, told: dict[str, Any], reason: str) -> None:
    with pytest.raises(MessageError, match=reason):
        payload.decode(foreign.write(told))


@pytest.mark.parametrize("content", [b"\x08", b"{}", b"\x12\x05\x0a\x03\xff\xfe\xfd", b"\xff" * 20])
def test_foreign_bytes_are_refused(content: bytes) -> None:
    with pytest.raises(MessageError):
        payload.decode(content)


@given(st.binary(max_size=60))
def test_chance_is_read_or_refused(content: bytes) -> None:
    try:
        decode(content)  # as it was before the tests began: chance is no message for the package
    except MessageError:
        return


@pytest.mark.parametrize("cut", range(1, 40, 3))
def test_a_birth_cut_short_is_never_taken_for_whole(cut: int) -> None:
    whole = payload.encode(BIRTH, defines=True)
    try:
        assert payload.decode(whole[:-cut]) != BIRTH
    except MessageError:
        return


@pytest.mark.parametrize(
    ("datatype", "value"),
    [
        *[(one, lowest(one) - 1) for one in INTEGERS],
        *[(one, 1 << bits) for one, bits in INTEGERS.items()],
        (DataType.INT32, True),
        (DataType.INT32, 1.0),
        (DataType.BOOLEAN, 1),
        (DataType.FLOAT, "1"),
        (DataType.FLOAT, 1e39),
        (DataType.DOUBLE, 1 << 1024),
        (DataType.STRING, b"a"),
        (DataType.BYTES, "a"),
    ],
    ids=str,
)
def test_a_value_that_its_type_cannot_hold_is_not_sent(datatype: DataType, value: Value) -> None:
    with pytest.raises(MessageError, match="A: "):
        payload.encode(message(Reading(Metric("A", datatype), value, AT)), defines=True)


def test_a_float_is_as_near_as_32_bits_let_it() -> None:
    sent = message(Reading(Metric("A", DataType.FLOAT), 0.1, AT))
    assert (
        payload.decode(payload.encode(sent, defines=True)).readings[0].value
        == struct.unpack("<f", struct.pack("<f", 0.1))[0]
    )
    unknown = message(Reading(Metric("A", DataType.FLOAT), math.nan, AT))
    assert math.isnan(float(payload.decode(payload.encode(unknown, defines=True)).readings[0].value or 0))


def test_our_messages_are_the_published_ones(foreign: Foreign) -> None:
    """But for extension ranges, and the empty messages that only hold these."""

    def shape(descriptor: Any) -> dict[str, Any]:
        found = {
            descriptor.full_name.removeprefix("rekam.sparkplug."): {
                one.name: [
                    one.number,
                    one.type,
                    one.is_repeated,
                    one.message_type and one.message_type.name,
                    one.containing_oneof and one.containing_oneof.name,
                ]
                for one in descriptor.fields
            }
        }
        for inner in descriptor.nested_types:
            found |= shape(inner)
        return found

    theirs = {
        name: {field: facts for field, facts in fields.items() if field != "extension_value"}
        for name, fields in foreign.shape().items()
        if not name.endswith("Extension")
    }
    assert shape(Payload.DESCRIPTOR) == theirs
    assert Payload.DESCRIPTOR.fields_by_name["timestamp"].type == FieldDescriptor.TYPE_UINT64


def test_the_proto_in_the_docs_is_drawn_from_the_schema() -> None:
    assert proto.FILE.read_text(encoding="utf-8") == proto.drawn(), "draw it: python -m tests.telemetry.proto"
