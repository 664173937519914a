"""A head and shoulders as triangles, built around the canonical face of 468 points (MediaPipe, Apache-2.0)."""

import io
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from sim.face_looks import HEADSCARF, Looks

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

EYES = (
    (33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246),
    (263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466),
)
"""Around each eye, first the person's right one: along the lower lid to the inner corner, back along the upper one."""
LIPS = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185)
MOUTH = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 415, 310, 311, 312, 13, 82, 81, 80, 191)
BROWS = ((70, 63, 105, 66, 107), (300, 293, 334, 296, 336))
_EYEBALL_CM = 1.25


class Part(IntEnum):
    """What a triangle is a part of."""

    FACE = 0
    SKIN = 1
    HAIR = 2
    CLOTHES = 3
    EYE = 4
    SCARF = 5


@dataclass(frozen=True, slots=True)
class Mesh:
    """Triangles (n, 3) of points (m, 3) in cm: x to the person's left, y up, z forward.

    at: (m, 3), where each point would be on the canonical face, whatever the mien: that is where skin, lips and brows
    are painted. part: (n), a Part each.
    """

    points: Floats
    at: Floats
    triangles: Indices
    part: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Mien:
    """What the face does. eyes: 1 open as this person's are, 0 closed; mouth: cm between the lips."""

    eyes: float = 1.0
    mouth: float = 0.0


@cache
def canonical() -> tuple[Floats, Indices]:
    """Points (468, 3) in cm and triangles (898, 3)."""
    with np.load(io.BytesIO((resources.files("sim") / "face_geometry.npz").read_bytes())) as arrays:
        return arrays["points"].astype(np.float64), arrays["triangles"].astype(np.intp)


def build(looks: Looks, mien: Mien) -> Mesh:
    """The head of a person, its face towards +z, the middle between the eyes near (0, 2.6, 4)."""
    face = _face(looks, mien)
    covers = [_ball(Part.SKIN, (0, 1.5, -3.0), (7.3 * looks.width, 9.2, 6.0)), _neck(), _shoulders(), *_ears(looks)]
    eyes = [_eyeball(face, eye) for eye in EYES]
    return _join([face, *covers, _cover(looks), *eyes])


def _face(looks: Looks, mien: Mien) -> Mesh:
    at, triangles = canonical()
    points = _moved(at, looks, mien)
    hole = [set(ring) for ring in EYES]
    solid = [t for t in triangles.tolist() if not any(ring.issuperset(t) for ring in hole)]
    oval = _border(triangles)
    # The jaw goes on below and behind: a rim around the oval that ends inside head and neck
    rim = points[oval] * (0.72, 0.9, 1) - (0, 0, 7)
    size = len(at)
    ring = [(a, (a + 1) % len(oval)) for a in range(len(oval))]
    solid += [t for a, b in ring for t in ((oval[b], oval[a], size + a), (oval[b], size + a, size + b))]
    mesh = Mesh(
        np.concatenate((points, rim)),
        np.concatenate((at, at[oval] - (0, 0, 7))),
        np.asarray(solid, np.intp),
        np.zeros(len(solid), np.uint8),
    )
    return _smooth(mesh)


