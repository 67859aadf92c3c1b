"""Writes golden/river-linear.json: what River 0.24.2's linear models learn from two small data sets, for the parity tests.

    python3 -m venv venv && venv/bin/pip install river==0.24.2
    venv/bin/python test/parity/linear-golden.py
"""

import csv
import gzip
import json
import pathlib
import sys

import river
from river import linear_model, optim, preprocessing

if river.__version__ != "0.24.2":
    sys.exit(f"River {river.__version__} found, 0.24.2 needed: the goldens belong to one version")

HERE = pathlib.Path(__file__).parent
DATASETS = {
    "phishing": ("is_phishing", lambda text: text == "1"),
    "trump-approval": ("five_thirty_eight", float),
}


def rows(name):
    target, parse = DATASETS[name]
    with gzip.open(HERE.parent / "data" / f"{name}.csv.gz", "rt", newline="") as file:
        for record in csv.DictReader(file):
            y = parse(record.pop(target))
            yield {key: float(text) for key, text in record.items()}, y


def run(dataset, model):
    """Predict, then learn (the scaler first), in file order; keeps 25 predictions, and the weights at the end."""
    data = list(rows(dataset))
    scaler = preprocessing.StandardScaler()
    predictions = []
    for i, (x, y) in enumerate(data):
        if i % (len(data) // 25) == 0:
            seen = scaler.transform_one(x)
            classifies = dataset == "phishing"
            predictions.append([i, model.predict_proba_one(seen)[True] if classifies else model.predict_one(seen)])
        scaler.learn_one(x)
        model.learn_one(scaler.transform_one(x), y)
    weights = model._m if isinstance(model, linear_model.BayesianLinearRegression) else model.weights
    return {
        "dataset": dataset,
        "intercept": getattr(model, "intercept", 0),
        "weights": [float(weights[column]) for column in data[0][0]],
        "predictions": [[i, float(p)] for i, p in predictions],
    }


def logistic(optimizer=None, **options):
    return linear_model.LogisticRegression(optimizer or optim.SGD(0.01), **options)


def linear(**options):
    return linear_model.LinearRegression(optim.SGD(0.01), intercept_lr=0.01, **options)


CASES = {
    "momentum": ("phishing", logistic(optim.Momentum(0.01))),
    "nesterov": ("phishing", logistic(optim.NesterovMomentum(0.01))),
    "rmsprop": ("phishing", logistic(optim.RMSProp(0.01))),
    "adadelta": ("phishing", logistic(optim.AdaDelta())),
    "adam": ("phishing", logistic(optim.Adam(0.01))),
    "amsgrad": ("phishing", logistic(optim.AMSGrad(0.01))),
    "hinge": ("phishing", logistic(loss=optim.losses.Hinge())),
    "perceptron": ("phishing", linear_model.Perceptron()),
    "pa-1": ("phishing", linear_model.PAClassifier(C=0.1, mode=1)),
    "pa-2": ("phishing", linear_model.PAClassifier(C=0.1, mode=2, learn_intercept=False)),
    # PARegressor is not among them: its loss takes values for classes (2 y - 1), which the paper does not.
    "huber": ("trump-approval", linear(loss=optim.losses.Huber(2.0))),
    "quantile": ("trump-approval", linear(loss=optim.losses.Quantile(0.9))),
    "absolute": ("trump-approval", linear(loss=optim.losses.Absolute())),
    "bayes": ("trump-approval", linear_model.BayesianLinearRegression(beta=0.5)),
    "bayes-smoothing": ("trump-approval", linear_model.BayesianLinearRegression(smoothing=0.98)),
}

golden = {name: run(*case) for name, case in CASES.items()}
path = HERE / "golden" / "river-linear.json"
path.write_text(json.dumps({"river": river.__version__, "cases": golden}, separators=(",", ":")) + "\n")
print(path.name, path.stat().st_size)
