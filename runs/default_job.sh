#!/usr/bin/env bash
# default_job.sh SECONDS: teacher, then student, in a process session of its own: it outlives the call that began it.
# Files lie in /tmp/foretype-run, results and the log in /tmp/o; /tmp/stop-at holds the Unix time to be done by. runs/gpu.md
cd /tmp/foretype-run
export PYTHONPATH=/tmp/foretype-run/code/src PYTHONUNBUFFERED=1 PYTORCH_CUDA_ALLOC_CONF=expandable_segments:True
mkdir -p /tmp/o
setsid bash -c "
python3 code/default_job.py teacher --seconds $1 --rows 32 --out /tmp/o
python3 code/default_job.py student --stop-at /tmp/stop-at --rows 64 --mail 2 --out /tmp/o
echo done > /tmp/done
" > /tmp/o/log.txt 2>&1 < /dev/null &
