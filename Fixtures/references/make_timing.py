"""Reference numbers for times by number of devices: SciPy's non-negative least squares of t(N) = a/N + b + c log2 N, and the
interval of a median from SciPy's binomial distribution."""

import json
import pathlib

import numpy as np
from scipy import optimize, stats

folder = pathlib.Path(__file__).parent / "timing"
random = np.random.default_rng(5)


def fit(name, devices, seconds):
    n = np.array(devices, float)
    columns = np.stack([1 / n, np.ones_like(n), np.log2(n)], axis=1)
    weights, rest = optimize.nnls(columns, np.array(seconds, float))
    return {"name": name, "devices": devices, "seconds": list(map(float, seconds)), "weights": weights.tolist(),
            "residual": float(rest / np.sqrt(len(n)))}


gpus = [1, 4, 8, 16, 32, 64]
fits = [
    fit("published diffusion", gpus, [141.0, 39.3, 20.1, 10.3, 5.4, 3.5]),
    fit("published end to end", gpus, [141.7, 40.0, 20.8, 11.0, 6.1, 4.2]),
    fit("two numbers of devices", [1, 2], [4.0, 2.4]),
    fit("slower on more", [1, 2, 4], [1.0, 2.0, 4.0]),
    fit("constant", [1, 2, 4, 8], [3.0, 3.0, 3.0, 3.0]),
]
for k in range(12):
    devices = [1, 2, 4, 8, 16][: int(random.integers(3, 6))]
    a, b, c = random.uniform(0, 10), random.uniform(-2, 2), random.uniform(-1, 1)
    seconds = [abs(a / n + b + c * np.log2(n) + 0.1 * random.standard_normal()) + 0.01 for n in devices]
    fits.append(fit(f"random {k}", devices, seconds))

medians = []
for n in list(range(1, 31)) + [100, 1001, 5000]:
    for level in [0.5, 0.8, 0.95, 0.99]:
        # The largest k with P(B < k) <= tail, as numbers of 1...n that the interval lies between; 0 for none.
        tail = (1 - level) / 2
        k = 0
        while k < n / 2 and stats.binom.cdf(k, n, 0.5) <= tail * (1 + 1e-12):
            k += 1
        medians.append({"n": n, "level": level, "k": k})

folder.mkdir(exist_ok=True)
(folder / "fits.json").write_text(json.dumps(fits, indent=1) + "\n")
(folder / "medians.json").write_text(json.dumps(medians) + "\n")
