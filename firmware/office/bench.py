"""How many packets an office takes in a second: received, checked, kept, acknowledged; several kits at once.

Office and kits are processes of their own on this machine and talk HTTPS on loopback: what the kits need counts too.
"""

import contextlib
import multiprocessing
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from multiprocessing.synchronize import Barrier
from pathlib import Path

import numpy as np

from firmware import identity
from firmware.circumstances import NOTHING_NOTED
from firmware.config import KitConfig
from firmware.datatypes import FingerCapture, FrictionRidgeImage, Outcome, Resident, Timestamp
from firmware.delivering import once
from firmware.errors import StoreError
from firmware.office import admission, broker, keys
from firmware.records import manifest, sealing, transaction
from firmware.records.contents import TransactionHeader
from firmware.spool import SPOOL, Spool
from firmware.uplink.delivery import Wishes
from firmware.vocabulary import ClockTrust, FingerPosition, Purpose, Sex

_AGES_S = 600.0
_SHAPE = (288, 256)
_AT = Timestamp(datetime(2026, 11, 24, 3, 0, tzinfo=UTC), ClockTrust.NETWORK, "bench", 0.0)


@dataclass(frozen=True, slots=True)
class Measured:
    """One run: which database, how many kits and packets, their bytes, how long it took."""

    store: str
    kits: int
    packets: int
    size: int
    seconds: float

    @property
    def rate(self) -> float:
        """Packets a second."""
        return self.packets / self.seconds


def run(stores: Sequence[str], kits: int, packets: int) -> Iterator[Measured]:
    """Measure with each database, by its SQLAlchemy URL; an empty one is SQLite in a folder that goes afterwards.

    A database that is named keeps the rows, of kits with names of their own. Raises StoreError.
    """
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "made"
        office = keys.init(made / "office")
        broker.certify(office, ["localhost"])
        names = [f"BENCH-{os.urandom(3).hex()}-{number}" for number in range(kits)]
        each = -(-packets // kits)
        size = sum(_fill(made / name, name, office, each) for name in names)
        for number, store in enumerate(stores):
            own = shutil.copytree(made, Path(folder) / str(number))
            seconds = _run(own, store, names)
            name = store.partition("+")[0].partition(":")[0] or "sqlite"
            yield Measured(name, kits, each * kits, size, seconds)


def as_line(measured: Measured) -> str:
    """It, for a person."""
    size = measured.size / measured.packets
    return (
        f"{measured.store}: {measured.packets} packets of {size / 1000:.0f} kB from {measured.kits} kits in "
        f"{measured.seconds:.1f} s: {measured.rate:.1f} a second, {measured.size / measured.seconds / 1e6:.1f} MB/s"
    )


def _run(folder: Path, store: str, names: Sequence[str]) -> float:
    """How long it takes until each kit has each receipt, seconds."""
    context = multiprocessing.get_context("spawn")
    starts = context.Barrier(len(names) + 1)
    with _serving(folder / "office", store) as port:
        workers = [context.Process(target=_deliver, args=(folder / one, one, port, starts)) for one in names]
        for worker in workers:
            worker.start()
        starts.wait(_AGES_S)
        begun = time.perf_counter()
        for worker in workers:
            worker.join(_AGES_S)
        seconds = time.perf_counter() - begun
    if any(worker.exitcode for worker in workers):
        raise StoreError("bench: a kit could not deliver; see above")
    return seconds


@contextlib.contextmanager
def _serving(office: Path, store: str) -> Iterator[int]:
    """The office's server in a process; gives its port."""
    command = [sys.executable, "-m", "firmware", "office", "serve", "--office", str(office), "--host", "127.0.0.1"]
    command += ["--port", "0", "--language", "en", *(["--store", store] if store else [])]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            told = re.search(r"port ([0-9]+)", line)
            if told is None:
                raise StoreError("the office does not serve; see above")
            yield int(told[1])
        finally:
            process.terminate()


def _fill(data: Path, kit_id: str, office: keys.Office, packets: int) -> int:
    """A kit of the office's, with packets in its spool; gives their bytes."""
    request = identity.write_request(data, kit_id, data)
    kit = identity.accept_answer(data, kit_id, admission.admit(request, office).answer)
    captures, size = _captures(), 0
    with Spool(data / SPOOL) as spool:
        for number in range(packets):
            control_number = f"{kit_id}-{number:05}"
            header = TransactionHeader(control_number, _AT, kit_id, "BENCH", "Bench", Purpose.TRAINING, "rekam bench")
            resident = Resident(f"190301520410{number:04}", "Bench", date(2010, 4, 12), Sex.FEMALE)
            content = manifest.write(header, NOTHING_NOTED, transaction.build(header, resident, captures))
            seal = sealing.seal(content, control_number=control_number, signer=kit.signer, recipients=kit.recipients)
            spool.put(seal, _AT)
            size += len(seal.ciphertext)
    return size


def _captures() -> list[FingerCapture]:
    """Ten prints of a sensor's size, of noise in its sixteen greys."""
    noise = np.random.default_rng(1).integers(0, 16, _SHAPE).astype(np.uint8) * np.uint8(17)
    image = FrictionRidgeImage(noise, 508, 4)
    return [FingerCapture(position, Outcome.LOW_QUALITY, 1, image, None, _AT) for position in list(FingerPosition)[:10]]


def _deliver(data: Path, kit_id: str, port: int, starts: Barrier) -> None:
    """One kit, in a process of its own."""
    values = {"kit_id": kit_id, "data": data, "fingerprint": {"port": "none"}}
    config = KitConfig.model_validate({**values, "delivery": {"url": f"https://localhost:{port}"}})
    starts.wait(_AGES_S)
    done, waiting = once(config, Wishes())
    if waiting or done.ended:
        sys.exit(f"{kit_id}: {waiting} packets still wait ({done.ended})")
