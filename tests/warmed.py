"""Whoever imports this has all kernels in memory; so have the processes that it forks."""

from firmware.pipeline import warming
from firmware.vocabulary import Effort

warming.warm_up(500, Effort.STANDARD)
