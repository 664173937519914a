#!/usr/bin/env bash
# Makes this machine a kit, or this checkout ready for use, and then shows what it does or tests it.
# What is missing comes by apt where this runs as root; otherwise the exact apt line is named and nothing is changed.
# Everything from PyPI goes into .venv in the checkout; a second run finds it ready.
set -euo pipefail
called_from=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")/.."
top=$PWD
PATH=$PATH:/usr/sbin:/sbin  # Debian keeps mosquitto where an ordinary user's PATH does not look
stamp=.venv/rekam-setup

say() { printf 'setup: %s\n' "$*"; }
fail() { printf 'setup: %s\n' "$1" >&2; shift; [ $# -eq 0 ] || printf '%s\n' "$@" >&2; exit 1; }

usage() {
  cat <<'TEXT'
usage: bash provisioning/setup.sh demo [--fingers FOLDER]
       bash provisioning/setup.sh test [PYTEST OPTION...]
       sudo bash provisioning/setup.sh kit [--check] [--uninstall] [--offline BUNDLE] [--help] ...
       sudo bash provisioning/setup.sh update BUNDLE [--check] [--help] ...
       sudo bash provisioning/setup.sh office [the same as kit]

demo  installs what is missing and lets a simulated kit record one resident: from fingers on a sensor
      to a sealed packet that the office opens. Takes a few minutes. --fingers puts your own prints (PNG files
      named FINGER_IMPRESSION, such as 101_1.png) under the simulated sensor.
test  installs what the tests need and runs all of them.
kit   makes this machine a field kit; run the same line again after a restart or a power cut. --check tells how far
      it is one and changes nothing, --uninstall takes it all back, --help names the rest.
office  makes this machine the office: its keys with a recovery sheet to print, and its MQTT broker. Run it again to
      renew the broker's certificate.

Run as root, it installs what is missing by apt; as an ordinary user it names the apt line and stops.
Needs Debian 12 or 13, or 64-bit Raspberry Pi OS, with about 1 GB free and a network for the first run.
TEXT
}

# The first Python that Rekam runs on: 3.11 to 3.13, 64-bit.
find_python() {
  local candidate
  for candidate in python3 python3.13 python3.12 python3.11; do
    if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14) or sys.maxsize < 2**32)' 2>/dev/null; then
      python=$(command -v "$candidate")
      return
    fi
  done
  return 1
}

# Adds to `packages` what must still come by apt, for the given programs.
list_missing() {
  local program
  packages=()
  if ! command -v python3 >/dev/null; then
    packages+=(python3 python3-venv)
  elif ! find_python; then
    fail "$(command -v python3) is $(python3 -V 2>&1), and Rekam needs a 64-bit Python 3.11, 3.12 or 3.13." \
      "Use Debian 12 or 13 or the 64-bit Raspberry Pi OS, or install python3.13 beside it."
  elif ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    packages+=(python3-venv)
  fi
  for program in "$@"; do
    # libfprint carries MINDTCT, the peer that the bench measures ourselves by: a library, not a program
    if [ "$program" = libfprint-2-2 ]; then
      compgen -G '/usr/lib/*/libfprint-2.so.2' >/dev/null || packages+=("$program")
    elif [ "$program" = systemd-container ]; then
      command -v systemd-nspawn >/dev/null || packages+=("$program")
    # Debian keeps the server's own programs off the PATH
    elif [ "$program" = postgresql ]; then
      compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || packages+=("$program")
    else
      command -v "$program" >/dev/null || packages+=("$program")
    fi
  done
  # wsq, an image format that the tests read, comes ready-built for x86-64 only
  if [[ " $* " == *" mosquitto "* && $(uname -m) != x86_64 ]] && ! command -v gcc >/dev/null; then
    packages+=(gcc libc6-dev python3-dev)
  fi
}

