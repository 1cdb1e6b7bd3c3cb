"""Stage `sample`: contact sheets to judge by eye: input, control, output without and with the control."""

from pathlib import Path

import numpy as np
from PIL import Image

from generate import Generator, held_out_clips

SHOWN = (0, 4, 8)


def strip(video):
    """First, middle and last frame beside each other, twice as large."""
    row = np.concatenate([video[t] for t in SHOWN if t < len(video)], 1)
    return row.repeat(2, 0).repeat(2, 1)


def save_sheet(path, rows):
    """`rows` of lists of videos."""
    gap = 4
    lines = []
    for row in rows:
        cells = [np.pad(strip(video), ((0, gap), (0, gap), (0, 0)), constant_values=255) for video in row]
        lines.append(np.concatenate(cells, 1))
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.concatenate(lines)).save(path)
    print(path)


def sheets(run, out, names, count, guidance):
    """One sheet a control, with the columns input, control, weight 0, weight 1; without names, one of the base alone."""
    generator = Generator.of_run(run, names)
    picks, clips, videos = held_out_clips(run, names, count)
    prompts = [run.shards.caption(i) for i in picks]
    plain = generator(prompts, seeds=picks, guidance=guidance)
    hints = {name: generator.hint(found) for name, found in videos.items()}
    frames = plain.shape[1]
    real = np.stack([clip["rgb"][:frames] for clip in clips])
    videos = {name: [video[:frames] for video in found] for name, found in videos.items()}
    print(f"base at step {generator.step}")
    if not names:
        save_sheet(f"{out}/base.png", [[a, b] for a, b in zip(real, plain)])
    for name in names:
        made = generator(prompts, {name: hints[name]}, {name: 1.0}, picks, guidance)
        save_sheet(f"{out}/{name}.png", [list(row) for row in zip(real, videos[name], plain, made)])
