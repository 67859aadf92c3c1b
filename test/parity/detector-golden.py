"""Writes golden/detector-*.json: where River signals the streams of detector-cases.json, and how it differs from us where it errs.

    python3 -m venv venv && venv/bin/pip install river==0.24.2 && venv/bin/python test/parity/detector-golden.py

The detectors whose peer is MOA are in detector-golden.java, those of both in both.
"""
import importlib.metadata
import json
import pathlib
import warnings

from river import drift
from river.drift.binary import hddm_w

VERSION = "0.24.2"
assert importlib.metadata.version("river") == VERSION
warnings.simplefilter("ignore")

HERE = pathlib.Path(__file__).parent
CASES = json.loads((HERE / "detector-cases.json").read_text())


def values(stream):
    state = stream["seed"]
    for kind, length, a, b in stream["segments"]:
        for _ in range(length):
            state = (1664525 * state + 1013904223) % 2**32
            u = state / 2**32
            yield (1.0 if u < a else 0.0) if kind == "bernoulli" else a + (b - a) * u


class SoundHddmW(drift.binary.HDDM_W):
    """With squared weights that sum to 1 over one value: River begins with those of two."""

    def _reset(self):
        super()._reset()
        for name in ("_total", "_s1_incr", "_s1_decr", "_s2_incr", "_s2_decr"):
            setattr(self, name, SoundInfo(self.lambda_val))

    def _update_incr_stats(self, x, confidence):
        super()._update_incr_stats(x, confidence)
        if not self._s2_incr._is_init:
            self._s2_incr = SoundInfo(self.lambda_val)

    def _update_decr_stats(self, x, confidence):
        super()._update_decr_stats(x, confidence)
        if not self._s2_decr._is_init:
            self._s2_decr = SoundInfo(self.lambda_val)


class SoundInfo(hddm_w.SampleInfo):
    def update(self, x):
        first = not self._is_init
        super().update(x)
        if first:
            self._ibc = 1.0


class KeepingKswin(drift.KSWIN):
    """That keeps the newest values after a signal: River puts them aside, and at the next value forgets them."""

    def update(self, x):
        self._drift_detected = False
        super().update(x)


def run(detector, stream, flip=False):
    drifts, warned = [], []
    before = False
    for i, value in enumerate(values(stream)):
        detector.update(1 - value if flip else value)
        warning = getattr(detector, "warning_detected", False) and not detector.drift_detected
        if warning and not before:
            warned.append(i)
        before = warning
        if detector.drift_detected:
            drifts.append(i)
    return {"drifts": drifts, "warnings": warned}


MAKERS = {
    "ddm": lambda p: drift.binary.DDM(p.get("warmStart", 30), p.get("warningThreshold", 2.0), p.get("driftThreshold", 3.0)),
    "eddm": lambda p: drift.binary.EDDM(p.get("warmStart", 30), p.get("alpha", 0.95), p.get("beta", 0.9)),
    "hddm-a": lambda p: drift.binary.HDDM_A(p.get("driftConfidence", 0.001), p.get("warningConfidence", 0.005), p.get("twoSided", False)),
    "hddm-w": lambda p: SoundHddmW(p.get("driftConfidence", 0.001), p.get("warningConfidence", 0.005), p.get("lambda", 0.05), p.get("twoSided", False)),
    "fhddm": lambda p: drift.binary.FHDDM(p.get("windowSize", 100), p.get("confidence", 0.000001)),
    "page-hinkley": lambda p: drift.PageHinkley(p.get("warmStart", 30), p.get("delta", 0.005), p.get("threshold", 50.0), p.get("alpha", 0.9999), p.get("mode", "both")),
    "kswin": lambda p: KeepingKswin(p.get("alpha", 0.005), p.get("windowSize", 100), p.get("statSize", 30), seed=1),
}
AS_IT_IS = {
    "hddm-w": lambda p: drift.binary.HDDM_W(p.get("driftConfidence", 0.001), p.get("warningConfidence", 0.005), p.get("lambda", 0.05), p.get("twoSided", False)),
    "fhddm": MAKERS["fhddm"],
    "kswin": lambda p: drift.KSWIN(p.get("alpha", 0.005), p.get("windowSize", 100), p.get("statSize", 30), seed=1),
}


def streams_of(algorithm):
    for stream in CASES["streams"]:
        if stream["name"] == "large values" and algorithm not in CASES["takesReal"]:
            continue
        if algorithm in ("eddm",) and stream["name"] == "losses":
            continue  # River's EDDM counts exact ones only
        if algorithm == "kswin" and sum(s[1] for s in stream["segments"]) > 20000:
            continue  # River needs 0.4 ms a value
        yield stream


for algorithm, make in MAKERS.items():
    cases = []
    for parameters in CASES["detectors"][algorithm]:
        for stream in streams_of(algorithm):
            case = {"stream": stream["name"], "parameters": parameters}
            case |= run(make(parameters), stream, flip=algorithm == "fhddm")
            if "twoSided" in parameters:
                del case["warnings"]  # of falls too, of which we don't warn
            if algorithm in AS_IT_IS:
                case["asItIs"] = run(AS_IT_IS[algorithm](parameters), stream)["drifts"]
            cases.append(case)
    golden = {"peer": f"River {VERSION}", "cases": cases}
    if algorithm == "kswin":
        # At the defaults it draws at random, so that only how often it signals can be compared.
        still = {"name": "still", "seed": 21, "segments": [["uniform", 30000, 0, 1]]}
        golden["draws"] = {"stream": still, "signals": [len(run(KeepingKswin(seed=seed), still)["drifts"]) for seed in range(3)]}
    path = HERE / "golden" / f"detector-{algorithm}.json"
    path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
    print(algorithm, path.stat().st_size, [len(c["drifts"]) for c in cases], golden.get("draws", {}).get("signals"))
