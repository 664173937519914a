"""Which way a head looks: the canonical face laid over the landmarks."""

import numpy as np

from firmware.pipeline.face import models
from firmware.portrait import Face


def measure(face: Face) -> tuple[float, float, float]:
    """Yaw, pitch and roll in degrees: to the person's own left, down, and towards their own left shoulder are positive.

    The rotation that fits best by least squares (orthogonal Procrustes, Schönemann 1966), over the 33 points that move
    little with the mien, with MediaPipe's weights. On heads drawn in known poses it needs no correction.
    """
    canonical, stable, weights = models.canonical_face()
    share = (weights / weights.sum())[:, None]
    there = face.landmarks[stable] * (1, -1, -1)
    here = canonical[stable]
    there, here = there - (share * there).sum(axis=0), here - (share * here).sum(axis=0)
    u, _, v = np.linalg.svd((share * there).T @ here)
    turn = u @ np.diag((1, 1, np.linalg.det(u @ v))) @ v
    angles = np.degrees(
        (
            np.arctan2(turn[0, 2], turn[2, 2]),
            np.arcsin(np.clip(-turn[1, 2], -1, 1)),
            np.arctan2(-turn[1, 0], turn[1, 1]),
        )
    )
    yaw, pitch, roll = angles.tolist()
    return yaw, pitch, roll
