"""What an operator reads and answers, in both languages, on a terminal and without one."""

import io
from datetime import date

import pytest
from rich.console import Console

from firmware import classroom, events, keyboard, session, tables
from firmware.classroom import ClassReport
from firmware.datatypes import Excuse, Feedback, FingerprintFeatures, GivenUp, QualityReport
from firmware.errors import LinkLost, SessionAbandoned
from firmware.events import Captured
from firmware.progress import SkipReason
from firmware.recording import Recorded
from firmware.resident import ResidentFile
from firmware.roster import Row, Turn
from firmware.seams import Decision
from firmware.session import Plan, Session
from firmware.session_table import Action
from firmware.stopwatch import StepTime
from firmware.terminal import Terminal
from firmware.vocabulary import ConsentGiver, FingerPosition, Language, MaritalStatus, MissingFinger, Purpose, Sex
from tests.residents import MELATI, NOON, captured, features, image


class Keyboard(io.StringIO):
    def isatty(self) -> bool:
        return True


def typed_at() -> keyboard.Keyboard:
    return keyboard.Keyboard(is_interactive=True)


def desk(
    monkeypatch: pytest.MonkeyPatch,
    typed: str,
    language: Language = Language.ENGLISH,
    keys: keyboard.Keyboard | None = None,
) -> tuple[Terminal, io.StringIO]:
    monkeypatch.setattr("sys.stdin", Keyboard(typed))
    monkeypatch.setenv("TERM", "xterm")  # a dumb one, as under CI, draws no bars
    shown = io.StringIO()
    console = Console(file=shown, force_terminal=True, highlight=False, soft_wrap=True, color_system=None)
    return Terminal(console, language, keys), shown


def plain(language: Language = Language.ENGLISH) -> tuple[Terminal, io.StringIO]:
    shown = io.StringIO()
    return Terminal(Console(file=shown, highlight=False, soft_wrap=True), language), shown


def test_the_resident_is_asked_for_until_each_field_can_be(monkeypatch: pytest.MonkeyPatch) -> None:
    typed = "190301520410000\n1903015204100007\nMelati [b]Contoh\n2030-01-01\n2010-04-12\nx\np\nlajang\ncerai mati\n"
    terminal, shown = desk(monkeypatch, typed, Language.INDONESIAN)
    person = terminal.ask_resident(date(2026, 11, 25))
    assert (person.nik, person.name, person.sex) == ("1903015204100007", "Melati [b]Contoh", Sex.FEMALE)
    assert person.marital_status is MaritalStatus.WIDOWED and "belum kawin" in shown.getvalue()
    assert all(words in shown.getvalue() for words in ("harus 16 angka, bukan 15", "masa depan", "perempuan"))


@pytest.mark.parametrize(("born", "asked"), [("2009-11-25", False), ("2009-11-26", True)])
def test_the_marital_status_is_asked_for_under_seventeen_only(
    monkeypatch: pytest.MonkeyPatch, born: str, asked: bool
) -> None:
    terminal, shown = desk(monkeypatch, f"1903016511090007\nAyu\n{born}\nP\n\n")
    assert terminal.ask_resident(date(2026, 11, 25)).marital_status is None
    assert ("Marital status" in shown.getvalue()) is asked


def test_circumstances_are_asked_for_until_they_can_be(monkeypatch: pytest.MonkeyPatch) -> None:
    typed = f"{'9' * 51}\nBudi-07\nnobody\nguardian\n{'x' * 127}\nan old number\n"
    terminal, shown = desk(monkeypatch, typed)
    today = date(2026, 11, 25)
    assert terminal.ask_operator(today) == "Budi-07"
    assert terminal.ask_consent(today) is ConsentGiver.GUARDIAN
    assert terminal.ask_override(today) == "an old number"
    assert all(words in shown.getvalue() for words in ("at most 50", "resident or guardian, not", "at most 126"))


def test_circumstances_may_stay_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal, _ = desk(monkeypatch, "\n\n\n")
    today = date(2026, 11, 25)
    assert (terminal.ask_operator(today), terminal.ask_consent(today), terminal.ask_override(today)) == ("", None, "")


def test_nobody_is_asked_where_there_is_no_terminal() -> None:
    terminal, shown = plain()
    today = date(2026, 11, 25)
    assert (terminal.ask_operator(today), terminal.ask_consent(today), terminal.ask_override(today)) == ("", None, "")
    assert shown.getvalue() == ""


def test_a_keyboard_that_goes_away_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal, _ = desk(monkeypatch, "1903015204100007\n")
    with pytest.raises(SessionAbandoned, match="keyboard is gone"):
        terminal.ask_resident(date(2026, 11, 25))


