#!/usr/bin/env bash
# Makes one bare Debian 12 the office and another a kit, and both bare again: booted with their own systemd, without any
# network, a stick going between them.
#
#   sudo tests/provisioning/nspawn.sh [--short] [--folder FOLDER] [BUNDLE]
#
# The office is set up from the bundle alone, changes nothing when it is set up again, and its broker takes nobody without
# a certificate. On the kit the power is cut in the midst of three steps; then the setup goes on, names the sensor that is
# not there, ends well once it is, changes nothing when run again; the service is healthy and records a resident on the
# bench. It asks the office by the stick, is admitted, and records again after a restart, with a read-only root too. It is
# updated to a version that is well, and goes back by itself from one that does not start; the power is cut while a version
# is installed and while one is watched. The office comes to a newer version, opens every packet, and so does age.
# Uninstall leaves nothing on either, the difference is printed.
# --short cuts the power once in the setup and once in an update, leaves the office's version alone, and does not wait
# longer than the service's watchdog.
# Needs mmdebstrap, systemd-container, age, openssl, and a network on this side only. Without BUNDLE a small one is made for this
# machine's processor by the Python that PYTHON names (3.11, with pip). In FOLDER the bare tree and what comes from
# elsewhere stay for the next run, and the acceptance report. Exit status 0: all of that holds.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
python=${PYTHON:-$here/.venv/bin/python}
folder='' bundle='' short=''
while [ $# -gt 0 ]; do
  case $1 in --folder) folder=$2; shift ;; --short) short=yes ;; *) bundle=$(realpath "$1") ;; esac
  shift
done
[ "$(id -u)" = 0 ] || { echo "$0: run it as root" >&2; exit 2; }
for program in mmdebstrap systemd-nspawn age openssl "$python"; do
  command -v "$program" >/dev/null || { echo "$0: no $program here; see the head of this file" >&2; exit 2; }
done
work=$(mktemp -d /var/tmp/rekam-nspawn.XXXXXX)
keep=${folder:-$work/kept}
stick=$work/stick
# shellcheck source=tests/provisioning/nspawn_machines.sh
source "$here/tests/provisioning/nspawn_machines.sh"
leave() {
  [ "$machine" = 0 ] || { off || true; wait "$machine" 2>/dev/null || true; }
  rm -rf --one-file-system "$work"
}
trap leave EXIT
mkdir -p "$keep" "$stick" "$work/shared-kit/world/cache" "$work/shared-office"

at() { tree=$work/$1 shared=$work/shared-$1; }

# is_at STEP: whether this step of the setup is at work.
is_at() { grep -A1 "\"$1\": {" "$tree/var/lib/rekam-setup/provision.json" | grep -q begun; }

# is_coming NAME: whether the version NAME is being installed; is_tried NAME: whether it is in use and under watch.
is_coming() { [ -d "$(echo "$tree"/opt/rekam/versions/*."$1"/venv/lib/python3*/site-packages/numpy)" ]; }
is_tried() { [ -e "$tree/opt/rekam/trial.json" ] && [[ $(readlink "$tree/opt/rekam/current") == *."$1" ]]; }

cd "$here"
at kit
if [ ! -f "$keep/base.tar" ] || { [ -z "$bundle" ] && [ ! -d "$keep/debs" ]; }; then
  say "making the bare tree"
  if [ -n "$bundle" ]; then make_base; else make_base python3-venv age openssl mosquitto; fi
fi
say "making the bundles"
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$work/signer.key" 2>/dev/null
openssl pkey -in "$work/signer.key" -pubout -out "$work/signer.pem"
if [ -n "$bundle" ]; then
  # Signed anew, with the key that signs its successors
  mkdir "$work/given"
  tar -xf "$bundle" -C "$work/given"
  top=$(echo "$work/given"/*)
else
  make_bundle
fi
seal "$top"
make_newer 1
# Its own test passes, its service does not
make_newer 2 '/^    def run(self, on_ready/a\        raise RuntimeError("broken on purpose")' firmware/service.py
[ -n "$short" ] || make_newer 3
tar -C "$(dirname "$top")" -cf "$work/bundle.tar" "$(basename "$top")"
for name in kit office; do
  make_tree "$work/$name"
  ln "$work/bundle.tar" "$work/shared-$name"
  cp -r "$top/provisioning" docs/resident.toml tests/provisioning/nspawn_parts.sh "$work/shared-$name"
done
# The world beside the kit is no part of it, and need not compile what this machine has compiled
compiled=$("$python" -c 'from firmware.pipeline import _jit; print(_jit._FOLDER or "")')
[ -z "$compiled" ] || cp -r "$compiled" "$work/shared-kit/world/cache"
cat >"$work/part.service" <<'UNIT'
[Unit]
Description=Parts of the test
After=multi-user.target
[Service]
Type=oneshot
PassEnvironment=PARTS
ExecStart=/bin/bash /nspawn/nspawn_parts.sh
ExecStopPost=/bin/systemctl --no-block poweroff
UNIT
cat >"$work/shared-office/answers.toml" <<'TOML'
language = "en"
broker_host = "office.example.org"
sheet = "/media/stick/sheet.html"
TOML

for name in office kit; do  # what a first start leaves is no doing of the setup
  at $name
  boot idle
  list_tree >"$work/before-$name"
done
at office
boot office_made
cat >"$work/shared-kit/answers.toml" <<TOML
kit_id = "BENCH-7"
language = "en"
purpose = "training"
district = "Kepulauan Seribu"
fingerprint = "/nspawn/world/fingerprint"
recipients = [$(sed 's/.*/"&"/' "$stick/recipients.txt" | paste -sd,)]
TOML
at kit
[ -n "$short" ] || cut_in setup 1 is_at packages
cut_in setup 3 is_at environment
[ -n "$short" ] || cut_in setup 2 is_at kernels
boot without_sensor whole
at office
boot office_admits
at kit
if [ -n "$short" ]; then
  boot admitted
  cut_in update_first 3 is_tried 1
  boot after_first update_broken
else
  boot admitted watched
  boot update
  boot update_broken
  cut_in update_further 1 is_coming 3
  boot before_update
  cut_in update_further 3 is_tried 3
  boot after_update
  cut_in update_broken 0.5 is_tried 2
  boot after_update
fi
# Only the data are on a partition that may be written
cp -a "$tree/var/lib/rekam" "$work/data"
start read_only --volatile=state --bind="$work/data:/var/lib/rekam"
finish read_only
boot uninstall
nothing_left
cp "$shared"/report.* "$keep"
at office
if [ -n "$short" ]; then
  boot office_opens
else
  cp -al "$work/shared-kit/1" "$shared/newer"
  boot office_newer office_opens
fi
for packet in "$stick"/*.rekam; do
  age -d -i "$tree/var/lib/rekam-office/office/identity.txt" "$packet" >/dev/null || fail "age does not open $packet"
done
boot office_taken_back
nothing_left
say "all of it holds"
