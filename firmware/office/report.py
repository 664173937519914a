"""Shows the office's work to a person at a terminal."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from firmware.datatypes import Outcome
from firmware.office import keys
from firmware.office.admission import Admitted
from firmware.office.expiry import State, Term
from firmware.office.keys import Office
from firmware.office.opening import LaidOut
from firmware.office.words import OfficePhrase
from firmware.records import answers
from firmware.records.contents import FingerRecord, Transaction
from firmware.vocabulary import Language

_STYLES = {Outcome.ACCEPTED: "green", Outcome.LOW_QUALITY: "yellow", Outcome.EXCUSED: "cyan"}

_TERMS = {
    State.VALID: (OfficePhrase.TERM, "green"),
    State.ENDING: (OfficePhrase.TERM_ENDING, "yellow"),
    State.ENDED: (OfficePhrase.TERM_ENDED, "bold red"),
}

_RENEWALS = {"authority": OfficePhrase.RENEW_AUTHORITY, "receipts": OfficePhrase.RENEW_RECEIPTS}


def show_office(console: Console, office: Office, sheet: Path, language: Language) -> None:
    """What `init` made, and what to do with it."""
    folder = office.folder
    console.print(OfficePhrase.MADE.say(language, folder=folder), style="bold", markup=False)
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_row(keys.IDENTITY, OfficePhrase.IDENTITY.say(language))
    table.add_row(keys.RECIPIENTS, OfficePhrase.RECIPIENTS.say(language))
    table.add_row(keys.AUTHORITY_KEY, OfficePhrase.AUTHORITY_KEY.say(language))
    table.add_row(keys.RECEIPTS, OfficePhrase.RECEIPTS.say(language))
    table.add_row(keys.AUTHORITY, OfficePhrase.AUTHORITY.say(language))
    console.print(table)
    console.print(answers.fingerprint(office.authority), style="bold")
    console.print(OfficePhrase.SHEET.say(language, path=sheet, folder=folder), style="bold yellow", markup=False)
    console.print(OfficePhrase.NEXT.say(language, folder=folder), markup=False)


def show_admitted(console: Console, admitted: Admitted, office: Office, language: Language) -> None:
    """What came of a request, and what to do with it."""
    until = f"{admitted.certificate.not_valid_after_utc:%Y-%m-%d}"
    phrase = OfficePhrase.RENEWED if admitted.renewed else OfficePhrase.ADMITTED
    phrase = OfficePhrase.REPLACED if admitted.replaced else phrase
    console.print(phrase.say(language, kit=admitted.kit_id, until=until), style="green", markup=False)
    fingerprint = answers.fingerprint(office.authority)
    console.print(OfficePhrase.FINGERPRINT.say(language, fingerprint=fingerprint), markup=False)
    console.print(OfficePhrase.BRING.say(language, answer=admitted.answer), markup=False)


def show_terms(console: Console, terms: Sequence[Term], folder: Path, language: Language) -> None:
    """How long each certificate of the office in a folder holds, with what to do about one that ends."""
    for term in terms:
        own = _RENEWALS.get(term.name, OfficePhrase.RENEW_BROKER)
        advice = (OfficePhrase.RENEW_KIT if term.is_kit else own).say(language, folder=folder)
        phrase, style = _TERMS[term.state]
        console.print(
            f"{term.name}: {phrase.say(language, until=term.until, advice=advice)}", style=style, markup=False
        )


def show_opened(console: Console, laid: LaidOut) -> None:
    """Whose packet it is, the fingers in it, where its files are, and how to open it without Rekam."""
    opened = laid.opened
    header, resident = opened.transaction.header, opened.transaction.resident
    if opened.is_training:
        console.rule("[bold magenta]TRAINING: this record never counts as a real one[/]", style="magenta")
    at = f"{header.created_at.utc:%Y-%m-%d %H:%M} UTC (clock: {header.created_at.trust.value})"
    console.print(f"[bold]{header.control_number}[/bold]  kit {header.kit_id}  {escape(header.district)}  {at}")
    console.print(
        f"[bold]{escape(resident.name)}[/bold]  NIK {escape(resident.nik)}  "
        f"born {resident.date_of_birth}  sex {resident.sex.value}"
    )
    for name, words in _circumstances(opened.transaction):
        console.print(f"{name}: {escape(words)}")
    signed = "the kit's certificate" if opened.certified else "the kit's admitted key"
    console.print(f"[green]Decrypted; the signature holds ({signed}); the record is whole.[/]")
    for notice in opened.notices:
        console.print(f"[yellow]Notice: {escape(notice)}[/]")
    console.print(_fingers(opened.transaction.fingers))
    if face := opened.transaction.face:
        told = ", ".join(code.value.replace("_", " ") for code in face.feedback) or face.reason
        console.print(f"face: {face.outcome.value.replace('_', ' ')}{f' ({escape(told)})' if told else ''}")
    console.print(f"{len(laid.files)} files in {escape(str(laid.files[0].parent))}")
    console.print("The same without Rekam:")
    for command in laid.commands:
        console.print(command, markup=False, soft_wrap=True)


def _circumstances(transaction: Transaction) -> list[tuple[str, str]]:
    """What is known of the recording, by name."""
    noted, status = transaction.circumstances, transaction.resident.marital_status
    consent = noted.consent and f"{noted.consent.given_by.value}, {noted.consent.noted_at.utc:%Y-%m-%d %H:%M} UTC"
    replaced = f"{noted.supersedes} ({noted.because})" if noted.supersedes else ""
    words = {
        "Marital status": status.value.replace("_", " ") if status else "",
        "Card may be issued from": str(noted.card_from or ""),
        "Recorded by": noted.operator,
        "Recorded at": noted.place,
        "Consent of": consent or "",
        "The NIK is right although it contradicts the rest": noted.override,
        "Replaces the packet": replaced,
    }
    return [(name, told) for name, told in words.items() if told]


def _fingers(fingers: Sequence[FingerRecord]) -> Table:
    table = Table("finger", "outcome", "score", "minutiae", "tries", "reason", box=None, pad_edge=False)
    for finger in fingers:
        found = "-" if finger.minutiae is None else str(len(finger.minutiae))
        score = "-" if finger.score is None else str(finger.score)
        outcome = finger.outcome.value.replace("_", " ")
        words = finger.position.name.lower().replace("_", " ")
        style = _STYLES[finger.outcome]
        table.add_row(words, f"[{style}]{outcome}[/]", score, found, str(finger.attempts), escape(finger.reason))
    return table
