#!/usr/bin/env bash
# The whole experiment on one GPU in MINUTES (8.5 by default), from a folder that runs/experiment.md tells how to make.
# usage: [TINY=1] [DEVICE=cpu] runs/experiment-gpu.sh FOLDER OUT [MINUTES]
# Two lanes share the card, as small networks leave most of it idle: the table, and the sweep with the vocabularies.
# Where the table fails the other lane is stopped as well: a borrowed machine is not kept for half of the work.
set -uom pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
folder=$1 out=$2 minutes=${3:-8.5} device=${DEVICE:-cuda}
if [[ -n ${TINY:-} ]]; then
  rows=(tiny) suffix=-tiny sizes=(4096) places=50
else
  rows=(small large) suffix='' sizes=(8192 4096 16384 32768) places=4000
fi
export PYTHONPATH=src PYTHONUNBUFFERED=1 TOKENIZERS_PARALLELISM=true
mkdir -p "$out"
pieces=$(mktemp -d)
cp "$folder"/bpe-*.json "$pieces"

run() { # LABEL ARGUMENTS...
  local label=$1
  shift
  python3 runs/experiment.py "$@" 2>&1 | sed -u "s/^/$label  /"
}
left() { awk -v total="$minutes" -v spent="$SECONDS" -v share="$1" 'BEGIN { print share * (total - spent / 60) }'; }

table_lane() {
  run table table --folder "$folder" --out "$out" --groups "${rows[@]}" --places "$places" --test \
    --speaks "${rows[0]} lstm A" --minutes "$(left 1)" --overhead 8 --device "$device"
}
other_lane() {
  local size
  for size in "${sizes[@]}"; do
    run "$size" prepare --data "$folder" --folder "$pieces" --pieces "$size" &
  done
  wait
  run sweep sweep --settings "sweep$suffix" --folder "$pieces" --out "$out" --minutes "$(left 0.55)" --overhead 1 --device "$device"
  run vocab vocabulary --settings "vocabulary$suffix" --folder "$pieces" --out "$out" --minutes "$(left 0.6)" --overhead 2 --device "$device"
}

table_lane &
table=$!
other_lane &
other=$!
if ! wait "$table"; then
  echo "the table failed; what stands in $out is whole, the rest is stopped"
  kill -- "-$other"
  exit 1
fi
wait "$other"
ls -l "$out"
