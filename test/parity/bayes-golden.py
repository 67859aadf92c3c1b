"""Writes golden/bayes.json: what River and scikit-learn say of the same counts, facts and categories, for the parity tests.

    python3 -m venv venv && venv/bin/pip install river==0.24.2 scikit-learn==1.9.1
    venv/bin/python test/parity/bayes-golden.py

The rows are those of Elec2, with three classes (of two neighbouring labels), and of Phishing. Their numbers are taken as
counts as they are; a code is a number in tenths. Multinomial and complement naive Bayes are River's. River's Bernoulli
naive Bayes adds 1e-9 to each probability and it has no categorical one: those are scikit-learn's, fitted anew at each mark.
"""
import csv
import gzip
import importlib.metadata
import json
import math
import pathlib

import numpy as np
from river import naive_bayes
from sklearn import naive_bayes as batch

assert importlib.metadata.version("river") == "0.24.2"
assert importlib.metadata.version("scikit-learn") == "1.9.1"

HERE = pathlib.Path(__file__).parent
ALPHA = 0.5
MARKS = 30  # rows whose predictions are kept


def read(name, target):
    with gzip.open(HERE.parent / "data" / f"{name}.csv.gz", "rt", newline="") as file:
        rows = list(csv.DictReader(file))
    labels = [int(row.pop(target) in ("UP", "1")) for row in rows]
    return [{key: float(text) for key, text in row.items()} for row in rows], labels


def elec2():
    rows, labels = read("elec2", "class")
    return rows, [before + now for before, now in zip([0] + labels, labels)], 3


def phishing():
    return *read("phishing", "is_phishing"), 2


def codes(row):
    return {key: math.floor(value * 10) for key, value in row.items()}


def one_hot(row):
    return {f"{key}={code}": 1 for key, code in codes(row).items()}


def marks(count):
    return [count // (MARKS + 1) * k for k in range(1, MARKS + 1)]


def running(model, data, look):
    rows, labels, classes = data
    predictions, wanted = [], set(marks(len(rows)))
    for i, (row, label) in enumerate(zip(rows, labels)):
        x = look(row)
        if i in wanted:
            found = model.predict_proba_one(x)
            predictions.append([i, [found.get(c, 0.0) for c in range(classes)]])
        model.learn_one(x, label)
    return predictions


def fitted(make, data, encode):
    """`encode(rows so far, the row to predict)` gives both as arrays, and how many categories each column has."""
    rows, labels, classes = data
    predictions = []
    for mark in marks(len(rows)):
        before, after, sizes = encode(rows[:mark], rows[mark : mark + 1])
        model = make(sizes).fit(before, labels[:mark])
        assert list(model.classes_) == list(range(classes))
        predictions.append([mark, [float(p) for p in model.predict_proba(after)[0]]])
    return predictions


def numbers(before, after):
    return np.array([list(row.values()) for row in before]), np.array([list(row.values()) for row in after]), None


def seen_one_hot(before, after):
    """Indicators of the codes seen so far."""
    names = {name: i for i, name in enumerate(sorted({name for row in before for name in one_hot(row)}))}
    def array(rows):
        out = np.zeros((len(rows), len(names)))
        for n, row in enumerate(rows):
            for name in one_hot(row):
                if name in names:
                    out[n, names[name]] = 1
        return out
    return array(before), array(after), None


def seen_codes(before, after):
    """Codes in the order of their size among those seen so far, and one more for those that were not."""
    keys = list(before[0])
    seen = {key: {code: i for i, code in enumerate(sorted({codes(row)[key] for row in before}))} for key in keys}
    def array(rows):
        return np.array([[seen[key].get(codes(row)[key], len(seen[key])) for key in keys] for row in rows])
    return array(before), array(after), [len(seen[key]) + 1 for key in keys]


golden = {"river": "0.24.2", "scikit-learn": "1.9.1"}
for name, data in (("elec2", elec2()), ("phishing", phishing())):
    golden[name] = {
        "multinomial, numbers": running(naive_bayes.MultinomialNB(ALPHA), data, dict),
        "multinomial, codes": running(naive_bayes.MultinomialNB(ALPHA), data, one_hot),
        "complement, numbers": running(naive_bayes.ComplementNB(ALPHA), data, dict),
        "complement, codes": running(naive_bayes.ComplementNB(ALPHA), data, one_hot),
        "bernoulli, numbers": fitted(lambda _: batch.BernoulliNB(alpha=ALPHA, binarize=0.4), data, numbers),
        "bernoulli, codes": fitted(lambda _: batch.BernoulliNB(alpha=ALPHA), data, seen_one_hot),
        "categorical, codes": fitted(lambda sizes: batch.CategoricalNB(alpha=ALPHA, min_categories=sizes), data, seen_codes),
    }
path = HERE / "golden" / "bayes.json"
path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
print(path.stat().st_size)
