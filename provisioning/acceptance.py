"""The training record of an acceptance: somebody's ten fingers on the attached hardware, under an invented name."""

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from provisioning import files
from provisioning.machine import Machine
from provisioning.steps_environment import PROGRAM
from provisioning.words import SetupFailed, Words, same

NOTE = "training_record"
"""Under which name the ledger keeps what came of the last one; nothing in it is personal."""

_RESIDENT = """# Nobody: the name and the number of an acceptance are invented
nik = "1903015204100007"
name = "Latihan Penerimaan"
date_of_birth = 2010-04-12
sex = "P"
"""
_NOT_RECORDED = Words(
    "rekaman latihan tidak selesai (status {status}); perbaiki yang disebut di atas, lalu jalankan baris ini lagi",
    "the training record was not finished (status {status}); mend what is named above, then run this line again",
)

_SIDES = {"right": Words("{finger} kanan", "right {finger}"), "left": Words("{finger} kiri", "left {finger}")}
_FINGERS = {
    "thumb": Words("ibu jari", "thumb"),
    "index": Words("telunjuk", "index finger"),
    "middle": Words("jari tengah", "middle finger"),
    "ring": Words("jari manis", "ring finger"),
    "little": Words("kelingking", "little finger"),
}
_OUTCOMES = {
    "accepted": Words("baik", "good"),
    "low_quality": Words("mutu rendah", "low quality"),
    "excused": Words("dimaafkan", "excused"),
}
_TRIES = Words("{outcome}, skor {score}, {tries} kali", "{outcome}, score {score}, {tries} tries")
_NUMBER = Words("nomor kendali", "control number")
_FACE = Words("wajah", "face")
_SECONDS = Words("detik seluruhnya", "seconds in all")


def record(machine: Machine) -> None:
    """Let the kit record one resident for training, and note what came of it. Raises SetupFailed."""
    with tempfile.TemporaryDirectory(prefix="rekam-acceptance-") as folder:
        Path(folder).chmod(0o755)
        resident = Path(folder) / "resident.toml"
        files.write(resident, _RESIDENT.encode(), 0o644)
        command = machine.as_service(PROGRAM, "record", "--training", "--json", "--resident", resident)
        # What the operator is told comes by stderr, straight to this terminal
        done = subprocess.run(command, cwd="/", stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise SetupFailed(_NOT_RECORDED, status=done.returncode)
    machine.ledger.note(NOTE, json.loads(done.stdout.strip().splitlines()[-1]))


def rows(told: dict[str, Any]) -> list[tuple[Words, Words]]:
    """What came of a training record, as lines of a table: name and value."""
    found = [(_NUMBER, same(told["control_number"]))]
    for finger in told["fingers"]:
        side, _, name = finger["position"].partition("_")
        found.append((_SIDES[side].of(finger=_FINGERS[name]), _came(finger, finger["score"])))
    if told.get("face"):
        found.append((_FACE, _came(told["face"], "-")))
    return [*found, (_SECONDS, same(f"{told['seconds']:.0f}"))]


def _came(part: dict[str, Any], score: object) -> Words:
    outcome = _OUTCOMES.get(part["outcome"], same(part["outcome"]))
    return outcome if score is None else _TRIES.of(outcome=outcome, score=score, tries=part["attempts"])
