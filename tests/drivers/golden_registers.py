"""The golden registers of the fuel gauge, read from `tests/golden/fuel_gauge_registers.toml`."""

import tomllib
from dataclasses import dataclass

from tests.conftest import ROOT


@dataclass(frozen=True, slots=True)
class Word:
    """One register's two bytes and what they mean."""

    register: int
    data: bytes
    value: float


def load() -> list[Word]:
    text = (ROOT / "tests" / "golden" / "fuel_gauge_registers.toml").read_text(encoding="utf-8")
    return [Word(w["register"], bytes.fromhex(w["hex"]), w["value"]) for w in tomllib.loads(text)["word"]]
