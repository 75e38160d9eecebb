#!/bin/sh
# Installs blademill from the bundle that this file lies in, without a network, into /opt/blademill.
# Run as root, also for an upgrade: the one before stays, linked as venv.before (the way back).
set -eu

here=$(cd "$(dirname "$0")" && pwd)
base=${1:-/opt/blademill}
python=${PYTHON:-python3}

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
	echo "blademill needs Python 3.11 or newer; name one: PYTHON=/path/to/python3.11 $0" >&2
	exit 1
}
mkdir -p "$base"

# A virtual environment does not bear being moved, so /opt/blademill/venv is a link to the newest.
place="$base/venv-$(date -u +%Y%m%d%H%M%S)"
"$python" -m venv "$place"
"$place/bin/python" -m pip install --quiet --disable-pip-version-check --no-index \
	--find-links "$here/wheels" --require-hashes --requirement "$here/run.txt" --requirement "$here/notify.txt"
"$place/bin/python" -m pip install --quiet --disable-pip-version-check --no-index \
	--no-deps "$here"/wheels/blademill-*.whl
if [ -L "$base/venv" ]; then
	ln -sfn "$(readlink "$base/venv")" "$base/venv.before"
fi
ln -sfn "$place" "$base/venv"
cp -r "$here/docs" "$here/recipes" "$base/"
echo "installed: $("$base/venv/bin/blademill" --version) in $place"
