"""What a machine can be made: a kit or the office; each has its user, its data and its questions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from provisioning.office_questions import OFFICE_QUESTIONS, delivery_host
from provisioning.questions import QUESTIONS, Question
from provisioning.words import Words, same


@dataclass(frozen=True, slots=True)
class Role:
    """One of them. name: the verb of setup.sh. user: whose the data is, in these groups where the system has them.

    advice: by the answers, what else is told at the end.
    """

    name: str
    title: Words
    user: str
    data: str
    groups: tuple[str, ...]
    questions: Sequence[Question]
    ready: Words
    advice: Callable[[Mapping[str, Any]], Words | None] = lambda answers: None


_FOR_KITS = Words(
    "Kit mencapai kantor ini dengan ini di kit.toml; `setup.sh kit` menulisnya dari mqtt_host, mqtt_port, delivery_url:"
    "\n{settings}",
    "Kits reach this office with this in kit.toml; `setup.sh kit` writes it from mqtt_host, mqtt_port, delivery_url:"
    "\n{settings}",
)


def _for_kits(answers: Mapping[str, Any]) -> Words | None:
    """What a kit must be told of the office's own servers; a rented broker has rules of its own (docs/office.md)."""
    lines = []
    if answers.get("broker") == "own":
        lines += ["[mqtt]", f'host = "{answers["broker_host"]}"', f"port = {answers['broker_port']}", "tls = true"]
        lines += ["sparkplug = true"]
    if host := delivery_host(answers):
        shown = f"[{host}]" if ":" in host else host
        lines += ["[delivery]", f'url = "https://{shown}:{answers.get("delivery_port", 8443)}"']
    return _FOR_KITS.of(settings=same("\n".join(f"    {line}" for line in lines))) if lines else None


KIT = Role(
    name="kit",
    title=Words("Berita acara pemasangan kit Rekam", "Acceptance report of a Rekam kit"),
    user="rekam",
    data="/var/lib/rekam",
    # What may open serial ports, cameras, pins and the I2C bus
    groups=("dialout", "video", "gpio", "i2c"),
    questions=QUESTIONS,
    ready=Words("Kit ini siap.", "This kit is ready."),
)

OFFICE_READER = "rekam.office"
"""The name at the broker of whoever reads all kits' statuses, as `rekam office broker` certifies it."""

OFFICE = Role(
    name="office",
    title=Words("Berita acara pemasangan kantor Rekam", "Acceptance report of a Rekam office"),
    user="rekam-office",
    data="/var/lib/rekam-office",
    groups=(),
    questions=OFFICE_QUESTIONS,
    ready=Words(
        "Kantor ini siap. Kit diterima dengan `sudo rekam office admit FOLDER`.",
        "This office is ready. Kits are admitted by `sudo rekam office admit FOLDER`.",
    ),
    advice=_for_kits,
)
