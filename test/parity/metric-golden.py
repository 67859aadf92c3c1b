"""Writes golden/river-metrics.json: what River and scikit-learn say of the same predictions over Elec2 and TrumpApproval.

    python3 -m venv venv && venv/bin/pip install river==0.24.2 scikit-learn==1.9.1
    venv/bin/python test/parity/metric-golden.py

The predictions are made of few exact operations, so that both languages make the same: binary, half an exponentially
weighted mean of the labels so far and half a feature; multiclass, three classes of two neighbouring labels with
probabilities from a feature; regression, the label before.
"""
import csv
import gzip
import importlib.metadata
import json
import pathlib

from river import metrics
from sklearn import metrics as batch

assert importlib.metadata.version("river") == "0.24.2"
assert importlib.metadata.version("scikit-learn") == "1.9.1"

HERE = pathlib.Path(__file__).parent


def read(name):
    with gzip.open(HERE.parent / "data" / f"{name}.csv.gz", "rt") as file:
        return list(csv.DictReader(file))


def kappa_m(labels, guesses):
    most = max(labels.count(k) for k in set(labels))
    return (sum(a == b for a, b in zip(labels, guesses)) - most) / (len(labels) - most)


def binary():
    rows = read("elec2")
    running = {
        "accuracy": metrics.Accuracy(),
        "kappa": metrics.CohenKappa(),
        "log-loss": metrics.LogLoss(),
        "balanced-accuracy": metrics.BalancedAccuracy(),
        "precision": metrics.Precision(),
        "recall": metrics.Recall(),
        "f-beta": metrics.FBeta(2),
        "g-mean": metrics.GeometricMean(),
        "matthews-correlation": metrics.MCC(),
    }
    labels, scores, guesses, marks = [], [], [], []
    ew = 0.5
    for i, row in enumerate(rows, 1):
        label = row["class"] == "UP"
        p = 0.5 * ew + 0.5 * float(row["nswdemand"])
        guess = p > 1 - p
        for metric in running.values():
            metric.update(label, {True: p, False: 1 - p} if metric is running["log-loss"] else guess)
        labels.append(int(label))
        scores.append(p)
        guesses.append(int(guess))
        ew += 0.05 * (int(label) - ew)
        if i % 5000 == 0 or i == len(rows):
            hits = sum(a == b for a, b in zip(labels[1:], guesses[1:]))
            stay = sum(a == b for a, b in zip(labels[1:], labels[:-1]))
            marks.append({
                "rows": i,
                **{name: metric.get() for name, metric in running.items()},
                "brier": float(batch.brier_score_loss(labels, scores)),
                "kappa-t": (hits - stay) / (i - 1 - stay),
                "roc-auc": float(batch.roc_auc_score(labels, scores)),
                "pr-auc": float(batch.average_precision_score(labels, scores)),
                "kappa-m": kappa_m(labels, guesses),
            })
    return marks


def multiclass():
    rows = read("elec2")
    running = {
        "accuracy": metrics.Accuracy(),
        "kappa": metrics.CohenKappa(),
        "log-loss": metrics.CrossEntropy(),
        "balanced-accuracy": metrics.BalancedAccuracy(),
        "g-mean": metrics.GeometricMean(),
        "macro-precision": metrics.MacroPrecision(),
        "macro-recall": metrics.MacroRecall(),
        "macro-f-beta": metrics.MacroFBeta(2),
        "micro-f-beta": metrics.MicroFBeta(2),
        "weighted-precision": metrics.WeightedPrecision(),
        "weighted-recall": metrics.WeightedRecall(),
        "weighted-f-beta": metrics.WeightedFBeta(2),
    }
    marks, before, squares, labels, guesses = [], 0, 0.0, [], []
    for i, row in enumerate(rows, 1):
        label = before + int(row["class"] == "UP")
        a, b = float(row["nswdemand"]), float(row["vicdemand"])
        p = [0.25 + 0.5 * (1 - a), 0.25 * (1 - b) + 0.25 * a, 0.25 * b + 0.25 * a]
        total = p[0] + p[1] + p[2]
        p = {k: v / total for k, v in enumerate(p)}
        guess = max(p, key=p.get)
        for metric in running.values():
            metric.update(label, p if metric is running["log-loss"] else guess)
        labels.append(label)
        guesses.append(guess)
        squares += sum((v - (k == label)) ** 2 for k, v in p.items())
        before = int(row["class"] == "UP")
        if i % 5000 == 0 or i == len(rows):
            marks.append({
                "rows": i,
                **{name: metric.get() for name, metric in running.items()},
                "brier": squares / i,
                "kappa-m": kappa_m(labels, guesses),
                "matthews-correlation": float(batch.matthews_corrcoef(labels, guesses)),
            })
    return marks


def regression():
    rows = read("trump-approval")
    running = {"mae": metrics.MAE(), "mse": metrics.MSE(), "rmse": metrics.RMSE(), "r2": metrics.R2()}
    shares = {"mape": metrics.MAPE(), "smape": metrics.SMAPE()}  # in per cent there
    marks, before, labels, guesses = [], 40.0, [], []
    for i, row in enumerate(rows, 1):
        label = float(row["five_thirty_eight"])
        for metric in [*running.values(), *shares.values()]:
            metric.update(label, before)
        labels.append(label)
        guesses.append(before)
        before = label
        if i % 100 == 0 or i == len(rows):
            marks.append({
                "rows": i,
                **{name: metric.get() for name, metric in running.items()},
                **{name: metric.get() / 100 for name, metric in shares.items()},
                "pinball": float(batch.mean_pinball_loss(labels, guesses, alpha=0.9)),
            })
    return marks


golden = {"river": "0.24.2", "scikit-learn": "1.9.1", "binary": binary(), "multiclass": multiclass(), "regression": regression()}
(HERE / "golden" / "river-metrics.json").write_text(json.dumps(golden, indent=1) + "\n")
print(golden["binary"][-1], golden["multiclass"][-1], golden["regression"][-1])
