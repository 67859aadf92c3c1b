"""Writes golden/scipy-distributions.json: what SciPy and mpmath say of seeded samples, for the tests of distributions.

    python3 -m venv venv && venv/bin/pip install scipy==1.17.1 mpmath==1.4.1
    venv/bin/python test/parity/distribution-golden.py

A sample is (seed, length, shift, scale, rounded to a multiple of) over the generator of the detectors' streams: sums of
four uniforms, so that both languages make the same doubles.
"""
import importlib.metadata
import json
import pathlib

import mpmath
import numpy
from scipy import special, stats
from scipy.spatial import distance

assert importlib.metadata.version("scipy") == "1.17.1"
assert importlib.metadata.version("mpmath") == "1.4.1"

SAMPLES = [
    [[1, 400, 0, 1, 0], [2, 300, 0, 1, 0]],
    [[3, 1000, 0, 1, 0], [4, 500, 0.125, 1, 0]],
    [[5, 200, 0, 1, 0], [6, 350, 0, 1.5, 0]],
    [[7, 500, 0, 1, 0.5], [8, 500, 0.25, 1, 0.5]],
    [[9, 60, 0, 1, 0], [10, 25, 1, 1, 0]],
    [[11, 2000, 0, 1, 0], [12, 2000, 3, 1, 0]],
]


def sample(seed, length, shift, scale, grid):
    state, values = seed, []
    for _ in range(length):
        total = 0.0
        for _ in range(4):
            state = (1664525 * state + 1013904223) % 2**32
            total += state / 2**32
        value = shift + scale * (total - 2)
        values.append(numpy.floor(value / grid) * grid if grid else value)
    return numpy.array(values)


def psi(a, b):
    p, q = (a + 0.5) / (a + 0.5).sum(), (b + 0.5) / (b + 0.5).sum()
    return float(((q - p) * numpy.log(q / p)).sum())


def mmd(x, y, bandwidth):
    def kernel(a, b):
        return numpy.exp(-((a[:, None, :] - b[None, :, :]) ** 2).sum(2) / (2 * bandwidth**2)).mean()
    return float(kernel(x, x) + kernel(y, y) - 2 * kernel(x, y))


cases = []
for first, second in SAMPLES:
    a, b = sample(*first), sample(*second)
    ks = stats.ks_2samp(a, b, method="exact")
    root = (len(a) * len(b) / (len(a) + len(b))) ** 0.5
    edges = numpy.array([-1.0, -0.5, -0.25, 0.0, 0.25, 0.5, 1.0])
    counts = [numpy.bincount(numpy.searchsorted(edges, x, side="right"), minlength=8).astype(float) for x in (a, b)]
    chi = stats.chi2_contingency([c[(counts[0] + counts[1]) > 0] for c in counts], correction=False)
    p, q = counts[0] / counts[0].sum(), counts[1] / counts[1].sum()
    js = float(distance.jensenshannon(p, q, base=2))
    inverse = 1 / len(a) + 1 / len(b)
    free = int(((counts[0] + counts[1]) > 0).sum()) - 1
    smooth = psi(counts[0][(counts[0] + counts[1]) > 0], counts[1][(counts[0] + counts[1]) > 0])
    n, m = len(a) // 2, len(b) // 2
    cases.append({
        "samples": [first, second],
        "ks": {"statistic": float(ks.statistic), "exact": float(ks.pvalue),
               "stephens": float(special.kolmogorov((root + 0.12 + 0.11 / root) * ks.statistic))},
        "wasserstein": {"statistic": float(stats.wasserstein_distance(a, b)), "effect": float(stats.wasserstein_distance(a, b) / a.std())},
        "counts": [c.tolist() for c in counts],
        "chiSquare": {"statistic": float(chi.statistic), "pValue": float(chi.pvalue)},
        "jensenShannon": {"statistic": js, "pValue": float(stats.chi2.sf(8 * js**2 * numpy.log(2) / inverse, free))},
        "psi": {"statistic": smooth, "pValue": float(stats.chi2.sf(smooth / inverse, free))},
        "totalVariation": float(abs(p - q).sum() / 2),
        "mmd": mmd(a[: 2 * n].reshape(n, 2), b[: 2 * m].reshape(m, 2), 0.75),
    })

mpmath.mp.dps = 40
gamma = []
for a in [0.5, 1, 1.5, 2, 4.5, 10, 37.5, 100, 499.5, 1000]:
    for x in [0.001, 0.1, 0.5, 0.9, 1, 1.1, 1.5, 2, 4]:
        value = mpmath.gammainc(a, mpmath.mpf(a * x), regularized=True)
        if value > 1e-290:
            gamma.append([a, a * x, float(value)])


def kolmogorov(x):
    return 2 * mpmath.nsum(lambda j: (-1) ** (int(j) - 1) * mpmath.exp(-2 * j * j * x * x), [1, 200], method="d")


tail = [[x, float(kolmogorov(mpmath.mpf(x)))] for x in [0.15, 0.25, 0.375, 0.5, 0.75, 0.9375, 0.999, 1, 1.125, 1.5, 2, 3, 5, 12]]
golden = {"scipy": "1.17.1", "mpmath": "1.4.1", "cases": cases, "gammaQ": gamma, "kolmogorovQ": tail}
path = pathlib.Path(__file__).with_name("golden") / "scipy-distributions.json"
path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
print(path.stat().st_size, [case["ks"] for case in cases])
