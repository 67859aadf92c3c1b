"""Writes golden/transforms.json: what River and NumPy make of rows of Elec2, for the parity tests.

    python3 -m venv venv && venv/bin/pip install river==0.24.2
    venv/bin/python test/parity/transform-golden.py

Each row is transformed, then learned; every k-th is kept. Every fifth number of a row counted through is missing for the
imputer. Quantiles of the latest 1,000 rows are NumPy's. River's adaptive scaler takes the difference of two means of squares,
which leaves five digits here: what it defines is computed in fifty digits, and River held against that.
"""
import csv
import decimal
import gzip
import importlib.metadata
import json
import pathlib

import numpy as np
from river import feature_extraction, feature_selection, preprocessing

assert importlib.metadata.version("river") == "0.24.2"

HERE = pathlib.Path(__file__).parent
EVERY = 1500


def read():
    with gzip.open(HERE.parent / "data" / "elec2.csv.gz", "rt", newline="") as file:
        for row in csv.DictReader(file):
            row.pop("class")
            yield {key: float(text) for key, text in row.items()}


rows = list(read())
columns = list(rows[0])


def kept(transformer, holes=False):
    found = []
    for i, row in enumerate(rows):
        if holes:
            row = {k: None if (i * len(columns) + j) % 5 == 4 else v for j, (k, v) in enumerate(row.items())}
        if i % EVERY == EVERY - 1:
            done = transformer.transform_one(row)
            found.append([float(done[name]) for name in columns])
        transformer.learn_one(row)
    return found


def products():
    polynomial = feature_extraction.PolynomialExtender(degree=3)
    return [polynomial.transform_one(rows[i]) for i in range(EVERY - 1, len(rows), 10 * EVERY)]


def varying(threshold):
    selector, found = feature_selection.VarianceThreshold(threshold), []
    for i, row in enumerate(rows):
        if i % EVERY == EVERY - 1:
            passed = selector.transform_one(row)
            found.append([passed.get(name) for name in columns])
        selector.learn_one(row)
    return found


def robust(window):
    values = np.array([list(row.values()) for row in rows])
    found = []
    for i in range(EVERY - 1, len(rows), EVERY):
        low, middle, high = np.quantile(values[max(0, i - window) : i], [0.25, 0.5, 0.75], axis=0)
        spread = high - low
        found.append([float(v) for v in np.where(spread > 0, (values[i] - middle) / np.where(spread > 0, spread, 1), 0)])
    return found


def adaptive(fading_factor):
    decimal.getcontext().prec = 50
    f = decimal.Decimal(fading_factor)
    means, squares, found = {}, {}, []
    for i, row in enumerate(rows):
        row = {name: decimal.Decimal(value) for name, value in row.items()}
        if i % EVERY == EVERY - 1:
            found.append([])
            for name, x in row.items():
                variance = squares[name] - means[name] ** 2
                found[-1].append(float((x - means[name]) / variance.sqrt()) if variance > 0 else 0.0)
        for name, x in row.items():
            means[name] = f * x + (1 - f) * means.get(name, x)
            squares[name] = f * x * x + (1 - f) * squares.get(name, x * x)
    river = kept(preprocessing.AdaptiveStandardScaler(fading_factor))
    assert np.allclose(found, river, rtol=1e-3, atol=1e-3)
    return found


class MeanImputer(preprocessing.StatImputer):
    def __init__(self):
        from river import stats

        super().__init__(*[(name, stats.Mean()) for name in columns])


golden = {
    "river": "0.24.2",
    "numpy": np.__version__,
    "min-max-scaler": kept(preprocessing.MinMaxScaler()),
    "max-abs-scaler": kept(preprocessing.MaxAbsScaler()),
    "adaptive-standard-scaler 0.3": adaptive(0.3),
    "adaptive-standard-scaler 0.01": adaptive(0.01),
    "normalizer l1": kept(preprocessing.Normalizer(order=1)),
    "normalizer l2": kept(preprocessing.Normalizer(order=2)),
    "imputer mean": kept(MeanImputer(), holes=True),
    "imputer previous": kept(preprocessing.PreviousImputer(), holes=True),
    "robust-scaler": robust(1000),
    "variance-threshold": varying(0.01),
    "polynomial": products(),
}
path = HERE / "golden" / "transforms.json"
path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
print(path.stat().st_size)
