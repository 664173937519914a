#!/usr/bin/env bash
# What tests/provisioning/nspawn.sh lets a booted machine do at one start; PARTS names it, with commas between.
set -uo pipefail
exec >>/nspawn/log 2>&1
cd /
stick=/media/stick

fail() { echo "FAILED: $*"; echo 1 >/nspawn/status; exit 1; }

setup() { bash "/nspawn/provisioning/setup.sh" "$role" --lang en "$@"; }

# make WANTED...: the setup from the bundle alone, which must end with this status.
make() {
  local wanted=$1 status=0
  shift
  setup --offline /nspawn/bundle.tar --unattended /nspawn/answers.toml "$@" || status=$?
  [ "$status" = "$wanted" ] || fail "the setup ended with $status, not $wanted"
}

start_world() {
  systemctl --quiet is-active bench.service && return
  rm -f /nspawn/world/kit.toml
  chown -R rekam /nspawn/world
  systemd-run --quiet --unit=bench --uid=rekam --setenv=REKAM_CACHE_DIR=/nspawn/world/cache \
    /opt/rekam/current/venv/bin/python -m sim /nspawn/world --pace 0
  for _ in $(seq 600); do [ -e /nspawn/world/kit.toml ] && return; sleep 0.1; done
  journalctl -u bench -o cat
  fail "the world did not come up"
}

healthy() {
  for _ in $(seq 600); do [ "$(systemctl is-active rekam.service)" = active ] && break; sleep 0.2; done
  systemctl status --no-pager --lines=20 rekam.service || fail "the service is not healthy"
  [ "$(systemctl show -P NRestarts rekam.service)" = 0 ] || fail "the service was started more than once"
}

record() {
  rekam record --resident /nspawn/resident.toml --json </dev/null || fail "no resident was recorded"
  rekam export "$stick" || fail "no packet was brought out"
}

# update WANTED NAME: by the installed copy to the version NAME, which must end with this status.
update() {
  local status=0
  bash /opt/rekam/current/provisioning/setup.sh update --lang en --watch 20 "/nspawn/$2" >/nspawn/told 2>&1 || status=$?
  cat /nspawn/told
  [ "$status" = "$1" ] || fail "the update to $2 ended with $status, not $1"
}

# in_use NAME: the version in use is NAME, its service is well, and nothing is left to try.
in_use() {
  for _ in $(seq 1500); do [ -e /opt/rekam/trial.json ] || break; sleep 0.2; done
  journalctl -u rekam-update-guard -o cat
  cat /opt/rekam/verdict.json
  [ ! -e /opt/rekam/trial.json ] || fail "the update is not decided"
  [[ $(readlink /opt/rekam/current) == *."$1" ]] || fail "in use is $(readlink /opt/rekam/current), not $1"
  healthy
}

# Every file with its content, but for what a running system writes by itself.
listed() {
  find /etc /opt /usr/local /boot /var/lib/rekam-setup /var/lib/rekam/identity -type f -print0 | sort -z | xargs -0 sha256sum
}

# The version 1 is in use and well; the same line again says so, and then its own setup finds nothing to do.
well_after_first() {
  in_use 1
  update 0 1
  grep -q 'is in use already' /nspawn/told || fail "the second update did something again"
  bash /opt/rekam/current/provisioning/setup.sh kit --lang en --check || fail "a look after the update finds more to do"
  record
}

# Every file of the office with its content.
office_files() {
  find /etc /opt /usr/local /var/lib/rekam-setup /var/lib/rekam-office -type f -print0 | sort -z | xargs -0 sha256sum
}

# What the broker says to the office's own reader and to somebody without a certificate, and who takes packets to one that
# is no kit.
office_answers() {
  local office=/var/lib/rekam-office/office
  [ "$(systemctl is-active mosquitto.service)" = active ] || fail "mosquitto does not run"
  [ "$(systemctl is-active rekam-office.service)" = active ] || fail "nobody takes packets"
  [ "$(stat -c %U "/proc/$(systemctl show -P MainPID mosquitto.service)")" = mosquitto ] || fail "mosquitto runs as somebody else"
  /opt/rekam/current/venv/bin/python - "$office/authority.pem" "$office/broker/reader.pem" <<'PYTHON' || fail "what listens is not as it should be"
import json, ssl, sys, threading
from http.client import HTTPSConnection
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

def is_taken(certificate):
    context = ssl.create_default_context(cafile=sys.argv[1])
    if certificate:
        context.load_cert_chain(certificate)
    taken, ended = threading.Event(), threading.Event()
    client = Client(CallbackAPIVersion.VERSION2)
    client.tls_set_context(context)
    client.on_connect = lambda *words: (taken.set(), ended.set())
    client.on_disconnect = lambda *words: ended.set()
    client.connect("127.0.0.1", 8883)
    client.loop_start()
    assert ended.wait(20)
    client.disconnect()
    client.loop_stop()
    return taken.is_set()

assert is_taken(sys.argv[2]), "the office's reader was refused"
assert not is_taken(None), "somebody without a certificate was taken"
context = ssl.create_default_context(cafile=sys.argv[1])
context.load_cert_chain(sys.argv[2])
desk = HTTPSConnection("127.0.0.1", 8443, context=context, timeout=20)
desk.request("POST", "/packets")
answer = desk.getresponse()
assert (answer.status, json.load(answer)["error"]) == (403, "unknown_kit"), answer.status
PYTHON
}

