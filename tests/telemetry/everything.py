"""Every message that a test makes, or that anything of ours in its process reads, for a decoder that isn't ours.

What a kit in a process of its own says is among them where a host in the test's process hears it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from google.protobuf import json_format

from firmware.telemetry import payload
from firmware.telemetry.payload import Known, Message
from firmware.telemetry.schema import Payload
from tests.telemetry.foreign import Foreign

Messages = dict[bytes, None]
"""Each once, in its order."""


@contextmanager
def collected() -> Iterator[Messages]:
    """What `payload` writes and reads meanwhile; what it refuses is no message."""
    messages: Messages = {}
    encode, decode = payload.encode, payload.decode

    def encode_and_keep(message: Message, *, defines: bool) -> bytes:
        content = encode(message, defines=defines)
        messages[content] = None
        return content

    def decode_and_keep(content: bytes, known: Known | None = None) -> Message:
        message = decode(content, known)
        messages[content] = None
        return message

    payload.encode, payload.decode = encode_and_keep, decode_and_keep
    try:
        yield messages
    finally:
        payload.encode, payload.decode = encode, decode


def are_read(messages: Messages, foreign: Foreign) -> None:
    """The package reads in each what we read, and writes the same bytes again."""
    for content, told in zip(messages, foreign.read_all(messages), strict=True):
        ours = json_format.MessageToDict(Payload.FromString(content), preserving_proto_field_name=True)
        assert told == ours, content.hex()