@pytest.mark.parametrize(
    ("typed", "may_excuse", "decision"),
    [
        ("r\n", True, events.Repeated()),
        ("X\nC\n", True, events.Cancelled()),
        ("e\nr\n", False, events.Repeated()),
        ("e\n \nbandaged\n", True, events.Excused(Excuse(MissingFinger.UNABLE_TO_PRINT, "bandaged"))),
    ],
)
def test_decisions(monkeypatch: pytest.MonkeyPatch, typed: str, may_excuse: bool, decision: Decision) -> None:
    terminal, _ = desk(monkeypatch, typed)
    enrolment = Session(Plan(40, 3), finger=FingerPosition.RIGHT_THUMB)
    assert terminal.decide(enrolment, may_excuse=may_excuse) == decision


def test_a_question_is_put_again_below_what_is_told_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop() -> bool:
        if not told:
            told.append("The battery's gauge can be read again.")
            terminal.line(told[0])
            keys.feed("k")
        return False

    told, keys = list[str](), typed_at()
    terminal, shown = desk(monkeypatch, "", keys=keys)
    assert terminal.review(Session(Plan(40, 3)), stop=stop) == events.Confirmed()
    asked, again = shown.getvalue().rsplit(f"\n{told[0]}\n", 1)
    assert again == asked.rsplit("\n", 1)[-1] and again.endswith("cancel: ")
    terminal.line("Done.")
    assert shown.getvalue().endswith("cancel: Done.\n")


def test_ctrl_c_at_a_question_puts_it_again_and_is_heard_by_that(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = typed_at()
    keys.interrupt()
    keys.feed("r")
    terminal, shown = desk(monkeypatch, "", keys=keys)
    assert terminal.has_word()
    assert terminal.decide(Session(Plan(40, 3)), may_excuse=True) == events.Repeated()
    assert not terminal.has_word()
    assert shown.getvalue() == "\n\n".join(2 * ["[r] repeat this finger, [e] excuse it with a reason, [c] cancel: "])


def test_nobody_decides_without_a_terminal() -> None:
    terminal, _ = plain()
    assert not terminal.is_interactive
    assert terminal.decide(Session(Plan(40, 3)), may_excuse=True) is None


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (Language.ENGLISH, ("right thumb: score 20, once more", "The finger is dry")),
        (Language.INDONESIAN, ("ibu jari kanan: mutu 20, ulangi", "Jari kering")),
    ],
)
def test_a_poor_print_is_told_with_its_feedback(language: Language, words: tuple[str, str]) -> None:
    terminal, shown = plain(language)
    found = features(20)
    dry = FingerprintFeatures(
        found.minutiae,
        QualityReport(20, feedback=(Feedback.TOO_DRY,)),
        found.foreground,
        found.orientation,
        found.block_px,
    )
    enrolment = Session(Plan(40, 3), finger=FingerPosition.RIGHT_THUMB, latest=Captured(image(), dry, NOON))
    terminal.told(Action.TELL_POOR, enrolment)
    assert all(line in shown.getvalue() for line in words)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (Language.ENGLISH, ("right thumb: the sensor finds no clear print, once more", "Too little detail")),
        (
            Language.INDONESIAN,
            ("ibu jari kanan: sensor tidak menemukan sidik jari yang jelas, ulangi", "Detail terlalu sedikit"),
        ),
    ],
)
def test_a_print_that_was_given_up_is_told_with_its_feedback(language: Language, words: tuple[str, str]) -> None:
    terminal, shown = plain(language)
    latest = GivenUp((Feedback.FEW_MINUTIAE,))
    terminal.told(Action.TELL_GIVEN_UP, Session(Plan(40, 3), finger=FingerPosition.RIGHT_THUMB, latest=latest))
    assert all(line in shown.getvalue() for line in words)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (Language.ENGLISH, "right thumb: this will hardly be good enough.\n  The finger is wet"),
        (Language.INDONESIAN, "ibu jari kanan: tampaknya tidak akan cukup baik.\n  Jari basah"),
    ],
)
def test_what_will_be_wrong_is_told_before_the_print_is_whole(language: Language, words: str) -> None:
    terminal, shown = plain(language)
    terminal.foretold(Session(Plan(40, 3), finger=FingerPosition.RIGHT_THUMB), (Feedback.TOO_WET,))
    assert words in shown.getvalue()