# Do part NAME.
do_part() {
  case $1 in
    idle) ;;

    setup) make 0 ;;
    without_sensor)
      make 1 | tee /nspawn/told
      grep -q 'no fingerprint sensor answered. Asked: /nspawn/world/fingerprint' /nspawn/told || fail "the sensor is not missed"
      ;;
    whole)
      start_world
      make 0 --report /nspawn/report
      healthy
      listed >/nspawn/listed
      setup --check --offline /nspawn/bundle.tar || fail "a look after the setup finds more to do"
      make 0 | tee /nspawn/told
      grep ': done' /nspawn/told && fail "the second setup did something again"
      listed | diff /nspawn/listed - || fail "the second setup changed a file"
      record
      # The acceptance: a training record on the attached hardware, told on the page to sign
      setup --accept --report /nspawn/report </dev/null || fail "the training record was not made"
      grep -q '"control_number": "BENCH-7-' /nspawn/report.json || fail "the report does not tell of the training record"
      rekam identity request "$stick" || fail "the kit cannot ask"
      ;;
    admitted)
      setup --check || fail "a look after the restart finds more to do"
      rekam identity accept "$stick" || fail "the kit does not take its answer"
      start_world
      healthy
      record
      ;;
    watched)
      # Longer than the service's watchdog waits
      sleep 70
      healthy
      ;;
    update)
      start_world
      healthy
      update 0 1
      well_after_first
      ;;
    update_first) start_world; update 0 1 ;;
    after_first) start_world; well_after_first ;;
    update_broken)
      start_world
      update 1 2
      grep -q 'was not well: its service ended by itself. This kit is back' /nspawn/told || fail "nobody tells why"
      in_use 1
      ls /opt/rekam/versions
      [ "$(find /opt/rekam/versions -mindepth 1 -maxdepth 1 | wc -l)" = 2 ] || fail "not the last two versions are kept"
      record
      ;;
    update_further) start_world; update 0 3 ;;
    before_update) start_world; in_use 1; record ;;
    after_update) start_world; in_use 3; record ;;
    read_only)
      touch /usr/probe 2>/dev/null && fail "the root is not read-only"
      start_world
      healthy
      record
      ;;
    uninstall)
      setup --uninstall --discard-data || fail "the uninstall failed"
      ;;

    office_made)
      make 0
      [ -s "$stick/sheet.html" ] || fail "there is no recovery sheet"
      office_answers
      office_files >/nspawn/listed
      setup --check --offline /nspawn/bundle.tar | tee /nspawn/told
      [ "${PIPESTATUS[0]}" = 0 ] || fail "a look after the setup finds more to do"
      grep -q 'The recovery sheet is at /media/stick/sheet.html' /nspawn/told || fail "the sheet is not told"
      rm "$stick/sheet.html"
      make 0 | tee /nspawn/told
      grep -E ': done|recovery sheet' /nspawn/told && fail "the second setup did something again"
      office_files | diff /nspawn/listed - || fail "the second setup changed a file"
      cp /var/lib/rekam-office/office/recipients.txt "$stick"
      ;;
    office_admits)
      setup --check || fail "a look after the restart finds more to do"
      office_answers
      rekam office admit "$stick" || fail "the kit was not admitted"
      ;;
    office_newer)
      setup --offline /nspawn/newer --unattended /nspawn/answers.toml || fail "the office did not come to the newer version"
      [[ $(readlink /opt/rekam/current) == *.1 ]] || fail "in use is $(readlink /opt/rekam/current), not the newer version"
      setup --check --offline /nspawn/newer || fail "a look after the newer version finds more to do"
      for _ in $(seq 300); do [ "$(systemctl is-active rekam-office.service)" = active ] && break; sleep 0.2; done
      office_answers
      ;;
    office_opens)
      rekam office open "$stick"/*.rekam --out "$stick/opened" --json | tee /nspawn/told
      [ "${PIPESTATUS[0]}" = 0 ] || fail "the office cannot open what the kit sealed"
      [ "$(wc -l </nspawn/told)" = "$(find "$stick" -maxdepth 1 -name '*.rekam' | wc -l)" ] || fail "not every packet was opened"
      rekam office status || fail "the office does not tell its certificates"
      ;;
    office_taken_back)
      setup --uninstall && fail "keys were thrown away unasked"
      setup --uninstall --discard-data || fail "the uninstall failed"
      ;;
    *) fail "no part $1" ;;
  esac
}

grep : /proc/net/dev | grep -v '^ *lo:' && fail "there is a network"
for part in ${PARTS//,/ }; do
  echo "--- $part"
  case $part in office_*) role=office ;; *) role=kit ;; esac
  do_part "$part"
done
# A part that failed within a pipe has said so
[ -e /nspawn/status ] || echo 0 >/nspawn/status
