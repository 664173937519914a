"""Whoever imports this has all kernels and ten fingers in memory; so have the processes that it forks."""

from firmware.pipeline import warming
from firmware.vocabulary import Effort
from sim.fingers import POSITIONS, touch

warming.warm_up(500, Effort.STANDARD)
# The fingers of a world's resident: each world would grow them anew
for position in range(1, len(POSITIONS) + 1):
    touch(0, position, 1)
