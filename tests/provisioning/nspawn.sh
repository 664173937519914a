#!/usr/bin/env bash
# Makes a bare Debian 12 a kit and a bare Debian again, booted with its own systemd and without any network.
#
#   sudo tests/provisioning/nspawn.sh [--folder FOLDER] [BUNDLE]
#
# The power is cut in the midst of three steps; then: the setup goes on, names the sensor that is not there, ends well
# once it is, changes nothing when run again; the service is healthy and records a resident on the bench, whose packet is
# opened; all of it again after a restart, with a read-only root too. It is updated to a version that is well, and goes
# back by itself from one that does not start; the power is cut while a version is installed and while one is watched.
# Uninstall leaves nothing, the difference is printed.
# Needs mmdebstrap, systemd-container, age, openssl, and a network on this side only. Without BUNDLE a small one is made for this
# machine's processor by the Python that PYTHON names (3.11, with pip and setuptools). In FOLDER the bare tree and what
# comes from elsewhere stay for the next run, and the acceptance report. Exit status 0: all of that holds.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
python=${PYTHON:-$here/.venv/bin/python}
folder='' bundle=''
while [ $# -gt 0 ]; do case $1 in --folder) folder=$2; shift ;; *) bundle=$(realpath "$1") ;; esac; shift; done
[ "$(id -u)" = 0 ] || { echo "$0: run it as root" >&2; exit 2; }
for program in mmdebstrap systemd-nspawn age-keygen openssl "$python"; do
  command -v "$program" >/dev/null || { echo "$0: no $program here; see the head of this file" >&2; exit 2; }
done
work=$(mktemp -d /var/tmp/rekam-nspawn.XXXXXX)
keep=${folder:-$work/kept}
mkdir -p "$keep"
machine=0
leave() {
  [ "$machine" = 0 ] || { off || true; wait "$machine" 2>/dev/null || true; }
  rm -rf --one-file-system "$work"
}
trap leave EXIT
tree=$work/tree shared=$work/shared
mkdir -p "$tree" "$shared/world" "$shared/records"

say() { printf '== %s\n' "$*"; }
fail() { say "FAILED: $*"; tail -n 60 "$shared/log" 2>/dev/null || true; exit 1; }

make_base() {
  # apt itself tells what the packages of a kit and of the office need beyond this tree
  local archives="\"\$1\"/var/cache/apt/archives"
  mkdir -p "$keep/debs"
  mmdebstrap --quiet --variant=minbase --include=python3,systemd-sysv \
    --customize-hook="rm -f $archives/*.deb
      APT_CONFIG=\"\$MMDEBSTRAP_APT_CONFIG\" apt-get --yes --download-only --no-install-recommends install \
        python3-venv age openssl mosquitto
      cp $archives/*.deb '$keep/debs'; rm $archives/*.deb" \
    bookworm "$keep/base.part.tar" /etc/apt/sources.list.d/debian.sources >/dev/null
  mv "$keep/base.part.tar" "$keep/base.tar"
}

# The wheels of others stay for the next run; Rekam itself is packed anew. Sets `top`, its folder.
make_bundle() {
  local tag wheel
  top=$work/rekam-$("$python" -c 'import tomllib; print(tomllib.load(open("pyproject.toml", "rb"))["project"]["version"])')
  tag=$(uname -m)-cp311
  mkdir -p "$top/wheels/$tag" "$top/debs" "$work/own"
  "$python" -m pip wheel --quiet --no-deps --wheel-dir "$work/own" .
  wheel=$(echo "$work/own"/rekam-*.whl)
  if [ ! -d "$keep/wheels" ]; then
    "$python" -m pip download --quiet --only-binary=:all: --dest "$keep/wheels.part" "rekam[sim,pi] @ file://$wheel"
    rm "$keep/wheels.part"/rekam-*
    mv "$keep/wheels.part" "$keep/wheels"
  fi
  cp "$keep/wheels"/*.whl "$wheel" "$top/wheels/$tag"
  for wheel in "$top/wheels/$tag"/*.whl; do
    # name-version-...whl, where pip takes - and _ for the same
    basename "$wheel" | awk -F- -v "sum=$(sha256sum "$wheel" | cut -d ' ' -f 1)" '{print $1 "==" $2 " --hash=sha256:" sum}'
  done >"$top/wheels/requirements-$tag.txt"
  cp -r "$keep/debs" "$top/debs/$(dpkg --print-architecture)-bookworm"
  basename "$top" | sed 's/^rekam-//' >"$top/VERSION"
  git ls-files provisioning | xargs cp --parents -t "$top"
}

# seal TOP: list what is in a bundle, and sign the list.
seal() {
  (cd "$1" && rm -f MANIFEST.* signer.pem && find . -type f -printf '%P\n' | sort | xargs -d '\n' sha256sum >"$work/list")
  openssl dgst -sha256 -sign "$work/signer.key" -out "$1/MANIFEST.sig" "$work/list"
  cp "$work/list" "$1/MANIFEST.sha256"
  cp "$work/signer.pem" "$1"
}

# make_newer NAME [SED SCRIPT FILE]: the bundle's twin in the shared folder, of version VERSION.NAME, one source changed.
make_newer() {
  local name=$1 wheel tag list version twin=$shared/$1
  tag=$(uname -m)-cp311
  version=$(cat "$top/VERSION").$name
  rm -rf "$work/source" "$work/own" && mkdir "$work/source"
  git ls-files firmware sim pyproject.toml README.md LICENSE NOTICE | xargs cp --parents -t "$work/source"
  sed -i "s/^version = .*/version = \"$version\"/" "$work/source/pyproject.toml"
  [ $# = 1 ] || sed -i "$2" "$work/source/$3"
  "$python" -m pip wheel --quiet --no-deps --wheel-dir "$work/own" "$work/source"
  wheel=$(echo "$work/own"/rekam-*.whl)
  # What stays the same is linked, what changes is written anew
  cp -al "$top" "$twin"
  rm "$twin/wheels/$tag"/rekam-*.whl "$twin/VERSION"
  cp "$wheel" "$twin/wheels/$tag"
  echo "$version" >"$twin/VERSION"
  list=$(find "$twin" -name "requirements-$tag.txt")
  sed "s/^rekam==.*/rekam==$version --hash=sha256:$(sha256sum "$wheel" | cut -d ' ' -f 1)/" "$list" >"$work/list"
  rm "$list" && cp "$work/list" "$list"
  seal "$twin"
}

# boot NAME [OPTION...]: start the machine, let it do part NAME, and wait until it is off.
boot() {
  start "$@"
  wait "$machine" || true
  machine=0
  [ "$(cat "$shared/status" 2>/dev/null)" = 0 ] || fail "part $1"
}

start() {
  local name=$1
  shift
  say "$name"
  rm -f "$shared/status"
  echo "--- $name" >>"$shared/log"
  systemd-nspawn --quiet --directory="$tree" --boot --register=no --keep-unit --console=pipe --private-network \
    --bind="$shared:/nspawn" --bind-ro="$shared/part.service:/run/systemd/system/part.service" "$@" \
    systemd.wants=part.service "systemd.setenv=PART=$name" >"$shared/console" 2>&1 </dev/null &
  machine=$!
}

# cut_in PART SECONDS CONDITION...: start a part, and end the machine as a power cut would, so long after CONDITION holds.
cut_in() {
  local waited=0 part=$1 after=$2
  shift 2
  start "$part"
  until "$@" 2>/dev/null; do
    kill -0 "$machine" 2>/dev/null || fail "the machine ended before $*"
    [ $((waited += 1)) -lt 9000 ] || fail "never: $*"
    sleep 0.1
  done
  sleep "$after"
  off
  wait "$machine" 2>/dev/null || true
  machine=0
  say "the power was cut in the part $part: $*"
}

# is_at STEP: whether this step of the setup is at work.
is_at() { grep -A1 "\"$1\": {" "$tree/var/lib/rekam-setup/provision.json" | grep -q begun; }

# is_coming NAME: whether the version NAME is being installed; is_tried NAME: whether it is in use and under watch.
is_coming() { [ -d "$(echo "$tree"/opt/rekam/versions/*."$1"/venv/lib/python3*/site-packages/numpy)" ]; }
is_tried() { [ -e "$tree/opt/rekam/trial.json" ] && [[ $(readlink "$tree/opt/rekam/current") == *."$1" ]]; }

# End the machine at once: with its first process the kernel ends all of them.
off() {
  local first
  first=$(pgrep -P "$machine") && kill -9 "$first"
}

# Everything in the tree but what is no file of ours: caches of packages, logs, dpkg's and systemd's own state.
list_tree() {
  (cd "$tree" && find . -xdev \( -path ./proc -o -path ./sys -o -path ./dev -o -path ./run -o -path ./tmp -o -path ./nspawn \
    -o -path ./var/log -o -path ./var/lib/dpkg -o -path ./var/lib/apt -o -path ./var/cache/apt -o -path ./var/cache/debconf \
    -o -path ./var/lib/systemd -o -path ./var/cache/ldconfig \) -prune -o -printf '%y %m %U:%G %l %p\n' | sort -k5
  find . -xdev -type f \( -path './etc/*' -o -path './usr/local/*' -o -path './boot/*' -o -path './root/*' \) -print0 |
    sort -z | xargs -0 sha256sum)
}

cd "$here"
if ! { [ -f "$keep/base.tar" ] && compgen -G "$keep/debs/mosquitto_*" >/dev/null; }; then
  say "making the bare tree"
  make_base
fi
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$work/signer.key" 2>/dev/null
openssl pkey -in "$work/signer.key" -pubout -out "$work/signer.pem"
say "making the bundles"
if [ -n "$bundle" ]; then
  # Signed anew, with the key that signs its successors
  mkdir "$work/given"
  tar -xf "$bundle" -C "$work/given"
  top=$(echo "$work/given"/*)
else
  make_bundle
fi
seal "$top"
bundle=$work/bundle.tar
tar -C "$(dirname "$top")" -cf "$bundle" "$(basename "$top")"
tar -xf "$keep/base.tar" -C "$tree" --exclude='./dev/*'
rm -f "$tree/etc/resolv.conf" "$tree/etc/hostname"
ln "$bundle" "$shared/bundle.tar" 2>/dev/null || cp "$bundle" "$shared/bundle.tar"
tar -xf "$bundle" -C "$shared" --wildcards '*/provisioning/*' --strip-components=1
cp docs/resident.toml tests/provisioning/nspawn_parts.sh "$shared"
# tests/provisioning/nspawn_office.sh goes on by itself from here
[ "${BASH_SOURCE[0]}" = "$0" ] || return 0

make_newer 1
# Its own test passes, its service does not
make_newer 2 '/^    def run(self, on_ready/a\        raise RuntimeError("broken on purpose")' firmware/service.py
make_newer 3
age-keygen -o "$shared/office.key" 2>/dev/null
recipient=$(sed -n 's/^# public key: //p' "$shared/office.key")
cat >"$shared/answers.toml" <<TOML
kit_id = "BENCH-7"
language = "en"
purpose = "training"
district = "Kepulauan Seribu"
fingerprint = "/nspawn/world/fingerprint"
recipients = ["$recipient"]
TOML
cat >"$shared/part.service" <<'UNIT'
[Unit]
Description=One part of the test
After=multi-user.target
[Service]
Type=oneshot
PassEnvironment=PART
ExecStart=/bin/bash /nspawn/nspawn_parts.sh
ExecStopPost=/bin/systemctl --no-block poweroff
UNIT

boot idle  # what a first start leaves is no doing of the setup
list_tree >"$work/before"
cut_in setup 1 is_at packages
cut_in setup 5 is_at environment
cut_in setup 2 is_at kernels
boot without_sensor
boot whole
boot after_restart
boot update
boot update_broken
cut_in update_further 1 is_coming 3
boot before_update
cut_in update_further 3 is_tried 3
boot after_update
cut_in update_broken 0.5 is_tried 2
boot after_update
# Only the data are on a partition that may be written
cp -a "$tree/var/lib/rekam" "$work/data"
boot read_only --volatile=state --bind="$work/data:/var/lib/rekam"
boot uninstall
list_tree >"$work/after"
say "what the setup left behind, with the caches of packages, logs and dpkg's own state left out:"
diff "$work/before" "$work/after" || fail "it is not nothing"
say "nothing"
for packet in "$shared"/records/*.rekam; do
  age -d -i "$shared/office.key" "$packet" >"$work/opened" || fail "the packet $packet is not for the office"
done
cp "$shared"/report.* "$keep"
say "all of it holds"
