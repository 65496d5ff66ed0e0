#!/usr/bin/env python3
"""Takes samples on demand, so that several processes can take turns: a line of JSON in, {"measure": name, "seconds": length of the block}, a line
out, the sample or {"error": text}. With names as arguments it measures those once and ends: serve.py 'numba GAE 1000x1024'. --list shows them."""
import json
import os
import sys
import time

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

UNITS = {"ns/element": lambda work, s: s * 1e9 / work, "us/update": lambda work, s: s * 1e6 / work, "steps/s": lambda work, s: work / s}
MEASURES, READY = {}, {}
# Seconds of CPU time before the first sample; numba has compiled by then, the rest is interpreted.
WARM_UP = 0.2


def load():
    import importlib

    for module in ("kernels", "update", "environments"):
        MEASURES.update(importlib.import_module(module).MEASURES)


def sample(name, seconds):
    if name not in READY:
        unit, prepare = MEASURES[name]
        run, check = prepare()
        end = time.process_time() + WARM_UP
        while time.process_time() < end:
            run()
        READY[name] = (UNITS[unit], run, check)
    of, run, check = READY[name]
    wall, cpu, work, spent = time.perf_counter(), time.process_time(), 0, 0.0
    while True:
        work += run()
        spent = time.perf_counter() - wall
        if spent >= seconds:
            break
    found = {"value": of(work, spent), "cpu": of(work, time.process_time() - cpu)}
    return found if check is None else {**found, "check": check}


def answer(name, seconds):
    try:
        return sample(name, seconds)
    except Exception as failure:  # whoever asked is told
        return {"error": f"{type(failure).__name__}: {failure}"}


load()
if len(sys.argv) > 1:
    for name in sorted(MEASURES) if sys.argv[1] == "--list" else sys.argv[1:]:
        print(json.dumps({"measure": name} if sys.argv[1] == "--list" else {"measure": name, **answer(name, 0.25)}), flush=True)
else:
    for line in sys.stdin:
        request = json.loads(line)
        print(json.dumps(answer(request["measure"], request["seconds"])), flush=True)
