"""The simulated sensor answers as the family's data sheets say, whatever a client of it sends."""

import numpy as np
import pytest

from sim.fingerprint_sensor import FingerprintSensor, Reply
from sim.flash import Flash
from sim.framing import COMMAND, DATA, END_OF_DATA, Packet, Reader
from sim.glass import Pixels
from sim.instructions import Confirmation, Instruction
from sim.profiles import PROFILES, R308, R503, ZFM20
from tests.drivers import golden_frames

GOLDEN = golden_frames.load()


class Finger:
    """A glass on which a test lays a print."""

    def __init__(self) -> None:
        self.print: Pixels | None = print_of(1)

    def look(self) -> Pixels | None:
        return self.print


def print_of(seed: int) -> Pixels:
    """Straight ridges, each print's in a direction of its own."""
    y, x = np.mgrid[0:384, 0:344]
    return np.asarray(128 + 100 * np.sin(0.7 * (x * np.cos(seed) + y * np.sin(seed))), np.uint8)


def sensor(model: str = "zfm20", **settings: int) -> FingerprintSensor:
    return FingerprintSensor(PROFILES[model], Flash(**settings), Finger())  # type: ignore[arg-type]


def ask(sensor: FingerprintSensor, instruction: int, parameters: bytes = b"", address: int = 0xFFFFFFFF) -> bytes:
    """The content of the acknowledgement."""
    return contents(reply_to(sensor, instruction, parameters, address))[0]


def reply_to(sensor: FingerprintSensor, instruction: int, parameters: bytes = b"", address: int = 0xFFFFFFFF) -> Reply:
    reply = sensor.handle(Packet(address, COMMAND, bytes([instruction]) + parameters))
    assert reply is not None
    return reply


def contents(reply: Reply) -> list[bytes]:
    return [packet.content for packet in Reader().feed(b"".join(reply.frames))]


def golden_reply(sensor: FingerprintSensor, command: str) -> bytes:
    (packet,) = Reader().feed(GOLDEN[command].data)
    reply = sensor.handle(packet)
    assert reply is not None
    return b"".join(reply.frames)


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("VfyPwd(0)", "done"),
        ("VfyPwd(0x12345678)", "wrong password"),
        ("ReadSysPara", "ReadSysPara: ZFM-20 as shipped"),
        ("TemplateNum", "TemplateNum: 0"),
        ("HandShake", "done"),
        ("CheckSensor", "done"),
        ("SetSysPara(packet size, 256)", "done"),
        ("UpImage", "cannot transfer"),
        ("ReadProdInfo", "packet not received"),
    ],
)
def test_a_zfm_20_as_shipped_answers_the_golden_frames(command: str, answer: str) -> None:
    assert golden_reply(sensor(), command) == GOLDEN[answer].data


def test_an_r503_answers_the_golden_frames() -> None:
    r503 = sensor("r503")
    golden_reply(r503, "VfyPwd(0)")
    assert golden_reply(r503, "ReadSysPara") == GOLDEN["ReadSysPara: R503"].data
    assert golden_reply(r503, "ReadProdInfo") == GOLDEN["ReadProdInfo: R503"].data


def test_without_a_finger_there_is_no_image() -> None:
    glass = Finger()
    glass.print = None
    empty = FingerprintSensor(ZFM20, Flash(), glass)
    assert golden_reply(empty, "GenImg") == GOLDEN["no finger"].data
    assert ask(empty, Instruction.Img2Tz, b"\x01") == bytes([Confirmation.NO_IMAGE])


@pytest.mark.parametrize(
    ("model", "code", "size"), [("zfm20", 2, 128), ("zfm20", 3, 256), ("zfm20", 0, 32), ("r503", 3, 256)]
)
def test_an_image_comes_in_packets_of_the_size_that_was_set(model: str, code: int, size: int) -> None:
    chip = sensor(model)
    ask(chip, Instruction.SetSysPara, bytes([6, code]))
    assert ask(chip, Instruction.GenImg) == b"\0"
    packets = Reader().feed(b"".join(reply_to(chip, Instruction.UpImage).frames))[1:]
    assert len(packets) == PROFILES[model].width * PROFILES[model].height // 2 // size
    assert {packet.identifier for packet in packets[:-1]} == {DATA}
    assert packets[-1].identifier == END_OF_DATA
    assert {len(packet.content) for packet in packets} == {size}


def test_the_left_of_two_pixels_is_in_the_upper_bits() -> None:
    glass = Finger()
    glass.print = np.tile(np.array([0x12, 0xEF], np.uint8), (288, 128))
    chip = FingerprintSensor(ZFM20, Flash(), glass)
    ask(chip, Instruction.GenImg)
    assert set(b"".join(contents(reply_to(chip, Instruction.UpImage))[1:])) == {0x1E}


