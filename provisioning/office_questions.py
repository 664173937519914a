"""What an office must be told."""

from collections.abc import Mapping
from typing import Any

from provisioning.questions import HOST, QUESTIONS, Question, choice, number, text_like
from provisioning.words import Words

_NAME = Words('1 sampai 64 huruf tanpa " \\ %', '1 to 64 letters without " \\ %')

OFFICE_QUESTIONS = (
    QUESTIONS[0],
    Question(
        "broker",
        Words(
            "Broker MQTT: own (di mesin ini) atau elsewhere (disewa)", "MQTT broker: own (here) or elsewhere (rented)"
        ),
        choice("own", "elsewhere"),
        "own",
    ),
    Question(
        "broker_host",
        Words(
            "Nama atau alamat broker bagi kit, seperti kantor.example.org",
            "The broker's name or address for the kits, such as office.example.org",
        ),
        text_like(r"[A-Za-z0-9.:-]+", HOST),
    ),
    Question("broker_port", Words("Port broker", "Broker's port"), number(1024, 65535), 8883),
    Question(
        "delivery_host",
        Words(
            "Nama atau alamat mesin ini bagi kit yang mengirim paket (kosong: seperti broker; none: hanya stick)",
            "This machine's name or address for kits that deliver (empty: as the own broker's; none: by stick alone)",
        ),
        text_like("[A-Za-z0-9.:-]*", HOST),
        "",
    ),
    Question(
        "delivery_port", Words("Port penerima paket", "Port for packets"), number(1024, 65535), 8443, is_asked=False
    ),
    Question(
        "office_name",
        Words("Nama kantor di tanda terima", "The office's name in receipts"),
        text_like(r'[^"\\%\x00-\x1f]{1,64}', _NAME),
        "Dukcapil",
    ),
    Question(
        "sheet",
        Words("Berkas lembar pemulihan (kosong: di memori)", "File of the recovery sheet (empty: in memory)"),
        text_like(
            r"|/\S+\.html",
            Words("jalur .html seperti /media/stick/sheet.html", "a path such as /media/stick/sheet.html"),
        ),
        "",
    ),
)


def delivery_host(answers: Mapping[str, Any]) -> str:
    """Under which name or address kits deliver to this office; empty where packets come by the stick alone."""
    told = str(answers.get("delivery_host", ""))
    if told == "none":
        return ""
    return told or (str(answers.get("broker_host", "")) if answers.get("broker") == "own" else "")
