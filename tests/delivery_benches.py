"""A kit, its office over real TLS, and the network between them."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from firmware.config import KitConfig, load
from firmware.datatypes import SealedPacket
from firmware.records import sealing
from firmware.spool import Spool
from firmware.uplink.delivery import Delivery, Round, Wishes
from firmware.uplink.pacing import Backoff
from sim.network import Link, Mischief, Network
from tests import offices, transactions
from tests.office_servers import Served, served
from tests.offices import Admitted, packet

QUICK = Backoff(0.001, 0.01, random.Random(1))


@dataclass(frozen=True)
class Bench:
    """A kit, its office, and the network between them."""

    admitted: Admitted
    office: Served
    network: Network
    folder: Path

    def config(self, **settings: object) -> KitConfig:
        lines = {"url": f'"https://localhost:{self.network.address[1]}"', "timeout_s": 5, **settings}
        text = "\n".join(f"{key} = {value}" for key, value in lines.items())
        path = self.folder / "kit.toml"
        path.write_text(
            f'kit_id = "K1"\ndata = "{self.admitted.data}"\n[fingerprint]\nport = "x"\n[delivery]\n{text}\n'
        )
        return load(path)

    @contextmanager
    def spool(self, count: int = 0, size: int = 0) -> Iterator[Spool]:
        with Spool(self.admitted.data / "spool.sqlite") as spool:
            for number in range(1, count + 1):
                spool.put(self.sealed(f"K1-{number:04}", size), transactions.AT)
            yield spool

    def sealed(self, number: str, size: int = 0) -> SealedPacket:
        """A packet of at least so many bytes."""
        made = packet(self.admitted.kit, number=number)
        return made if len(made.ciphertext) >= size else grown(made, size, self.admitted)

    def deliver(self, spool: Spool, **wishes: object) -> Round:
        told = {"backoff": QUICK, "sleep": lambda seconds: None, **wishes}
        return Delivery(self.config()).run(spool, Wishes(**told))  # type: ignore[arg-type]

    def has(self, number: str) -> bool:
        return self.office.store.packet(number) is not None


def grown(made: SealedPacket, size: int, admitted: Admitted) -> SealedPacket:
    noise = random.Random(made.control_number).randbytes(size)
    seal = {"signer": admitted.kit.signer, "recipients": admitted.kit.recipients}
    return sealing.seal(noise, control_number=made.control_number, **seal)  # type: ignore[arg-type]


@contextmanager
def laid_out(folder: Path, link: Link | None = None, mischief: Mischief = Mischief.NONE) -> Iterator[Bench]:
    admitted = offices.admitted(folder)
    with (
        served(admitted.office, folder) as office,
        Network("127.0.0.1", office.port, link or Link(), mischief=mischief) as network,
    ):
        yield Bench(admitted, office, network, folder)
