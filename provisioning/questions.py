"""What a kit must be told, as a table: read from a file of answers, or asked at the terminal."""

import re
import tomllib
import zoneinfo
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from provisioning.words import SetupFailed, Words, listed, same

Answers = dict[str, Any]


class _Wrong(Exception):
    def __init__(self, words: Words) -> None:
        self.words = words


_YES, _NO = {"y", "ya", "yes", "j", "true"}, {"t", "tidak", "n", "no", "false", ""}


def text_like(pattern: str, advice: Words) -> Callable[[object], Any]:
    """Take a text of this pattern, or give the advice."""

    def parse(value: object) -> str:
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            raise _Wrong(advice)
        return value

    return parse


def choice(*options: str) -> Callable[[object], Any]:
    """Take one of these."""
    return text_like("|".join(map(re.escape, options)), Words("pilih: {o}", "one of: {o}").of(o=", ".join(options)))


def _flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in _YES | _NO:
        return value.lower() in _YES
    raise _Wrong(Words("jawab y atau t (di berkas: true atau false)", "answer y or n (in a file: true or false)"))


def _recipients(value: object) -> list[str]:
    told = value.split() if isinstance(value, str) else value
    if not isinstance(told, list) or not all(
        isinstance(one, str) and re.fullmatch("age1[a-z0-9]{50,}", one) for one in told
    ):
        raise _Wrong(
            Words("penerima age dari kantor, masing-masing mulai dengan age1", "age recipients of the office: age1...")
        )
    return told


def _zone(value: object) -> str:
    known = zoneinfo.available_timezones()
    if not isinstance(value, str) or not (value in known if known else re.fullmatch(r"[A-Za-z_]+/[A-Za-z_/-]+", value)):
        raise _Wrong(Words("zona waktu seperti Asia/Jakarta", "a time zone such as Asia/Jakarta"))
    return value


def number(low: int, high: int) -> Callable[[object], Any]:
    """Take a whole number of this range."""
    advice = Words("bilangan {low} sampai {high}", "a number, {low} to {high}").of(low=low, high=high)

    def parse(value: object) -> int:
        told = int(value) if isinstance(value, str) and value.isdecimal() else value
        if type(told) is not int or not low <= told <= high:
            raise _Wrong(advice)
        return told

    return parse


@dataclass(frozen=True, slots=True)
class Question:
    """One question; a default of None must be answered. is_asked: at the terminal; others only by a file."""

    key: str
    words: Words
    parse: Callable[[object], Any]
    default: Any = None
    is_asked: bool = True


_LINE = Words("satu baris tanpa tanda kutip", "one line without quotation marks")
_PORT = Words(
    "auto, none, sebuah jalur seperti /dev/ttyUSB0, atau usb:ID_PATH",
    "auto, none, a path such as /dev/ttyUSB0, or usb:ID_PATH",
)
HOST = Words("nama atau alamat, tanpa spasi", "a name or address, without spaces")

QUESTIONS = (
    Question("language", Words("Bahasa (id, en)", "Language (id, en)"), choice("id", "en"), "id"),
    Question(
        "kit_id",
        Words("Nomor kit, seperti KTP-3174-07", "The kit's id, such as KTP-3174-07"),
        text_like(
            "[A-Za-z0-9-]{1,32}", Words("huruf, angka dan -, paling banyak 32", "letters, digits and -, at most 32")
        ),
    ),
    Question(
        "purpose",
        Words("Untuk apa: training (latihan) atau live (sungguhan)", "Purpose: training or live"),
        choice("training", "live"),
        "training",
    ),
    Question("timezone", Words("Zona waktu", "Time zone"), _zone, "Asia/Jakarta"),
    Question("district", Words("Kecamatan", "District"), text_like('[^"\\n]{0,64}', _LINE), ""),
    Question(
        "place", Words("Tempat kit berdiri", "Place where the kit stands"), text_like('[^"\\n]{0,125}', _LINE), ""
    ),
    Question(
        "fingerprint",
        Words("Sensor sidik jari di port (auto: dicari)", "Port of the fingerprint sensor (auto: it is looked for)"),
        text_like(r"auto|none|usb:\S+|/\S+|[a-z0-9]+://\S+", _PORT),
        "auto",
    ),
    Question("camera", Words("Ada kamera wajah", "Is there a face camera"), _flag, False),
    Question("panel", Words("Ada panel lampu dan tombol", "Is there a panel of lamps and buttons"), _flag, False),
    Question("gauge", Words("Ada pengukur baterai", "Is there a battery gauge"), _flag, False),
    Question(
        "rtc",
        Words("Jam baterai (none, pi5, ds3231, ...)", "Battery clock (none, pi5, ds3231, ...)"),
        choice("none", "pi5", "ds3231", "ds1307", "pcf8523", "pcf8563", "rv3028", "mcp7941x"),
        "none",
    ),
    Question("gnss", Words("Ada penerima satelit (GNSS)", "Is there a satellite receiver (GNSS)"), _flag, False),
    Question(
        "mqtt_host", Words("Broker MQTT (kosong: tidak ada)", "MQTT broker (empty: none)"), text_like(r"\S*", HOST), ""
    ),
    Question(
        "mqtt_tls",
        Words("Broker itu milik kantor, dengan sertifikat (TLS)", "It is the office's broker, with certificates (TLS)"),
        _flag,
        True,
        is_asked=False,
    ),
    Question(
        "delivery_url",
        Words(
            "Alamat kantor penerima paket, https://... (kosong: hanya stick)",
            "The office that takes packets, https://... (empty: by stick alone)",
        ),
        text_like(
            r"|https://[^\s/@]+(/\S*)?",
            Words("seperti https://kantor.example.org:8443", "such as https://office.example.org:8443"),
        ),
        "",
    ),
    Question(
        "recipients",
        Words("Penerima kantor, age1... (kosong: belum ada)", "The office's recipients, age1... (empty: none yet)"),
        _recipients,
        [],
    ),
    Question("board", Words("Papan", "Board"), choice("auto", "pi", "pc"), "auto", is_asked=False),
    Question("mqtt_port", Words("Port broker", "Broker's port"), number(1, 65535), 8883, is_asked=False),
    Question("chrony", Words("Waktu dari chrony", "Time by chrony"), _flag, False, is_asked=False),
    Question(
        "data_partition",
        Words("Partisi data", "Data partition"),
        text_like(
            r"|(/dev/|UUID=|LABEL=)\S+", Words("/dev/..., UUID=... atau LABEL=...", "/dev/..., UUID=... or LABEL=...")
        ),
        "",
        is_asked=False,
    ),
)

