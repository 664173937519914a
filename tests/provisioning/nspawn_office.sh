#!/usr/bin/env bash
# Makes one bare Debian 12 the office and another a kit, each booted with its own systemd and without any network, and
# lets a stick go between them.
#
#   sudo tests/provisioning/nspawn_office.sh [--folder FOLDER] [BUNDLE]
#
# The office is set up from the bundle alone, changes nothing when it is set up again, and its broker takes nobody without
# a certificate. The kit records before it is admitted, asks by the stick, is answered, records again; the office opens
# both packets. All of it holds after a restart; uninstall leaves nothing of the office, the difference is printed.
# Needs, options and exit status are those of nspawn.sh beside it.
# It makes what both machines begin with, and has what boots them
# shellcheck source=tests/provisioning/nspawn.sh disable=SC1091
source "$(dirname "${BASH_SOURCE[0]}")/nspawn.sh"
# shellcheck disable=SC2154
kit_tree=$tree kit_shared=$shared stick=$work/stick
office_tree=$work/office-tree office_shared=$work/office-shared
mkdir -p "$stick" "$office_tree"
# shellcheck disable=SC2154
tar -xf "$keep/base.tar" -C "$office_tree" --exclude='./dev/*'
rm -f "$office_tree/etc/resolv.conf" "$office_tree/etc/hostname"
cp tests/provisioning/nspawn_office_parts.sh "$shared"
cat >"$shared/part.service" <<'UNIT'
[Unit]
Description=One part of the test
After=multi-user.target
[Service]
Type=oneshot
PassEnvironment=PART
ExecStart=/bin/bash /nspawn/nspawn_office_parts.sh
ExecStopPost=/bin/systemctl --no-block poweroff
UNIT
cp -al "$shared" "$office_shared"
cat >"$office_shared/answers.toml" <<'TOML'
language = "en"
broker_host = "office.example.org"
sheet = "/media/stick/sheet.html"
TOML

at_office() { tree=$office_tree shared=$office_shared; boot "$1" --bind="$stick:/media/stick"; }
at_kit() { tree=$kit_tree shared=$kit_shared; boot "$1" --bind="$stick:/media/stick"; }

at_office idle  # what a first start leaves is no doing of the setup
list_tree >"$work/before"
at_office office_made
cat >"$kit_shared/answers.toml" <<TOML
kit_id = "BENCH-7"
language = "en"
purpose = "training"
fingerprint = "/nspawn/world/fingerprint"
recipients = [$(sed 's/.*/"&"/' "$stick/recipients.txt" | paste -sd,)]
TOML
at_kit kit_made
at_office office_admits
at_kit kit_admitted
at_office office_opens
at_office office_taken_back
list_tree >"$work/after"
say "what the office's setup left behind, with the caches of packages, logs and dpkg's own state left out:"
diff "$work/before" "$work/after" || fail "it is not nothing"
say "nothing"
say "all of it holds"
