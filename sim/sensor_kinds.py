"""The kinds of sensors that a touch may be made on: how each of them sees, drawn anew for every one that is built."""

from enum import Enum

import numpy as np

from sim.optics import Sensor


class SensorKind(Enum):
    """How a sensor tells ridges from valleys, or how few greys it sends."""

    OPTICAL = "optical"
    CAPACITIVE = "capacitive"
    THERMAL = "thermal"
    FOUR_BIT = "four-bit"


def sample_sensor(rng: np.random.Generator, kind: SensorKind | None = None) -> Sensor:
    """One sensor in working order, of any kind unless one is named."""
    kinds = list(SensorKind)
    return _SAMPLERS[kind or kinds[rng.integers(len(kinds))]](rng)


def _optical(rng: np.random.Generator) -> Sensor:
    """Glass and lamp: white paper, uneven light, little noise."""
    return Sensor(
        paper=rng.uniform(205, 255),
        ink=rng.uniform(15, 110),
        shade=rng.uniform(0, 20),
        cloudy=rng.uniform(0, 6),
        slope=rng.uniform(0, 14),
        mottled=rng.uniform(0, 0.15),
        blur=rng.uniform(0.3, 1.0),
        grain=rng.uniform(0, 4),
        clumps=rng.uniform(0, 4),
    )


def _capacitive(rng: np.random.Generator) -> Sensor:
    """A grey picture, sharp, in which valleys show too, with the noise of its cells and of its columns."""
    return Sensor(
        paper=rng.uniform(100, 190),
        ink=rng.uniform(10, 45),
        shade=rng.uniform(0, 40),
        cloudy=rng.uniform(0, 5),
        slope=rng.uniform(0, 8),
        mottled=rng.uniform(0, 0.1),
        blur=rng.uniform(0.2, 0.6),
        grain=rng.uniform(2, 8),
        clumps=rng.uniform(1, 6),
        column_stripes=rng.uniform(0.5, 4),
    )


def _thermal(rng: np.random.Generator) -> Sensor:
    """A line of cells that the finger is drawn over: soft, with the noise of its rows."""
    return Sensor(
        paper=rng.uniform(170, 235),
        ink=rng.uniform(40, 110),
        shade=rng.uniform(0, 30),
        cloudy=rng.uniform(0, 8),
        slope=rng.uniform(0, 10),
        mottled=rng.uniform(0.05, 0.2),
        blur=rng.uniform(0.6, 1.2),
        grain=rng.uniform(1, 5),
        clumps=rng.uniform(1, 6),
        row_stripes=rng.uniform(0.5, 3),
    )


def _four_bit(rng: np.random.Generator) -> Sensor:
    """The small optical sensors of the UART family, which send sixteen greys."""
    return Sensor(
        paper=rng.uniform(190, 250),
        ink=rng.uniform(15, 95),
        shade=rng.uniform(0, 20),
        cloudy=rng.uniform(0, 6),
        slope=rng.uniform(0, 14),
        mottled=rng.uniform(0, 0.12),
        blur=rng.uniform(0.3, 0.9),
        grain=rng.uniform(1, 5),
        clumps=rng.uniform(0, 4),
        bits=4,
    )


_SAMPLERS = {
    SensorKind.OPTICAL: _optical,
    SensorKind.CAPACITIVE: _capacitive,
    SensorKind.THERMAL: _thermal,
    SensorKind.FOUR_BIT: _four_bit,
}
