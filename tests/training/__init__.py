"""Teaching makes of grown prints what the pipeline reads."""

import pytest

pytest.importorskip("torch", reason="PyTorch is not here: pip install '.[train]'")
