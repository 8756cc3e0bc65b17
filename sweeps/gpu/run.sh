#!/bin/bash
# run.sh FACES OUT TEACHER_SECONDS STUDENT_SECONDS: three teachers side by side, then both networks on their mean.
cd "$(dirname "$0")" || exit
faces=$1 out=$2
mkdir -p /tmp/gpu
python3 -u distill.py teacher "$faces" /tmp/gpu one residual-deepstem-64.128.256-2.3.3 41 "$3" &
python3 -u distill.py teacher "$faces" /tmp/gpu wide residual-deepstem-96.192.384-2.3.3 42 "$3" &
python3 -u distill.py teacher "$faces" /tmp/gpu whole residual-deepstem-48.96.192-2.3.3 43 "$3" --whole &
wait
ls /tmp/gpu
python3 -u distill.py students "$faces" "$out" "$4" /tmp/gpu/one.pt /tmp/gpu/wide.pt /tmp/gpu/whole.pt
