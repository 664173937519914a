"""What a cluster's workers may do to a batch."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from firmware import assessment
from firmware.archive import cluster
from firmware.archive.maker import maker
from firmware.archive.spreading import Batch
from firmware.assessment import ImageFile, Wishes
from firmware.errors import ClusterError
from firmware.rows import Assessment, Row, as_json

FILES = [ImageFile(Path(f"/there/{name}.png"), f"{name}.png") for name in "abcd"]


class Answer:
    """A future that is done."""

    def __init__(self, batch: Batch, error: Callable[[ImageFile], str | None]) -> None:
        self.batch, self.error = batch, error

    def result(self, timeout: float) -> list[Row]:
        from distributed import KilledWorker

        if any(self.error(file) == "kill" for file in self.batch):
            raise KilledWorker("task", None, 3)
        return [as_json(Assessment(file.name, error=self.error(file))) for file in self.batch]


def collect(error: Callable[[ImageFile], str | None]) -> list[Row]:
    def submit(batch: Batch) -> Any:
        return Answer(batch, error)

    return cluster._collect(FILES, submit(FILES), client=None, submit=submit)


def test_a_file_that_kills_its_workers_costs_no_other_its_row() -> None:
    rows = collect(lambda file: "kill" if file.name == "c.png" else None)
    assert [row["file"] for row in rows] == ["a.png", "b.png", "c.png", "d.png"]
    assert [bool(row["error"]) for row in rows] == [False, False, True, False]
    assert "each process that tried it was ended" in rows[2]["error"]


def test_a_worker_that_sees_other_folders_is_no_reason_for_wrong_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = collect(lambda _: assessment.NOT_THERE)
    assert [row["error"] for row in rows] == [assessment.NOT_THERE] * 4, "they are missing here too"
    monkeypatch.setattr(Path, "exists", lambda path: path.name == "b.png")
    with pytest.raises(ClusterError, match=r"does not see /there/b\.png"):
        collect(lambda _: assessment.NOT_THERE)


def test_a_worker_of_another_kind_refuses(tmp_path: Path) -> None:
    with pytest.raises(ClusterError, match="install the same one on all"):
        cluster._assess(FILES, Wishes(), "9.9-0")
    with pytest.raises(ClusterError, match=f"does not see the folder {tmp_path / 'no'}"):
        cluster._assess(FILES, Wishes(templates=tmp_path / "no"), maker())
