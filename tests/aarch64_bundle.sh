#!/usr/bin/env bash
# Installs a bundle as a board with Debian 12 does, without a network, under qemu, and lets `rekam assess` judge one print there.
#
#   tests/aarch64_bundle.sh [FOLDER [BUNDLE.tar]]
#
# Needs root or user namespaces, the packages mmdebstrap and qemu-user-static, those that provisioning/bundle.sh names, and
# the network: a minimal arm64 Debian and, where none is named, a bundle for it come to lie in FOLDER (1.2 GB; a temporary
# one otherwise), where the next run finds them. PYTHON names the interpreter with Rekam installed. Takes five to fifteen
# minutes, nearly all of it the kernels' first compilation. Exit status 0: all is installed, the second call compiled
# nothing, and both found the minutiae that this machine finds, within rounding.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
python=${PYTHON:-.venv/bin/python}
for program in mmdebstrap qemu-aarch64-static unshare "$python"; do
    command -v "$program" >/dev/null || { echo "$0: no $program here; see the head of this file" >&2; exit 2; }
done
if [ $# -gt 0 ]; then
    mkdir -p "$1"
    folder=$(realpath "$1")
else
    folder=$(mktemp -d)
    trap 'rm -rf --one-file-system "$folder"' EXIT
fi
bundle=${2:-$folder/bundle.tar}
print=$PWD/tests/golden/print.pgm
if [ ! -f "$bundle" ]; then
    provisioning/bundle.sh "$bundle" --arch aarch64 --python 3.11 --cache "$folder/cache"
fi

rm -rf --one-file-system "$folder/unpacked" "$folder/board" "$folder/site" "$folder/kernels"
mkdir "$folder/unpacked"
tar -xf "$bundle" -C "$folder/unpacked" --strip-components=1
cd "$folder/unpacked"
sha256sum --check --quiet MANIFEST.sha256
openssl dgst -sha256 -verify signer.pem -signature MANIFEST.sig MANIFEST.sha256
cd "$OLDPWD"

# What is beyond the smallest Debian comes from the bundle
if [ ! -f "$folder/minimal.tar" ]; then
    mmdebstrap --quiet --variant=extract --architectures=arm64 --include='?essential' --include=apt bookworm "$folder/minimal.tar"
fi
mkdir "$folder/board"
tar -xf "$folder/minimal.tar" -C "$folder/board" --exclude='./dev/*'
for deb in "$folder"/unpacked/debs/arm64-bookworm/*.deb; do
    dpkg-deb -x "$deb" "$folder/board"
done

# board PYTHONPATH [ARG...]: the board's Python, in a network of its own without any way out
own=(--net)
[ "$(id -u)" = 0 ] || own+=(--map-root-user)
board() {
    local path=$1
    shift
    unshare "${own[@]}" qemu-aarch64-static -L "$folder/board" -E "PYTHONPATH=$path" -E PYTHONDONTWRITEBYTECODE=1 \
        -E "REKAM_CACHE_DIR=$folder/kernels" "$folder/board/usr/bin/python3.11" "$@"
}

echo "installing by the board's own pip"
board "$(echo "$folder"/board/usr/share/python-wheels/pip-*.whl)" -m pip install --quiet --no-index --no-compile --no-cache-dir \
    --root-user-action=ignore --find-links "$folder/unpacked/wheels/aarch64-cp311" --require-hashes \
    --requirement "$folder/unpacked/requirements-aarch64-cp311.txt" --target "$folder/site"
if [ -d "$folder/site/wsq" ]; then
    board "$folder/site" -c '
import io, wsq
from PIL import Image
file = io.BytesIO()
Image.linear_gradient("L").save(file, "WSQ")
print("wsq writes and reads", Image.open(file).size)'
fi

assess() {
    local begin=$SECONDS
    board "$folder/site" -m firmware assess --json --ppi 500 "$print" >"$folder/$1.json"
    echo "$1: $((SECONDS - begin)) s"
}
echo "assessing one print; the first time the kernels are compiled"
cd "$folder" # so that the firmware is the bundle's, not this checkout's
assess cold
touch "$folder/between"
assess warm
cd "$OLDPWD"
[ -n "$(find "$folder/kernels" -name '*.nbc')" ] || { echo "no kernel was cached" >&2; exit 1; }
[ -z "$(find "$folder/kernels" -name '*.nb?' -newer "$folder/between")" ] || { echo "the second call compiled again" >&2; exit 1; }

"$python" -m firmware assess --json --ppi 500 "$print" >"$folder/here.json"
"$python" - "$folder"/{cold,warm,here}.json <<'PYTHON'
import json
import math
import sys
from pathlib import Path

from tests.pipeline.stages import difference

cold, warm, here = (json.loads(Path(name).read_text()) for name in sys.argv[1:])
rows = [[[m["x"], m["y"], math.radians(m["angle"]), m["type"], m["quality"]] for m in told["minutiae"]] for told in (cold, warm, here)]
if cold != warm:
    sys.exit("the second call told otherwise than the first")
if found := difference(rows[0], rows[2]):
    sys.exit(f"not the same minutiae: {found}")
if abs(cold["quality"] - here["quality"]) > 1:
    sys.exit(f"quality {cold['quality']} and {here['quality']}")
print(f"{len(rows[0])} minutiae, the same within rounding")
PYTHON
