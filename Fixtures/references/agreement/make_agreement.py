"""Writes kendall.json: Kendall's tau-b as SciPy computes it, for lists with and without ties; bootstrap.json: expanded
percentile bootstrap intervals of tau-b and of a difference of means, with NumPy's generator and 20000 resamples of clips; and
quantiles.json: SciPy's Student quantiles, and the tails that the expanded interval leaves out. Run in this folder."""

import json
import sys

import numpy
import scipy
from scipy.stats import kendalltau, norm, t as student

rng = numpy.random.default_rng(8)
cases = {
    # Columns of the paper's Table 1: Blur SSIM, Edge F1, Mask mIoU and Diversity LPIPS.
    "ssim-edge": ([0.96, 0.77, 0.71, 0.66, 0.68, 0.81, 0.83, 0.84, 0.87], [0.16, 0.28, 0.14, 0.11, 0.13, 0.10, 0.15, 0.15, 0.20]),
    "edge-miou": ([0.16, 0.28, 0.14, 0.11, 0.13, 0.10, 0.15, 0.15, 0.20], [0.72, 0.71, 0.70, 0.68, 0.67, 0.66, 0.69, 0.70, 0.72]),
    "miou-lpips": ([0.72, 0.71, 0.70, 0.68, 0.67, 0.66, 0.69, 0.70, 0.72], [0.19, 0.28, 0.39, 0.42, 0.37, 0.31, 0.25, 0.23, 0.22]),
    "two": ([1.0, 2.0], [5.0, -5.0]),
    "one-break": ([0.0, 0.0, 0.0, 1.0], [3.0, 2.0, 1.0, 4.0]),
    "many-ties": (rng.integers(0, 4, 30).astype(float).tolist(), rng.integers(0, 3, 30).astype(float).tolist()),
    "no-ties": (rng.normal(size=40).tolist(), rng.normal(size=40).tolist()),
}
x = numpy.round(rng.normal(size=60), 1)
cases["related"] = (x.tolist(), numpy.round(x + rng.normal(size=60), 1).tolist())

document = {
    "made_with": f"scipy {scipy.__version__}, numpy {numpy.__version__}, python {sys.version.split()[0]}",
    "cases": [
        {"name": name, "first": first, "second": second, "tau_b": float(kendalltau(first, second, variant="b").statistic)}
        for name, (first, second) in cases.items()
    ],
}
with open("kendall.json", "w") as file:
    json.dump(document, file, indent=1)
    file.write("\n")

# Nine rows, 24 clips of one to three videos each; some videos are missing, but no clip's first.
published = [0.96, 0.77, 0.71, 0.66, 0.68, 0.81, 0.83, 0.84, 0.87]
clip_effect = rng.normal(scale=0.2, size=24)
videos = []
for row, value in enumerate(published):
    for clip in range(24):
        for k in range(1 + clip % 3):
            if k == 0 or rng.random() > 0.1:
                videos.append((row, clip, round(float(value + clip_effect[clip] + rng.normal(scale=0.12)), 3)))
sums, counts = numpy.zeros((9, 24)), numpy.zeros((9, 24))
for row, clip, value in videos:
    sums[row, clip] += value
    counts[row, clip] += 1
picks = rng.integers(0, 24, size=(20000, 24))
means = sums[:, picks].sum(axis=2) / counts[:, picks].sum(axis=2)
taus = [kendalltau(means[:, k], published, variant="b").statistic for k in range(means.shape[1])]
own = sums.sum(axis=1) / counts.sum(axis=1)


def expanded_tail(clips, level):
    return float(norm.cdf(-student.ppf((1 + level) / 2, clips - 1) * numpy.sqrt(clips / (clips - 1))))


tail = expanded_tail(24, 0.95)
with open("bootstrap.json", "w") as file:
    json.dump(
        {
            "made_with": document["made_with"],
            "published": published,
            "videos": [list(video) for video in videos],
            "tau_b": float(kendalltau(own, published, variant="b").statistic),
            "tau_b_interval": numpy.quantile(taus, [tail, 1 - tail]).tolist(),
            "first_less_second": float(own[0] - own[1]),
            "difference_interval": numpy.quantile(means[0] - means[1], [tail, 1 - tail]).tolist(),
        },
        file,
    )
    file.write("\n")

with open("quantiles.json", "w") as file:
    json.dump(
        {
            "made_with": document["made_with"],
            "student": [
                {"level": level, "degrees": degrees, "t": float(student.ppf((1 + level) / 2, degrees))}
                for level in [0.0, 0.1, 0.5, 0.8, 0.9, 0.95, 0.99, 0.999]
                for degrees in [1, 2, 3, 4, 5, 8, 11, 23, 24, 99, 1000, 10001]
            ],
            "normal": [{"x": x, "share": float(norm.cdf(x))} for x in numpy.linspace(-6, 6, 49).tolist()],
            "tails": [
                {"clips": clips, "level": level, "tail": expanded_tail(clips, level)}
                for clips in [5, 6, 9, 12, 24, 100, 600]
                for level in [0.8, 0.95, 0.99]
            ],
        },
        file,
    )
    file.write("\n")
