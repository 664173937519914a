#!/usr/bin/env bash
# What tests/provisioning/nspawn_office.sh lets the booted machines do, a part a start; PART names it.
# shellcheck disable=SC1091
source /nspawn/nspawn_parts.sh
stick=/media/stick

case $PART in office_*) setup() { bash /nspawn/provisioning/setup.sh office --lang en "$@"; } ;; esac

# Every file of the office with its content.
office_files() {
  find /etc /opt /usr/local /var/lib/rekam-setup /var/lib/rekam-office -type f -print0 | sort -z | xargs -0 sha256sum
}

# What the broker says to the office's own reader, and to somebody without a certificate.
broker_answers() {
  local office=/var/lib/rekam-office/office
  [ "$(systemctl is-active mosquitto.service)" = active ] || fail "mosquitto does not run"
  [ "$(systemctl is-active rekam-office.service)" = active ] || fail "nobody takes packets"
  [ "$(stat -c %U "/proc/$(systemctl show -P MainPID mosquitto.service)")" = mosquitto ] || fail "mosquitto runs as somebody else"
  /opt/rekam/current/venv/bin/python - "$office/authority.pem" "$office/broker/reader.pem" <<'PYTHON' || fail "the broker is not as it should be"
import ssl, sys, threading
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
PYTHON
}

grep : /proc/net/dev | grep -v '^ *lo:' && fail "there is a network"
case $PART in
  idle) ;;
  office_made)
    make 0 --report /nspawn/report
    [ -s "$stick/sheet.html" ] || fail "there is no recovery sheet"
    broker_answers
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
  kit_made)
    make 1  # the bench needs what this installs, and the setup then needs the bench's sensor
    start_world
    make 0
    record
    rekam identity request "$stick" || fail "the kit cannot ask"
    ;;
  office_admits)
    setup --check || fail "a look after the restart finds more to do"
    broker_answers
    rekam office admit "$stick" || fail "the kit was not admitted"
    ;;
  kit_admitted)
    rekam identity accept "$stick" || fail "the kit does not take its answer"
    start_world
    healthy
    record
    cp /nspawn/records/*.rekam "$stick"
    ;;
  office_opens)
    rekam office open "$stick"/*.rekam --out "$stick/opened" --json | tee /nspawn/told
    [ "${PIPESTATUS[0]}" = 0 ] || fail "the office cannot open what the kit sealed"
    [ "$(wc -l </nspawn/told)" = 2 ] || fail "not both packets were opened"
    rekam office status || fail "the office does not tell its certificates"
    ;;
  office_taken_back)
    setup --uninstall && fail "keys were thrown away unasked"
    setup --uninstall --discard-data || fail "the uninstall failed"
    ;;
  *) fail "no part $PART" ;;
esac
echo 0 >/nspawn/status
