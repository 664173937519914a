#!/usr/bin/env bash
# Finds the minutiae of one print as a board's aarch64 processor does, under qemu, and compares them with this machine's.
#
#   tests/aarch64.sh [FOLDER]
#
# Needs the packages mmdebstrap and qemu-user-static, and the network: Debian's arm64 Python and the aarch64 wheels of
# numpy and numba come to lie in FOLDER (430 MB; a temporary one otherwise), where the next run finds them. PYTHON names
# the interpreter with Rekam installed. Exit status 0: the same minutiae within rounding.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
python=${PYTHON:-.venv/bin/python}
for program in mmdebstrap qemu-aarch64-static "$python"; do
    command -v "$program" >/dev/null || { echo "$0: no $program here; see the head of this file" >&2; exit 2; }
done
if [ $# -gt 0 ]; then
    mkdir -p "$1"
    tree=$(realpath "$1")
else
    tree=$(mktemp -d)
    trap 'rm -rf --one-file-system "$tree"' EXIT
fi

if [ ! -x "$tree/debian/usr/bin/python3.11" ]; then
    mmdebstrap --quiet --variant=extract --architectures=arm64 \
        --include=python3-minimal,libpython3-stdlib,libstdc++6,libgomp1,zlib1g bookworm "$tree/debian"
fi
if [ ! -d "$tree/wheels/numba" ]; then
    mapfile -t wanted < <("$python" -m pip freeze | grep -E '^(numpy|numba|llvmlite)==')
    "$python" -m pip install --quiet --disable-pip-version-check --target "$tree/wheels" --no-deps --only-binary=:all: \
        --python-version 3.11 --platform manylinux_2_28_aarch64 --platform manylinux_2_27_aarch64 \
        --platform manylinux2014_aarch64 "${wanted[@]}"
fi

qemu-aarch64-static -L "$tree/debian" -E "PYTHONPATH=$tree/wheels:$PWD" -E "REKAM_CACHE_DIR=$tree/kernels" \
    -E PYTHONDONTWRITEBYTECODE=1 "$tree/debian/usr/bin/python3.11" -m tests.pipeline.stages --minutiae >"$tree/minutiae.json"
"$python" -m tests.pipeline.stages --compare "$tree/minutiae.json"
