"""A few kills of the station at random moments; `python -m tests.kills` takes two hundred."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from tests.kills import campaign, show


@pytest.mark.timeout(300)
def test_nothing_is_lost_torn_or_recorded_twice(tmp_path: Path) -> None:
    text = io.StringIO()
    console = Console(file=text, width=150)
    findings = campaign(tmp_path, 15, 6, console)
    show(findings, console)
    assert findings.violations == [], text.getvalue()
    assert findings.kills.total() == 15 and len(findings.kills) > 1
    assert findings.packets == findings.residents >= len(findings.confirmed) > 0
    assert "after the last finger" in text.getvalue()
