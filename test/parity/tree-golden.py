"""Writes golden/river-trees.json: where River 0.24.2 splits its trees on the data sets of test/data, and how well it predicts.

    python3 -m venv venv && venv/bin/pip install river==0.24.2
    venv/bin/python test/parity/tree-golden.py
"""

import csv
import gzip
import json
import pathlib
import sys

import river
from river import tree

if river.__version__ != "0.24.2":
    sys.exit(f"River {river.__version__} found, 0.24.2 needed: the goldens belong to one version")

HERE = pathlib.Path(__file__).parent
DATA = HERE.parent / "data"

DATASETS = {
    "elec2": ("class", lambda text: text == "UP"),
    "phishing": ("is_phishing", lambda text: text == "1"),
}

# name: the tree and the data set
CASES = {
    "hoeffding-tree-elec2": (tree.HoeffdingTreeClassifier, "elec2"),
    "hoeffding-tree-phishing": (tree.HoeffdingTreeClassifier, "phishing"),
    "hoeffding-tree-gini-phishing": (
        lambda: tree.HoeffdingTreeClassifier(grace_period=50, delta=0.01, split_criterion="gini"),
        "phishing",
    ),
    "hoeffding-tree-majority-elec2": (lambda: tree.HoeffdingTreeClassifier(leaf_prediction="mc"), "elec2"),
}


def rows(name):
    target, parse = DATASETS[name]
    with gzip.open(DATA / f"{name}.csv.gz", "rt", newline="") as file:
        for record in csv.DictReader(file):
            y = parse(record.pop(target))
            yield {key: float(text) for key, text in record.items()}, y


def run(make, name):
    """Predict, then learn, in file order; keeps each split: the row, the column and the threshold."""
    model, branches, splits, right, count = make(), 0, [], 0, 0
    for count, (x, y) in enumerate(rows(name), 1):
        right += model.predict_one(x) == y
        model.learn_one(x, y)
        if model.n_branches == branches:
            continue
        branches = model.n_branches
        node, above = model._root, None
        while hasattr(node, "children"):
            node, above = node.next(x), node
        splits.append([count - 1, above.feature, above.threshold])
    return {"splits": splits, "accuracy": right / count}


golden = {"river": river.__version__, **{name: run(*case) for name, case in CASES.items()}}
path = HERE / "golden" / "river-trees.json"
path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
for name in CASES:
    print(name, len(golden[name]["splits"]), golden[name]["accuracy"])
