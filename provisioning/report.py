"""The report of a setup: one file for programs, and one page to print and sign."""

import html
import json
import platform
import time
from pathlib import Path
from typing import Any

from provisioning import acceptance, files, questions
from provisioning.engine import Result
from provisioning.machine import Machine
from provisioning.steps_environment import version_of
from provisioning.words import Words, same

_ANSWERS = Words("Jawaban", "Answers")
_STEPS = Words("Langkah", "Steps")
_STATE = Words("Keadaan", "State")
_DEVICES = Words("Perangkat dan versi", "Devices and versions")
_TEST = Words("Uji mandiri", "Self-test")
_RECORD = Words("Rekaman latihan di alat yang terpasang", "Training record on the attached hardware")
_YES, _NO = Words("ya", "yes"), Words("tidak", "no")
_NONE = Words("belum dilakukan", "not made yet")
_SIGN = (Words("Nama teknisi", "Technician's name"), Words("Tanggal", "Date"), Words("Tanda tangan", "Signature"))
_TAKEN = (Words("Diterima oleh", "Accepted by"), Words("Tanggal", "Date"), Words("Tanda tangan", "Signature"))

_FACTS = {
    "rekam": same("Rekam"),
    "board": Words("papan", "board"),
    "system": Words("sistem", "system"),
    "python": same("Python"),
    "bundle": Words("bundel (SHA-256 daftarnya)", "bundle (SHA-256 of its list)"),
    "is_signed": Words("tanda tangan bundel diperiksa", "bundle's signature checked"),
    "sensor": Words("sensor sidik jari", "fingerprint sensor"),
    "port": Words("port sensor", "sensor's port"),
}

# On one sheet: what was found in two columns, the signatures below
_STYLE = """@page { size: A4; margin: 11mm } body { font: 8pt/1.25 sans-serif; color: #000 }
h1 { font-size: 15pt; margin: 0 } main { columns: 2; column-gap: 6mm } tr { break-inside: avoid }
h2 { font-size: 10pt; margin: .8em 0 .2em; break-after: avoid } table { border-collapse: collapse; width: 100% }
td, th { border: 1px solid #888; padding: 1px 5px; text-align: left; vertical-align: top }
td { overflow-wrap: anywhere } .sign td { height: 14mm }"""


def facts(machine: Machine, results: list[Result]) -> dict[str, Any]:
    """All that the report tells, as JSON; nothing of it is about a resident."""
    port = machine.ledger.notes.get("port") or {}
    release = dict(line.split("=", 1) for line in machine.text("/etc/os-release").splitlines() if "=" in line)
    bundle = machine.bundle
    return {
        "kit_id": machine.answers.get("kit_id", ""),
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "devices": {
            "rekam": version_of(machine),
            "board": machine.model or platform.machine(),
            "system": release.get("PRETTY_NAME", "").strip('"'),
            "python": platform.python_version(),
            "bundle": bundle.digest if bundle else "",
            "is_signed": bundle.is_signed if bundle else False,
            "sensor": port.get("device", ""),
            "port": " ".join(part for part in (port.get("name", ""), port.get("at", "")) if part),
        },
        "answers": dict(machine.answers),
        "steps": [
            {
                "key": result.step.key,
                "name": result.step.title.en,
                "state": result.state.name.lower(),
                "words": [words.en for words in result.words],
            }
            for result in results
        ],
        "training_record": machine.ledger.notes.get(acceptance.NOTE),
        "self_test": (machine.ledger.notes.get("self_test") or {}).get("result"),
    }


def write(path: Path, machine: Machine, results: list[Result], language: str) -> tuple[Path, Path]:
    """Write PATH.json and PATH.html, whatever ending the path has; returns both."""
    told = facts(machine, results)
    as_json, page = path.with_suffix(".json"), path.with_suffix(".html")
    files.write(as_json, json.dumps(told, indent=1, ensure_ascii=False).encode() + b"\n", 0o644)
    files.write(page, _page(told, machine, results, language).encode(), 0o644)
    return as_json, page


def _page(told: dict[str, Any], machine: Machine, results: list[Result], language: str) -> str:
    title = f"{machine.role.title.say(language)} {told['kit_id']}".strip()
    test = told["self_test"]
    findings = [(one["part"], f"{one['verdict']}: {one['words']}") for one in test["findings"]] if test else []
    taken = acceptance.rows(told["training_record"]) if told["training_record"] else []
    parts = [
        f"<h1>{html.escape(title)}</h1><p>{told['at']}</p>",
        _table(
            _DEVICES.say(language),
            [(words.say(language), _said(told["devices"][key], language)) for key, words in _FACTS.items()],
        ),
        _table(
            f"{_STEPS.say(language)} / {_STATE.say(language)}",
            [
                (
                    result.step.title.say(language),
                    "; ".join([result.state.value.say(language), *(words.say(language) for words in result.words)]),
                )
                for result in results
            ],
        ),
        _table(_TEST.say(language), findings or [(_NONE.say(language), "")]),
        _table(
            _RECORD.say(language),
            [(name.say(language), value.say(language)) for name, value in taken] or [(_NONE.say(language), "")],
        ),
        _table(
            _ANSWERS.say(language),
            [
                (words.say(language), told.say(language))
                for words, told in questions.summary(machine.answers, machine.role.questions)
            ],
        ),
    ]
    signed = "\n".join(_signatures([words.say(language) for words in line]) for line in (_SIGN, _TAKEN))
    body = "\n".join([parts[0], "<main>", *parts[1:], "</main>", signed])
    head = f'<meta charset="utf-8"><title>{html.escape(title)}</title><style>{_STYLE}</style>'
    return f'<!doctype html>\n<html lang="{language}"><head>{head}</head>\n<body>\n{body}\n</body></html>\n'


def _said(value: object, language: str) -> object:
    """A fact as a person reads it."""
    return (_YES if value else _NO).say(language) if isinstance(value, bool) else value


def _table(title: str, rows: list[tuple[str, Any]]) -> str:
    lines = "\n".join(
        f"<tr><th>{html.escape(name)}</th><td>{html.escape(str(value))}</td></tr>" for name, value in rows
    )
    return f"<section><h2>{html.escape(title)}</h2>\n<table>\n{lines}\n</table></section>"


def _signatures(names: list[str]) -> str:
    cells = "".join(f"<td>{html.escape(name)}</td>" for name in names)
    return f'<table class="sign" style="margin-top: 8mm"><tr>{cells}</tr></table>'