def test_an_image_that_is_sent_comes_back() -> None:
    chip = sensor()
    ask(chip, Instruction.GenImg)
    image = contents(reply_to(chip, Instruction.UpImage))[1:]
    chip.power_on()
    assert ask(chip, Instruction.UpImage) == bytes([Confirmation.CANNOT_UPLOAD_IMAGE])
    assert ask(chip, Instruction.DownImage) == b"\0"
    for index, piece in enumerate(image):
        kind = END_OF_DATA if index == len(image) - 1 else DATA
        assert chip.handle(Packet(0xFFFFFFFF, kind, piece)) is None
    assert contents(reply_to(chip, Instruction.UpImage))[1:] == image


def test_a_password_locks_until_it_is_verified() -> None:
    chip = sensor(password=0x12345678)
    assert golden_reply(chip, "GenImg") == GOLDEN["verify the password first"].data
    assert golden_reply(chip, "HandShake") == GOLDEN["done"].data
    assert golden_reply(chip, "VfyPwd(0)") == GOLDEN["wrong password"].data
    assert golden_reply(chip, "VfyPwd(0x12345678)") == GOLDEN["done"].data
    assert ask(chip, Instruction.GenImg) == b"\0"
    chip.power_on()
    assert ask(chip, Instruction.GenImg) == bytes([Confirmation.VERIFY_PASSWORD_FIRST])


def test_a_sleeper_wants_its_password_again() -> None:
    chip = sensor()
    chip.fall_asleep()
    assert ask(chip, Instruction.GenImg) == bytes([Confirmation.VERIFY_PASSWORD_FIRST])
    assert golden_reply(chip, "VfyPwd(0)") == GOLDEN["done"].data
    assert ask(chip, Instruction.GenImg) == b"\0"


def test_a_new_address_is_acknowledged_from_the_old_one() -> None:
    chip = sensor()
    (acknowledgement,) = Reader().feed(b"".join(reply_to(chip, Instruction.SetAddr, bytes(4)).frames))
    assert acknowledgement == Packet(0xFFFFFFFF, 0x07, b"\0")
    assert ask(chip, Instruction.HandShake) == bytes([Confirmation.WRONG_ADDRESS])
    assert ask(chip, Instruction.HandShake, address=0) == b"\0"


@pytest.mark.parametrize(
    ("register", "value", "code"),
    [
        (4, 13, Confirmation.BAD_VALUE),
        (4, 0, Confirmation.BAD_VALUE),
        (5, 6, Confirmation.BAD_VALUE),
        (6, 4, Confirmation.BAD_VALUE),
        (7, 0, Confirmation.BAD_REGISTER),
        (4, 12, Confirmation.OK),
    ],
)
def test_a_setting_is_checked(register: int, value: int, code: int) -> None:
    assert ask(sensor(), Instruction.SetSysPara, bytes([register, value])) == bytes([code])


def test_an_r503_knows_fewer_speeds() -> None:
    assert ask(sensor("r503"), Instruction.SetSysPara, b"\x04\x03") == bytes([Confirmation.BAD_VALUE])


def test_settings_outlive_the_power() -> None:
    chip = sensor()
    ask(chip, Instruction.SetSysPara, b"\x04\x0c")
    chip.power_on()
    assert chip.flash.baud == 115200


def test_a_finger_is_enrolled_and_found() -> None:
    glass = Finger()
    chip = FingerprintSensor(ZFM20, Flash(), glass)
    for buffer in (b"\x01", b"\x02"):
        ask(chip, Instruction.GenImg)
        assert ask(chip, Instruction.Img2Tz, buffer) == b"\0"
    assert ask(chip, Instruction.Match)[0] == Confirmation.OK
    assert ask(chip, Instruction.RegModel) == b"\0"
    assert ask(chip, Instruction.Store, b"\x01\x00\x09") == b"\0"
    assert ask(chip, Instruction.TemplateNum) == b"\0\0\x01"
    assert ask(chip, Instruction.ReadIndexTable, b"\0")[:3] == b"\0\0\x02"
    assert ask(chip, Instruction.Search, b"\x01\0\0\x03\xe8")[:3] == b"\0\0\x09"
    assert ask(chip, Instruction.HiSpeedSearch, b"\x01\0\0\0\x09")[0] == Confirmation.NOT_FOUND
    assert ask(chip, Instruction.LoadChar, b"\x02\x00\x09") == b"\0"
    assert len(b"".join(contents(reply_to(chip, Instruction.UpChar, b"\x02"))[1:])) == ZFM20.template_size
    glass.print = print_of(2)
    ask(chip, Instruction.GenImg)
    ask(chip, Instruction.Img2Tz, b"\x01")
    assert ask(chip, Instruction.Search, b"\x01\0\0\x03\xe8")[0] == Confirmation.NOT_FOUND
    assert ask(chip, Instruction.Match)[0] == Confirmation.NO_MATCH
    assert ask(chip, Instruction.RegModel) == bytes([Confirmation.CANNOT_COMBINE])
    assert ask(chip, Instruction.Delete, b"\0\x09\0\x01") == b"\0"
    assert ask(chip, Instruction.TemplateNum) == b"\0\0\0"


