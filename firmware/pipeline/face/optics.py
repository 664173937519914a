"""How sharp and how well lit a face is, by relative measures: a dark skin in good light is no dark picture."""

import numpy as np

from firmware.pipeline.face import limits, models
from firmware.pipeline.face.models import Floats, Pixels
from firmware.pipeline.face.patch import EYES_PX, Patch

CHEEKS = (50, 280)
_BARE = (*CHEEKS, 4, 168)
_THUMBNAIL = 256
_CLIPPED = 250
_GREY = np.asarray((0.2126, 0.7152, 0.0722), np.float32)
_MOUTH = (61, 291, 0, 17)
"""Landmarks of the corners of the mouth and of the outer edges of both lips."""
_EYE_REGIONS = ((33, 133, 70, 107), (362, 263, 300, 336))
"""Landmarks of each eye's corners and of the ends of its brow."""


def edge_width(patch: Patch) -> float:
    """How wide the edges around the eyes are, percent of the distance between the eyes.

    Around each eye, lids, iris, lashes and brow: the whole contrast there over the steepest gradient. The contrast
    falls out, so skin and light do not matter. The sharper eye counts; without any contrast nothing is sharp.
    """
    cv2 = models.opencv()
    smooth = cv2.GaussianBlur(patch.grey, (0, 0), 1.0)
    down, across = np.gradient(smooth)
    slope = np.hypot(across, down)
    widths = []
    for region in _EYE_REGIONS:
        low, high = patch.points[list(region)].min(axis=0), patch.points[list(region)].max(axis=0)
        top, left = (max(0, int(v)) for v in (low[1] - 4, low[0]))
        bottom, right = int(high[1]) + 12, int(high[0]) + 1
        grey, steep = smooth[top:bottom, left:right], slope[top:bottom, left:right]
        if grey.size:
            contrast = float(grey.max() - grey.min())
            if contrast >= limits.EYE_CONTRAST:
                widths.append(contrast / float(np.percentile(steep, 99.5)))
    return 100 * min(widths, default=EYES_PX) / EYES_PX


def soft_picture(pixels: Pixels) -> float:
    """How wide the sharpest edges of a whole picture are, percent of its longer side; 0 where that cannot be told."""
    cv2 = models.opencv()
    scale = _THUMBNAIL / max(pixels.shape[:2])
    if scale > 1:
        return 0.0
    size = tuple(max(2, round(side * scale)) for side in pixels.shape[1::-1])
    grey = np.asarray(
        cv2.cvtColor(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY), np.float32
    )
    contrast = float(np.subtract(*np.percentile(grey, (99, 1))))
    if contrast < limits.PICTURE_CONTRAST:
        return 0.0
    down, across = np.gradient(grey)
    return 100 * contrast / float(np.percentile(np.hypot(across, down), 99.8)) / _THUMBNAIL


def highlight(patch: Patch) -> float:
    """How light the lightest part of the face is: percentile 99 of the strongest channel, 0..255.

    Of every skin the sheen, the white of the eyes or the teeth come near to white in a picture that is well exposed.
    """
    return float(np.percentile(_blurred(patch)[patch.face].max(axis=-1), 99))


def clipped(patch: Patch) -> float:
    """Percent of the face that is too bright to show anything: two channels or more at their end."""
    return float(100 * ((patch.pixels[patch.face] >= _CLIPPED).sum(axis=-1) >= 2).mean())


def sides(patch: Patch) -> float:
    """The darker cheek's light over the lighter one's, percent; zones after ICAO's Portrait Quality report."""
    light = patch.light @ _GREY
    left, right = (float(np.median(light[zone])) if (zone := patch.zone(cheek)).any() else 0.0 for cheek in CHEEKS)
    return 100 * min(left, right) / max(left, right, 1e-4)


def difference(patch: Patch) -> float:
    """How far colours of the face lie apart that are alike on bare skin: both cheeks, the nose's tip and its bridge.

    Percent: the largest distance between the shares that red and blue have in their light, so that neither shade nor
    the skin's tone count. Forehead, lip and chin are left out, where hair, headscarf and beard are.
    """
    colours = [np.median(patch.light[zone], axis=0) for mark in _BARE if (zone := patch.zone(mark)).any()]
    shares = [colour[[0, 2]] / max(float(colour.sum()), 1e-4) for colour in colours]
    return 100 * max(float(np.hypot(*(a - b))) for a in shares for b in shares)


def mouth(patch: Patch) -> float:
    """How much of a mouth shows, percent: by how much its darkest parts are darker than its light ones.

    There is a line between closed lips of any colour, in any light; where they are covered there are at most folds.
    """
    points = patch.points[list(_MOUTH)]
    left, top, right, bottom = (max(0, int(v)) for v in (*points.min(axis=0), *points.max(axis=0) + 1))
    lips = _blurred(patch)[top:bottom, left:right] @ _GREY
    dark, light = np.percentile(lips, (2, 90)) if lips.size else (1.0, 1.0)
    return 100 * float(1 - dark / max(light, 1.0))


def _blurred(patch: Patch) -> Floats:
    cv2 = models.opencv()
    return np.asarray(cv2.GaussianBlur(patch.pixels, (0, 0), 1.5), np.float32)
