#!/bin/bash
# The whole recipe on two processor cores: cpu.sh WORK. Data come from WORK/data; everything goes on where it was cut short.
# Steps are absolute, so stages that are done return at once. To end it, end this script first and then its stages, which save
# what they have. About eight hours on two free cores.
cd "$(dirname "$0")"
work=$1
export OMP_WAIT_POLICY=PASSIVE PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
all="--data $work/data --runs $work/runs --config ${CONFIG:-config-cpu.json} --bfloat16 --report 50 --save-every 180"
stage() { echo "== $(date +%T) $*"; nice -n 19 ${PYTHON:-python3} recipe.py "$@" $all || exit 1; }
branch() {
  stage branch $1 --latent-frames 1 --batch 32 --steps $2 --compile
  stage branch $1 --batch 12 --anneal $3 --steps $4 --compile
}

export OMP_NUM_THREADS=2
[ -f $work/runs/codec/shared_codec.safetensors ] || stage codec
stage pieces
stage latents --codec shared
stage base --latent-frames 1 --batch 24 --steps 5300 --compile
stage base --batch 16 --anneal 23200 --steps 24000 --compile
stage reader --anneal 900 --steps 1600
stage judge features --batch 16 --anneal 1200 --steps 1300
stage redraw --count 1200
# Two stages of one thread each do more than one of two.
export OMP_NUM_THREADS=1
{ branch seg 4250 22600 23900; branch hdmap 500 2000 2200; } &
{
  branch depth 1200 8200 8450; branch vis 500 5350 5650; branch edge 500 4250 4550; branch lidar 500 1980 2180
  stage tokenizer --half decoder --batch 8 --steps 2489
} &
wait
stage redraw vis edge depth seg --count 2000
{ stage judge classes --batch 32 --anneal 5300 --steps 5800; stage judge lanes --batch 32 --anneal 700 --steps 850; } &
{ stage judge depth --batch 32 --anneal 5250 --steps 5750; stage judge boxes --batch 32 --anneal 1250 --steps 1400; } &
wait
stage export --out $work/weights
stage sample vis edge depth seg --out $work/out --count 6
