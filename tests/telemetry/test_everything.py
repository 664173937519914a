"""What the package is asked of every message, and that it would tell."""

import pytest

from firmware.errors import MessageError
from firmware.telemetry import payload
from firmware.telemetry.metrics import DataType, Metric, Reading
from firmware.telemetry.payload import Message
from tests.telemetry import everything
from tests.telemetry.everything import Messages
from tests.telemetry.foreign import Foreign

SENT = Message((Reading(Metric("A", DataType.STRING), "b", 5),), 7, 3)


def test_what_is_written_and_what_is_read_is_collected(every_message: Messages) -> None:
    with everything.collected() as inner:
        content = payload.encode(SENT, defines=True)
        read = payload.decode(b"\x18\x04")
        with pytest.raises(MessageError):
            payload.decode(b"\xff")
    assert list(inner) == [content, b"\x18\x04"] and read.sequence == 4
    assert {content, b"\x18\x04"} <= every_message.keys()
    assert payload.decode(content) == SENT


@pytest.mark.parametrize(
    "content",
    [
        b"\x18\x83\x00",  # a number in more bytes than it needs: the package writes others
        b"\x12\x06\x0a\x01A\x9a\x01\x00",  # a field of the published messages that ours have not
    ],
    ids=["other bytes", "another field"],
)
def test_a_message_that_the_package_reads_otherwise_is_told(foreign: Foreign, content: bytes) -> None:
    with pytest.raises(AssertionError):
        everything.are_read({content: None}, foreign)
    everything.are_read({payload.encode(SENT, defines=True): None}, foreign)
