#!/bin/bash
# The whole recipe on one GPU in three parts of under ten minutes: gpu.sh WORK 1|2|3 [seconds a part, 560]
# WORK holds tinyworld-shards.xz (see README.md), and later data, checkpoints and, in WORK/out, the results in parts of 16 MB.
set -e
cd "$(dirname "$0")"
work=$1 part=$2 limit=${3:-560}
began=$(date +%s)
left() { echo $((limit - $(date +%s) + began)); }
export PYTHONUNBUFFERED=1 TORCHINDUCTOR_CACHE_DIR=$work/compiled
both="--data $work/data --runs $work/runs --device cuda --bfloat16"
train="$both --compile --report 200 --save-every 120"
stage() { echo "== $* ($(left) s left)"; python3 recipe.py "$@"; }
mkdir -p $work/data $work/runs $work/out

case $part in
1)
  python3 -c "import lzma,shutil,sys; shutil.copyfileobj(lzma.open(sys.argv[1]), open(sys.argv[2], 'wb'))" \
    $work/tinyworld-shards.xz $work/tinyworld-shards
  chmod +x $work/tinyworld-shards
  $work/tinyworld-shards $work/data 1000 ${ROUNDS:-25} 150 2 $(nproc) | tail -1
  stage codec $both
  stage tokenizer $train --seconds ${TOKENIZER:-150} --batch 32
  stage pieces $both
  stage latents rgb $both --workers 4
  stage latents vis edge depth seg hdmap lidar $both --workers 12 > $work/runs/latents.log 2>&1 &
  stage base $train --batch 256 --seconds $(($(left) - 30))
  wait ;;
2)
  stage latents $both --workers 12
  stage base $train --batch 256 --seconds $((limit * 45 / 100))
  stage reader $both --anneal 900 --steps 1600
  each=$((($(left) - 20) / 4))
  for name in vis edge depth seg; do stage branch $name $train --batch 256 --seconds $((each - 12)); done ;;
3)
  each=$((limit / 12))
  for name in hdmap lidar; do stage branch $name $train --batch 256 --seconds $each; done
  for name in depth classes lanes boxes features; do stage judge $name $both --batch 64 --seconds $each || true; done
  names="vis edge depth seg hdmap lidar"
  stage export $both --out $work/weights
  stage sample $names $both --out $work/out/sheets --count 6
  stage sample $both --out $work/out/sheets --count 8 ;;
esac

# What has been made so far, in files small enough to carry away.
cd $work
tar cf out/curves.tar $(find runs -name "*.csv" -o -name "psnr.json" -o -name "accuracy.json")
if [ -d weights ]; then
  (cd weights && tar cf ../out/core.tar base_model.* tokenizer.* text_encoder.* spiece.model config.json)
  (cd weights && tar cf ../out/first_branches.tar $(ls | grep -E "^(vis|edge|depth|seg)_control"))
  (cd weights && tar cf ../out/other_branches.tar $(ls | grep -E "^(hdmap|lidar)_control"))
  (cd runs/judges && tar cf ../../out/judges.tar $(ls -d */network))
fi
ls -la out
