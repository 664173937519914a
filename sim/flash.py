"""What the sensor remembers without power: its settings, templates and notes; as shipped when the world starts."""

from dataclasses import dataclass, field

NOTE_PAGES, NOTE_BYTES = 16, 32


@dataclass(slots=True)
class Flash:
    """The sensor's lasting memory: it outlives programs, soft resets and a pulled plug."""

    baud_number: int = 6
    packet_code: int = 2
    security: int = 3
    address: int = 0xFFFFFFFF
    password: int = 0
    templates: dict[int, bytes] = field(default_factory=dict)
    notes: dict[int, bytes] = field(default_factory=dict)

    @property
    def packet_size(self) -> int:
        """Content bytes of a data packet."""
        return 32 << self.packet_code

    @property
    def baud(self) -> int:
        """Bits a second."""
        return 9600 * self.baud_number
