"""What an office must be told."""

from provisioning.questions import HOST, QUESTIONS, Question, choice, number, text_like
from provisioning.words import Words

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
        "sheet",
        Words("Berkas lembar pemulihan (kosong: di memori)", "File of the recovery sheet (empty: in memory)"),
        text_like(
            r"|/\S+\.html",
            Words("jalur .html seperti /media/stick/sheet.html", "a path such as /media/stick/sheet.html"),
        ),
        "",
    ),
)
