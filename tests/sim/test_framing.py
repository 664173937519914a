"""The simulated sensor's packets are those of the data sheets, and a stream of anything does not stop it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.framing import ACKNOWLEDGE, COMMAND, DATA, END_OF_DATA, Packet, Reader, frame
from tests.drivers import golden_frames

GOLDEN = golden_frames.load()
IDENTIFIERS = {"command": COMMAND, "acknowledge": ACKNOWLEDGE, "data": DATA, "end of data": END_OF_DATA}
GEN_IMG = GOLDEN["GenImg"].data


@pytest.mark.parametrize("golden", GOLDEN.values(), ids=lambda golden: golden.name)
def test_golden_frames_are_read_and_written(golden: golden_frames.Frame) -> None:
    packet = Packet(0xFFFFFFFF, IDENTIFIERS[golden.direction], golden.data[9:-2])
    assert Reader().feed(golden.data) == [packet]
    assert frame(packet.address, packet.identifier, packet.content) == golden.data


def test_a_packet_is_whole_whatever_the_pieces() -> None:
    reader = Reader()
    arrived = [packet for byte in GEN_IMG * 2 for packet in reader.feed(bytes([byte]))]
    assert [packet.content for packet in arrived] == [b"\x01", b"\x01"]


@pytest.mark.parametrize(
    "junk", [b"\x00\x55", b"\xef", b"\xef\x01", b"\xef\x01\xff\xff\xff\xff\x01\xff\xff", b"\xef\xef"]
)
def test_junk_before_a_packet_is_skipped(junk: bytes) -> None:
    # A start that promises more than comes holds the reader until the packet after it has come too
    packets = Reader().feed(junk + GEN_IMG * 2)
    assert packets and packets[-1].content == b"\x01"


def test_a_wrong_sum_is_told() -> None:
    packets = Reader().feed(GEN_IMG[:-1] + b"\x06")
    assert [packet.is_intact for packet in packets] == [False]


def test_a_broken_packet_is_forgotten_on_reset() -> None:
    reader = Reader()
    reader.feed(GEN_IMG[:-1])
    reader.reset()
    assert len(reader.feed(GEN_IMG)) == 1


@given(st.lists(st.binary(max_size=40) | st.just(GEN_IMG[:5]), max_size=8))
def test_any_bytes_are_survived(pieces: list[bytes]) -> None:
    reader = Reader()
    for piece in pieces:
        for packet in reader.feed(piece):
            assert packet.content
    assert Reader().feed(b"".join(pieces)[:0] + GEN_IMG)
