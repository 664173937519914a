"""The verbs under `rekam office`."""

import json
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from firmware.vocabulary import Language

office_app = typer.Typer(no_args_is_help=True, help="The office: its keys, its kits, what arrives.")

out = Console(highlight=False, soft_wrap=True)

OfficeOption = Annotated[Path, typer.Option("--office", envvar="REKAM_OFFICE", help="the folder of the office's keys")]
LanguageOption = Annotated[Language, typer.Option(envvar="REKAM_LANGUAGE", help="of what is said")]


@office_app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="a new folder for the office's keys")],
    sheet: Annotated[
        Path | None, typer.Option(help="where the recovery sheet goes, .html; else into memory, gone with the power")
    ] = None,
    language: LanguageOption = Language.ENGLISH,
) -> None:
    """Make the office's keys: one that opens packets, its backup on a sheet to print, and one that admits kits."""
    from firmware.office import keys, recovery_sheet, report

    printed: list[Path] = []

    def on_backup(secret: str, fingerprint: str) -> None:
        printed.append(sheet or recovery_sheet.place())
        recovery_sheet.write(printed[0], secret, fingerprint, date.today())

    made = keys.init(folder, on_backup)
    report.show_office(out, made, printed[0], language)


@office_app.command()
def recover(
    office: OfficeOption,
    check: Annotated[bool, typer.Option("--check", help="only tell whether the sheet is right; keep nothing")] = False,
    language: LanguageOption = Language.ENGLISH,
) -> None:
    """Type the recovery sheet again: the backup key opens what was sealed for the office."""
    from firmware.errors import InputError
    from firmware.office import keys, recovery
    from firmware.office.words import OfficePhrase

    def ask(number: int) -> str:
        out.print(OfficePhrase.ASK_ROW.say(language, number=number, rows=recovery.ROWS), end=": ", markup=False)
        typed = sys.stdin.readline()
        if not typed:
            raise InputError("recovery sheet: nothing more was typed; begin again")
        return typed

    def on_slip(error: InputError) -> None:
        if not sys.stdin.isatty():
            raise error
        out.print(str(error), style="yellow", markup=False)

    secret = recovery.read(ask, on_slip)
    is_own = keys.is_sealed_for(office, secret)
    if check and not is_own:
        raise InputError(f"recovery sheet: is that of another office than {office}; find this office's own sheet")
    if check:
        out.print(OfficePhrase.CHECKED.say(language), style="green")
        return
    phrase = OfficePhrase.RECOVERED if is_own else OfficePhrase.RECOVERED_OTHER
    out.print(phrase.say(language, path=keys.keep_recovered(office, secret)), markup=False)


@office_app.command()
def admit(
    requests: Annotated[
        list[Path], typer.Argument(help="a stick with requests on it, or KITID.request.pem by `rekam identity request`")
    ],
    office: OfficeOption,
    folder: Annotated[Path | None, typer.Option("--out", help="where the answers go; else beside the requests")] = None,
    replace: Annotated[
        list[str] | None,
        typer.Option("--replace", metavar="KITID", help="this kit has a new key; its old one is noted"),
    ] = None,
    days: Annotated[
        int | None, typer.Option(min=1, max=3660, help="how long certificates hold; else ten years")
    ] = None,
    language: LanguageOption = Language.ENGLISH,
) -> None:
    """Answer every kit that asks: from then on its packets are opened here. Certificates are renewed likewise."""
    from firmware.office import admission, keys, report

    loaded = keys.load(office)
    valid = timedelta(days=days) if days else admission.VALID
    for admitted in admission.admit_all(requests, loaded, folder=folder, replace=replace or (), valid=valid):
        report.show_admitted(out, admitted, loaded, language)


@office_app.command()
def revoke(
    kit_id: Annotated[str, typer.Argument(metavar="KITID", help="a kit that was stolen or lost")],
    office: OfficeOption,
    language: LanguageOption = Language.ENGLISH,
) -> None:
    """Cease to trust a kit: what its keys sign is no longer taken. `admit --replace` takes it back."""
    from firmware.office import keys, register
    from firmware.office.words import OfficePhrase

    register.revoke(keys.load(office), kit_id)
    out.print(OfficePhrase.REVOKED.say(language, kit=kit_id), style="yellow", markup=False)


@office_app.command()
def broker(
    hosts: Annotated[list[str], typer.Argument(help="the names and addresses under which kits reach the broker")],
    office: OfficeOption,
    language: LanguageOption = Language.ENGLISH,
) -> None:
    """Make the certificates of the office's MQTT broker, or make them anew; kits know it by the office's authority."""
    from firmware.office import broker as certificates
    from firmware.office import keys
    from firmware.office.words import OfficePhrase

    loaded = keys.load(office)
    path, _ = certificates.certify(loaded, hosts)
    until = f"{certificates.certificates(loaded)[path.stem].not_valid_after_utc:%Y-%m-%d}"
    out.print(OfficePhrase.BROKER.say(language, path=path, hosts=", ".join(hosts), until=until), markup=False)


@office_app.command()
def status(
    office: OfficeOption,
    as_json: Annotated[bool, typer.Option("--json", help="JSON Lines on stdout, an object a certificate")] = False,
    language: LanguageOption = Language.ENGLISH,
) -> None:
    """Tell how long certificates hold: the office's own, its broker's, its kits'. A month ahead it says what to do."""
    from firmware.office import expiry, keys, report

    terms = expiry.terms(keys.load(office))
    if not as_json:
        report.show_terms(out, terms, office, language)
        return
    for term in terms:
        told = {"name": term.name, "is_kit": term.is_kit, "until": str(term.until), "state": term.state.value}
        sys.stdout.write(json.dumps(told) + "\n")


@office_app.command("open")
def open_packets(
    packets: Annotated[list[Path], typer.Argument(help="packets as kits export them, *.rekam")],
    office: OfficeOption,
    folder: Annotated[Path, typer.Option("--out", help="where records and pictures go")] = Path("opened"),
    as_json: Annotated[bool, typer.Option("--json", help="JSON Lines on stdout, an object a packet")] = False,
    revoked: Annotated[
        bool, typer.Option("--revoked", help="also what a revoked kit signed, known to be from before its loss")
    ] = False,
) -> None:
    """Check and decrypt packets, list what is in them, lay out records and pictures."""
    from firmware.office import keys, opening, report

    for laid in opening.lay_out_all(packets, keys.load(office), folder, take_revoked=revoked):
        if as_json:
            sys.stdout.write(json.dumps(opening.as_json(laid), ensure_ascii=False) + "\n")
        else:
            report.show_opened(out, laid)