def _moved(at: Floats, looks: Looks, mien: Mien) -> Floats:
    """The canonical points in this person's shape and mien."""
    points = at.copy()
    for ring in EYES:
        opening = looks.eye_opening * mien.eyes
        for k in range(1, 8):
            lower, upper = ring[k], ring[16 - k]
            # Closing, the upper lid does most of the way
            seam = 0.75 * at[lower] + 0.25 * at[upper]
            for lid in (lower, upper):
                points[lid, :2] = seam[:2] + (at[lid, :2] - seam[:2]) * opening
            points[upper, 2] = at[upper, 2] + 0.1 * (1 - mien.eyes)
    upper_lip, lower_lip = at[13], at[14]
    half = (upper_lip[1] - lower_lip[1]) / 2
    middle = (upper_lip + lower_lip) / 2
    for k in (*MOUTH, *LIPS):
        side = (at[k, 1] - middle[1]) / half
        along = max(0.0, 1 - (abs(at[k, 0]) / 2.3) ** 2)
        shut = (mien.mouth / 2 - half) * along
        points[k, 1] += np.clip(side, -1, 1) * shut + (looks.lip_height - 1) * (at[k, 1] - middle[1])
    jaw = np.clip((middle[1] + 1.0 - at[:, 1]) / 5, 0, 1)
    points[:, 1] -= jaw * max(mien.mouth - 0.3, 0) * 0.8
    nose = np.exp(-((at[:, 0] / 1.4) ** 2 + ((at[:, 1] + 0.8) / 2.6) ** 2))
    points[:, 2] += 1.2 * (looks.nose - 1) * 5 * nose * 0.4
    points[:, 0] *= looks.width * (1 + (looks.jaw - 1) * np.clip((2 - at[:, 1]) / 9, 0, 1.2))
    points[:, 1] = 2.6 + (points[:, 1] - 2.6) * looks.height
    return points


def _border(triangles: Indices) -> list[int]:
    """The points around a surface's edge, in the direction of its triangles."""
    edges = {(a, b) for t in triangles.tolist() for a, b in ((t[0], t[1]), (t[1], t[2]), (t[2], t[0]))}
    follows = {a: b for a, b in edges if (b, a) not in edges}
    start = min(follows)
    border = [start]
    while follows[border[-1]] != start:
        border.append(follows[border[-1]])
    return border


