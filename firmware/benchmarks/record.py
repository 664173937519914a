"""How large a resident's record is on the wire by each compression of the prints, and what of the minutiae stays.

Ten prints at a time become one transaction, sealed for two recipients as a kit seals it. What is found in a print after
it was compressed is compared with what is found in it as the sensor gave it, by `truth`.
"""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pyrage

from firmware.assessment import ImageFile
from firmware.benchmarks.fingerprint import read
from firmware.benchmarks.truth import Tally, compare
from firmware.circumstances import NOTHING_NOTED
from firmware.datatypes import Device, FingerCapture, FrictionRidgeImage, Outcome, Resident, Timestamp
from firmware.errors import InputError
from firmware.identity import Identity
from firmware.pipeline import extraction
from firmware.records import faces, fingerprints, images, manifest, sealing, transaction
from firmware.records.transaction import TransactionHeader
from firmware.vocabulary import ClockTrust, Effort, FingerCompression, FingerPosition, Purpose, Sex

FINGERS = len(FingerPosition)
MOST_BYTES = 600_000
"""Of a packet, with any face, at the settings that a kit has where kit.toml says nothing."""

_AT = Timestamp(datetime(2026, 1, 1, tzinfo=UTC), ClockTrust.NETWORK, "0" * 36, 0.0)
_RESIDENT = Resident("0000000000000001", "Nobody", date(2009, 1, 1), Sex.FEMALE)
_HEADER = TransactionHeader("BENCH-1", _AT, "BENCH", "NOBODY", "", Purpose.TRAINING, "rekam bench")
_DEVICE = Device("grown", "grown")


@dataclass(frozen=True, slots=True)
class Sizes:
    """One compression. finger: bytes of a print's image, mean. packets: bytes of each sealed record, without a face.

    pixels: bytes of a print's pixels, mean. spared: prints that are PNG all the same. tally: minutiae against those of
    the print as it was given.
    """

    compression: FingerCompression
    prints: int
    finger: float
    pixels: float
    packets: tuple[int, ...]
    spared: int
    tally: Tally


def measure(files: Sequence[ImageFile], effort: Effort, advance: Callable[[], None]) -> list[Sizes]:
    """Make records of ten prints each in every compression; `advance` is called once a print.

    Raises InputError for a file that can't be read, and for fewer than ten.
    """
    if len(files) < FINGERS:
        raise InputError(f"{len(files)} prints make no record; name ten or more, or folders of them")
    captures = []
    for number, file in enumerate(files):
        captures.append(_capture(file, FingerPosition(number % FINGERS + 1), effort))
        advance()
    with tempfile.TemporaryDirectory() as folder:
        signer = Identity.load_or_create(Path(folder)).signer
        return [_sizes(captures, kind, signer, effort) for kind in FingerCompression]


def as_json(sizes: Sequence[Sizes]) -> dict[str, object]:
    """The figures as one object; bytes."""
    return {
        "prints": sizes[0].prints,
        "records": len(sizes[0].packets),
        "face_most": faces.MOST_BYTES,
        "record_most": MOST_BYTES,
        "compressions": [
            {
                "name": size.compression.name.lower(),
                "finger_mean": round(size.finger),
                "ratio": round(size.pixels / size.finger, 2),
                "packet_mean": round(float(np.mean(size.packets))),
                "packet_most": max(size.packets),
                "kept_as_png": size.spared,
                "precision": round(size.tally.precision, 4),
                "recall": round(size.tally.recall, 4),
                "f1": round(size.tally.f1, 4),
            }
            for size in sizes
        ],
    }


def as_lines(sizes: Sequence[Sizes]) -> list[str]:
    """The figures for a person, in kB of 1000 bytes."""
    heads = ("finger kB", "ratio", "record kB", "the largest", "with a face", "as PNG", "F1")
    lines = [f"{'':10s}" + "".join(f"{head:>13s}" for head in heads)]
    for size in sizes:
        most = max(size.packets)
        cells = (
            f"{size.finger / 1e3:.1f}",
            f"{size.pixels / size.finger:.1f}",
            f"{np.mean(size.packets) / 1e3:.0f}",
            f"{most / 1e3:.0f}",
            f"{(most + faces.MOST_BYTES) / 1e3:.0f}",
            str(size.spared),
            f"{size.tally.f1:.3f}",
        )
        lines.append(f"{size.compression.name.lower():10s}" + "".join(f"{cell:>13s}" for cell in cells))
    lines.append(
        f"{len(sizes[0].packets)} sealed records of ten of {sizes[0].prints} prints; a face adds "
        f"{faces.MOST_BYTES / 1e3:.0f} kB at most; F1 of the minutiae against the print as it was"
    )
    return lines


def _capture(file: ImageFile, position: FingerPosition, effort: Effort) -> FingerCapture:
    pixels, ppi = read(file.path)
    image = FrictionRidgeImage(pixels, ppi, _depth(pixels), _DEVICE)
    return FingerCapture(position, Outcome.ACCEPTED, 1, image, extraction.extract(pixels, ppi, effort), _AT)


def _depth(pixels: np.ndarray) -> int:
    """Bits that the grey levels of a print need."""
    return max(1, int(np.ceil(np.log2(len(np.unique(pixels))))))


def _sizes(captures: Sequence[FingerCapture], kind: FingerCompression, signer: sealing.Signer, effort: Effort) -> Sizes:
    recipients = [str(pyrage.x25519.Identity.generate().to_public()) for _ in range(2)]
    packets = []
    for start in range(0, len(captures) - FINGERS + 1, FINGERS):
        ten = captures[start : start + FINGERS]
        data = transaction.build(_HEADER, _RESIDENT, ten, finger_compression=kind)
        content = manifest.write(_HEADER, NOTHING_NOTED, data)
        packet = sealing.seal(content, control_number="BENCH-1", signer=signer, recipients=recipients)
        packets.append(len(packet.ciphertext))
    finger, pixels, spared, pairs = [], [], 0, []
    for capture in captures:
        if capture.image is None or capture.features is None:
            continue
        data, used = fingerprints.compress(capture.image, kind)
        finger.append(len(data))
        pixels.append(capture.image.pixels.size)
        spared += used is not kind
        kept = images.decode(data)[0]
        same = np.array_equal(kept, capture.image.pixels)
        found = capture.features if same else extraction.extract(kept, capture.image.ppi, effort)
        pairs.append((capture.features.minutiae, found.minutiae))
    means = float(np.mean(finger)), float(np.mean(pixels))
    return Sizes(kind, len(captures), *means, tuple(packets), spared, compare(pairs))
