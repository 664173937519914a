"""How long a press takes to reach the queue of presses: `python -m tests.panel_latency [PRESSES]`.

The panel is one of a simulated world in another process. Counted from just before the press is sent to that world, so
with the way there and back; the debounce, of which every press waits out 30 ms by design, is told apart.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from firmware.drivers.panel import Panel, Wiring
from firmware.signals import Signal
from sim import panel_client

_SERVE = (
    "import sys; from pathlib import Path; from sim.panel import Panel; from sim.panel_server import PanelServer\n"
    "with Panel() as panel, PanelServer(Path(sys.argv[1]), panel): sys.stdin.read()"
)


def measure(presses: int) -> list[float]:
    """Seconds from each press to its Press, while a signal blinks."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / panel_client.PINS
        server = subprocess.Popen([sys.executable, "-c", _SERVE, str(path)], stdin=subprocess.PIPE)
        while not path.exists():
            threading.Event().wait(0.05)
        os.environ.update(GPIOZERO_PIN_FACTORY="rekam_bench", REKAM_BENCH_PINS=str(path))
        panel = Panel(Wiring())
        panel.open()
        panel.show(Signal.FAULT)
        taken = []
        for _ in range(presses):
            finger = threading.Thread(target=panel_client.press, args=(folder, "accept", 0.1))
            begun = time.monotonic()
            finger.start()
            panel.presses.get(timeout=10)
            taken.append(time.monotonic() - begun)
            finger.join()
        panel.close()
        server.communicate()
    return taken


def main() -> None:
    """Print the figures."""
    presses = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    debounce_ms = Wiring().debounce_s * 1000
    besides = sorted(seconds * 1000 - debounce_ms for seconds in measure(presses))
    print(  # noqa: T201
        f"{presses} presses, besides the {debounce_ms:g} ms of debounce: median {statistics.median(besides):.1f} ms, "
        f"95 % within {besides[int(0.95 * (presses - 1))]:.1f} ms, slowest {besides[-1]:.1f} ms"
    )


if __name__ == "__main__":
    main()
