"""At the wrong speed a UART hears something else, the same each time."""

import pytest

from sim.uart import hear

TEXT = bytes.fromhex("EF01FFFFFFFF010003010005")
SPEEDS = [9600, 19200, 38400, 57600, 115200]


@pytest.mark.parametrize("baud", SPEEDS)
def test_the_right_speed_is_clear(baud: int) -> None:
    assert hear(TEXT, baud, baud) == TEXT


@pytest.mark.parametrize("spoken", SPEEDS)
@pytest.mark.parametrize("heard", SPEEDS)
def test_a_wrong_speed_is_not(spoken: int, heard: int) -> None:
    if spoken != heard:
        assert TEXT not in hear(TEXT, spoken, heard)


def test_a_speed_within_two_percent_is_still_clear() -> None:
    assert hear(b"\x55\xaa\x00\xff", 57600, 58700) == b"\x55\xaa\x00\xff"


def test_a_byte_at_twice_the_speed_is_two_bits_a_bit() -> None:
    # 0xFF is one low bit: at double speed two low bits, start and bit 0
    assert hear(b"\xff", 57600, 115200) == b"\xfe"


def test_silence_is_silence() -> None:
    assert hear(b"", 9600, 115200) == b""
