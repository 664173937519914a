"""Pictures of simulated residents: nobody's face, drawn from a seed under a chosen light, pose and mien."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sim.face_head import Mesh, Mien, build
from sim.face_looks import Colour, Looks, linear
from sim.face_raster import project, rasterise
from sim.face_shading import Light, albedo, shine

RED, BLUE, GREY = linear("d0191f"), linear("1e78d2"), linear("9a9a98")
"""Backdrops; the colours are ours, for the KTP-el's rule says no more than red and blue."""

_OVERSAMPLE = 2
_DISTANCE_CM = 110.0
_EYES_CM = 6.3


@dataclass(frozen=True, slots=True)
class Person:
    """Someone in the picture: degrees turned to their left, nodded down and tilted to their right; cm from its middle.

    scale: of the head, for someone who stands further behind it is less than 1.
    """

    looks: Looks
    mien: Mien = field(default_factory=Mien)
    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    offset: tuple[float, float] = (0.0, 0.0)
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class Scene:
    """How a picture is taken. eyes_px: between the eyes of who stands in the middle; exposure: 1 is right.

    backdrop: a colour, or a picture of linear light (h, w, 3). blur_px: standard deviation; noise: of the sensor, in
    parts of full scale at full light.
    """

    height: int = 640
    width: int = 480
    eyes_px: float = 104.0
    backdrop: Colour | NDArray[np.float64] = RED
    light: Light = field(default_factory=Light)
    exposure: float = 1.0
    blur_px: float = 0.6
    noise: float = 0.01
    seed: int = 0


def picture(people: Sequence[Person], scene: Scene | None = None) -> NDArray[np.uint8]:
    """The picture (h, w, 3), RGB, sRGB."""
    scene = scene or Scene()
    return develop(exposed(people, scene), scene)


def exposed(people: Sequence[Person], scene: Scene) -> NDArray[np.float64]:
    """The light (h, w, 3) that falls on the sensor, linear; the same whatever the scene's seed."""
    size = (scene.height * _OVERSAMPLE, scene.width * _OVERSAMPLE)
    light = _backdrop(scene, size)
    for person in sorted(people, key=lambda p: p.scale):
        _draw(light, person, scene)
    light = light.reshape(scene.height, _OVERSAMPLE, scene.width, _OVERSAMPLE, 3).mean(axis=(1, 3))
    return np.asarray(light * scene.exposure)


def _backdrop(scene: Scene, size: tuple[int, int]) -> NDArray[np.float64]:
    """The wall behind, a little darker to its edges and lit as the scene is."""
    height, width = size
    wall = np.asarray(scene.backdrop, np.float64)
    if wall.ndim == 3:
        rows, cols = (np.arange(n) * m // n for n, m in zip(size, wall.shape[:2], strict=True))
        return wall[np.ix_(rows, cols)].copy()
    y, x = np.linspace(-1, 1, height)[:, None], np.linspace(-1, 1, width)
    fall = 1 - 0.1 * (x**2 + y**2)
    return fall[..., None] * wall * (scene.light.lamp * 0.8 + scene.light.ambient)


def _draw(light: NDArray[np.float64], person: Person, scene: Scene) -> None:
    mesh = build(person.looks, person.mien)
    points = _posed(mesh, person)
    focal = scene.eyes_px * _OVERSAMPLE * (_DISTANCE_CM - 4) / _EYES_CM
    size = (light.shape[0], light.shape[1])
    seen = project(points, _DISTANCE_CM, focal, size)
    which, weights = rasterise(seen[mesh.triangles], size)
    shown = which >= 0
    corners = mesh.triangles[which[shown]]
    share = weights[shown]
    normals = _mixed(_normals(points, mesh), corners, share)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True) + 1e-9
    normals *= np.where(normals[:, 2:] < 0, -1, 1)
    part = mesh.part[which[shown]]
    colours = albedo(part, _mixed(mesh.at, corners, share), person.looks)
    light[shown] = shine(colours, part, normals, scene.light)


def _mixed(values: NDArray[np.float64], corners: NDArray[np.intp], share: NDArray[np.float32]) -> NDArray[np.float64]:
    """Values (m, 3) of points, between the corners (n, 3) by their shares (n, 3)."""
    return np.asarray(sum(values[corners[:, k]] * share[:, k, None] for k in range(3)))


def _posed(mesh: Mesh, person: Person) -> NDArray[np.float64]:
    """The points turned about the neck, then moved so that the eyes of who looks straight are in the middle."""
    yaw, pitch, roll = np.radians((person.yaw, person.pitch, person.roll))
    turn = np.asarray([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    nod = np.asarray([[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]])
    tilt = np.asarray([[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]])
    neck = np.asarray((0.0, -3.0, -3.0))
    # Shoulders stay as they are: from the neck down the turn fades out
    stays = np.clip((mesh.points[:, 1:2] + 17) / 7, 0, 1)
    turned = (mesh.points - neck) @ (tilt @ nod @ turn).T + neck
    points = mesh.points + (turned - mesh.points) * stays
    points = points * person.scale + (person.offset[0], person.offset[1] - 2.6 + 2.0, 0)
    return np.asarray(points - (0, 0, (1 - person.scale) * 40))


def _normals(points: NDArray[np.float64], mesh: Mesh) -> NDArray[np.float64]:
    a, b, c = (points[mesh.triangles[:, k]] for k in range(3))
    flat = np.cross(b - a, c - a)
    normals = np.zeros_like(points)
    for k in range(3):
        np.add.at(normals, mesh.triangles[:, k], flat)
    return np.asarray(normals / (np.linalg.norm(normals, axis=1, keepdims=True) + 1e-9))


def develop(light: NDArray[np.float64], scene: Scene) -> NDArray[np.uint8]:
    """Light as the camera's picture: blurred, with shot noise, and in sRGB (IEC 61966-2-1)."""
    rng = np.random.default_rng(scene.seed)
    blurred = np.stack([_blurred(light[..., k], scene.blur_px) for k in range(3)], axis=-1)
    noisy = blurred + rng.normal(size=blurred.shape) * scene.noise * np.sqrt(np.clip(blurred, 1e-4, None))
    value = np.clip(noisy, 0, 1)
    srgb = np.where(value <= 0.0031308, 12.92 * value, 1.055 * value ** (1 / 2.4) - 0.055)
    return np.round(srgb * 255).astype(np.uint8)


def _blurred(plane: NDArray[np.float64], sigma: float) -> NDArray[np.float64]:
    if sigma <= 0:
        return plane
    reach = max(1, int(np.ceil(3 * sigma)))
    taps = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    taps /= taps.sum()
    for axis in (0, 1):
        padded = np.pad(plane, [(reach, reach) if a == axis else (0, 0) for a in (0, 1)], mode="edge")
        length = plane.shape[axis]
        plane = sum(tap * np.take(padded, range(k, k + length), axis) for k, tap in enumerate(taps))
    return plane
