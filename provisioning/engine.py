"""Runs steps: each is looked at, done where needed, looked at again, remembered, and taken back at the end."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import ClassVar

from provisioning.ledger import BEGUN, DONE, RESTART
from provisioning.machine import Machine
from provisioning.words import SetupFailed, Words, listed, same


class Step:
    """One thing that a kit needs. Subclasses look (check), do (apply) and take back (undo).

    key: its name in the ledger, for ever. changes_boot: what it does holds from the next start on. after_boot: it can
    be looked at only when no restart is pending. in_tree: it can be done below --root too. is_vital: those after it
    are not tried when it fails.
    """

    key: ClassVar[str]
    title: ClassVar[Words]
    changes_boot: ClassVar[bool] = False
    after_boot: ClassVar[bool] = False
    in_tree: ClassVar[bool] = True
    is_vital: ClassVar[bool] = True

    def is_wanted(self, machine: Machine) -> bool:
        """Whether this kit has the part that the step is for."""
        return True

    def check(self, machine: Machine) -> list[Words]:
        """What is not yet as it should be; nothing when all is right. Changes nothing."""
        raise NotImplementedError

    def notices(self, machine: Machine) -> list[Words]:
        """What a person should know although all is right; asked where `check` found nothing. Changes nothing."""
        return []

    def apply(self, machine: Machine) -> None:
        """Make it right; doing so twice, or after a power cut in the midst of it, is no harm. Raises SetupFailed."""
        raise NotImplementedError

    def undo(self, machine: Machine) -> list[Words]:
        """Take it back, also where it was half done; returns what a person should know of."""
        return restored(machine, self.key)


_LEFT = Words(
    "{path}: diubah orang lain sejak pemasangan; dibiarkan, aslinya di sebelahnya dengan nama .before-rekam",
    "{path}: changed by somebody since the setup; left as it is, its original lies beside it as .before-rekam",
)


def restored(machine: Machine, key: str) -> list[Words]:
    """Bring back the files that a step changed."""
    return [_LEFT.of(path=path) for path in machine.backups.restore(key)]


class FileStep(Step):
    """A step that is files with a known content. `contents` gives them by path; `settle` makes the system read them."""

    missing: ClassVar[Words] = Words("{path} belum seperti seharusnya", "{path} is not as it should be")

    def contents(self, machine: Machine) -> dict[str, str]:
        """The text of each file."""
        raise NotImplementedError

    def settle(self, machine: Machine) -> None:
        """Let the running system take the files up, when systemd runs here."""

    def check(self, machine: Machine) -> list[Words]:
        """Compare each file with its text."""
        wanted = self.contents(machine)
        return [self.missing.of(path=path) for path, text in wanted.items() if machine.text(path) != text]

    def apply(self, machine: Machine) -> None:
        """Write what differs."""
        for path, text in self.contents(machine).items():
            if machine.text(path) != text:
                machine.backups.write(self.key, path, text.encode(errors="surrogateescape"))
        if machine.is_booted:
            self.settle(machine)

    def undo(self, machine: Machine) -> list[Words]:
        """Bring back what was there."""
        left = restored(machine, self.key)
        if machine.is_booted:
            self.settle(machine)
        return left


class State(Enum):
    """How a step stands; the value is what is told."""

    RIGHT = Words("beres", "right")
    CHANGED = Words("dikerjakan", "done")
    NEEDED = Words("perlu dikerjakan", "changes needed")
    RESTART = Words("menunggu mesin dinyalakan ulang", "waits for a restart")
    SKIPPED = Words("hanya di mesin yang menyala", "only on a machine that runs")
    UNDONE = Words("dikembalikan", "taken back")
    FAILED = Words("GAGAL", "FAILED")


@dataclass(frozen=True, slots=True)
class Result:
    """How one step ended; words: what is needed, or what went wrong."""

    step: Step
    state: State
    words: list[Words] = field(default_factory=list)


Told = Callable[[Result], None]

_PENDING = Words("mesin harus dinyalakan ulang", "the machine must be restarted")
_UNWANTED = Words("tidak dipakai lagi menurut jawaban", "no longer wanted by the answers")
_NO_USE = Words("sudah dikerjakan, tetapi masih: {needs}", "was done, and still: {needs}")


def is_pending(machine: Machine) -> bool:
    """Whether something that was done waits for a restart."""
    return any(machine.ledger.waits_for_restart(key, machine.boot) for key in machine.ledger.steps)


def look(machine: Machine, step: Step) -> Result | None:
    """How a step stands, without changing anything; None where it is not wanted."""
    if not step.is_wanted(machine):
        return Result(step, State.NEEDED, [_UNWANTED]) if machine.ledger.state(step.key) else None
    if machine.ledger.waits_for_restart(step.key, machine.boot):
        return Result(step, State.RESTART, [_PENDING])
    if step.after_boot and is_pending(machine):
        return Result(step, State.RESTART, [_PENDING])
    try:
        if needs := step.check(machine):
            return Result(step, State.NEEDED, needs)
        return Result(step, State.RIGHT, step.notices(machine))
    except SetupFailed as failure:
        return Result(step, State.FAILED, [failure.words])
    except OSError as error:
        return Result(step, State.FAILED, [same(str(error))])


def look_at_all(machine: Machine, steps: Sequence[Step], tell: Told) -> list[Result]:
    """How all wanted steps stand."""
    results = []
    for step in steps:
        if result := look(machine, step):
            if result.state is State.NEEDED and not (step.in_tree or machine.is_live):
                result = Result(step, State.SKIPPED, result.words)
            tell(result)
            results.append(result)
    return results


def apply_all(machine: Machine, steps: Sequence[Step], begin: Callable[[Step], None], tell: Told) -> list[Result]:
    """Do what is needed, in order; the first vital step that fails ends it.

    begin: called before a step does something, which may take its time.
    """
    results = []
    for step in steps:
        result = look(machine, step)
        if result is None:
            continue
        if result.state is State.NEEDED:
            if step.in_tree or machine.is_live:
                begin(step)
                result = _apply(machine, step)
            else:
                result = Result(step, State.SKIPPED, result.words)
        elif result.state is State.RIGHT and machine.ledger.state(step.key) == BEGUN:
            # The power went between the deed and its line in the ledger
            result = _finish(machine, step, State.RIGHT)
        elif result.state is State.RIGHT and machine.ledger.state(step.key) != DONE:
            # Restarted meanwhile; or right from before, as data that an earlier kit left: they end with this kit
            machine.ledger.mark(step.key, DONE)
        tell(result)
        results.append(result)
        if result.state is State.FAILED and step.is_vital:
            break
    return results


def _apply(machine: Machine, step: Step) -> Result:
    try:
        if not step.is_wanted(machine):
            words = step.undo(machine)
            machine.ledger.forget(step.key)
            return Result(step, State.UNDONE, words)
        machine.ledger.mark(step.key, BEGUN)
        step.apply(machine)
        if needs := step.check(machine):
            return Result(step, State.FAILED, [_NO_USE.of(needs=listed(needs))])
    except SetupFailed as failure:
        return Result(step, State.FAILED, [failure.words])
    except OSError as error:
        return Result(step, State.FAILED, [same(str(error))])
    return _finish(machine, step, State.CHANGED)


def _finish(machine: Machine, step: Step, state: State) -> Result:
    if step.changes_boot and machine.is_live:
        machine.ledger.mark(step.key, RESTART, machine.boot)
        return Result(step, State.RESTART, [_PENDING])
    machine.ledger.mark(step.key, DONE)
    return Result(step, state, step.notices(machine))


def undo_all(machine: Machine, steps: Sequence[Step], tell: Told) -> list[Result]:
    """Take back every step that was ever begun, the last one first; one that fails keeps none of the others."""
    results = []
    for step in reversed(steps):
        if not machine.ledger.state(step.key):
            continue
        try:
            result = Result(step, State.UNDONE, step.undo(machine))
            machine.ledger.forget(step.key)
        except SetupFailed as failure:
            result = Result(step, State.FAILED, [failure.words])
        except OSError as error:
            result = Result(step, State.FAILED, [same(str(error))])
        tell(result)
        results.append(result)
    return results