def _smooth(mesh: Mesh) -> Mesh:
    """Each triangle in four, the new points on the middle of the edges and then drawn to their neighbours' middle."""
    pairs = np.sort(mesh.triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    edges, which = np.unique(pairs, axis=0, return_inverse=True)
    a, b, c = mesh.triangles.T
    ab, bc, ca = (which.reshape(-1, 3) + len(mesh.points)).T
    triangles = np.concatenate([np.stack(t, 1) for t in ((a, ab, ca), (b, bc, ab), (c, ca, bc), (ab, bc, ca))])
    points, at = (
        np.concatenate((values, (values[edges[:, 0]] + values[edges[:, 1]]) / 2)) for values in (mesh.points, mesh.at)
    )
    return Mesh(points, at, triangles, np.tile(mesh.part, 4))


def _ball(part: Part, centre: tuple[float, float, float], radii: tuple[float, float, float], fine: int = 24) -> Mesh:
    """An ellipsoid."""
    theta, phi = np.meshgrid(np.linspace(0, np.pi, fine + 1), np.linspace(0, 2 * np.pi, 2 * fine + 1), indexing="ij")
    unit = np.stack((np.sin(theta) * np.sin(phi), np.cos(theta), np.sin(theta) * np.cos(phi)), axis=-1)
    return _sheet(part, unit * radii + centre)


def _sheet(part: Part, grid: Floats) -> Mesh:
    """A surface of points (rows, cols, 3), seen from where its rows go down and its columns go right."""
    rows, cols = grid.shape[:2]
    k = np.arange(rows * cols).reshape(rows, cols)
    a, b, c, d = (v.ravel() for v in (k[:-1, :-1], k[:-1, 1:], k[1:, :-1], k[1:, 1:]))
    triangles = np.concatenate((np.stack((a, c, b), 1), np.stack((b, c, d), 1)))
    points = grid.reshape(-1, 3)
    return Mesh(points, points, triangles, np.full(len(triangles), part, np.uint8))


def _tube(part: Part, rings: list[tuple[float, float, float, float]], round_: int = 40) -> Mesh:
    """A body of elliptic rings, from top to bottom: y, radius in x, radius in z, z of the middle."""
    phi = np.linspace(0, 2 * np.pi, round_ + 1)
    grid = [np.stack((rx * np.sin(phi), np.full_like(phi, y), rz * np.cos(phi) + z), 1) for y, rx, rz, z in rings]
    return _sheet(part, np.stack(grid))


def _neck() -> Mesh:
    return _tube(Part.SKIN, [(-4, 5.2, 4.6, -4.2), (-8, 5.3, 4.8, -4.4), (-13, 5.6, 5.2, -5), (-17, 7.5, 6.5, -5.5)])


def _shoulders() -> Mesh:
    rings = [(-14.2, 6.2, 5.9, -5.4), (-15.2, 8.5, 6.6, -5.6), (-17, 14, 7.5, -6), (-19, 19, 8.5, -6)]
    return _tube(Part.CLOTHES, [*rings, (-23, 21.5, 10, -6), (-32, 22, 11, -6), (-60, 22, 11, -6)])


def _ears(looks: Looks) -> list[Mesh]:
    if looks.head_cover == HEADSCARF:
        return []
    return [_ball(Part.SKIN, (side * 7.6 * looks.width, 0.6, -3.2), (0.8, 2.9, 1.7), 10) for side in (-1, 1)]


def _cover(looks: Looks) -> Mesh:
    """Hair or headscarf: a shell around the head, open where the face is."""
    scarf = looks.head_cover == HEADSCARF
    part = Part.SCARF if scarf else Part.HAIR
    shell = _ball(part, (0, 2.6, -3.2), (8.7 * looks.width, 10.6, 9.4), 96)
    if scarf or looks.hair_length > 3:
        end = -15.0 if scarf else -looks.hair_length
        rx, rz = (9.6, 8.2) if scarf else (8.9, 7.0)
        rings = [(2.6, 8.7, 9.2, -3.2), (-2, 8.9, rz, -3.4), (-7, rx - 0.3, rz, -3.8), (end, rx, rz, -4.4)]
        if scarf:
            rings.append((-19.0, 15.0, 9.5, -5.5))
        curtain = _tube(part, [(y, r * looks.width, z, m) for y, r, z, m in _finer(rings)], 96)
        shell = _join([shell, curtain])
    x, y, z = shell.points.T
    hairline = (7.6 if scarf else 7.9) - 0.05 * x**2
    chin, half = (-9.6, 7.2) if scarf else (-60.0, 7.3)
    opening = (y < hairline) & (y > chin) & (z > (-4.5 if scarf else -1.5)) & (np.abs(x) < half * looks.width + 2)
    if scarf:
        opening &= ((x / (7.3 * looks.width)) ** 2 + ((y + 0.6) / 9.6) ** 2) < 1
    else:
        opening |= (y < -1.0) & (z > -4.0)
        if looks.hair_length <= 3:
            opening |= y < -3.5
    keep = ~opening[shell.triangles].any(axis=1)
    return Mesh(shell.points, shell.at, shell.triangles[keep], shell.part[keep])


def _finer(rings: list[tuple[float, float, float, float]]) -> list[tuple[float, float, float, float]]:
    table = np.asarray(rings)
    y = np.linspace(table[0, 0], table[-1, 0], 60)
    columns = [np.interp(-y, -table[:, 0], table[:, k]) for k in (1, 2, 3)]
    return list(zip(y.tolist(), *(c.tolist() for c in columns), strict=True))


def _eyeball(face: Mesh, ring: tuple[int, ...]) -> Mesh:
    middle = face.points[list(ring)].mean(axis=0)
    ball = _ball(Part.EYE, (0, 0, 0), (_EYEBALL_CM,) * 3, 20)
    centre = middle - (0, 0.0, _EYEBALL_CM + 0.02)
    return Mesh(ball.points + centre, ball.points, ball.triangles, ball.part)


def _join(meshes: list[Mesh]) -> Mesh:
    starts = np.cumsum([0, *(len(mesh.points) for mesh in meshes)])
    triangles = [mesh.triangles + start for mesh, start in zip(meshes, starts[:-1], strict=True)]
    points, at = (np.concatenate(values) for values in zip(*((m.points, m.at) for m in meshes), strict=True))
    return Mesh(points, at, np.concatenate(triangles), np.concatenate([mesh.part for mesh in meshes]))
