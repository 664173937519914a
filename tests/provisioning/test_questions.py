"""Answers: from a file with every fault at once, or typed, with what was answered before as the default."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from provisioning import questions
from provisioning.words import SetupFailed
from tests.conftest import ROOT

KNOWN = "age1" + "q" * 58


def test_a_file_answers_all(tmp_path: Path) -> None:
    path = tmp_path / "answers.toml"
    path.write_text(f'kit_id = "KTP-1"\nlanguage = "en"\ncamera = true\nrecipients = ["{KNOWN}"]\nmqtt_port = 8883\n')
    answers = questions.read(path)
    assert (answers["kit_id"], answers["camera"], answers["mqtt_port"]) == ("KTP-1", True, 8883)
    assert answers["recipients"] == [KNOWN]
    assert (answers["timezone"], answers["purpose"], answers["fingerprint"]) == ("Asia/Jakarta", "training", "auto")


def test_the_example_shows_every_question_with_its_default() -> None:
    shown = tomllib.loads((ROOT / "docs/answers.toml").read_text(encoding="utf-8"))
    assert questions.read(ROOT / "docs/answers.toml") == shown
    assert {**shown, "kit_id": None} == {**questions.defaults(), "kit_id": None}


def test_every_fault_of_a_file_is_named_at_once(tmp_path: Path) -> None:
    path = tmp_path / "answers.toml"
    path.write_text('kitid = "KTP-1"\ncamera = "maybe"\ntimezone = "Mars/Base"\nmqtt_port = 0\nrecipients = ["bob"]\n')
    with pytest.raises(SetupFailed) as raised:
        questions.read(path)
    told = raised.value.words.en
    assert "kitid: there is no such question" in told
    assert "kit_id: must be answered (The kit's id" in told
    assert "camera: answer y or n" in told
    assert "timezone: a time zone such as Asia/Jakarta" in told
    assert "mqtt_port: a number, 1 to 65535" in told
    assert "recipients: age recipients of the office" in told
    assert "kit_id: harus dijawab" in raised.value.words.id


def test_what_is_no_toml_is_named(tmp_path: Path) -> None:
    path = tmp_path / "answers.toml"
    path.write_text("kit_id = KTP-1")
    with pytest.raises(SetupFailed, match=r"answers\.toml: cannot be read as TOML"):
        questions.read(path)


def typed(*lines: str) -> tuple[list[str], Iterator[str]]:
    return [], iter(lines)


def test_enter_takes_the_default_and_a_wrong_word_is_asked_again(capsys: pytest.CaptureFixture[str]) -> None:
    prompts, lines = typed("en", "no spaces here", "KTP-7", *[""] * 20)

    def line(prompt: str) -> str:
        prompts.append(prompt)
        return next(lines)

    answers = questions.ask({}, "id", line)
    assert prompts[0] == "Bahasa (id, en) [id]: "
    assert prompts[1] == prompts[2] == "The kit's id, such as KTP-3174-07: "
    assert "letters, digits and -, at most 32" in capsys.readouterr().out
    assert (answers["kit_id"], answers["language"], answers["camera"]) == ("KTP-7", "en", False)
    assert not any("partition" in prompt for prompt in prompts)


def test_what_was_answered_before_is_offered() -> None:
    prompts: list[str] = []

    def line(prompt: str) -> str:
        prompts.append(prompt)
        return ""

    answers = questions.ask({"kit_id": "KTP-9", "language": "id", "camera": True}, "id", line)
    assert "Nomor kit, seperti KTP-3174-07 [KTP-9]: " in prompts
    assert "Ada kamera wajah [y]: " in prompts
    assert answers["kit_id"] == "KTP-9"


def test_nobody_at_the_terminal_is_told() -> None:
    def line(prompt: str) -> str:
        raise EOFError

    with pytest.raises(SetupFailed, match="give --unattended"):
        questions.ask({}, "en", line)
