"""The driver against scripted answers: each test bends one answer of an otherwise well-behaved sensor."""

import struct
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from firmware.datatypes import Feedback, FrictionRidgeImage, GivenUp
from firmware.drivers.fingerprint import FingerprintSensor
from firmware.errors import DeviceAbsent, DeviceRefused, LinkCorrupt, LinkLost, LinkTimeout
from tests.drivers.scripted import ScriptedSensor, acknowledge, upload

VERIFY, GENERATE, FEATURES, UPLOAD, PARAMETERS, PRODUCT, SET = 0x13, 0x01, 0x02, 0x0A, 0x0F, 0x3C, 0x0E
DONE, NO_FINGER = acknowledge(0), acknowledge(2)
OPTICAL = bytes(np.random.default_rng(1).integers(0, 256, 36864, dtype=np.uint8))
ROUND = bytes(np.random.default_rng(2).integers(0, 256, 18432, dtype=np.uint8))

Answer = bytes | Callable[[ScriptedSensor, bytes], bytes]


def parameters(size_code: int = 2, multiple: int = 6) -> bytes:
    return acknowledge(0, struct.pack(">HHHHIHH", 0, 9, 1000, 3, 0xFFFFFFFF, size_code, multiple))


def product(width: int, height: int) -> bytes:
    values = (b"R503", b"2021", b"00000042", 1, 3, b"FPS", width, height, 1536, 200)
    return acknowledge(0, struct.pack(">16s4s8sBB8sHHHH", *values))


def scripted(answers: dict[int, Answer | list[Answer]] | None = None, baud_rate: int = 57600) -> ScriptedSensor:
    """A sensor with a finger on the glass; a list gives one answer after the other, the last one for ever."""
    table: dict[int, Answer | list[Answer]] = {
        VERIFY: DONE,
        GENERATE: DONE,
        FEATURES: DONE,
        UPLOAD: DONE + b"".join(upload(OPTICAL)),
        PARAMETERS: parameters(),
        PRODUCT: acknowledge(0x19),
        SET: DONE,
    }
    table |= answers or {}

    def script(sensor: ScriptedSensor, content: bytes) -> bytes:
        answer = table[content[0]]
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        return answer if isinstance(answer, bytes) else answer(sensor, content)

    return ScriptedSensor(script, baud_rate)


def driver(far_end: ScriptedSensor, answer_s: float = 0.1) -> FingerprintSensor:
    """The driver with short patience and no change of settings."""
    return FingerprintSensor(far_end.port, baud_rate=None, packet_size=None, answer_s=answer_s)


def test_an_image_has_the_sensors_pixels() -> None:
    fractions: list[float] = []
    lifted: list[int] = []
    with scripted() as far_end, driver(far_end) as sensor:
        image = sensor.capture(timeout_s=5, on_lift=lambda: lifted.append(len(fractions)), on_progress=fractions.append)
    assert isinstance(image, FrictionRidgeImage)
    assert image.pixels.shape == sensor.shape == (288, 256)
    assert (image.pixels[0, 0], image.pixels[0, 1]) == ((OPTICAL[0] >> 4) * 17, (OPTICAL[0] & 15) * 17)
    assert (image.ppi, image.grey_bits) == (508, 4)
    assert lifted == [0]
    assert (fractions[0], fractions[-1]) == (0.0, 1.0)
    assert fractions == sorted(fractions)


def test_the_size_of_the_image_tells_the_shape_where_the_sensor_does_not() -> None:
    with scripted({UPLOAD: DONE + b"".join(upload(ROUND))}) as far_end, driver(far_end) as sensor:
        assert sensor.shape is None
        image = sensor.capture(timeout_s=5)
    assert isinstance(image, FrictionRidgeImage)
    assert image.pixels.shape == (192, 192)


