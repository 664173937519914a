#!/usr/bin/env bash
# Makes one archive from which kits and offices are set up without a network, signed.
#
#   provisioning/bundle.sh OUT.tar [--arch aarch64,x86_64] [--python 3.11,3.13] [--key SIGNING_KEY.pem] [--cache DIR]
#
# Runs on Debian 12 or 13 with a network, as any user, in this checkout; needs python3-venv and openssl. For wsq, which has
# no aarch64 wheel, it needs gcc-aarch64-linux-gnu and qemu-user-static too; without them wsq is left out, and that is told.
# A second run fetches only what is new.
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
for python in python3 python3.13 python3.12 python3.11 ''; do
  if [ -z "$python" ]; then
    echo "bundle: no Python 3.11 or newer here: apt-get install python3 python3-venv" >&2
    exit 1
  fi
  "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break
done
PYTHONPATH=$top PYTHONDONTWRITEBYTECODE=1 exec "$python" -m provisioning.bundling "$@"
