#!/usr/bin/env bash
# Prints a server's throughput beside the library's own, percentiles and memory:
# bench/load.sh [--clients 64] [--requests 2000] [--photo PICTURE] [--size 320]
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
dotnet build -c Release "$root/src/Mien.Cli" -v quiet --nologo
exec dotnet run -c Release --project "$root/bench/Mien.Load" -- --program "$root/src/Mien.Cli/bin/Release/net10.0/mien" "$@"
