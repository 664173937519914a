"""An office and an admitted kit for the tests, made anew for each."""

from dataclasses import dataclass
from pathlib import Path

from firmware import identity
from firmware.circumstances import NOTHING_NOTED, Circumstances
from firmware.config import KitConfig
from firmware.datatypes import SealedPacket
from firmware.device_settings import FingerprintConfig
from firmware.identity import Identity
from firmware.office import admission, keys
from firmware.office.keys import Office
from firmware.records import manifest, sealing, transaction
from firmware.vocabulary import Purpose
from tests import transactions


@dataclass(frozen=True)
class Admitted:
    """A folder with an office and a kit `K1` that it admitted."""

    folder: Path
    office: Office

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def kit(self) -> Identity:
        return Identity.load_or_create(self.data)


def admitted(folder: Path) -> Admitted:
    office = keys.init(folder / "office")
    admitted_by(office, folder)
    return Admitted(folder, office)


def admitted_by(office: Office, folder: Path, *, replace: bool = False) -> Identity:
    """The kit `K1` in this folder, once this office admitted it; `replace` takes it from another office."""
    request = identity.write_request(folder / "data", "K1", folder / "stick")
    answer = admission.admit(request, office).answer
    return identity.accept_answer(folder / "data", "K1", answer, replace=replace)


def packet(
    kit: Identity,
    purpose: Purpose = Purpose.LIVE,
    *,
    kit_id: str = "K1",
    number: str = "K1-0001",
    noted: Circumstances = NOTHING_NOTED,
    version: int = 2,
) -> SealedPacket:
    data = transactions.data(purpose, kit_id=kit_id, control_number=number, noted=noted)
    content = data
    if version > 1:
        content = manifest.write(transaction.read(data).header, noted, data)
    return sealing.seal(content, control_number=number, signer=kit.signer, recipients=kit.recipients)


def settings(kit_id: str, district: str = "") -> KitConfig:
    """A kit's settings; nothing of it is at hand."""
    return KitConfig(kit_id=kit_id, district=district, fingerprint=FingerprintConfig(port="/dev/none"))


def on_stick(folder: Path, packet: SealedPacket) -> Path:
    path = folder / sealing.file_name(packet.control_number)
    path.write_bytes(packet.ciphertext)
    return path
