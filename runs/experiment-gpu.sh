#!/usr/bin/env bash
# The whole experiment on one GPU in MINUTES (8.5 by default), from a folder that runs/experiment.md tells how to make.
# usage: [TINY=1] [DEVICE=cpu] runs/experiment-gpu.sh FOLDER OUT [MINUTES]
# Two lanes share the card, as small networks leave most of it idle: the table, and the sweep with the vocabularies.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
folder=$1 out=$2 minutes=${3:-8.5} device=${DEVICE:-cuda}
if [[ -n ${TINY:-} ]]; then rows=(tiny) suffix=-tiny sizes=(4096); else rows=(small large) suffix= sizes=(8192 4096 16384 32768); fi
pieces=$(mktemp -d)
export PYTHONPATH=src PYTHONUNBUFFERED=1 TOKENIZERS_PARALLELISM=true PYTORCH_CUDA_ALLOC_CONF=expandable_segments:True
mkdir -p "$out"
cp "$folder"/bpe-*.json "$pieces"

run() { python3 runs/experiment.py "$@"; }
left() { awk -v total="$minutes" -v spent="$SECONDS" -v share="$1" 'BEGIN { print share * (total - spent / 60) }'; }

run table --folder "$folder" --out "$out" --groups "${rows[@]}" --test --speaks "${rows[0]} lstm A" \
  --minutes "$(left 1)" --overhead 8 --device "$device" 2>&1 | sed -u 's/^/table  /' &
preparing=()
for size in "${sizes[@]}"; do
  run prepare --data "$folder" --folder "$pieces" --pieces "$size" 2>&1 | sed -u "s/^/$size  /" &
  preparing+=($!)
done
wait "${preparing[@]}"
run sweep --settings "sweep$suffix" --folder "$pieces" --out "$out" --minutes "$(left 0.55)" --overhead 1 --device "$device" 2>&1 | sed -u 's/^/sweep  /'
run vocabulary --settings "vocabulary$suffix" --folder "$pieces" --out "$out" --minutes "$(left 0.6)" --overhead 2 --device "$device" 2>&1 | sed -u 's/^/vocab  /'
wait
ls -l "$out"
