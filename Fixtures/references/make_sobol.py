"""Reference points of Sobol's sequence without scrambling, from SciPy: coordinates as whole numbers of parts of 2^32."""

import json
import pathlib

from scipy.stats import qmc

folder = pathlib.Path(__file__).parent / "sobol"
folder.mkdir(exist_ok=True)
points = (qmc.Sobol(24, scramble=False, bits=32).random(64) * 2**32).astype("uint64").tolist()
lines = ",\n".join(json.dumps(point, separators=(",", ":")) for point in points)
(folder / "points.json").write_text(f"[\n{lines}\n]\n")
