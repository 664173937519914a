"""Which triangle each pixel of a picture shows: projection and a depth buffer."""

import numpy as np
from numpy.typing import NDArray

from sim._jit import kernel

Floats = NDArray[np.float64]


def project(points: Floats, distance_cm: float, focal_px: float, size: tuple[int, int]) -> Floats:
    """Points (n, 3) before a camera on the z axis as x, y in pixels (origin top left) and depth in cm.

    size: height, width; the picture's middle looks along the axis.
    """
    depth = distance_cm - points[:, 2]
    height, width = size
    x = (width - 1) / 2 + focal_px * points[:, 0] / depth
    y = (height - 1) / 2 - focal_px * points[:, 1] / depth
    return np.stack((x, y, depth), axis=1)


def rasterise(corners: Floats, size: tuple[int, int]) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The nearest triangle of each pixel, -1 for none, and its barycentric weights (h, w, 3). corners: (n, 3, 3)."""
    which = np.full(size, -1, np.int32)
    weights = np.zeros((*size, 3), np.float32)
    _fill_triangles(np.ascontiguousarray(corners), np.full(size, np.inf), which, weights)
    return which, weights


@kernel
def _fill_triangles(corners: Floats, depth: Floats, which: NDArray[np.int32], weights: NDArray[np.float32]) -> None:
    """Corners (n, 3, 3) as x, y, depth; depth (h, w) holds the nearest so far; which (h, w), weights (h, w, 3)."""
    height, width = depth.shape
    for t in range(corners.shape[0]):
        (ax, ay, az), (bx, by, bz), (cx, cy, cz) = corners[t, 0], corners[t, 1], corners[t, 2]
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if area == 0.0:
            continue
        left, right = max(0, int(np.ceil(min(ax, bx, cx)))), min(width - 1, int(np.floor(max(ax, bx, cx))))
        top, bottom = max(0, int(np.ceil(min(ay, by, cy)))), min(height - 1, int(np.floor(max(ay, by, cy))))
        for y in range(top, bottom + 1):
            for x in range(left, right + 1):
                u = ((bx - x) * (cy - y) - (by - y) * (cx - x)) / area
                v = ((cx - x) * (ay - y) - (cy - y) * (ax - x)) / area
                w = 1.0 - u - v
                z = u * az + v * bz + w * cz
                if u >= 0.0 and v >= 0.0 and w >= 0.0 and z < depth[y, x]:
                    depth[y, x] = z
                    which[y, x] = t
                    weights[y, x, 0], weights[y, x, 1], weights[y, x, 2] = u, v, w
