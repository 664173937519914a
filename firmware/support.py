"""Packs what the office needs to help a kit from afar, scrubbed of residents and keys."""

import io
import json
import platform
import tarfile
import time
import tomllib
from collections.abc import Iterator, Mapping
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from firmware import __version__, connection, consultation, doctor, facts, journal_check, logs, scrubbing
from firmware.config import KitConfig
from firmware.consultation import Consultation
from firmware.durable import replacing
from firmware.errors import InputError, JournalError, SessionError
from firmware.journal import JOURNAL
from firmware.journal_lines import Line
from firmware.machine import ROOT
from firmware.telemetry.summary import KitState
from firmware.vocabulary import Language

LINES = 2000
"""So many of the last lines of journal and logs go into a bundle."""

_ANSWER_S = 20.0
_PRIVATE = 0o600


def pack(path: Path, config: KitConfig, settings: Path, language: Language, root: Path = ROOT) -> tuple[str, ...]:
    """Write the bundle, a tar.gz for its owner alone; the names of what is in it.

    Raises InputError for a path that is taken or cannot be written, and what `consultation.consult` raises.
    """
    if path.exists():
        raise InputError(f"{path}: is there already; name a new file")
    members = dict(_members(config, settings, language, root))
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, text in members.items():
            content = text.encode()
            entry = tarfile.TarInfo(f"rekam-support/{name}")
            entry.size, entry.mtime, entry.mode = len(content), int(time.time()), _PRIVATE
            archive.addfile(entry, io.BytesIO(content))
    try:
        with replacing(path, _PRIVATE, exclusive=True) as write:
            write(packed.getvalue())
    except FileExistsError as error:
        raise InputError(f"{path}: is there already; name a new file") from error
    return tuple(members)


def _members(config: KitConfig, settings: Path, language: Language, root: Path) -> Iterator[tuple[str, str]]:
    """Name and text of each part; one that cannot be had says why."""
    came = consultation.consult(config, root)
    told = [finding.tell(language) for finding in doctor.judge(came.facts)]
    yield "doctor.json", scrubbing.scrub(_json(consultation.as_json(came, config, told)))
    yield "status.json", scrubbing.scrub(_json(_status(config, came)))
    yield "versions.json", scrubbing.scrub(_json(_versions(root)))
    yield "kit.toml", _settings(settings)
    yield "journal.jsonl", _journal(config.data)
    yield "service.log", logs.of_service(LINES)
    yield "kernel.log", logs.of_kernel(LINES)


def _json(document: object) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _status(config: KitConfig, came: Consultation) -> dict[str, Any]:
    """The status document of the station; else what is known without trying the devices once more."""
    try:
        told = connection.ask(config.data, "status", _ANSWER_S)
    except SessionError as error:
        return {"error": str(error)}
    return dict(told["document"]) if told else facts.document(config, KitState.IDLE, (), None)


def _versions(root: Path) -> dict[str, Any]:
    def first_line(name: str, beginning: str = "") -> str:
        try:
            lines = (root / name).read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return ""
        found = next((line for line in lines if line.startswith(beginning)), "")
        return found.removeprefix(beginning).strip('"\0')

    return {
        "rekam": __version__,
        "python": platform.python_version(),
        "kernel": platform.release(),
        "machine": platform.machine(),
        "system": first_line("etc/os-release", "PRETTY_NAME="),
        "board": first_line("proc/device-tree/model"),
        "packages": sorted({f"{found.metadata['Name']}=={found.version}" for found in distributions()}),
    }


def _settings(path: Path) -> str:
    """kit.toml as the program reads it, without its comments and its secrets."""
    try:
        read = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        return f"# cannot be read: {type(error).__name__}\n"
    return "\n".join(_toml(scrubbing.without_secrets(read), "")) + "\n"


def _toml(table: Mapping[str, Any], name: str) -> Iterator[str]:
    """Lines of TOML; text and lists have JSON's form, which is TOML's too."""
    if name:
        yield f"[{name}]"
    for key, value in table.items():
        if not isinstance(value, Mapping):
            plain = value if isinstance(value, str | int | float | bool | list) else str(value)
            yield f"{key} = {json.dumps(plain, ensure_ascii=False)}"
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _toml(value, f"{name}.{key}" if name else key)


def _journal(data: Path) -> str:
    """The last sound lines: their form has no place for anything personal."""
    try:
        sound = [raw for raw, line in journal_check.lines(data / JOURNAL) if isinstance(line, Line)]
    except JournalError as error:
        return scrubbing.scrub(f"{error}\n")
    return b"".join(sound[-LINES:]).decode("ascii")
