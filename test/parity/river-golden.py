"""Writes golden/river-*.json: what River 0.24.2 learns from the data sets of test/data, for the parity tests.

    python3 -m venv venv && venv/bin/pip install river==0.24.2
    venv/bin/python test/parity/river-golden.py
"""

import csv
import gzip
import json
import pathlib
import sys

import river
from river import linear_model, naive_bayes, optim, preprocessing

if river.__version__ != "0.24.2":
    sys.exit(f"River {river.__version__} found, 0.24.2 needed: the goldens belong to one version")

HERE = pathlib.Path(__file__).parent
DATA = HERE.parent / "data"
PREDICTIONS = 250  # about as many predictions as each golden keeps

DATASETS = {
    "elec2": ("class", lambda text: text == "UP"),
    "phishing": ("is_phishing", lambda text: text == "1"),
    "trump-approval": ("five_thirty_eight", float),
}


def rows(name):
    target, parse = DATASETS[name]
    with gzip.open(DATA / f"{name}.csv.gz", "rt", newline="") as file:
        for record in csv.DictReader(file):
            y = parse(record.pop(target))
            yield {key: float(text) for key, text in record.items()}, y


def run(name, model, predict, scaler=None):
    """Predict, then learn (the scaler first), in file order; keeps every k-th prediction and the last."""
    data = list(rows(name))
    every = max(1, len(data) // PREDICTIONS)
    predictions = []
    for i, (x, y) in enumerate(data):
        if i % every == 0 or i == len(data) - 1:
            predictions.append([i, predict(model, scaler.transform_one(x) if scaler else x)])
        if scaler:
            scaler.learn_one(x)
            x = scaler.transform_one(x)
        model.learn_one(x, y)
    return list(data[0][0]), predictions


def probability(model, x):
    return model.predict_proba_one(x).get(True)


def value(model, x):
    return model.predict_one(x)


def linear(name, make, predict):
    scaler, model = preprocessing.StandardScaler(), make()
    columns, predictions = run(name, model, predict, scaler)
    return {
        "columns": columns,
        "intercept": model.intercept,
        "weights": [model.weights[column] for column in columns],
        "means": [scaler.means[column] for column in columns],
        "variances": [scaler.vars[column] for column in columns],
        "predictions": predictions,
    }


def bayes(name):
    model = naive_bayes.GaussianNB()
    columns, predictions = run(name, model, probability)
    return {
        "columns": columns,
        "counts": [model.class_counts[c] for c in (False, True)],
        "means": [[model.gaussians[c][column].mu for column in columns] for c in (False, True)],
        "variances": [[model.gaussians[c][column]._var.get() for column in columns] for c in (False, True)],
        # before both classes were seen River leaves one out of the answer
        "predictions": [[i, p] for i, p in predictions if p is not None],
    }


def write(name, golden):
    path = HERE / "golden" / f"river-{name}.json"
    path.write_text(json.dumps({"river": river.__version__, **golden}, separators=(",", ":")) + "\n")
    print(path.name, path.stat().st_size)


LOGISTIC = {
    "sgd": lambda: linear_model.LogisticRegression(),
    "adagrad": lambda: linear_model.LogisticRegression(optim.AdaGrad(0.05)),
    "sgd-l2": lambda: linear_model.LogisticRegression(optim.SGD(0.05), l2=0.01, intercept_lr=0.05, clip_gradient=0.5),
}
LINEAR = {
    "sgd": lambda: linear_model.LinearRegression(),
    "adagrad": lambda: linear_model.LinearRegression(optim.AdaGrad(0.5), intercept_lr=0.1),
    "sgd-l2": lambda: linear_model.LinearRegression(l2=0.01, intercept_lr=0.1, clip_gradient=10.0),
}

for dataset in ("elec2", "phishing"):
    for variant, make in LOGISTIC.items():
        write(f"logistic-regression-{variant}-{dataset}", linear(dataset, make, probability))
    write(f"gaussian-naive-bayes-{dataset}", bayes(dataset))
for variant, make in LINEAR.items():
    write(f"linear-regression-{variant}-trump-approval", linear("trump-approval", make, value))
