"""Every device that a kit may have has words for its going and its coming back, in both languages."""

from pathlib import Path

from firmware import device_words, probing
from firmware.config import KitConfig
from firmware.device_settings import CameraConfig, FingerprintConfig, PanelConfig, PowerConfig
from firmware.device_words import DevicePhrase
from firmware.errors import DeviceBusy
from firmware.vocabulary import Language


def test_every_device_has_its_words(tmp_path: Path) -> None:
    port = FingerprintConfig(port="/dev/there-is-none")
    everything = {"panel": PanelConfig(), "power": PowerConfig(), "camera": CameraConfig()}
    config = KitConfig(kit_id="k", data=tmp_path, fingerprint=port).model_copy(update=everything)
    names = [status.name for status in probing.all_busy(config, DeviceBusy("kit", "process 1 records"))]
    said = [device_words.say(name, told, is_back=back) for name in names for told in Language for back in (True, False)]
    assert len(set(said)) == len(said) == 2 * len(DevicePhrase)
