"""What the office's count comes to, free of where it was counted."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Group:
    """One day, district or school: accepted packets, those that another one replaces, residents, those of 16.

    recorded and waiting are what its kits told last, with where they stand now; None where none told.
    """

    name: str
    recorded: int | None
    waiting: int | None
    accepted: int
    replaced: int
    residents: int
    sixteen: int


@dataclass(frozen=True, slots=True)
class KitCount:
    """One kit; recorded and waiting as it told at `told_utc`, None where it never did."""

    kit_id: str
    district: str
    recorded: int | None
    waiting: int | None
    oldest_waiting_utc: str
    told_utc: str
    accepted: int
    refused: int
    last_received_utc: str

    @property
    def delivered(self) -> int:
        """Packets that are here, whatever was said of them."""
        return self.accepted + self.refused


@dataclass(frozen=True, slots=True)
class Refused:
    """Packets that were refused and not accepted since, by reason; `words` of the last."""

    reason: str
    count: int
    words: str


@dataclass(frozen=True, slots=True)
class Replaced:
    """A packet that another one replaces; is_here: whether it ever came."""

    control_number: str
    by: str
    because: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class Sixteen:
    """Somebody who was 16 when recorded, by the packet, and the day from which their card may be issued."""

    card_from: str
    control_number: str
    kit_id: str
    place: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """One number of a district with its source and date; `percent` of the newest target, None where there is none."""

    district: str
    what: str
    number: int
    source: str
    date: str
    percent: float | None


@dataclass(frozen=True, slots=True)
class Count:
    """The whole count, of live records or of training alone."""

    at_utc: str
    purpose: str
    kits: tuple[KitCount, ...]
    days: tuple[Group, ...]
    districts: tuple[Group, ...]
    schools: tuple[Group, ...]
    refused: tuple[Refused, ...]
    twice: tuple[tuple[str, ...], ...]
    replaced: tuple[Replaced, ...]
    sixteen: tuple[Sixteen, ...]
    coverage: tuple[Coverage, ...]
