"""The command `setup.sh kit`: makes this machine what its role is, tells how far it is, or takes it all back."""

import argparse
import fcntl
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from provisioning import acceptance, bundles, engine, files, ledger, questions, report
from provisioning.bundles import Bundle
from provisioning.engine import Result, State, Step
from provisioning.loss import check_packets
from provisioning.machine import STATE, Machine
from provisioning.roles import KIT, Role
from provisioning.steps import STEPS
from provisioning.steps_update import SIGNER
from provisioning.words import LANGUAGES, SetupFailed, Words

RIGHT, NEEDED, ERROR, RESTART = 0, 1, 2, 3

_NOT_ROOT = Words(
    "jalankan sebagai root: sudo bash provisioning/setup.sh {role}",
    "run it as root: sudo bash provisioning/setup.sh {role}",
)
_BUSY = Words("pemasangan lain sedang berjalan di mesin ini", "another setup is at work on this machine")
_WORKS = Words("{title} ...", "{title} ...")
_ACCEPT = Words(
    "Rekaman latihan: letakkan sepuluh jari satu per satu; tidak dihitung sebagai penduduk.",
    "A training record: put down ten fingers one by one; nobody counts it as a resident.",
)
_RESTART = Words(
    "Nyalakan ulang mesin ini (sudo reboot), lalu jalankan baris yang sama lagi.",
    "Restart this machine (sudo reboot), then run the same line again.",
)
_AGAIN = Words(
    "Belum selesai. Perbaiki yang disebut di atas, lalu jalankan baris yang sama lagi; yang sudah beres dilewati.",
    "Not finished. Mend what is named above, then run the same line again; what is right is passed over.",
)
_CLEAN = Words("Semua dikembalikan seperti semula.", "All is as it was before.")
_KEPT = Words("Semua dikembalikan; data tetap di {path}.", "All is taken back; the data stays in {path}.")
_OTHER_ROLE = Words(
    "mesin ini sudah dipasang sebagai {there}; pakai mesin lain, atau `setup.sh {there} --uninstall` dulu",
    "this machine is set up as {there} already; take another one, or `setup.sh {there} --uninstall` first",
)
_INTERRUPTED = Words("Terputus; jalankan baris yang sama lagi.", "Interrupted; run the same line again.")
_REPORTED = Words("Laporan: {path}", "Report: {path}")


@dataclass(frozen=True, slots=True)
class Command:
    """What the command does for a role. check_loss: raises SetupFailed when data would be lost for ever."""

    role: Role
    steps: Sequence[Step]
    check_loss: Callable[[Machine], None]


def main(arguments: Sequence[str] | None = None, command: Command | None = None) -> int:
    """Run it; the exit status: 0 all right, 1 changes needed or not finished, 2 error, 3 restart and run again."""
    command = command or Command(KIT, STEPS, check_packets)
    options = _options(arguments, command.role)
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        return _run(options, command)
    except SetupFailed as failure:
        print(f"setup: {failure.words.say(_language(options, {}))}", file=sys.stderr)
        return ERROR
    except OSError as error:
        print(f"setup: {error}", file=sys.stderr)
        return ERROR
    except KeyboardInterrupt:
        print(f"\nsetup: {_INTERRUPTED.say(_language(options, {}))}", file=sys.stderr)
        return 130


def _options(arguments: Sequence[str] | None, role: Role) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=f"setup.sh {role.name}", description=__doc__)
    todo = parser.add_mutually_exclusive_group()
    todo.add_argument("--check", action="store_true", help="only tell: 0 right, 1 changes needed, 2 error")
    if role is KIT:
        accept = "at the end, record somebody for training, for the report"
        todo.add_argument("--accept", action="store_true", help=accept)
    todo.add_argument("--uninstall", action="store_true", help="take everything back")
    data = parser.add_mutually_exclusive_group()
    data.add_argument("--keep-data", action="store_true", help="with --uninstall: keys and records stay")
    data.add_argument("--discard-data", action="store_true", help="with --uninstall: keys and records may be lost")
    parser.add_argument("--offline", type=Path, metavar="BUNDLE", help="install from this bundle alone")
    parser.add_argument("--signer", type=Path, metavar="PEM", help="whose signature the bundle must bear")
    parser.add_argument("--unattended", type=Path, metavar="TOML", help="the answers; nothing is asked")
    parser.add_argument("--report", type=Path, metavar="PATH", help="write PATH.json, and PATH.html to print and sign")
    parser.add_argument("--root", type=Path, default=Path("/"), metavar="DIR", help="a tree instead of this machine")
    parser.add_argument("--lang", choices=LANGUAGES, help="in which language it talks")
    parser.set_defaults(accept=False)
    options = parser.parse_args(arguments)
    options.root = options.root.resolve()
    return options


def _language(options: argparse.Namespace, answers: dict[str, Any]) -> str:
    if options.lang:
        return str(options.lang)
    spoken = "en" if os.environ.get("LANG", "").startswith("en") else "id"
    return str(answers.get("language", spoken))


