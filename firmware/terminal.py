"""The operator's view of a session on a terminal, or plain lines where there is none."""

import os
from collections.abc import Callable, Sequence
from datetime import date

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
from rich.table import Table
from rich.text import Text

from firmware import keyboard, outcomes, tables, wording
from firmware.choices import Choices, Stop, never
from firmware.datatypes import Feedback, FingerCapture, Resident
from firmware.errors import DeviceError, SessionAbandoned
from firmware.interview import Interview
from firmware.keyboard import Keyboard
from firmware.portrait import FaceCapture
from firmware.roster import Row, Turn
from firmware.roster_wording import RosterPhrase
from firmware.seams import Presses, Shown, Word
from firmware.session import Session
from firmware.session_table import Action
from firmware.text_picture import Charset
from firmware.vocabulary import ConsentGiver, FingerPosition, Language
from firmware.wording import Bilingual, Phrase


class Terminal:
    """Speaks the kit's language; asks only where a person sits at the keyboard. It is the station's Operator.

    presses: buttons that say the same as the keyboard, and are heard beside it. charset: what the terminal shows.
    """

    def __init__(
        self,
        console: Console,
        language: Language,
        keys: Keyboard | None = None,
        presses: Presses | None = None,
        charset: Charset | None = None,
    ) -> None:
        self._console = console
        self._language = language
        self._progress: Progress | None = None
        self._has_hinted = False
        self._question = ""
        self._keyboard = keys or keyboard.of_this_process()
        self._presses = presses
        self._charset = charset or Charset.of(console.encoding, os.environ.get("TERM", ""))
        self._interview = Interview(self._prompt, lambda words: self.line(f"  {words}", "yellow"), language)
        self.is_interactive = console.is_terminal and self._keyboard.is_interactive
        typed = self._typed_or_pressed if self.is_interactive else None
        self._choices = Choices(typed, presses, self._interview.excuse, language)

    @property
    def can_decide(self) -> bool:
        """Whether somebody is there who can be asked, at the keyboard or at the buttons."""
        return self.is_interactive or bool(self._presses and self._presses.may_answer)

    @property
    def is_alone(self) -> bool:
        """Whether who began at another terminal has gone, and no button is there to go on with."""
        return self._keyboard.is_gone and not (self._presses and self._presses.is_there)

    def say(self, phrase: Bilingual, style: str = "", **values: object) -> None:
        """Tell one text."""
        self.line(phrase.say(self._language, **values), style)

    def alert(self, phrase: Bilingual) -> None:
        """Tell what is badly wrong."""
        self.say(phrase, "bold red")

    def ask_resident(self, today: date) -> Resident:
        """Ask for the resident, field by field, until each can be."""
        return self._interview.resident(today)

    def ask_consent(self, today: date) -> ConsentGiver | None:
        """Ask who agreed to the recording; None where that is not noted or nobody can be asked."""
        return self._interview.consent(today) if self.is_interactive else None

    def ask_operator(self, today: date) -> str:
        """Ask who records; empty where nobody says."""
        return self._interview.operator(today) if self.is_interactive else ""

    def ask_override(self, today: date) -> str:
        """Ask why a NIK that contradicts the record is right; empty where nobody says."""
        return self._interview.override(today) if self.is_interactive else ""

    def call_pupil(self, row: Row, remaining: int) -> Turn:
        """Call the next pupil and ask whether to record; without a terminal no name is shown and nobody is asked."""
        if not self.is_interactive:
            self.say(RosterPhrase.CALL_ROW, "bold", row=row.number, remaining=remaining)
            return Turn.RECORD
        name, group = row.person.resident.name, f" ({row.group})" if row.group else ""
        self.say(RosterPhrase.CALL, "bold", name=name, group=group, row=row.number, remaining=remaining)
        return self._interview.turn()

    def warn(self, warnings: Sequence[str]) -> None:
        """Show what the operator should look at again."""
        for warning in warnings:
            self.line(warning, "yellow")

    def show_picture(self, draw: Callable[[tuple[int, int], Charset], Text | None]) -> None:
        """Show a picture that is drawn for this screen's size and characters; nothing where there is no terminal."""
        if self._console.is_terminal and (picture := draw(self._console.size, self._charset)):
            self._console.print(picture)

    def asked(self, enrolment: Session) -> None:
        """Show which finger is asked for."""
        if self.is_interactive and not self._has_hinted:
            self.say(Phrase.HINT, "dim")
            self._has_hinted = True
        plan, attempt = enrolment.plan, enrolment.attempts + 1
        if enrolment.finger is None:
            cloth = Phrase[f"CLOTH_{plan.backdrop.name}"].say(self._language) if plan.backdrop else ""
            self.say(Phrase.ASK_FACE, "bold", cloth=cloth, attempt=attempt, attempts=plan.face_attempts)
            return
        finger = self._finger(enrolment.finger)
        self.say(Phrase.ASK, "bold", finger=finger, attempt=attempt, attempts=plan.attempts)

    def progressed(self, fraction: float) -> None:
        """Draw the image's way as a bar; nothing where there is no terminal."""
        if not self._console.is_terminal:
            return
        if self._progress is None:
            columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
            self._progress = Progress(*columns, console=self._console, transient=True)
            self._progress.add_task(Phrase.DOWNLOAD.say(self._language), total=1.0)
            self._progress.start()
        self._progress.update(self._progress.task_ids[0], completed=fraction)
        if fraction >= 1.0:
            self.close()

    def close(self) -> None:
        """Take the bar away, if one is drawn."""
        if self._progress is not None:
            self._progress.stop()
            self._progress = None

    def may_lift(self, *, again: bool) -> None:
        """Show that the finger may leave the glass."""
        self.say(Phrase.LIFT_WAIT if again else Phrase.LIFT, "yellow" if again else "cyan")

    def foretold(self, enrolment: Session, feedback: Sequence[Feedback]) -> None:
        """Show what will be wrong with the print that is still on its way."""
        self.say(Phrase.FORETOLD, "yellow", finger=self._finger(enrolment.finger))
        for text, style in outcomes.advised(feedback, self._language):
            self.line(text, style)

    def told(self, action: Action, enrolment: Session) -> None:
        """Show how a try ended, and what would make the next one better."""
        for text, style in outcomes.of(action, enrolment, self._language):
            self.line(text, style)

    def reconnecting(self, fault: DeviceError) -> None:
        """Show that a device is opened anew, and why."""
        self.close()
        self.say(Phrase.RECONNECT, "yellow", fault=fault)

    def failed(self, fault: DeviceError) -> None:
        """Show that the camera failed, and why."""
        self.say(Phrase.NO_CAMERA, "red", fault=fault)

    def decide(self, enrolment: Session, *, may_excuse: bool, stop: Stop = never) -> Word | None:
        """Ask: repeat, excuse with a reason, or cancel; None where nobody can be asked."""
        self.close()
        return self._choices.decide(may_excuse=may_excuse, is_face=enrolment.is_at_face, stop=stop)

    def review(self, enrolment: Session, *, stop: Stop = never) -> Word | None:
        """Show what was taken and ask whether all is right; None where nobody can be asked."""
        self.close()
        self._show_captures(enrolment.settled, enrolment.face)
        return self._choices.review(stop)

    def has_word(self) -> bool:
        """Whether a button was pressed, or Ctrl-C at the other end, that is not heard yet."""
        return self._keyboard.is_interrupted or bool(self._presses and self._presses.has_word())

    def word(self, enrolment: Session, *, may_excuse: bool, stop: Stop = never) -> Word | None:
        """What was pressed; after Ctrl-C the operator is asked."""
        self.close()
        if self._presses and self._presses.has_word():
            return self._presses.word()
        self._keyboard.forget_interruption()
        return self.decide(enrolment, may_excuse=may_excuse, stop=stop)

    def show_recorded(self, recorded: Shown) -> None:
        """Show every finger with its outcome and score, the face, and what the record is called."""
        self._show_captures(recorded.captures, recorded.face)
        self.say(Phrase.DONE, "bold green", number=recorded.control_number)
        self.say(Phrase.WAITING, waiting=recorded.waiting)

    def show_rows(self, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Show a table, or plain lines that name each value where there is no terminal."""
        if not self._console.is_terminal:
            for row in rows:
                values = (f"{head.lower()} {text}".strip() for head, text in zip(heads[1:], row[1:], strict=True))
                self.line(f"{row[0]}: {', '.join(values)}")
            return
        table = Table(*heads, show_header=any(heads))
        for row in rows:
            table.add_row(*row)
        self._console.print(table)

    def _show_captures(self, captures: Sequence[FingerCapture], face: FaceCapture | None) -> None:
        self.show_rows(*tables.of_captures(captures, face, self._language))

    def ask(self, question: str, proposed: str) -> str | None:
        """What is answered, or what is proposed where the answer is empty; None where nobody can be asked."""
        return (self._typed(f"{question} [{proposed}]") or "").strip() or proposed if self.is_interactive else None

    def _prompt(self, phrase: Bilingual) -> str:
        return self._typed(phrase.say(self._language)) or ""

    def _typed(self, question: str, stop: Stop = never, again: Callable[[], None] | None = None) -> str | None:
        """A line that is asked for; None when `stop` says so first. Raises SessionAbandoned without a keyboard."""
        self._question = question
        self._put_question()
        try:
            return self._keyboard.line(stop, again)
        except EOFError as error:
            words = "terminal: the keyboard is gone; record this resident again, nothing was kept"
            raise SessionAbandoned(words) from error
        finally:
            self._question = ""

    def _typed_or_pressed(self, question: str, stop: Stop) -> str | None:
        """The same; Ctrl-C puts it again, and where buttons are, a keyboard that is gone leaves the answer to them."""
        try:
            return self._typed(question, stop, lambda: self.line(""))
        except SessionAbandoned:
            if not (self._presses and self._presses.is_there):
                raise
            return None

    def _finger(self, position: FingerPosition | None) -> str:
        return wording.finger(position, self._language) if position else ""

    def line(self, text: str, style: str = "") -> None:
        """Show one line; a question that waits for its answer is put again below it."""
        if self._question:
            self._console.print()
        self._console.print(text, style=style or None, markup=False)
        if self._question:
            self._put_question()

    def _put_question(self) -> None:
        self._console.print(self._question, end=": ", markup=False)
