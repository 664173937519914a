#!/usr/bin/env bash
# What tests/provisioning/nspawn.sh lets the booted machine do, a part a start; PART names it.
set -uo pipefail
exec >>/nspawn/log 2>&1
cd /

fail() { echo "FAILED: $*"; echo 1 >/nspawn/status; exit 1; }

setup() { bash /nspawn/provisioning/setup.sh kit --lang en "$@"; }

# make WANTED...: the setup from the bundle alone, which must end with this status.
make() {
  local wanted=$1 status=0
  shift
  setup --offline /nspawn/bundle.tar --unattended /nspawn/answers.toml "$@" || status=$?
  [ "$status" = "$wanted" ] || fail "the setup ended with $status, not $wanted"
}

start_world() {
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
  rekam export /nspawn/records || fail "no packet was brought out"
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

# tests/provisioning/nspawn_office_parts.sh has parts of its own
[ "${BASH_SOURCE[0]}" = "$0" ] || return 0

grep : /proc/net/dev | grep -v '^ *lo:' && fail "there is a network"
case $PART in
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
    ;;
  after_restart)
    start_world
    healthy
    setup --check || fail "a look after the restart finds more to do"
    # Longer than the service's watchdog waits
    sleep 70
    healthy
    record
    ;;
  update)
    start_world
    healthy
    update 0 1
    in_use 1
    bash /opt/rekam/current/provisioning/setup.sh kit --lang en --check || fail "a look after the update finds more to do"
    record
    update 0 1
    grep -q 'is in use already' /nspawn/told || fail "the second update did something again"
    ;;
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
  *) fail "no part $PART" ;;
esac
echo 0 >/nspawn/status
