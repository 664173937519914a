"""The golden frames of the sensor family, read from `tests/golden/fingerprint_frames.toml`."""

import tomllib
from dataclasses import dataclass

from tests.conftest import ROOT


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame: who sends it and its bytes."""

    name: str
    direction: str
    data: bytes


def load() -> dict[str, Frame]:
    """All frames by name."""
    text = (ROOT / "tests" / "golden" / "fingerprint_frames.toml").read_text(encoding="utf-8")
    return {f["name"]: Frame(f["name"], f["direction"], bytes.fromhex(f["hex"])) for f in tomllib.loads(text)["frame"]}