_UNREADABLE = Words("{path}: tidak dapat dibaca sebagai TOML ({reason})", "{path}: cannot be read as TOML ({reason})")
_FAULTS = Words("{path}: perlu dibetulkan: {faults}", "{path}: needs a correction: {faults}")
_UNKNOWN = Words("{key}: tidak ada pertanyaan itu", "{key}: there is no such question")
_MISSING = Words("{key}: harus dijawab ({words})", "{key}: must be answered ({words})")
_BAD = Words("{key}: {advice}", "{key}: {advice}")
_NOBODY = Words(
    "tidak ada terminal untuk bertanya; berikan --unattended answers.toml",
    "there is no terminal to ask at; give --unattended answers.toml",
)


def defaults(table: Sequence[Question] = QUESTIONS) -> Answers:
    """The answer to every question that has one by itself."""
    return {question.key: question.default for question in table if question.default is not None}


def read(path: Path, table: Sequence[Question] = QUESTIONS) -> Answers:
    """All answers from a file. Raises SetupFailed with every fault at once."""
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SetupFailed(_UNREADABLE, path=path, reason=error) from error
    answers, faults = defaults(table), []
    known = {question.key: question for question in table}
    for key, value in told.items():
        if key not in known:
            faults.append(_UNKNOWN.of(key=key))
            continue
        try:
            answers[key] = known[key].parse(value)
        except _Wrong as wrong:
            faults.append(_BAD.of(key=key, advice=wrong.words))
    faults += [_MISSING.of(key=key, words=known[key].words) for key in known if key not in answers and key not in told]
    if faults:
        raise SetupFailed(_FAULTS, path=path, faults=listed(faults))
    return answers


def ask(
    before: Mapping[str, Any], language: str, line: Callable[[str], str], table: Sequence[Question] = QUESTIONS
) -> Answers:
    """Ask one after another; what was answered before, or else the default, is taken by Enter.

    line: shows a prompt and returns what is typed; EOFError when nobody is there. Raises SetupFailed then.
    """
    answers = {**defaults(table), **before}
    for question in table:
        while question.is_asked:
            default = answers.get(question.key)
            shown = _shown(default, language)
            try:
                typed = line(f"{question.words.say(language)}{f' [{shown}]' if shown else ''}: ").strip()
            except EOFError as error:
                raise SetupFailed(_NOBODY) from error
            try:
                answers[question.key] = question.parse(typed) if typed or default is None else default
                break
            except _Wrong as wrong:
                line_advice = wrong.words.say(language)
                print(f"  {line_advice}")
        if question.key == "language":
            language = answers["language"]
    return answers


def _shown(value: object, language: str) -> str:
    if isinstance(value, bool):
        return (Words("y", "y") if value else Words("t", "n")).say(language)
    if isinstance(value, list):
        return " ".join(value)
    return str(value) if value is not None else ""


def summary(answers: Mapping[str, Any], table: Sequence[Question] = QUESTIONS) -> list[tuple[Words, Words]]:
    """Every question with its answer, for the report."""
    return [(question.words, same(_shown(answers.get(question.key), "en"))) for question in table]
