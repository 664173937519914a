"""The random forest of NFIQ 2.3, NIST's own: from native quality measures to the score.

Each of its trees votes whether a print will be recognised; the score is the part that says so (NIST IR 8382; Breiman,
"Random forests", Machine Learning 45, 2001). `docs/score.md` tells where its figures come from.
"""

import io
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline import weights
from firmware.pipeline._jit import kernel


@dataclass(frozen=True, eq=False)
class Forest:
    """Trees that lie in one another's wake, each node before its left child and that before the right one.

    names: the measures in the order in which nodes count them. roots: int32 (trees), their first nodes. By nodes:
    measure, int8, which one is asked, -1 in a leaf; threshold, float32, to the left where the measure is not above it,
    and a leaf's vote, 0 or 1; skip, uint16, how far on the right child lies.
    """

    names: tuple[str, ...]
    roots: NDArray[np.int32]
    measure: NDArray[np.int8]
    threshold: NDArray[np.float32]
    skip: NDArray[np.uint16]


@cache
def load() -> Forest:
    """The forest that is shipped. Raises SampleError when its file is not that one."""
    with np.load(io.BytesIO(weights.shipped("nfiq2/forest.npz"))) as arrays:
        names = tuple(str(name) for name in arrays["names"])
        return Forest(names, arrays["roots"], arrays["measure"], arrays["threshold"], arrays["skip"])


def score(measures: Mapping[str, float]) -> int:
    """The quality score 0..100 of ISO/IEC 29794-4 from all the forest's measures, under NFIQ 2.3's names."""
    forest = load()
    # The reference rounds to single precision before it asks the trees
    values = np.array([measures[name] for name in forest.names], np.float32)
    votes = _count_votes(values, forest.roots, forest.measure, forest.threshold, forest.skip)
    return math.floor(100 * votes / len(forest.roots) + 0.5)


@kernel(exact=True)
def _count_votes(
    values: NDArray[np.float32],
    roots: NDArray[np.int32],
    measure: NDArray[np.int8],
    threshold: NDArray[np.float32],
    skip: NDArray[np.uint16],
) -> float:
    """How many trees vote for a print. values: (measures). roots: (trees). The others: (nodes), see `Forest`."""
    votes = 0.0
    for root in roots:
        node = int(root)
        while measure[node] >= 0:
            node += 1 if values[measure[node]] <= threshold[node] else int(skip[node])
        votes += threshold[node]
    return votes
