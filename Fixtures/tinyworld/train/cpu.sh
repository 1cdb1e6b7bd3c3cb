#!/bin/bash
# The whole recipe on two processor cores: cpu.sh WORK. Data come from WORK/data; everything goes on where it was cut short.
# Steps are absolute, so stages that are done return at once. To end it, end this script first and then its stages, which save
# what they have. About three hours on two free cores.
cd "$(dirname "$0")"
work=$1
export OMP_WAIT_POLICY=PASSIVE PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
all="--data $work/data --runs $work/runs --config ${CONFIG:-config-cpu.json} --bfloat16 --report 50 --save-every 180"
stage() { echo "== $(date +%T) $*"; nice -n 19 ${PYTHON:-python3} recipe.py "$@" $all || exit 1; }
branches() {
  for name in "$@"; do
    stage branch $name --latent-frames 1 --batch 24 --steps 600 --compile
    stage branch $name --batch 12 --steps 1200 --compile
  done
}
judges() {
  stage judge depth --batch 16 --steps 2000
  stage judge classes --batch 16 --steps 1800
  stage judge features --batch 16 --steps 1200
  stage judge boxes --batch 16 --steps 1500
  stage judge lanes --batch 16 --steps 800
}

export OMP_NUM_THREADS=2
[ -f $work/runs/codec/psnr.json ] || stage codec
stage pieces
stage latents --codec shared
stage base --latent-frames 1 --batch 24 --steps 4000 --compile
stage base --batch 16 --steps 5000 --compile
# Two stages of one thread each do more than one of two.
export OMP_NUM_THREADS=1
judges &
branches seg depth hdmap &
branches edge vis lidar
wait
stage export --out $work/weights
stage sample vis edge depth seg --out $work/out --count 6
