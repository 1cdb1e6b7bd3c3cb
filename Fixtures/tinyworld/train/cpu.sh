#!/bin/bash
# The whole recipe on a few processor cores: cpu.sh WORK. Data come from WORK/data; everything goes on where it was cut short.
# Steps are absolute, so stages that are done return at once. THREADS (2) threads at the lowest priority. To end it, end this
# script first and then the stage, which saves what it has.
cd "$(dirname "$0")"
work=$1
export OMP_NUM_THREADS=${THREADS:-2} OMP_WAIT_POLICY=PASSIVE PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
all="--data $work/data --runs $work/runs --config ${CONFIG:-config-cpu.json} --bfloat16 --report 50 --save-every 300"
stage() { echo "== $(date +%T) $*"; nice -n 19 ${PYTHON:-python3} recipe.py "$@" $all || exit 1; }
[ -f $work/runs/codec/psnr.json ] || stage codec
stage pieces
stage latents rgb --codec shared
stage base --latent-frames 1 --batch 24 --steps 6000
stage latents --codec shared  # shards that have come since take part from here on
stage base --batch 12 --steps 16000
stage judge depth classes features --batch 16 --steps 3000
for name in seg edge vis depth; do
  stage branch $name --latent-frames 1 --batch 24 --steps 1500
  stage branch $name --batch 12 --steps 4000
done
stage tokenizer --half decoder --batch 4 --steps 4000
for name in hdmap lidar; do
  stage branch $name --latent-frames 1 --batch 24 --steps 1500
  stage branch $name --batch 12 --steps 4000
done
stage judge lanes boxes --batch 16 --steps 3000
stage export --out $work/weights
stage sample vis edge depth seg --out $work/out --count 6
stage evaluate vis edge depth seg --out $work/out --count 24
