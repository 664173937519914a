"""The command `setup.sh update`: a new version beside the old one, tried, switched to, watched; back if it is ill."""

import argparse
import json
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from provisioning import bundles, engine, files, guard, questions
from provisioning.engine import Result, State
from provisioning.guard import Trial
from provisioning.kit import alone
from provisioning.machine import STATE, Machine
from provisioning.roles import KIT
from provisioning.steps_environment import VERSIONS, folder_of, in_use, is_whole, make
from provisioning.steps_kit import CACHE, SelfTest, can_run, made_of, origin_of
from provisioning.steps_update import GUARD, SIGNER
from provisioning.update_words import Told
from provisioning.words import LANGUAGES, SetupFailed, Words, same

RIGHT, NEEDED, ERROR = 0, 1, 2
_LOOK_S = 0.5


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it; the exit status: 0 the version is in use, 1 it is not, yet or any more, 2 error."""
    options = _options(arguments)
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    language = options.lang or ("en" if os.environ.get("LANG", "").startswith("en") else "id")
    try:
        machine = Machine(options.root, {}, Path(__file__).resolve().parents[1])
        machine.answers = {**questions.defaults(), **(machine.ledger.notes.get("answers") or {})}
        language = options.lang or str(machine.answers["language"])
        return Update(machine, language, options.watch).run(options.bundle, only_look=options.check)
    except SetupFailed as failure:
        print(f"setup: {failure.words.say(language)}", file=sys.stderr)
        return ERROR
    except OSError as error:
        print(f"setup: {error}", file=sys.stderr)
        return ERROR
    except KeyboardInterrupt:
        print(f"\nsetup: {Told.INTERRUPTED.value.say(language)}", file=sys.stderr)
        return 130


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="setup.sh update", description=__doc__)
    parser.add_argument("bundle", type=Path, metavar="BUNDLE", help="the signed archive, or its unpacked folder")
    parser.add_argument("--check", action="store_true", help="only tell: 0 in use already, 1 an update, 2 error")
    parser.add_argument(
        "--watch", type=float, default=guard.WATCH_S, metavar="SECONDS", help="how long it must be well"
    )
    parser.add_argument("--root", type=Path, default=Path("/"), metavar="DIR", help="a tree instead of this machine")
    parser.add_argument("--lang", choices=LANGUAGES, help="in which language it talks")
    options = parser.parse_args(arguments)
    options.root = options.root.resolve()
    return options


class Update:
    """One update of a machine; each part may be cut off at any moment, and the next run goes on."""

    def __init__(self, machine: Machine, language: str, watch_s: float) -> None:
        self._machine, self._language, self._watch_s = machine, language, watch_s

    def run(self, path: Path, *, only_look: bool = False) -> int:
        """Bring the version of a bundle into use. Raises SetupFailed; then the old version is in use."""
        machine = self._machine
        if machine.ledger.notes.get("role", KIT.name) != KIT.name:
            raise SetupFailed(Told.OFFICE.value)
        if not machine.at(SIGNER).exists():
            raise SetupFailed(Told.NO_SIGNER.value, path=SIGNER)
        if not in_use(machine):
            raise SetupFailed(Told.NO_KIT.value)
        if only_look:
            return self._look(path)
        if machine.is_live and os.geteuid() != 0:
            raise SetupFailed(Told.NOT_ROOT.value)
        with alone(machine):
            self._settle()
            self._heed_room(path)
            with bundles.opened(path, machine.at(f"{STATE}/bundle"), machine.at(SIGNER)) as bundle:
                machine.bundle = bundle
                return self._bring(bundle.version)

    def _look(self, path: Path) -> int:
        """Whether the bundle is sound and what it would bring; changes nothing."""
        scratch = Path(os.environ.get("TMPDIR", "/tmp")) / f"rekam-check-{os.getpid()}"
        with bundles.opened(path, scratch, self._machine.at(SIGNER)) as bundle:
            self._machine.bundle = bundle
            old = in_use(self._machine)
            if self._is_in_use(bundle.version):
                self._say(Told.IN_USE, version=old)
                return RIGHT
            self._say(Told.WOULD, version=bundle.version, old=old)
            return NEEDED

    def _bring(self, version: str) -> int:
        machine, old = self._machine, in_use(self._machine)
        if self._is_in_use(version):
            self._say(Told.IN_USE, version=version)
            return self._finish(version)
        self._heed_recording()
        if not is_whole(machine, version):
            self._say(Told.INSTALLS, version=version)
            make(machine, version)
        self._say(Told.TRIES, version=version)
        self._examine(version)
        # Minutes have passed
        self._heed_recording()
        trial = Trial(version, old, self._watch_s)
        guard.switch(machine.root, trial)
        if not machine.is_booted:
            self._say(Told.AT_START, version=version)
            return RIGHT
        if not can_run(machine):
            # It waits for the office's answer: there is no service to watch
            guard.end(machine.root, trial)
            return self._finish(version)
        self._say(Told.WATCHES, version=version, seconds=self._watch_s)
        machine.run("systemctl", "--no-block", "restart", guard.SERVICE)
        self._wait()
        return self._tell_verdict(version)

    def _is_in_use(self, version: str) -> bool:
        if version != in_use(self._machine):
            return False
        if not is_whole(self._machine, version):
            raise SetupFailed(Told.SAME_NUMBER.value, version=version)
        return True

    def _heed_room(self, path: Path) -> None:
        """An archive is unpacked first; what it brings is looked at later."""
        needed = path.stat().st_size if path.is_file() else 0
        status = os.statvfs(self._machine.at(STATE))
        if (free := status.f_bavail * status.f_frsize) < 1.1 * needed:
            raise SetupFailed(Told.FULL.value, path=STATE, free=free / 1e9, needed=1.1 * needed / 1e9)

    def _heed_recording(self) -> None:
        """Raise SetupFailed while a resident is recorded, or where nobody can tell."""
        machine = self._machine
        if not machine.is_booted:
            return
        if self._state(guard.SERVICE) != "active":
            return
        told = machine.run("timeout", "60", machine.at("/usr/local/bin/rekam"), "status", "--json", quiet=True)
        try:
            state = json.loads(told.strip().splitlines()[-1])["state"]
        except (ValueError, LookupError, TypeError) as error:
            raise SetupFailed(Told.NO_ANSWER.value) from error
        if state == "recording":
            raise SetupFailed(Told.RECORDING.value)

    def _examine(self, version: str) -> None:
        """Let the new version try itself beside the old one that works on. Raises SetupFailed with its own words."""
        machine, folder = self._machine, folder_of(self._machine, version)
        try:
            machine.run(folder / "venv/bin/python", "-Bc", "import firmware, firmware.__main__")
            if machine.is_live:
                for verb in ("warm", "preflight"):
                    machine.run(*machine.as_service(folder / "venv/bin/rekam", verb))
        except SetupFailed as failure:
            files.remove_tree(folder)
            raise SetupFailed(Told.UNFIT.value, version=version, why=failure.words) from failure

    def _settle(self) -> None:
        """An earlier update that was cut off in its watch comes to its end first."""
        trial = guard.trial_in(self._machine.root)
        if trial is None:
            return
        if trial.version != in_use(self._machine) or not self._machine.is_booted:
            # Nothing was started with it yet: as if it had not been
            guard.end(self._machine.root, trial, same("-"))
            return
        self._say(Told.SETTLES, version=trial.version)
        if self._state(GUARD) != "active":
            # The switch may have been cut off before its service was started anew
            self._heed_recording()
            self._machine.run("systemctl", "--no-block", "restart", guard.SERVICE)
        self._wait()

    def _wait(self) -> None:
        """Let the guard watch, and wait for its verdict: it needs neither this program nor its terminal."""
        self._machine.run("systemctl", "start", GUARD)
        while guard.trial_in(self._machine.root):
            if self._state(GUARD) in ("failed", "inactive") and guard.trial_in(self._machine.root):
                raise SetupFailed(Told.NO_GUARD.value, unit=GUARD)
            time.sleep(_LOOK_S)

    def _state(self, unit: str) -> str:
        return self._machine.run("systemctl", "show", "-P", "ActiveState", unit, quiet=True).strip()

    def _tell_verdict(self, version: str) -> int:
        verdict = guard.verdict_in(self._machine.root)
        if verdict.get("is_healthy"):
            return self._finish(version)
        why = Words(**verdict["why"]) if verdict.get("why") else same("-")
        self._say(Told.WENT_BACK, version=version, old=in_use(self._machine), why=why)
        if in_use(self._machine) != version:
            files.remove_tree(folder_of(self._machine, version))
        return NEEDED

    def _finish(self, version: str) -> int:
        """Remember what is in use, remove versions and kernels older than the last two, let the kit test its parts."""
        machine = self._machine
        verdict = guard.verdict_in(machine.root)
        for folder in machine.at(VERSIONS).iterdir():
            if verdict.get("version") == version and folder.name not in (version, verdict["previous"]):
                files.remove_tree(folder)
        # Whichever versions they are of: those that the last two need were made, or were there, most recently
        kernels = sorted(machine.at(CACHE).glob("kernels-*"), key=lambda folder: folder.stat().st_mtime)
        for folder in kernels[:-2]:
            files.remove_tree(folder)
        if machine.is_booted:
            machine.ledger.note("kernels", origin_of(machine))
            machine.ledger.note("started", made_of(machine))
            if can_run(machine):
                engine.apply_all(machine, [SelfTest()], lambda step: None, self._tell)
        self._say(Told.DONE, version=version)
        return RIGHT

    def _tell(self, result: Result) -> None:
        print(f"{result.step.title.say(self._language)}: {result.state.value.say(self._language)}", flush=True)
        for words in result.words if result.state is State.FAILED else []:
            print(f"    {words.say(self._language)}", flush=True)

    def _say(self, told: Told, **values: object) -> None:
        print(told.value.of(**values).say(self._language), flush=True)


if __name__ == "__main__":
    sys.exit(main())
