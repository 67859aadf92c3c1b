"""River over rows that lie in memory: predict, then learn.

Arguments: the learner as a Python expression, a file of little-endian doubles (each row: its numbers, then the class
index, or the value), the numbers a row, the classes (1 for regression), how many rows to learn (the file is cycled), and
how many rows a model to be thrown away learns before. Prints one line of JSON: how many predictions were right, or the sum
of absolute errors, and the seconds of wall and of CPU.
"""

import array
import json
import sys
import time

from river import ensemble, forest, linear_model, naive_bayes, preprocessing, tree  # noqa: F401

learner, path, *numbers = sys.argv[1:]
width, classes, count, warm = map(int, numbers)
names = [f"x{i}" for i in range(width)]

doubles = array.array("d")
with open(path, "rb") as file:
    doubles.frombytes(file.read())
rows = []
for at in range(0, len(doubles), width + 1):
    label = doubles[at + width]
    rows.append((dict(zip(names, doubles[at : at + width])), int(label) if classes > 1 else label))


def run(model, count):
    score = 0
    for i in range(count):
        x, y = rows[i % len(rows)]
        found = model.predict_one(x)
        score += found == y if classes > 1 else abs((found or 0) - y)
        model.learn_one(x, y)
    return score


run(eval(learner), warm)
model = eval(learner)
cpu, wall = time.process_time(), time.perf_counter()
score = run(model, count)
print(json.dumps({"score": score, "wallSeconds": time.perf_counter() - wall, "cpuSeconds": time.process_time() - cpu}))
