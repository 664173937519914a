"""The text of the systemd units."""

from collections.abc import Mapping

HARDENED = """NoNewPrivileges=yes
CapabilityBoundingSet=
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
ProtectHostname=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectProc=invisible
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallErrorNumber=EPERM"""
"""What every service of ours is denied; each adds what it alone can do without."""

_SERVICE = f"""# Written by Rekam's setup.
[Unit]
Description=Rekam, records residents for the identity card
Documentation=man:systemd.service(5)
After=local-fs.target time-set.target
RequiresMountsFor=/var/lib/rekam /opt/rekam
# A kit in the field is never given up
StartLimitIntervalSec=0

[Service]
Type=notify
NotifyAccess=main
ExecStart=/opt/rekam/current/venv/bin/python -m firmware run --config /etc/rekam/kit.toml
User=rekam
Group=rekam
{{environment}}
WorkingDirectory=/
StateDirectory=rekam
StateDirectoryMode=0700
CacheDirectory=rekam
CacheDirectoryMode=0700
RuntimeDirectory=rekam
RuntimeDirectoryPreserve=restart
UMask=0077
Restart=always
RestartSec=5
# The first start after an update may compile every kernel
TimeoutStartSec=300
TimeoutStopSec=30
WatchdogSec=60

# Nothing but its devices, its folders and the network. No MemoryDenyWriteExecute: the kernels are compiled here
{HARDENED}
AmbientCapabilities=
PrivateMounts=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RemoveIPC=yes
# adjtimex tells whether a time server holds the clock; without CAP_SYS_TIME it cannot set it
SystemCallFilter=@system-service adjtimex clock_adjtime
DevicePolicy=closed
{{devices}}

[Install]
WantedBy=multi-user.target
"""

_OFFICE = f"""# Written by Rekam's setup; `systemctl edit rekam-office` adds to it, such as REKAM_STORE.
[Unit]
Description=Rekam's office, takes packets from kits
Documentation=man:systemd.service(5)
After=network-online.target time-set.target
Wants=network-online.target
RequiresMountsFor=/var/lib/rekam-office /opt/rekam
# Given up where it fails for half an hour: the kits keep their packets until somebody has looked
StartLimitIntervalSec=1h
StartLimitBurst=60

[Service]
Type=notify
NotifyAccess=main
ExecStart=/opt/rekam/current/venv/bin/python -m firmware office serve --port {{port}}
User=rekam-office
Group=rekam-office
{{environment}}
WorkingDirectory=/
StateDirectory=rekam-office
StateDirectoryMode=0700
UMask=0077
Restart=always
RestartSec=30
# What was whole when it ended is judged before it listens
TimeoutStartSec=300
TimeoutStopSec=30

# Nothing but its folder and the network
{HARDENED}
AmbientCapabilities=
PrivateDevices=yes
PrivateMounts=yes
ProtectClock=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RemoveIPC=yes
SystemCallFilter=@system-service

[Install]
WantedBy=multi-user.target
"""

_DEVICES = (
    *(f"char-{name} rw" for name in ("ttyAMA", "ttyS", "ttyUSB", "ttyACM", "gpiochip", "i2c")),
    *(f"char-{name} rw" for name in ("video4linux", "media", "dma_heap")),
    "/dev/vcio rw",
    "char-rtc r",
)

POWER_OFF_PATH = """# Written by Rekam's setup: the service may switch nothing off itself, and asks by a file for it.
[Unit]
Description=Rekam asks for the power to be switched off

[Path]
PathExists=/run/rekam/power-off
Unit=poweroff.target

[Install]
WantedBy=multi-user.target
"""

UPDATE_GUARD = """# Written by Rekam's setup: goes back from a new version that does not come up healthy.
[Unit]
Description=Guard of an update of Rekam
RequiresMountsFor=/opt/rekam /usr/local
ConditionPathExists=/opt/rekam/trial.json
# The service waits for the first command alone
Before=rekam.service

[Service]
Type=exec
Environment=PYTHONPATH=/opt/rekam/guard
ExecStartPre=/usr/bin/python3 -BPm provisioning.guard boot
ExecStart=/usr/bin/python3 -BPm provisioning.guard watch
Restart=on-failure

[Install]
WantedBy=multi-user.target
"""


def service(environment: Mapping[str, str]) -> str:
    """The service of the kit with these variables in its environment."""
    devices = "\n".join(f"DeviceAllow={device}" for device in _DEVICES)
    return _SERVICE.format(environment=_told(environment), devices=devices)


def office_service(environment: Mapping[str, str], port: int) -> str:
    """The service that takes packets at the office, with these variables in its environment."""
    return _OFFICE.format(environment=_told(environment), port=port)


def _told(environment: Mapping[str, str]) -> str:
    pairs = (f"{name}={value}" for name, value in environment.items())
    return "\n".join(f'Environment="{pair}"' if " " in pair else f"Environment={pair}" for pair in pairs)