def test_features_are_sent_and_come_back() -> None:
    chip = sensor("r503")
    assert ask(chip, Instruction.UpChar, b"\x01") == bytes([Confirmation.CANNOT_UPLOAD_FEATURES])
    assert ask(chip, Instruction.DownChar, b"\x01") == b"\0"
    chip.handle(Packet(0xFFFFFFFF, END_OF_DATA, b"anything"))
    assert b"".join(contents(reply_to(chip, Instruction.UpChar, b"\x01"))[1:]) == b"anything".ljust(
        R503.template_size, b"\0"
    )


@pytest.mark.parametrize(
    ("instruction", "parameters", "code"),
    [
        (Instruction.Store, b"\x01\x03\xe8", Confirmation.PAGE_OUT_OF_RANGE),
        (Instruction.LoadChar, b"\x01\x03\xe8", Confirmation.PAGE_OUT_OF_RANGE),
        (Instruction.LoadChar, b"\x01\x00\x00", Confirmation.TEMPLATE_UNREADABLE),
        (Instruction.Delete, b"\x03\xe7\x00\x02", Confirmation.CANNOT_DELETE),
        (Instruction.ReadIndexTable, b"\x04", Confirmation.PAGE_OUT_OF_RANGE),
        (Instruction.WriteNotepad, b"\x10" + bytes(32), Confirmation.PAGE_OUT_OF_RANGE),
        (Instruction.ReadNotepad, b"\x10", Confirmation.PAGE_OUT_OF_RANGE),
        (Instruction.PortControl, b"\x02", Confirmation.PORT_FAILED),
        (Instruction.GenImg, b"\x00", Confirmation.PACKET_NOT_RECEIVED),
        (Instruction.VfyPwd, b"\x00", Confirmation.PACKET_NOT_RECEIVED),
        (0xEE, b"", Confirmation.PACKET_NOT_RECEIVED),
    ],
)
def test_what_cannot_be_is_refused(instruction: int, parameters: bytes, code: int) -> None:
    assert ask(sensor(), instruction, parameters)[0] == code


def test_notes_are_kept() -> None:
    chip = sensor()
    assert ask(chip, Instruction.WriteNotepad, b"\x0f" + b"n" * 32) == b"\0"
    chip.power_on()
    assert ask(chip, Instruction.ReadNotepad, b"\x0f") == b"\0" + b"n" * 32


@pytest.mark.parametrize(
    ("instruction", "length"),
    [
        (Instruction.GetRandomCode, 5),
        (Instruction.GetAlgVer, 33),
        (Instruction.GetFwVer, 33),
        (Instruction.ReadSysPara, 17),
        (Instruction.ReadIndexTable, 33),
    ],
)
def test_answers_have_the_length_that_clients_wait_for(instruction: Instruction, length: int) -> None:
    assert len(ask(sensor(), instruction, b"\0" * (instruction == Instruction.ReadIndexTable))) == length


def test_the_information_page_has_512_bytes() -> None:
    assert len(b"".join(contents(reply_to(sensor(), Instruction.ReadInfPage))[1:])) == 512


def test_an_image_of_noise_is_disorderly() -> None:
    glass = Finger()
    glass.print = np.random.default_rng(1).integers(0, 256, (300, 300)).astype(np.uint8)
    chip = FingerprintSensor(ZFM20, Flash(), glass)
    ask(chip, Instruction.GenImg)
    assert golden_reply(chip, "Img2Tz(1)") == GOLDEN["disorderly"].data


def test_an_echo_is_0x55() -> None:
    assert ask(sensor(), Instruction.GetEcho) == b"\x55"


def test_lamps_are_lit() -> None:
    assert ask(sensor(), Instruction.LedOn) == b"\0"
    assert ask(sensor("r503"), Instruction.AuraLed, bytes([1, 100, 2, 0])) == b"\0"


def test_a_soft_reset_is_acknowledged_and_an_r503_says_when_it_is_ready() -> None:
    reply = reply_to(sensor("r503"), Instruction.SoftRst)
    assert reply.frames[0] == GOLDEN["done"].data
    assert reply.then == b"\x55"
    assert reply_to(sensor(), Instruction.SoftRst).then == b""


def test_an_r308_does_not_know_its_parameters() -> None:
    assert golden_reply(FingerprintSensor(R308, Flash(), Finger()), "ReadSysPara") == GOLDEN["packet not received"].data


def test_a_wrong_sum_is_answered_and_not_obeyed() -> None:
    chip = sensor()
    reply = chip.handle(Packet(0xFFFFFFFF, COMMAND, bytes([Instruction.SetSysPara, 4, 12]), is_intact=False))
    assert reply is not None
    assert reply.frames == (GOLDEN["packet not received"].data,)
    assert chip.flash.baud == 57600


def test_a_faint_print_is_poor_only_for_the_extended_command() -> None:
    glass = Finger()
    glass.print = np.full((300, 300), 200, np.uint8)
    chip = FingerprintSensor(ZFM20, Flash(), glass)
    assert ask(chip, Instruction.GenImg) == b"\0"
    assert ask(chip, Instruction.GetImageEx) == bytes([Confirmation.TOO_FEW_POINTS])
    assert golden_reply(chip, "Img2Tz(1)") == GOLDEN["too few points"].data
