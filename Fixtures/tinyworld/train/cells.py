"""What the rendered maps of a clip say of each latent cell, made once for all samples and kept beside the latents."""

import json

import numpy as np

from progress import write_json


def cells_of(maps, cell, group):
    """Means over latent cells: [T,H,W] -> float32 [t,h,w]. The first frame is a group of its own."""
    t, h, w = maps.shape
    cells = maps.reshape(t, h // cell, cell, w // cell, cell).mean((2, 4), dtype=np.float32)
    return np.concatenate([cells[:1], cells[1:].reshape(-1, group, *cells.shape[1:]).mean(1)])


def kept_cells(run, stem, maps, make, chunk=64):
    """[N,...] of all samples: `make(maps of one sample, cell, group)`, from the file `stem` where that is of these samples."""
    path = run.folder / "latents" / f"{stem}.npy"
    marker = path.with_name(path.name + ".json")
    if not (marker.exists() and json.loads(marker.read_text())["clips"] == len(run.shards)):
        tok, found = run.config["tokenizer"], []
        for start in range(0, len(run.shards), chunk):
            arrays = run.shards.read([maps], range(start, min(start + chunk, len(run.shards))))[maps]
            found += [make(array, tok["spatial_compression"], tok["temporal_compression"]) for array in arrays]
        np.save(path, np.stack(found))
        write_json(marker, {"clips": len(run.shards)})
    return np.load(path)
