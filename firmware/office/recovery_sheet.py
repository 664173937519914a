"""The recovery sheet: one page to print, with the office's backup key as text and in rows that can be typed again."""

import os
import re
import tempfile
from datetime import date
from html import escape
from pathlib import Path

import pyrage

from firmware.durable import write_file
from firmware.errors import InputError
from firmware.office import recovery
from firmware.office.words import SheetPhrase
from firmware.vocabulary import Language

_STYLE = """
@page { size: A4; margin: 15mm; }
body { max-width: 180mm; margin: 0 auto; padding: 5mm 0; color: black; background: white;
       font: 10pt/1.35 system-ui, sans-serif; }
h1 { font-size: 15pt; margin: 0; }
h1 + p { margin: 0 0 3mm; }
table { border-collapse: collapse; margin: 3mm 0; }
td { border: 1px solid black; padding: 1.5mm 4mm; font: bold 17pt ui-monospace, monospace; letter-spacing: .08em; }
td:first-child { font: 10pt system-ui, sans-serif; }
td:last-child { background: #eee; }
code { font: 8.5pt ui-monospace, monospace; overflow-wrap: anywhere; }
li code { white-space: nowrap; }
ol { margin: 1mm 0 3mm; padding-left: 6mm; }
.languages { display: grid; grid-template-columns: 1fr 1fr; gap: 8mm; }
.sign { margin-top: 6mm; padding-bottom: 12mm; border-bottom: 1px solid black; }
"""
_STEPS = (SheetPhrase.KEEP, SheetPhrase.CHECK, SheetPhrase.RECOVER, SheetPhrase.WITHOUT, SheetPhrase.NOT_HERE)


def place() -> Path:
    """A new file for a sheet in memory, which no disk keeps. Raises InputError."""
    for folder in (os.environ.get("XDG_RUNTIME_DIR", ""), "/dev/shm"):
        if folder and os.access(folder, os.W_OK | os.X_OK):
            return Path(tempfile.mkdtemp(dir=folder, prefix="rekam-")) / "recovery-sheet.html"
    raise InputError(
        "--sheet: there is no folder in memory here; name a file on a stick, and wipe it once it is printed"
    )


def write(path: Path, secret: str, fingerprint: str, on: date) -> None:
    """Write the sheet of an office's backup key; nothing is overwritten. Raises InputError."""
    try:
        write_file(path, _page(secret, fingerprint, on).encode(), mode=0o600, exclusive=True)
    except FileExistsError as error:
        raise InputError(f"{path}: is there already; a sheet is never overwritten, name another file") from error


def _page(secret: str, fingerprint: str, on: date) -> str:
    recipient = str(pyrage.x25519.Identity.from_str(secret).to_public())
    rows = [f"<td>{number}</td>{_cells(row)}" for number, row in enumerate(recovery.rows(secret), start=1)]
    titles = [escape(SheetPhrase.TITLE.say(language)) for language in Language]
    return "\n".join(
        [
            f'<!doctype html>\n<html lang="id">\n<head>\n<meta charset="utf-8">\n<title>{" / ".join(titles)}</title>',
            f"<style>{_STYLE}</style>\n</head>\n<body>\n<h1>{titles[0]}</h1>\n<p>{titles[1]}</p>",
            f"<table>\n{''.join(f'<tr>{row}</tr>' for row in rows)}\n</table>",
            f"<p><code>{escape(secret)}</code></p>",
            f'<div class="languages">{"".join(map(_steps, Language))}</div>',
            f"<p><code>{escape(recipient)}<br>{escape(fingerprint)}<br>{on}</code></p>",
            f'<p class="sign">{escape(" / ".join(SheetPhrase.SIGN.say(language) for language in Language))}</p>',
            "</body>\n</html>\n",
        ]
    )


def _cells(row: str) -> str:
    return "".join(f"<td>{group}</td>" for group in row.split())


def _steps(language: Language) -> str:
    told = (re.sub("`([^`]*)`", r"<code>\1</code>", escape(phrase.say(language))) for phrase in _STEPS)
    items = "".join(f"<li>{words}</li>" for words in told)
    return f'<div lang="{language.value}"><p>{escape(SheetPhrase.WHAT.say(language))}</p><ol>{items}</ol></div>\n'
