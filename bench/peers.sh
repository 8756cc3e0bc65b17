#!/usr/bin/env bash
# Prints the table of speeds against the peer: bench/peers.sh PHOTOS FER2013.zip [MODEL.onnx]
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
[ $# -ge 2 ] || { echo "usage: bench/peers.sh PHOTOS FER2013.zip [MODEL.onnx]" >&2; exit 2; }
[ -d "$root/bench/peers/node_modules" ] || npm ci --prefix "$root/bench/peers" --silent --no-audit --no-fund
exec dotnet run -c Release --project "$root/bench/Mien.Benchmarks" -- peers "$@"
