"""Slow, obvious twin of the kernel that asks NFIQ 2.3's forest."""

from typing import Any

from numpy.typing import NDArray

Array = NDArray[Any]


def count_votes(values: Array, roots: Array, measure: Array, threshold: Array, skip: Array) -> float:
    def vote(node: int) -> float:
        if measure[node] == -1:
            return float(threshold[node])
        is_left = values[measure[node]] <= threshold[node]
        return vote(node + 1 if is_left else node + int(skip[node]))

    return sum(vote(int(root)) for root in roots)
