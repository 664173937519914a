"""Scratch memory is kept, is a thread's own, and is not hoarded."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from firmware.pipeline import scratch


def test_the_same_name_means_the_same_memory() -> None:
    first = scratch.zeros("a", 3, 4)
    first += 1
    again = scratch.empty("a", 6)
    assert again.base is first.base
    assert (again == 1).all()
    assert not scratch.zeros("a", 2, 3).any()
    assert scratch.empty("b", 12).base is not first.base


def test_more_than_before_is_fresh() -> None:
    small = scratch.zeros("c", 4)
    assert scratch.zeros("c", 400).shape == (400,)
    assert small.shape == (4,)


def test_each_thread_has_its_own() -> None:
    here = scratch.zeros("d", 5)
    with ThreadPoolExecutor(1) as pool:
        there = pool.submit(scratch.zeros, "d", 5).result()
    assert not np.shares_memory(here, there)


def test_what_is_too_large_is_not_kept() -> None:
    size = scratch.LARGEST + 1
    assert not np.shares_memory(scratch.empty("e", size), scratch.empty("e", size))
