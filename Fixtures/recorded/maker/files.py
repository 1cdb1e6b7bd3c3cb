"""Writers for the dataset's files; the same input always gives the same bytes."""

import json
import pickle
import subprocess

import numpy as np
from pycocotools import mask as coco

FPS = 24


def write_video(path, frames, crf=18):
    """(T, H, W, 3) uint8 RGB to H.264 4:2:0 through the ffmpeg program."""
    _, height, width, _ = frames.shape
    path.parent.mkdir(parents=True, exist_ok=True)
    command = ["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}",
               "-r", str(FPS), "-i", "-", "-an", "-sws_flags", "bicubic+accurate_rnd+full_chroma_int+bitexact",
               "-c:v", "libx264", "-preset", "slow", "-crf", str(crf), "-pix_fmt", "yuv420p", "-threads", "1",
               "-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact", "-movflags", "+faststart",
               str(path)]
    subprocess.run(command, input=np.ascontiguousarray(frames).tobytes(), check=True)


def write_caption(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"caption": text}) + "\n")


def write_masks(path, instances):
    """A list of (phrase, (T, H, W) boolean mask) as a pickle of COCO run lengths over the row-major volume."""
    path.parent.mkdir(parents=True, exist_ok=True)
    records = []
    for phrase, mask in instances:
        column = np.asfortranarray(mask.reshape(-1, 1).astype(np.uint8))
        records.append({"phrase": phrase,
                        "segmentation_mask_rle": {"data": coco.encode(column), "mask_shape": list(mask.shape)}})
    path.write_bytes(pickle.dumps(records))


def write_depth(path, depth):
    """A (T, H, W) map of inverse depth, larger is nearer, 0 is invalid."""
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, data=np.ascontiguousarray(depth))
