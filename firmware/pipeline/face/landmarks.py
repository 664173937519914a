"""The points of a face: MediaPipe's mesh of 468 landmarks, then the lids of each eye by its model of the eye."""

import math

import numpy as np

from firmware.pipeline.face import limits, models
from firmware.pipeline.face.detection import Candidate
from firmware.pipeline.face.models import Floats, Pixels
from firmware.portrait import Face, Rectangle

_MESH_SIDE, _EYE_SIDE = 192, 64
_MESH_MARGIN, _EYE_MARGIN = 1.5, 2.3
"""Sides of the squares that the nets were taught on, as parts of the detector's square and of the eye's width."""
_EYE_LIGHT = 0.8
"""To where the lightest percent around an eye is brought, of 1."""
CORNERS = ((33, 133), (362, 263))
"""Landmarks of the corners of the eyes, each pair from left to right in the picture, first the eye on its left."""
_OUTER = (33, 263)
LIDS = 16
"""Points around an eye: 0 to 8 along the lower lid from corner to corner, 9 to 15 along the upper one."""


def fit(pixels: Pixels, candidate: Candidate) -> Face | None:
    """The face at a candidate of a picture (h, w, 3), RGB; None where the mesh sees no face there."""
    eyes, centre, side = candidate.eyes, np.asarray((candidate.x, candidate.y)), candidate.side
    # The second time around the first time's points: then the square sits as the net was taught
    for _ in range(2):
        angle = math.atan2(*(eyes[1] - eyes[0])[::-1])
        points, confidence = _mesh(pixels, _square(centre, side * _MESH_MARGIN, angle, _MESH_SIDE))
        if confidence < limits.MESH:
            return None
        low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
        eyes, centre, side = points[list(_OUTER), :2], (low + high) / 2, float((high - low).max())
    lids = np.stack([_lids(pixels, points, eye) for eye in (0, 1)])
    left, top = np.floor(low).astype(int).tolist()
    width, height = np.ceil(high - low).astype(int).tolist()
    return Face(Rectangle(left, top, width, height), points, lids, confidence)


def _square(centre: Floats, side: float, angle: float, size: int, mirrored: bool = False) -> Floats:
    """The matrix (2, 3) that brings pixels of a net's input to those of the picture: a square, turned by an angle."""
    scale = side / size
    across = scale * np.asarray((math.cos(angle), math.sin(angle)))
    down = scale * np.asarray((-math.sin(angle), math.cos(angle)))
    if mirrored:
        across = -across
    middle = (size - 1) / 2
    return np.column_stack((across, down, centre - middle * across - middle * down)).astype(np.float32)


def _seen(pixels: Pixels, square: Floats, size: int) -> Floats:
    """A net's input (1, size, size, 3), 0..1. A picture that is much finer is made smaller first, not to alias."""
    cv2 = models.opencv()
    scale = float(np.hypot(*square[:, 0]))
    matrix = square
    if scale > 2:
        x, y, w, h = _around(square, size, pixels.shape[1], pixels.shape[0])
        pixels = pixels[y : y + h, x : x + w]
        smaller = (max(1, round(w * 2 / scale)), max(1, round(h * 2 / scale)))
        factor = np.asarray(smaller) / (w, h)
        pixels = cv2.resize(pixels, smaller, interpolation=cv2.INTER_AREA)
        matrix = square.copy()
        matrix[:, 2] -= (x - 0.5, y - 0.5)
        matrix *= factor[:, None]
        matrix[:, 2] -= 0.5
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    shown = cv2.warpAffine(np.ascontiguousarray(pixels), matrix, (size, size), flags=flags)
    return np.asarray(shown, np.float32)[None] / np.float32(255)


def _around(square: Floats, size: int, width: int, height: int) -> tuple[int, int, int, int]:
    """The upright rectangle of the picture that holds a turned square: left, top, width, height, at least one pixel."""
    corners = np.asarray([(x, y, 1) for x in (0, size) for y in (0, size)]) @ square.T
    low = np.clip(np.floor(corners.min(axis=0)), 0, (width - 1, height - 1)).astype(int)
    high = np.clip(np.ceil(corners.max(axis=0)), low + 1, (width, height)).astype(int)
    return int(low[0]), int(low[1]), int(high[0] - low[0]), int(high[1] - low[1])


def _mesh(pixels: Pixels, square: Floats) -> tuple[Floats, float]:
    """Landmarks (468, 3), x and y in the picture and depth in its pixels, and how sure the mesh is."""
    points, odds = models.run("landmarks.tflite", _seen(pixels, square, _MESH_SIDE), ("conv2d_21", "conv2d_31"))
    confidence = 1 / (1 + math.exp(-float(np.clip(odds.ravel()[0], -80, 80))))
    found = points.reshape(-1, 3)
    depth = found[:, 2:] * float(np.hypot(*square[:, 0]))
    return np.hstack((_in_picture(found[:, :2], square), depth)).astype(np.float32), confidence


def _lids(pixels: Pixels, points: Floats, eye: int) -> Floats:
    """The contour (16, 2) of an eye, 0 for that on the picture's left. It is the net's own; the other is mirrored."""
    corners = points[list(CORNERS[eye]), :2]
    across = corners[1] - corners[0]
    angle, width = math.atan2(across[1], across[0]), float(np.hypot(*across))
    square = _square(corners.mean(axis=0), _EYE_MARGIN * width, angle, _EYE_SIDE, mirrored=eye == 1)
    seen = _seen(pixels, square, _EYE_SIDE)
    # In a dim picture or on a dark skin the net sees no lids and gives the lids of an average eye
    seen = np.minimum(seen * max(1.0, _EYE_LIGHT / max(float(np.percentile(seen, 99)), 1 / 255)), 1)
    (contour,) = models.run("eye.tflite", seen, ("output_eyes_contours_and_brows",))
    return _in_picture(contour.reshape(-1, 3)[:LIDS, :2], square)


def _in_picture(points: Floats, square: Floats) -> Floats:
    return np.asarray(points @ square[:, :2].T + square[:, 2], np.float32)


def opening(lids: Floats) -> float:
    """How far an eye is open: the mean way between its lids (16, 2) over its width."""
    ways = np.hypot(*(lids[1:8] - lids[9:16]).T)
    return float(ways.mean() / max(np.hypot(*(lids[8] - lids[0])), 1e-6))
