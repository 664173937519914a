"""The slow, obvious twin of the simulator's kernel that fills triangles."""

import numpy as np


def fill_triangles(corners: np.ndarray, depth: np.ndarray, which: np.ndarray, weights: np.ndarray) -> None:
    """Each pixel asks each triangle whether it lies within, by barycentric coordinates."""
    for y, x in np.ndindex(depth.shape):
        for t, triangle in enumerate(corners):
            system = np.vstack((triangle[:, :2].T, np.ones(3)))
            if abs(np.linalg.det(system)) < 1e-12:
                continue
            share = np.linalg.solve(system, (x, y, 1))
            z = share @ triangle[:, 2]
            if (share >= -1e-12).all() and z < depth[y, x]:
                depth[y, x], which[y, x], weights[y, x] = z, t, share
