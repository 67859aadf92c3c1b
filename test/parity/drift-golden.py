"""Writes golden/river-adwin.json: where River cuts seeded streams, and what its window holds then.

    python3 -m venv venv && venv/bin/pip install river==0.24.2 && venv/bin/python test/parity/drift-golden.py

A stream is a list of segments over one linear congruential generator (Numerical Recipes' ranqd1), so that both languages
draw the same doubles and the file needs to hold none of them.
"""
import importlib.metadata
import json
import pathlib

from river.drift import ADWIN
from river.drift.adwin_c import AdaptiveWindowing

VERSION = "0.24.2"
assert importlib.metadata.version("river") == VERSION

STREAMS = [
    {"name": "one rise", "seed": 1, "segments": [["bernoulli", 5000, 0.1, 0], ["bernoulli", 5000, 0.3, 0]]},
    {"name": "rise, fall, rise", "seed": 2, "segments": [
        ["bernoulli", 4000, 0.2, 0], ["bernoulli", 3000, 0.5, 0], ["bernoulli", 5000, 0.25, 0], ["bernoulli", 4000, 0.6, 0]]},
    {"name": "small rise in a long stream", "seed": 3, "segments": [["bernoulli", 120000, 0.2, 0], ["bernoulli", 80000, 0.215, 0]]},
    {"name": "no change", "seed": 4, "segments": [["bernoulli", 100000, 0.5, 0]]},
    {"name": "uniform, moving", "seed": 5, "segments": [
        ["uniform", 3000, 0, 1], ["uniform", 3000, 0.1, 1.1], ["uniform", 3000, -0.4, 0.6], ["uniform", 200, 3, 4], ["uniform", 3000, 0, 0.2]]},
    {"name": "constant, then another", "seed": 6, "segments": [["uniform", 2000, 0.25, 0.25], ["uniform", 2000, 0.5, 0.5]]},
    {"name": "losses up to 14", "seed": 7, "segments": [["uniform", 5000, 0, 1], ["uniform", 1500, 0, 14], ["uniform", 5000, 0, 2]]},
    {"name": "often", "seed": 8, "segments": [["bernoulli", 400, 0.1 + 0.7 * (i % 2), 0] for i in range(60)]},
]
PARAMETERS = [
    {"delta": 0.002, "clock": 32, "maxBuckets": 5, "minWindowLength": 5, "gracePeriod": 10},
    {"delta": 0.05, "clock": 1, "maxBuckets": 5, "minWindowLength": 5, "gracePeriod": 10},
    {"delta": 0.3, "clock": 8, "maxBuckets": 3, "minWindowLength": 20, "gracePeriod": 100},
]


def values(stream):
    state = stream["seed"]
    for kind, length, a, b in stream["segments"]:
        for _ in range(length):
            state = (1664525 * state + 1013904223) % 2**32
            u = state / 2**32
            yield (1.0 if u < a else 0.0) if kind == "bernoulli" else a + (b - a) * u


def arguments(p):
    return dict(delta=p["delta"], clock=p["clock"], max_buckets=p["maxBuckets"],
                min_window_length=p["minWindowLength"], grace_period=p["gracePeriod"])


def run(stream, parameters):
    detector = ADWIN(**arguments(parameters))
    window = AdaptiveWindowing(**arguments(parameters))
    signals, cuts = [], []
    for i, value in enumerate(values(stream)):
        detector.update(value)
        if detector.drift_detected:
            signals.append(i)
        if window.update(value):
            cuts.append([i, int(window.get_width())])
    end = {"width": int(window.get_width()), "total": window.get_total(), "deviations": window.get_variance()}
    return {"signals": signals, "cuts": cuts, "end": end}


golden = {"river": VERSION, "cases": []}
for stream in STREAMS:
    for parameters in PARAMETERS:
        golden["cases"].append({"stream": stream, "parameters": parameters, **run(stream, parameters)})
path = pathlib.Path(__file__).with_name("golden") / "river-adwin.json"
path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
print({case["stream"]["name"]: len(case["signals"]) for case in golden["cases"]})
