"""After the warming up no kernel is left that a print would have to wait for."""

import json
import subprocess
import sys

import pytest

from firmware.pipeline._jit import COMPILED

LOADED = """
import json, sys
from firmware.pipeline import extraction, matching, warming
from firmware.vocabulary import Effort
from tests.pipeline.stages import read_print

def loaded():
    kernels = {id(value): value for module in list(sys.modules.values())
        if module.__name__.startswith("firmware.pipeline")
        for value in vars(module).values() if hasattr(value, "signatures")}
    return {f"{kernel.__module__}.{kernel.__name__}": len(kernel.signatures) for kernel in kernels.values()}

warming.warm_up(508, Effort.STANDARD)
warming.warm_up_matching()
before = loaded()
found = extraction.extract(read_print(), 508).minutiae
assert matching.compare(matching.describe(found), matching.describe(found)).pairs.size
print(json.dumps([before, loaded()]))
"""


@pytest.mark.timeout(600)
@pytest.mark.skipif(not COMPILED, reason="nothing is compiled")
def test_no_kernel_is_left_to_load() -> None:
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    before, after = json.loads(done.stdout)
    assert sum(before.values()) > 20
    assert after == before
