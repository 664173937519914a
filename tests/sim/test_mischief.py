"""Each fault does to the bytes what it says, as often as it says."""

import pytest

from sim.faults import (
    AnyFault,
    Corrupt,
    Delay,
    Drop,
    Duplicate,
    LoseFirstCommand,
    SensorFault,
    Silence,
    Sleepy,
    Stray,
    Truncate,
    Unplug,
)
from sim.instructions import Instruction
from sim.mischief import Mischief, Pause, PulledPlug, Step

FRAMES = (b"abc", b"defgh")
UP = Instruction.UpImage


@pytest.mark.parametrize(
    ("fault", "steps"),
    [
        (Drop(offset=2, count=3), [b"abfgh"]),
        (Drop(probability=1), [b""]),
        (Corrupt(offset=4, mask=0x20), [b"abcdEfgh"]),
        (Corrupt(probability=1, mask=0x20), [b"ABCDEFGH"]),
        (Delay(offset=3, seconds=7), [b"abc", Pause(7), b"defgh"]),
        (Silence(), []),
        (Truncate(offset=4), [b"abcd"]),
        (Duplicate(), [b"abcabcdefgh"]),
        (Unplug(offset=5, seconds=9), [b"abcde", PulledPlug(9)]),
    ],
)
def test_a_fault_happens_once(fault: AnyFault, steps: list[Step]) -> None:
    mischief = Mischief([fault])
    assert mischief.disturb(UP, FRAMES) == steps
    assert mischief.disturb(UP, FRAMES) == [b"abcdefgh"]


def test_a_fault_waits_for_its_command_and_for_an_answer_long_enough() -> None:
    mischief = Mischief([Drop(command=UP, offset=6)])
    assert mischief.disturb(Instruction.GenImg, FRAMES) == [b"abcdefgh"]
    assert mischief.disturb(UP, FRAMES[:1]) == [b"abc"]
    assert mischief.disturb(UP, FRAMES) == [b"abcdefh"]


def test_times_0_is_always() -> None:
    mischief = Mischief([Silence(times=0)])
    assert [mischief.disturb(UP, FRAMES) for _ in range(5)] == [[]] * 5


def test_faults_come_together() -> None:
    mischief = Mischief([Drop(offset=0), Corrupt(offset=1, mask=0x20), Delay(offset=3, seconds=1), Unplug(offset=5)])
    assert mischief.disturb(UP, FRAMES) == [b"Bc", Pause(1), b"de", PulledPlug(2)]


def test_chance_is_the_same_for_the_same_seed() -> None:
    answers = [Mischief([Drop(probability=0.5)], seed=3).disturb(UP, [bytes(range(200))]) for _ in range(2)]
    assert answers[0] == answers[1]
    assert isinstance(answers[0][0], bytes) and 50 < len(answers[0][0]) < 150


def test_what_happens_at_opening() -> None:
    mischief = Mischief([Stray(line=b"\x00"), Stray(line=b"\x55", times=2), LoseFirstCommand()])
    assert [mischief.at_opening() for _ in range(3)] == [b"\x00\x55", b"\x55", b""]
    assert [mischief.loses_first() for _ in range(2)] == [True, False]


def test_what_the_sensor_does_by_itself() -> None:
    mischief = Mischief([Sleepy(), SensorFault(command=Instruction.CheckSensor, code=0x29)])
    assert not mischief.falls_asleep(UP)
    assert [mischief.falls_asleep(Instruction.GenImg) for _ in range(2)] == [True, False]
    assert mischief.failure(UP) is None
    assert [mischief.failure(Instruction.CheckSensor) for _ in range(3)] == [0x29] * 3