def _run(options: argparse.Namespace, command: Command) -> int:
    role = command.role
    if not options.check and options.root == Path("/") and os.geteuid() != 0:
        raise SetupFailed(_NOT_ROOT, role=role.name)
    source = Path(__file__).resolve().parents[1]
    answers = questions.defaults(role.questions)
    machine = Machine(options.root, answers, source, keeps_data=options.keep_data, role=role)
    stored = machine.ledger.notes.get("answers") or {}
    if stored and (there := machine.ledger.notes.get("role", KIT.name)) != role.name:
        raise SetupFailed(_OTHER_ROLE, there=there)
    if options.check:
        return _check(options, machine, command.steps, stored)
    with alone(machine):
        if options.uninstall:
            return _uninstall(options, machine, command, stored)
        return _apply(options, machine, command.steps, stored)


def _answers(options: argparse.Namespace, stored: dict[str, Any], role: Role) -> dict[str, Any]:
    if options.unattended:
        return questions.read(options.unattended, role.questions)
    return {**questions.defaults(role.questions), **stored}


@contextmanager
def _bundle(options: argparse.Namespace, machine: Machine, scratch: Path) -> Iterator[Bundle | None]:
    if options.offline is None:
        yield None
        return
    installed = machine.at(SIGNER)
    key = options.signer or (installed if installed.exists() else None)
    with bundles.opened(options.offline, scratch, key) as bundle:
        yield bundle


def _check(options: argparse.Namespace, machine: Machine, steps: Sequence[Step], stored: dict[str, Any]) -> int:
    """Every step by its English name, whatever the language, so that a program can read it."""
    machine.answers = _answers(options, stored, machine.role)
    language = _language(options, machine.answers)

    scratch = Path(os.environ.get("TMPDIR", "/tmp")) / f"rekam-check-{os.getpid()}"
    with _bundle(options, machine, scratch) as bundle:
        machine.bundle = bundle
        results = engine.look_at_all(machine, steps, _teller(language, "en"))
        if options.report:
            _report(options, machine, results)
    states = {result.state for result in results}
    return ERROR if State.FAILED in states else RIGHT if states <= {State.RIGHT, State.SKIPPED} else NEEDED


def _apply(options: argparse.Namespace, machine: Machine, steps: Sequence[Step], stored: dict[str, Any]) -> int:
    is_halfway = any(step["state"] == ledger.RESTART for step in machine.ledger.steps.values())
    if options.unattended or (stored and (is_halfway or not sys.stdin.isatty())):
        machine.answers = _answers(options, stored, machine.role)
    else:
        machine.answers = questions.ask(stored, _language(options, stored), input, machine.role.questions)
    language = _language(options, dict(machine.answers))

    def begin(step: Step) -> None:
        print(_WORKS.of(title=step.title).say(language), flush=True)

    with _bundle(options, machine, machine.at(f"{STATE}/bundle")) as bundle:
        machine.bundle = bundle
        machine.ledger.note("role", machine.role.name)
        machine.ledger.note("answers", dict(machine.answers))
        results = engine.apply_all(machine, steps, begin, _teller(language, language))
        if options.accept and {result.state for result in results} <= {State.RIGHT, State.CHANGED}:
            print(_ACCEPT.say(language), flush=True)
            acceptance.record(machine)
        if options.report:
            _report(options, machine, results)
    states = {result.state for result in results}
    if State.FAILED in states:
        print(_AGAIN.say(language))
        return NEEDED
    if State.RESTART in states:
        print(_RESTART.say(language))
        return RESTART
    print(machine.role.ready.say(language))
    if advice := machine.role.advice(machine.answers):
        print(advice.say(language))
    return RIGHT


def _uninstall(options: argparse.Namespace, machine: Machine, command: Command, stored: dict[str, Any]) -> int:
    machine.answers = {**questions.defaults(machine.role.questions), **stored}
    language = _language(options, dict(machine.answers))
    if not (options.keep_data or options.discard_data):
        command.check_loss(machine)

    results = engine.undo_all(machine, command.steps, _teller(language, language))
    if options.report:
        _report(options, machine, results)
    if any(result.state is State.FAILED for result in results):
        print(_AGAIN.say(language))
        return NEEDED
    files.remove_tree(machine.at(STATE))
    print((_KEPT.of(path=machine.role.data) if options.keep_data else _CLEAN).say(language))
    return RIGHT


def _teller(language: str, names: str) -> engine.Told:
    """Print a result: the step's name in one language, all else in another."""

    def tell(result: Result) -> None:
        print(f"{result.step.title.say(names)}: {result.state.value.say(language)}", flush=True)
        for words in result.words:
            print(f"    {words.say(language)}", flush=True)

    return tell


def _report(options: argparse.Namespace, machine: Machine, results: list[Result]) -> None:
    language = _language(options, dict(machine.answers))
    for path in report.write(options.report, machine, results, language):
        print(_REPORTED.of(path=path).say(language))


@contextmanager
def alone(machine: Machine) -> Iterator[None]:
    """One setup at a time. Raises SetupFailed when another one is at work."""
    folder = machine.at(STATE)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise SetupFailed(_BUSY) from error
        yield


if __name__ == "__main__":
    sys.exit(main())
