"""The text of the broker's settings: who may connect, and what each may say and read."""

from provisioning.roles import OFFICE_READER
from provisioning.unit import HARDENED

FOLDER = "/etc/mosquitto/rekam"
AUTHORITY, SERVER, ACCESS = f"{FOLDER}/authority.pem", f"{FOLDER}/server.pem", f"{FOLDER}/access"
SETTINGS = "/etc/mosquitto/conf.d/rekam.conf"
HARDENING = "/etc/systemd/system/mosquitto.service.d/rekam.conf"

_HEAD = "# Written by Rekam's setup; `setup.sh office --uninstall` removes it.\n"

ACCESS_TEXT = f"""{_HEAD}# A kit is called as in its certificate, %u: it writes its own status, and hears there
# whether that came through; as a node of Sparkplug B it speaks for itself alone.
# The office reads all of them, and may ask the nodes for something.
user {OFFICE_READER}
topic read rekam/v1/#
topic read spBv1.0/#
topic write spBv1.0/+/NCMD/+
topic write spBv1.0/STATE/{OFFICE_READER}

pattern readwrite rekam/v1/%u/status
pattern read spBv1.0/STATE/+
pattern write spBv1.0/+/NBIRTH/%u
pattern write spBv1.0/+/NDEATH/%u
pattern write spBv1.0/+/NDATA/%u
pattern write spBv1.0/+/DBIRTH/%u/+
pattern write spBv1.0/+/DDEATH/%u/+
pattern write spBv1.0/+/DDATA/%u/+
pattern read spBv1.0/+/NCMD/%u
"""

HARDENING_TEXT = f"""{_HEAD}[Service]
Restart=always
RestartSec=5
# Its folders are made by systemd, so that it never is root
ExecStartPre=
User=mosquitto
Group=mosquitto
StateDirectory=mosquitto
LogsDirectory=mosquitto
RuntimeDirectory=mosquitto
{HARDENED}
PrivateDevices=yes
ProtectClock=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
MemoryDenyWriteExecute=yes
SystemCallFilter=@system-service
"""


def settings(port: int, folder: str = FOLDER) -> str:
    """Certificates of the office's authority on both sides, nobody without one.

    folder: where the files of this broker lie.
    """
    return f"""{_HEAD}listener {port}
cafile {folder}/authority.pem
# Key and certificate
certfile {folder}/server.pem
keyfile {folder}/server.pem
require_certificate true
use_identity_as_username true
allow_anonymous false
acl_file {folder}/access
# A status is two kilobytes
message_size_limit 65536
"""
