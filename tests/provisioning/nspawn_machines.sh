#!/usr/bin/env bash
# Bare Debian 12 machines that boot here, and the bundles from which they are set up; tests/provisioning/nspawn.sh uses
# them. Set before: here, the checkout; python; keep, a folder for what comes from elsewhere; work, a folder of this run;
# tree and shared, of the machine that is at work, the latter seen inside as /nspawn; stick, seen as /media/stick.
# shellcheck disable=SC2154
machine=0

say() { printf '== %4d s: %s\n' "$SECONDS" "$*"; }
fail() { say "FAILED: $*"; tail -n 60 "$shared/log" 2>/dev/null || true; exit 1; }

# make_base [PACKAGE...]: the bare tree; with packages also what apt says that these need beyond it.
make_base() {
  local archives="\"\$1\"/var/cache/apt/archives" hook=()
  [ $# = 0 ] || hook=(--customize-hook="rm -f $archives/*.deb
    APT_CONFIG=\"\$MMDEBSTRAP_APT_CONFIG\" apt-get --quiet --quiet --yes --download-only --no-install-recommends install $*
    mkdir -p '$keep/debs'; cp $archives/*.deb '$keep/debs'; rm $archives/*.deb")
  mmdebstrap --quiet --variant=minbase --include=python3,systemd-sysv "${hook[@]}" \
    bookworm "$keep/base.part.tar" /etc/apt/sources.list.d/debian.sources >/dev/null
  mv "$keep/base.part.tar" "$keep/base.tar"
}

# make_wheel OUT SOURCE: the wheel of a copy of Rekam's sources.
make_wheel() { "$python" -m pip --quiet --quiet wheel --no-deps --wheel-dir "$1" "$2"; }

# The wheels of others stay for the next run; Rekam itself is packed anew. Sets `top`, its folder.
make_bundle() {
  local tag wheel
  top=$work/rekam-$("$python" -c 'import tomllib; print(tomllib.load(open("pyproject.toml", "rb"))["project"]["version"])')
  tag=$(uname -m)-cp311
  mkdir -p "$top/wheels/$tag" "$top/debs" "$work/own"
  make_wheel "$work/own" .
  wheel=$(echo "$work/own"/rekam-*.whl)
  if [ ! -d "$keep/wheels" ]; then
    "$python" -m pip --quiet --quiet download --only-binary=:all: --dest "$keep/wheels.part" "rekam[sim,pi] @ file://$wheel"
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
  make_wheel "$work/own" "$work/source"
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

# make_tree TREE: a bare machine.
make_tree() {
  mkdir -p "$1"
  tar -xf "$keep/base.tar" -C "$1" --exclude='./dev/*'
  rm -f "$1/etc/resolv.conf" "$1/etc/hostname"
}

# finish PARTS: wait until the machine has done them and is off.
finish() {
  wait "$machine" || true
  machine=0
  [ "$(cat "$shared/status" 2>/dev/null)" = 0 ] || fail "$*"
}

# boot PART...: start the machine, and let it do these parts.
boot() {
  start "$*"
  finish "$*"
}

# start PARTS [OPTION...]
start() {
  local parts=$1
  shift
  say "$(basename "$tree"): $parts"
  rm -f "$shared/status"
  systemd-nspawn --quiet --directory="$tree" --boot --register=no --keep-unit --console=pipe --private-network \
    --bind="$shared:/nspawn" --bind="$stick:/media/stick" --bind-ro="$work/part.service:/run/systemd/system/part.service" \
    "$@" systemd.wants=part.service "systemd.setenv=PARTS=${parts// /,}" >"$shared/console" 2>&1 </dev/null &
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

# End the machine at once: with its first process the kernel ends all of them.
off() {
  local first
  first=$(pgrep -P "$machine") && kill -9 "$first"
}

# Everything in the tree but what is no file of ours: caches of packages, logs, dpkg's and systemd's own state.
list_tree() {
  (cd "$tree" && find . -xdev \( -path ./proc -o -path ./sys -o -path ./dev -o -path ./run -o -path ./tmp -o -path ./nspawn \
    -o -path ./media/stick \
    -o -path ./var/log -o -path ./var/lib/dpkg -o -path ./var/lib/apt -o -path ./var/cache/apt -o -path ./var/cache/debconf \
    -o -path ./var/lib/systemd -o -path ./var/cache/ldconfig \) -prune -o -printf '%y %m %U:%G %l %p\n' | sort -k5
  find . -xdev -type f \( -path './etc/*' -o -path './usr/local/*' -o -path './boot/*' -o -path './root/*' \) -print0 |
    sort -z | xargs -0 sha256sum)
}

# nothing_left: list_tree before is list_tree after.
nothing_left() {
  list_tree >"$work/after"
  say "what the setup left behind on the $(basename "$tree"), with the caches of packages, logs and dpkg's own state left out:"
  diff "$work/before-$(basename "$tree")" "$work/after" || fail "it is not nothing"
  say "nothing"
}
