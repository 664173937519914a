"""Prints in each way that a kit can compress them: the pixels come back, the record says how, nothing is mistaken."""

import dataclasses
import itertools

import numpy as np
import pytest

from firmware.datatypes import FrictionRidgeImage
from firmware.errors import RecordError
from firmware.records import encoding, images, transaction
from firmware.records.encoding import value
from firmware.records.itl import Type14
from firmware.vocabulary import FingerCompression, FingerPosition
from tests import transactions
from tests.pipeline.planted import plant
from tests.transactions import RESIDENT, capture, header

PRINT = plant(192, 160, [(70.0, 60.0, 1), (90.0, 130.0, -1)]).pixels
LOSSLESS = [FingerCompression.PNG, FingerCompression.JPEG2000]


def built(compression: FingerCompression, pixels: np.ndarray = PRINT, ppi: float = 508) -> bytes:
    image = FrictionRidgeImage(pixels, ppi, 4, transactions.DEVICE)
    finger = dataclasses.replace(capture(FingerPosition.RIGHT_INDEX), image=image)
    return transaction.build(header(), RESIDENT, [finger], finger_compression=compression)


@pytest.mark.parametrize("compression", FingerCompression)
def test_a_print_comes_back_as_the_record_says(compression: FingerCompression) -> None:
    (finger,) = transaction.read(built(compression)).fingers
    assert finger.image is not None
    assert (finger.compression, finger.image.ppi, finger.image.grey_bits) == (compression, 508, 4)
    assert finger.image.pixels.shape == PRINT.shape, "the sensor's own"
    off = finger.image.pixels.astype(float) - PRINT
    assert np.sqrt((off**2).mean()) <= (0 if compression in LOSSLESS else 12)


def test_wsq_takes_about_a_fifteenth() -> None:
    sizes = {kind: len(images.encode(PRINT, 508, kind)) for kind in FingerCompression}
    assert PRINT.size / 22 < sizes[FingerCompression.WSQ] < PRINT.size / 8


@pytest.mark.parametrize("ppi", [200, 500, 508, 1000])
def test_wsq_tells_the_true_resolution(ppi: int) -> None:
    data = images.encode(PRINT, ppi, FingerCompression.WSQ)
    assert images.decode(data)[1] == ppi
    assert b"PPI %d\n" % ppi in data[:200]


TOO_SMALL = PRINT[:10, :12]
NO_PRINT = np.linspace(40, 200, 36 * 44).reshape(36, 44).astype(np.uint8)


@pytest.mark.parametrize(
    ("pixels", "reason"),
    [(TOO_SMALL, "12 x 10 pixels cannot be WSQ"), (NO_PRINT, "would be off by [0-9]+ grey levels")],
)
def test_what_wsq_would_spoil_is_kept_without_loss(pixels: np.ndarray, reason: str) -> None:
    with pytest.raises(RecordError, match=reason):
        images.encode(pixels, 508, FingerCompression.WSQ)
    (finger,) = transaction.read(built(FingerCompression.WSQ, pixels)).fingers
    assert finger.image is not None
    assert (finger.compression, finger.image.pixels.tolist()) == (FingerCompression.PNG, pixels.tolist())


@pytest.mark.parametrize(("is_", "says"), [*itertools.permutations(FingerCompression, 2)])
def test_an_image_of_another_kind_than_it_says_is_refused(is_: FingerCompression, says: FingerCompression) -> None:
    *records, print_ = encoding.decode(built(is_))
    other = dataclasses.replace(print_, fields={**print_.fields, Type14.CGA: value(says.value)})
    with pytest.raises(RecordError, match=rf"field 14\.999: holds no {says.value} image"):
        transaction.read(encoding.encode([*records, other]))


def test_a_print_that_was_not_judged_has_no_score() -> None:
    unjudged = dataclasses.replace(capture(FingerPosition.RIGHT_INDEX), features=None)
    data = transaction.build(header(), RESIDENT, [unjudged])
    assert b"\x1d14.024:2\x1f254\x1f0000\x1f1\x1d" in data
    assert transaction.read(data).fingers[0].score is None
