import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from firmware.drivers import fingerprint_protocol as protocol
from firmware.drivers.fingerprint_protocol import (
    Acknowledge,
    Command,
    Confirmation,
    Decoder,
    Identifier,
    Packet,
    ProductInfo,
    SystemParameters,
)
from firmware.errors import LinkCorrupt
from tests.drivers import golden_frames

FRAMES = golden_frames.load()
IDENTIFIERS = {
    "command": Identifier.COMMAND,
    "acknowledge": Identifier.ACKNOWLEDGE,
    "data": Identifier.DATA,
    "end of data": Identifier.END_OF_DATA,
}
COMMANDS: dict[str, Command] = {
    "VfyPwd(0)": protocol.verify_password(0),
    "VfyPwd(0x12345678)": protocol.verify_password(0x12345678),
    "SetSysPara(baud rate, 115200)": protocol.set_baud_rate(115200),
    "SetSysPara(baud rate, 57600)": protocol.set_baud_rate(57600),
    "SetSysPara(packet size, 256)": protocol.set_packet_size(256),
    "SetSysPara(packet size, 128)": protocol.set_packet_size(128),
    "GenImg": protocol.GENERATE_IMAGE,
    "Img2Tz(1)": protocol.GENERATE_FEATURES,
    "UpImage": protocol.UPLOAD_IMAGE,
    "ReadSysPara": protocol.READ_SYSTEM_PARAMETERS,
    "ReadProdInfo": protocol.READ_PRODUCT_INFO,
}

packets = st.builds(Packet, st.sampled_from(Identifier), st.binary(min_size=1, max_size=256))
rubbish = st.one_of(
    st.binary(max_size=40),
    st.just(b"\x00\x55"),
    st.just(bytes.fromhex("EF01FFFFFFFF")),
    st.just(bytes.fromhex("EF01FFFFFFFF020102")),
    packets.map(lambda packet: packet.encode()[:-1]),
    packets.map(lambda packet: packet.encode()[:-1] + bytes([packet.encode()[-1] ^ 1])),
)


def answer(name: str) -> Acknowledge:
    (packet,) = Decoder().feed(FRAMES[name].data)
    return Acknowledge(packet.content[0], packet.content[1:])


@pytest.mark.parametrize("name", COMMANDS)
def test_commands_are_the_golden_frames(name: str) -> None:
    assert COMMANDS[name].encode() == FRAMES[name].data


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
def test_golden_frames_decode_and_encode_back(frame: golden_frames.Frame) -> None:
    (packet,) = Decoder().feed(frame.data)
    assert packet.identifier == IDENTIFIERS[frame.direction]
    assert packet.encode() == frame.data


def test_system_parameters_of_the_golden_answer() -> None:
    parameters = SystemParameters.parse(answer("ReadSysPara: R503").parameters)
    assert parameters == SystemParameters(4, 0, 200, 3, 0xFFFFFFFF, 128, 57600)


@pytest.mark.parametrize(("size_code", "multiple"), [(4, 6), (2, 0), (2, 13)])
def test_system_parameters_of_no_data_sheet_are_refused(size_code: int, multiple: int) -> None:
    parameters = answer("ReadSysPara: R503").parameters[:12] + bytes([0, size_code, 0, multiple])
    with pytest.raises(LinkCorrupt, match="ReadSysPara gave packet size code"):
        SystemParameters.parse(parameters)


def test_product_info_of_the_golden_answer() -> None:
    info = ProductInfo.parse(answer("ReadProdInfo: R503").parameters)
    assert info == ProductInfo("R503", "2021", "00000042", "1.3", "FPS192", 192, 192, 1536, 200)


def test_product_texts_keep_only_what_is_printable() -> None:
    info = ProductInfo.parse(b"R5\x1b[31m\xff3".ljust(16, b"\0") + bytes(30))
    assert info.model == "R5[31m3"


def test_meanings_name_known_and_unknown_codes() -> None:
    assert "no finger" in protocol.meaning(Confirmation.NO_FINGER)
    assert "0x5A" in protocol.meaning(0x5A)
    assert "no data sheet" in protocol.meaning(0x5A)


@given(st.binary(max_size=600))
def test_any_bytes_give_nothing_but_packets(data: bytes) -> None:
    decoder = Decoder()
    for packet in decoder.feed(data) + decoder.finish():
        assert packet.encode() in data


@given(st.lists(st.one_of(packets.map(Packet.encode), rubbish), max_size=6), st.data())
def test_any_split_gives_the_same_packets(parts: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(parts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    whole, split = Decoder(), Decoder()
    expected = whole.feed(stream)
    got = [packet for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True) for packet in split.feed(stream[a:b])]
    assert (got, split.corrupt) == (expected, whole.corrupt)
    assert split.finish() == whole.finish()


@given(rubbish, packets)
def test_a_good_packet_after_rubbish_is_found(before: bytes, packet: Packet) -> None:
    encoded = packet.encode()
    # Rubbish may be the beginning of a packet whose end the next one's first bytes happen to be
    assume(len(Decoder().feed(before + encoded[:-1])) == len(Decoder().feed(before)))
    decoder = Decoder()
    assert packet in decoder.feed(before + encoded) + decoder.finish()


@given(packets, packets, st.data())
def test_what_is_missing_never_reaches_past_the_packet(first: Packet, second: Packet, data: st.DataObject) -> None:
    stream = first.encode() + second.encode()
    cut = data.draw(st.integers(0, len(stream) - 1))
    decoder = Decoder()
    found = decoder.feed(stream[:cut])
    end = len(first.encode()) if not found else len(stream)
    assert 1 <= decoder.missing <= end - cut


def test_a_broken_sum_is_counted_and_skipped() -> None:
    good = FRAMES["done"].data
    broken = bytearray(FRAMES["data: 128 bytes"].data)
    broken[40] ^= 0x10
    decoder = Decoder()
    assert [p.encode() for p in decoder.feed(bytes(broken) + good)] == [good]
    assert decoder.corrupt == 1
