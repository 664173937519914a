"""Whoever imports this has all kernels, ten fingers and a face in memory; so have the processes that it forks."""

from firmware.pipeline import warming
from firmware.vocabulary import Effort
from sim.bench_camera import drawn
from sim.fingers import POSITIONS, touch

warming.warm_up(500, Effort.STANDARD)
# A world's resident, whom each world would grow anew
for position in range(1, len(POSITIONS) + 1):
    touch(0, position, 1)
for cloth in ("red", "blue"):
    drawn(0, cloth, 0, 0, 1)
