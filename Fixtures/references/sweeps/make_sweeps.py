"""Writes sweeps.json: slopes of least squares over the cells of grids, as NumPy's lstsq computes them from all columns at once,
Pearson's r as SciPy computes it, and bootstrap intervals over clips of both, with NumPy's generator and 20000 resamples: expanded
percentiles of slopes, and of r Student's quantile times the spread of Fisher's z. Run in this folder."""

import itertools
import json
import sys

import numpy
import scipy
from scipy.stats import norm, pearsonr, t as student

rng = numpy.random.default_rng(15)
LEVEL, RESAMPLES = 0.95, 20000


def interval(numbers, clips):
    tail = norm.cdf(-student.ppf((1 + LEVEL) / 2, clips - 1) * numpy.sqrt(clips / (clips - 1)))
    return numpy.quantile(numbers, [tail, 1 - tail]).tolist()


def spread(value, numbers, clips):
    error = numpy.sqrt(numpy.var(numpy.arctanh(numbers)) * clips / (clips - 1))
    reach = student.ppf((1 + LEVEL) / 2, clips - 1) * error
    return numpy.tanh([numpy.arctanh(value) - reach, numpy.arctanh(value) + reach]).tolist()


def slopes(columns, means):
    """Of the weights: the last columns are the intercept and other settings."""
    return numpy.linalg.lstsq(columns, means, rcond=None)[0]


def case(name, weights, steps, clips, missing):
    """Weights [cell, weight]; steps [cell, indicator] of a setting; a share of the videos has no value."""
    cells = len(weights)
    columns = numpy.hstack([weights, numpy.ones((cells, 1)), steps[:, 1:]])
    truth = rng.normal(size=weights.shape[1])
    videos = []
    clip_effect = rng.normal(scale=0.3, size=clips)
    for cell, clip in itertools.product(range(cells), range(clips)):
        for _ in range(1 + clip % 2):
            if rng.random() >= missing:
                value = weights[cell] @ truth + 0.5 * steps[cell, -1] + clip_effect[clip] + rng.normal(scale=0.1)
                videos.append((cell, clip, round(float(value), 4)))
    sums, counts = numpy.zeros((cells, clips)), numpy.zeros((cells, clips))
    for cell, clip, value in videos:
        sums[cell, clip] += value
        counts[cell, clip] += 1
    own = slopes(columns, sums.sum(axis=1) / counts.sum(axis=1))[: weights.shape[1]]
    picks = rng.integers(0, clips, size=(RESAMPLES, clips))
    means = sums[:, picks].sum(axis=2) / counts[:, picks].sum(axis=2)
    drawn = slopes(columns, means)[: weights.shape[1]]
    return {
        "name": name, "weights": weights.tolist(), "settings": steps.argmax(axis=1).tolist(), "clips": clips,
        "videos": [list(video) for video in videos], "slopes": own.tolist(),
        "intervals": [interval(drawn[k], clips) for k in range(weights.shape[1])],
    }


product = numpy.array(list(itertools.product([0, 1 / 3, 1 / 2], [0, 0.25, 0.5, 1])))
base = [0.5, 0.5, 0.5]
moved = numpy.array([base] + [[v if k == axis else 0.5 for k in range(3)] for axis in range(3) for v in (0, 1 / 3)])
none = lambda weights: numpy.ones((len(weights), 1))
two = numpy.tile(numpy.eye(2), (6, 1))
cases = [
    case("product", product, none(product), 9, 0),
    case("one at a time", moved, none(moved), 12, 0),
    case("with a setting", numpy.repeat(product[:6], 2, axis=0), two, 8, 0),
    case("some videos missing", product, none(product), 10, 0.15),
]

points = []
for clip in range(11):
    level = rng.normal(scale=0.5)
    for x in (0, 1 / 3, 1 / 2):
        for _ in range(1 + clip % 3):
            points.append((clip, x, round(float(1000 + level + 1.5 * x + rng.normal(scale=0.3)), 4)))
array = numpy.array(points)
by_clip = [array[array[:, 0] == clip] for clip in range(11)]
drawn = []
for picks in rng.integers(0, 11, size=(RESAMPLES, 11)):
    sample = numpy.vstack([by_clip[clip] for clip in picks])
    drawn.append(numpy.corrcoef(sample[:, 1], sample[:, 2])[0, 1])

with open("sweeps.json", "w") as file:
    json.dump(
        {
            "made_with": f"scipy {scipy.__version__}, numpy {numpy.__version__}, python {sys.version.split()[0]}",
            "effects": cases,
            "pearson": {
                "points": [list(point) for point in points],
                "r": float(pearsonr(array[:, 1], array[:, 2]).statistic),
                "interval": spread(pearsonr(array[:, 1], array[:, 2]).statistic, drawn, 11),
            },
        },
        file)
    file.write("\n")