install_packages() {
  local log
  list_missing "$@"
  [ ${#packages[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null || fail "missing: ${packages[*]}. There is no apt-get here; install them by this system's own means."
  if [ "$(id -u)" != 0 ]; then
    fail "missing: ${packages[*]}. Install with this line, then run this again:" \
      "  sudo apt-get install --no-install-recommends ${packages[*]}"
  fi
  log=$(mktemp)
  export DEBIAN_FRONTEND=noninteractive
  say "reading apt's lists"
  apt-get update >"$log" 2>&1 || { cat "$log" >&2; fail "apt-get update failed; see above"; }
  say "installing by apt: ${packages[*]} (up to a minute)"
  apt-get install -y --no-install-recommends "${packages[@]}" >"$log" 2>&1 ||
    { tail -n 20 "$log" >&2; fail "apt-get install ${packages[*]} failed; see above"; }
  rm -f "$log"
  list_missing "$@"
  [ ${#packages[@]} -eq 0 ] || fail "apt-get ended well, and still missing: ${packages[*]}"
}

# prepare EXTRA: .venv holds Rekam with this extra (sim or test; test has all of sim).
prepare() {
  local maker digest fresh=()
  maker="$("$python" -c 'import sys; print(sys.version.split()[0], sys.base_prefix)') $top"
  digest=$(sha256sum pyproject.toml | cut -d ' ' -f 1)
  if [ -f "$stamp" ] && { cmp -s "$stamp" <(printf '%s\n' "$maker" "$digest test") || cmp -s "$stamp" <(printf '%s\n' "$maker" "$digest $1"); }; then
    say "the environment .venv is ready"
    return
  fi
  # An install that was cut short, another Python or a moved folder: begin anew
  if [ -f "$stamp" ] && [ "$(head -n 1 "$stamp")" != "$maker" ]; then fresh=(--clear); fi
  say "making the environment .venv with Python ${maker%% *}"
  "$python" -m venv "${fresh[@]}" .venv || fail "the environment could not be made; see above"
  echo unfinished >"$stamp"
  say "installing Rekam and what it needs from PyPI (about 140 MB the first time)"
  .venv/bin/python -m pip install --disable-pip-version-check --no-input --editable ".[$1]" ||
    fail "pip could not install Rekam; see above. Is the network there, and 1 GB free? Then run this again."
  printf '%s\n' "$maker" "$digest $1" >"$stamp"
}

# The stand-in of the camera is held to the real package, which installs on a Raspberry Pi only: its wheel is read, not run.
fetch_picamera2() {
  [ -f .venv/wheels/picamera2-0.3.38-py3-none-any.whl ] && return
  .venv/bin/python -m pip download --disable-pip-version-check --no-input --no-deps --only-binary=:all: \
    --dest .venv/wheels picamera2==0.3.38 || fail "picamera2's wheel could not be fetched; see above."
}

verb=${1-}
[ $# -gt 0 ] && shift
# Every process of a demo or test imports this checkout: none should compile it again, as a set PYTHONDONTWRITEBYTECODE asks
case $verb in demo | test) unset PYTHONDONTWRITEBYTECODE ;; esac
case $verb in
  demo)
    install_packages age openssl
    prepare sim
    cd "$called_from"  # a folder that is named on the line is meant from there
    PATH=$top/.venv/bin:$PATH exec "$top/.venv/bin/python" "$top/provisioning/demo.py" "$@"
    ;;
  test)
    needed=(age openssl mosquitto shellcheck libfprint-2-2 postgresql chromium)
    # Only root may boot the bare machines that become kit and office
    [ "$(id -u)" != 0 ] || needed+=(mmdebstrap systemd-container)
    install_packages "${needed[@]}"
    prepare test
    fetch_picamera2
    say "compiling the kernels (a minute)"
    # On the other core, mypy fills its cache; a test tells what it finds
    .venv/bin/python -m mypy >/dev/null 2>&1 &
    PATH=$top/.venv/bin:$PATH .venv/bin/python -m tests.warmed
    wait
    # Two workers more than cores, as many tests wait; a file's tests stay together, as they share what is slow to make
    PATH=$top/.venv/bin:$PATH exec .venv/bin/python -m pytest --numprocesses "$(($(nproc) + 2))" \
      --dist loadfile --no-loadscope-reorder "$@"
    ;;
  kit | office | update)
    find_python || fail "Rekam needs a 64-bit Python 3.11, 3.12 or 3.13: apt-get install python3"
    cd "$called_from"
    # Nothing is written beside these files: they may lie on a stick. A link in their path may be turned meanwhile
    PYTHONPATH=$(cd "$top" && pwd -P) exec "$python" -BPm "provisioning.$verb" "$@"
    ;;
  "" | help | -h | --help)
    usage
    ;;
  *)
    printf 'setup: there is no verb "%s"\n\n' "$verb" >&2
    usage >&2
    exit 2
    ;;
esac