def test_a_session_in_plain_lines() -> None:
    terminal, shown = plain()
    plan = Plan(40, 2, fingers=tuple(FingerPosition)[:3])
    enrolment = Session(plan)
    excused = events.Excused(Excuse(MissingFinger.UNABLE_TO_PRINT, "bandaged"))
    lifted = events.Lifted()
    happened = (events.Start(), captured(80), lifted, captured(10), lifted, events.NoFinger(), lifted, excused)
    for event in happened:
        enrolment, actions = session.step(enrolment, event)
        for action in actions:
            if action is Action.ASK_FINGER:
                terminal.asked(enrolment)
            terminal.told(action, enrolment)
    terminal.progressed(0.5)
    terminal.may_lift(again=False)
    terminal.may_lift(again=True)
    terminal.reconnecting(LinkLost("fingerprint", "gone"))
    terminal.show_recorded(Recorded("KIT-1", Purpose.LIVE, enrolment.settled, 1.0, 4))
    assert shown.getvalue().splitlines() == [
        "Put the right thumb on the glass (try 1 of 2)",
        "right thumb: score 80, accepted.",
        "Put the right index finger on the glass (try 1 of 2)",
        "right index finger: score 10, once more.",
        "Put the right index finger on the glass (try 2 of 2)",
        "right index finger: the best one (10) is kept and marked low quality.",
        "Put the right middle finger on the glass (try 1 of 2)",
        "right middle finger: excused (bandaged).",
        "Lift the finger.",
        "The finger is still on the glass: lift it.",
        "The connection failed (fingerprint: gone); trying again.",
        "right thumb: outcome accepted, score 80, minutiae 2, tries 1",
        "right index finger: outcome low quality, score 10, minutiae 2, tries 2",
        "right middle finger: outcome excused, score -, minutiae -, tries 0",
        "Done. Control number: KIT-1",
        "Packets that wait to be delivered: 4",
    ]


def test_the_bar_of_the_download(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal, shown = desk(monkeypatch, "")
    terminal.progressed(0.0)
    terminal.progressed(0.5)
    terminal.progressed(1.0)
    terminal.close()
    assert "Reading the image" in shown.getvalue()


def test_a_status_with_everything_unknown() -> None:
    terminal, shown = plain(Language.INDONESIAN)
    document = dict.fromkeys(("temperature_c", "storage", "recorded", "waiting", "oldest_waiting"))
    device = {"name": "fingerprint", "state": "absent", "words": "no such port", "model": None}
    head = {"kit": "k", "state": "idle", "purpose": "live", "at": "2026", "clock": "wrong", "devices": [device]}
    terminal.show_rows(("", ""), tables.of_status({**document, **head}, Language.INDONESIAN))
    assert shown.getvalue().count("tidak diketahui") == 9
    assert "fingerprint: absent no such port" in shown.getvalue()


PUPIL = Row(7, ResidentFile(MELATI, {}), "XI-A")


@pytest.mark.parametrize(("typed", "turn"), [("\n", Turn.RECORD), ("x\nL\n", Turn.SKIP), ("s\n", Turn.STOP)])
def test_a_pupil_is_called_by_name_at_a_terminal(monkeypatch: pytest.MonkeyPatch, typed: str, turn: Turn) -> None:
    terminal, shown = desk(monkeypatch, typed, Language.INDONESIAN)
    assert terminal.call_pupil(PUPIL, 23) is turn
    assert "Berikutnya: Melati Contoh (XI-A), baris 7, sisa 23" in shown.getvalue()


def test_a_pupil_is_called_by_row_where_nobody_sits() -> None:
    terminal, shown = plain()
    assert terminal.call_pupil(PUPIL, 23) is Turn.RECORD
    assert shown.getvalue() == "Next: row 7, 23 to go\n"


def test_how_a_class_went_is_told() -> None:
    terminal, shown = plain(Language.INDONESIAN)
    report = ClassReport(3, {5: SkipReason.ABSENT}, (6,), 2, (70.0, 64.04, 91.26), StepTime("right_thumb", 9.5))
    classroom.tell(terminal, report, Language.INDONESIAN)
    assert shown.getvalue().splitlines() == [
        "Selesai: 3 siswa direkam, 1 dilewati, 2 menunggu.",
        "Detik per siswa: median 70.0, paling lama 91.3.",
        "Langkah paling lama: ibu jari kanan, median 9.5 detik.",
    ]
    assert not report.is_unfinished
    nobody = ClassReport(0, {5: SkipReason.REFUSED}, (), 0, (), None)
    classroom.tell(terminal, nobody, Language.INDONESIAN)
    assert shown.getvalue().splitlines()[3:] == ["Selesai: 0 siswa direkam, 1 dilewati, 0 menunggu."]
    assert nobody.is_unfinished and classroom.as_json(nobody)["slowest_step"] is None
