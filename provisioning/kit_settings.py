"""The text of a kit.toml from the answers."""

import json
from collections.abc import Mapping
from typing import Any


def text(answers: Mapping[str, Any], port: str, *, is_pi: bool) -> str:
    """All settings that differ from their defaults; `docs/kit.toml` tells what else there is.

    port: the fingerprint sensor's.
    """
    lines = [
        "# The settings of this kit, made by Rekam's setup. What is changed here by hand stays.",
        "",
        *(f"{key} = {_value(answers[key])}" for key in ("kit_id", "purpose", "language", "timezone")),
        *(f"{key} = {_value(answers[key])}" for key in ("district", "place") if answers.get(key)),
        'data = "/var/lib/rekam"',
        "",
        "[fingerprint]",
        f"port = {_value(port)}",
    ]
    if answers.get("camera"):
        lines += ["", "[camera]", f"model = {_value('picamera2' if is_pi else 'bench')}"]
    if answers.get("panel"):
        lines += ["", "[panel]"]
    if answers.get("gauge"):
        # The service may not switch anything off itself: a unit of systemd waits for this file
        lines += ["", "[power]", 'shutdown = ["touch", "/run/rekam/power-off"]']
    if answers.get("mqtt_host"):
        lines += ["", "[mqtt]", f"host = {_value(answers['mqtt_host'])}", f"port = {answers.get('mqtt_port', 8883)}"]
        is_own = answers.get("mqtt_tls", True)
        # The office's own broker has rights for nodes of the fleet
        lines += [f"tls = {_value(is_own)}", *(["sparkplug = true"] if is_own else [])]
    if answers.get("delivery_url"):
        lines += ["", "[delivery]", f"url = {_value(answers['delivery_url'])}"]
    if answers.get("recipients"):
        lines += ["", "[office]", f"recipients = {_value(answers['recipients'])}"]
    return "\n".join(lines) + "\n"


def _value(value: object) -> str:
    # What JSON writes for a text or a list of texts, TOML reads the same
    return json.dumps(value, ensure_ascii=False)