def test_product_information_tells_device_and_shape() -> None:
    image = ROUND[: 160 * 160 // 2]
    script: dict[int, Answer | list[Answer]] = {PRODUCT: product(160, 160), UPLOAD: DONE + b"".join(upload(image))}
    with scripted(script) as far_end, driver(far_end) as sensor:
        assert (sensor.device.model, sensor.device.serial, sensor.shape) == ("R503", "00000042", (160, 160))
        captured = sensor.capture(timeout_s=5)
    assert isinstance(captured, FrictionRidgeImage)
    assert captured.pixels.shape == (160, 160)


@pytest.mark.parametrize("size", [12345, 36992])
def test_a_size_of_no_known_sensor_is_refused_by_name(size: int) -> None:
    data = DONE + b"".join(upload(bytes(size)))
    with (
        scripted({UPLOAD: data}) as far_end,
        driver(far_end) as sensor,
        pytest.raises(DeviceRefused, match=f"{size} bytes fits no known sensor"),
    ):
        sensor.capture(timeout_s=5)


def test_settings_are_written_only_where_they_differ() -> None:
    with (
        scripted({PARAMETERS: parameters(size_code=3, multiple=12)}, baud_rate=115200) as far_end,
        FingerprintSensor(far_end.port, answer_s=0.1) as sensor,
    ):
        assert (sensor.baud_rate, sensor.packet_size) == (115200, 256)
    assert not [content for content in far_end.commands if content[0] == SET]


@pytest.mark.parametrize(("code", "feedback"), [(0x06, Feedback.UNCLEAR), (0x07, Feedback.FEW_MINUTIAE)])
def test_a_print_without_features_is_given_up_before_its_upload(code: int, feedback: Feedback) -> None:
    lifted: list[str] = []
    with scripted({FEATURES: acknowledge(code)}) as far_end, driver(far_end) as sensor:
        taken = sensor.capture(timeout_s=5, on_lift=lambda: lifted.append("lift"), check=True)
    assert taken == GivenUp((feedback,))
    assert lifted == ["lift"]
    assert far_end.commands[-2:] == [b"\x01", b"\x02\x01"]


def test_without_a_wish_or_with_the_check_off_the_sensor_is_not_asked() -> None:
    refusing: dict[int, Answer | list[Answer]] = {FEATURES: acknowledge(0x07)}
    with scripted(refusing) as far_end, driver(far_end) as sensor:
        assert isinstance(sensor.capture(timeout_s=5), FrictionRidgeImage)
    assert FEATURES not in [content[0] for content in far_end.commands]
    with (
        scripted(refusing) as far_end,
        FingerprintSensor(far_end.port, baud_rate=None, packet_size=None, checks=False) as sensor,
    ):
        assert isinstance(sensor.capture(timeout_s=5, check=True), FrictionRidgeImage)


@pytest.mark.parametrize(
    "answer",
    [b"", acknowledge(0x01), acknowledge(0x19), acknowledge(0x15), acknowledge(0x5A)],
    ids=["silent", "unheard", "refused", "no image", "odd"],
)
def test_a_model_that_does_not_know_the_check_is_asked_once(answer: bytes) -> None:
    with scripted({FEATURES: answer}) as far_end, driver(far_end) as sensor:
        sensor._dialogue.answer_s = 0.1
        assert isinstance(sensor.capture(timeout_s=5, check=True), FrictionRidgeImage)
        asked = [content[0] for content in far_end.commands].count(FEATURES)
        assert isinstance(sensor.capture(timeout_s=5, check=True), FrictionRidgeImage)
    assert [content[0] for content in far_end.commands].count(FEATURES) == asked <= 2


def test_rows_are_shown_once_the_shape_is_known() -> None:
    shown: list[int] = []

    def watch(rows: NDArray[np.uint8], height: int, ppi: float) -> None:
        assert (rows.shape[1], height, ppi) == (256, 288, 508)
        shown.append(len(rows))

    with scripted() as far_end, driver(far_end) as sensor:
        assert isinstance(sensor.capture(timeout_s=5, on_rows=watch), FrictionRidgeImage)
        assert shown == []
        assert isinstance(sensor.capture(timeout_s=5, on_rows=watch), FrictionRidgeImage)
    assert len(shown) > 4 and shown[-1] < 288
    assert all(later - earlier >= 16 for earlier, later in pairwise([0, *shown]))


def test_a_spoiled_upload_is_shown_no_further() -> None:
    """Where bytes are missing what comes after them lies in the wrong place."""
    shown: list[int] = []
    good = DONE + b"".join(upload(OPTICAL))
    script: dict[int, Answer | list[Answer]] = {UPLOAD: [good, SPOILED["flipped"], good]}
    with scripted(script) as far_end, driver(far_end) as sensor:
        sensor.capture(timeout_s=5)
        taken = sensor.capture(timeout_s=5, on_rows=lambda rows, height, ppi: shown.append(len(rows)))
    assert isinstance(taken, FrictionRidgeImage)
    assert shown
    assert shown == sorted(set(shown)), "a second upload began again"


def raise_speed(sensor: ScriptedSensor, content: bytes) -> bytes:
    """Acknowledge at the old speed, then change, as the data sheet says."""
    if content[1] == 4:
        sensor.send(DONE)
        sensor.baud_rate = content[2] * 9600
        return b""
    return DONE


def test_speed_and_packet_size_are_raised() -> None:
    with (
        scripted({SET: raise_speed}) as far_end,
        FingerprintSensor(far_end.port, answer_s=0.1) as sensor,
    ):
        assert (sensor.baud_rate, sensor.packet_size) == (115200, 256)
        assert sensor.capture(timeout_s=5) is not None
    assert [content for content in far_end.commands if content[0] == SET] == [b"\x0e\x06\x03", b"\x0e\x04\x0c"]


def test_a_change_of_speed_without_an_answer_is_found_out() -> None:
    def silent_raise(sensor: ScriptedSensor, content: bytes) -> bytes:
        sensor.baud_rate = content[2] * 9600
        return b""

    with (
        scripted({SET: [DONE, silent_raise]}) as far_end,
        FingerprintSensor(far_end.port, answer_s=0.1) as sensor,
    ):
        assert sensor.baud_rate == 115200


@pytest.mark.parametrize("answer", [DONE, b"", acknowledge(0x1A)], ids=["only said", "silent", "refused"])
def test_a_sensor_that_keeps_its_speed_is_used_at_it(answer: bytes) -> None:
    with (
        scripted({SET: [DONE, answer]}) as far_end,
        FingerprintSensor(far_end.port, answer_s=0.1) as sensor,
    ):
        assert sensor.baud_rate == 57600
        assert sensor.capture(timeout_s=5) is not None


@pytest.mark.parametrize("answer", [b"", acknowledge(0x19), acknowledge(0x01)], ids=["silent", "refused", "unheard"])
def test_a_model_without_parameters_is_used_as_it_is(answer: bytes) -> None:
    with (
        scripted({PARAMETERS: answer, PRODUCT: answer}) as far_end,
        FingerprintSensor(far_end.port, baud_rate=None, answer_s=0.1) as sensor,
    ):
        assert sensor.packet_size is None
        assert sensor.capture(timeout_s=5) is not None
    assert not [content for content in far_end.commands if content[0] == SET]


def test_parameters_of_no_data_sheet_leave_the_packet_size_alone() -> None:
    with (
        scripted({PARAMETERS: parameters(size_code=9)}) as far_end,
        FingerprintSensor(far_end.port, baud_rate=None, answer_s=0.1) as sensor,
    ):
        assert sensor.packet_size is None
    assert not [content for content in far_end.commands if content[0] == SET]


def test_an_answer_that_belongs_to_an_earlier_command_is_passed_over() -> None:
    with scripted({PARAMETERS: DONE + parameters(size_code=1)}) as far_end, driver(far_end) as sensor:
        assert sensor.packet_size == 64


WHOLE = DONE + b"".join(upload(OPTICAL))


@pytest.mark.parametrize(
    ("command", "stale", "answer"),
    [
        (UPLOAD, NO_FINGER, WHOLE),
        (UPLOAD, acknowledge(0x03), WHOLE),
        (GENERATE, acknowledge(0x15), DONE),
        (GENERATE, upload(OPTICAL)[0], DONE),
        (PARAMETERS, NO_FINGER, parameters()),
        (VERIFY, NO_FINGER, DONE),
    ],
    ids=["no finger", "imaging failed", "no image", "data", "no finger, opening", "no finger, password"],
)
def test_an_answer_that_cannot_be_to_this_command_is_passed_over(command: int, stale: bytes, answer: bytes) -> None:
    with scripted({command: [stale + answer, answer]}) as far_end, driver(far_end) as sensor:
        assert sensor.packet_size == 128
        assert sensor.capture(timeout_s=5) is not None
    contents = [content[0] for content in far_end.commands]
    assert (contents.count(command), contents.count(UPLOAD)) == (1, 1)


def after(seconds: float, answer: bytes) -> Answer:
    """An answer that takes that long."""

    def wait(sensor: ScriptedSensor, content: bytes) -> bytes:
        time.sleep(seconds)
        return answer

    return wait


def test_a_late_answer_is_never_taken_for_the_repeated_commands() -> None:
    """The finger was lifted in between: the image that the second GenImg left in the buffer shows none."""
    answers: list[Answer] = [after(1.75, DONE), after(0.05, NO_FINGER), DONE]
    with scripted({GENERATE: answers}) as far_end, driver(far_end, answer_s=0.3) as sensor:
        assert sensor.capture(timeout_s=5) is not None
    contents = [content[0] for content in far_end.commands]
    assert contents[contents.index(GENERATE) :] == [GENERATE, GENERATE, GENERATE, UPLOAD]


def test_a_late_upload_is_over_before_the_next_command() -> None:
    uploads: list[Answer] = [after(0.75, WHOLE), after(0.05, WHOLE)]
    answers: dict[int, Answer | list[Answer]] = {UPLOAD: uploads, GENERATE: [DONE, NO_FINGER]}
    with scripted(answers) as far_end, driver(far_end, answer_s=0.3) as sensor:
        assert sensor.capture(timeout_s=5) is not None
        assert sensor.wait_for_lift(timeout_s=0)


def test_the_password_is_verified_again_after_sleep() -> None:
    with scripted({GENERATE: [acknowledge(0x21), DONE]}) as far_end, driver(far_end) as sensor:
        assert sensor.capture(timeout_s=5) is not None
    contents = [content[0] for content in far_end.commands]
    assert contents[-4:] == [GENERATE, VERIFY, GENERATE, UPLOAD]


def test_a_sensor_that_sleeps_during_opening_is_woken() -> None:
    with scripted({PARAMETERS: [acknowledge(0x21), parameters()]}) as far_end, driver(far_end) as sensor:
        assert sensor.packet_size == 128


def test_an_odd_answer_to_the_password_is_named() -> None:
    with (
        scripted({VERIFY: acknowledge(0x5A)}) as far_end,
        pytest.raises(DeviceRefused, match="VfyPwd: a confirmation code of no data sheet, 0x5A"),
        driver(far_end),
    ):
        pytest.fail("opened")


def test_a_sensor_that_still_sends_an_image_to_a_killed_program_is_found() -> None:
    image = b"".join(upload(OPTICAL)) * 9

    def busy(sensor: ScriptedSensor, content: bytes) -> bytes:
        for start in range(0, len(image), 2048):
            sensor.send(image[start : start + 2048])
            time.sleep(0.01)
        return b""

    with scripted({VERIFY: [busy, DONE]}) as far_end, driver(far_end) as sensor:
        assert sensor.capture(timeout_s=5) is not None


def test_no_finger_in_time_is_no_image() -> None:
    with scripted({GENERATE: NO_FINGER}) as far_end, driver(far_end) as sensor:
        assert sensor.capture(timeout_s=0.2) is None
    assert UPLOAD not in [content[0] for content in far_end.commands]


def test_a_finger_that_comes_later_is_taken() -> None:
    with scripted({GENERATE: [NO_FINGER, NO_FINGER, DONE]}) as far_end, driver(far_end) as sensor:
        assert sensor.capture(timeout_s=5) is not None


def test_lifting_is_seen() -> None:
    with scripted({GENERATE: [DONE, acknowledge(3), NO_FINGER]}) as far_end, driver(far_end) as sensor:
        assert sensor.wait_for_lift(timeout_s=5)


def test_a_finger_that_stays_is_seen() -> None:
    with scripted() as far_end, driver(far_end) as sensor:
        assert not sensor.wait_for_lift(timeout_s=0.1)


def test_a_passing_failure_of_imaging_is_tried_again() -> None:
    with scripted({GENERATE: [acknowledge(3), acknowledge(3), DONE]}) as far_end, driver(far_end) as sensor:
        assert sensor.capture(timeout_s=5) is not None


@pytest.mark.parametrize(("code", "asked"), [(3, 3), (0x29, 1), (0x5A, 1)])
def test_a_lasting_failure_of_imaging_is_refused(code: int, asked: int) -> None:
    with (
        scripted({GENERATE: acknowledge(code)}) as far_end,
        driver(far_end) as sensor,
        pytest.raises(DeviceRefused, match=r"GenImg: .*clean its glass"),
    ):
        sensor.capture(timeout_s=5)
    assert [content[0] for content in far_end.commands].count(GENERATE) == asked


def test_a_command_that_never_arrives_whole_is_told() -> None:
    with (
        scripted({GENERATE: acknowledge(1)}) as far_end,
        driver(far_end) as sensor,
        pytest.raises(LinkCorrupt, match="GenImg: it did not receive the command whole"),
    ):
        sensor.capture(timeout_s=5)


def spoiled(change: Callable[[list[bytes]], list[bytes]]) -> bytes:
    return DONE + b"".join(change(upload(OPTICAL)))


SPOILED = {
    "dropped": spoiled(lambda packets: packets[:7] + packets[8:]),
    "doubled": spoiled(lambda packets: packets[:7] + packets[6:]),
    "flipped": spoiled(lambda packets: [*packets[:7], packets[7][:50] + b"\xa5" + packets[7][51:], *packets[8:]]),
    "truncated": spoiled(lambda packets: packets[:100]),
    "without a start": b"".join(upload(OPTICAL)),
    "silent": b"",
    "not ready": acknowledge(0x0F),
    "not received": acknowledge(0x01),
    "endless": spoiled(lambda packets: packets[:-1] * 3),
}


@pytest.mark.parametrize("upload_", SPOILED.values(), ids=SPOILED)
def test_a_spoiled_upload_is_asked_for_again(upload_: bytes) -> None:
    good = DONE + b"".join(upload(OPTICAL))
    fractions: list[float] = []
    with scripted({UPLOAD: [upload_, upload_, good]}) as far_end, driver(far_end) as sensor:
        if upload_ in (SPOILED["dropped"], SPOILED["doubled"]):
            far_end.script = scripted({UPLOAD: [upload_, good]}).script
        image = sensor.capture(timeout_s=5, on_progress=fractions.append)
    assert isinstance(image, FrictionRidgeImage)
    assert image.pixels[287, 255] == (OPTICAL[-1] & 15) * 17
    assert fractions[-1] == 1.0
    assert [content[0] for content in far_end.commands].count(GENERATE) == 1


@pytest.mark.parametrize(
    ("name", "error", "message"),
    [
        ("flipped", LinkCorrupt, "1 spoiled packets"),
        ("truncated", LinkTimeout, "stopped in the middle"),
        ("without a start", LinkCorrupt, "but no answer"),
        ("silent", LinkTimeout, "no answer"),
        ("not ready", LinkCorrupt, "cannot send the data"),
        ("not received", LinkCorrupt, "did not receive the command"),
        ("endless", LinkCorrupt, "no end"),
    ],
)
def test_a_lasting_fault_of_the_upload_is_told(name: str, error: type[Exception], message: str) -> None:
    with (
        scripted({UPLOAD: SPOILED[name]}) as far_end,
        driver(far_end) as sensor,
        pytest.raises(error, match=message),
    ):
        sensor.capture(timeout_s=5, attempts=2)


def test_a_refused_upload_is_told_at_once() -> None:
    with (
        scripted({UPLOAD: acknowledge(0x15)}) as far_end,
        driver(far_end) as sensor,
        pytest.raises(DeviceRefused, match="UpImage: its buffer holds no image"),
    ):
        sensor.capture(timeout_s=5)
    assert [content[0] for content in far_end.commands].count(UPLOAD) == 1


def test_a_sensor_that_falls_silent_is_told() -> None:
    with (
        scripted({GENERATE: b""}) as far_end,
        driver(far_end) as sensor,
        pytest.raises(LinkTimeout, match="GenImg: no answer"),
    ):
        sensor.capture(timeout_s=5, attempts=1)


def test_an_unplugged_cable_is_told_and_the_next_call_opens_again() -> None:
    def unplug(sensor: ScriptedSensor, content: bytes) -> bytes:
        sensor.unplug()
        return b""

    with scripted({UPLOAD: unplug}) as far_end, driver(far_end) as sensor:
        with pytest.raises(LinkLost, match="went away"):
            sensor.capture(timeout_s=5)
        with pytest.raises(DeviceAbsent, match=far_end.port):
            sensor.capture(timeout_s=5)


def test_opening_and_closing_twice_is_no_fault() -> None:
    with scripted() as far_end:
        sensor = driver(far_end)
        sensor.open()
        sensor.open()
        sensor.close()
        sensor.close()
    assert [content[0] for content in far_end.commands].count(PARAMETERS) == 1


def test_nothing_is_ever_stored_on_the_sensor() -> None:
    """Templates, passwords and addresses are written by commands that the driver does not know."""
    known = {VERIFY, GENERATE, FEATURES, UPLOAD, PARAMETERS, PRODUCT, SET}
    with scripted({SET: raise_speed}) as far_end, FingerprintSensor(far_end.port, answer_s=0.1) as sensor:
        sensor.capture(timeout_s=5, check=True)
        sensor.wait_for_lift(timeout_s=0.1)
    assert {content[0] for content in far_end.commands} <= known
    assert {content[1] for content in far_end.commands if content[0] == SET} <= {4, 6}


def test_the_log_names_device_and_operation(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    with scripted() as far_end, driver(far_end) as sensor:
        sensor.capture(timeout_s=5)
    assert "fingerprint sensor: capture" in caplog.messages
    assert max(map(len, caplog.messages)) < 200


def test_an_absent_port_names_itself(tmp_path: Path) -> None:
    with pytest.raises(DeviceAbsent, match="no such port"):
        FingerprintSensor(str(tmp_path / "nowhere")).open()
