#!/usr/bin/env python3
"""Which of the peers' modules this Python has: a line of JSON with their versions, null for what cannot be imported."""
import importlib
import json
import os
import platform

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
found = {"python": platform.python_version()}
for name in ("numpy", "torch", "gymnasium", "numba"):
    try:
        found[name] = importlib.import_module(name).__version__
    except Exception:  # absent, or broken: it cannot be used
        found[name] = None
print(json.dumps(found))
