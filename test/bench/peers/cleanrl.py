#!/usr/bin/env python3
"""Runs CleanRL's ppo.py, byte for byte, and prints a line of JSON: steps per second and steps until the mean of the last 100 returns is 475.

    cleanrl.py PATH/ppo.py --seed 1 --total-timesteps 500000

What ppo.py wants and a machine with torch and gymnasium alone lacks is provided around it:
  tyro           a stand-in for tyro.cli(dataclass): --kebab-case value, --flag, --no-flag
  tensorboard    a SummaryWriter that keeps the returns and writes nothing (which flatters CleanRL by some microseconds a scalar)
  gymnasium      CleanRL pins 0.29. From 1.0 on, vector environments reset on the step after an end, and final_info has another layout: ppo.py
                 would never see a return and would train on a bogus transition an episode. We ask for AutoresetMode.SAME_STEP and translate
                 final_info back, on steps where an episode has ended only.
The clock runs from where ppo.py makes its SummaryWriter, after the imports, to where it closes it.
"""
import collections
import contextlib
import dataclasses
import io
import json
import os
import runpy
import sys
import time
import types

# torch.set_num_threads does not reach an OpenBLAS with threads of its own: before the import.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

import gymnasium as gym
import numpy as np
import torch

torch.set_num_threads(1)
GOAL, WINDOW = 475, 100
script, rest = sys.argv[1], sys.argv[2:]


def cli(cls):
    made = cls()
    kinds = {field.name: type(getattr(made, field.name)) for field in dataclasses.fields(cls)}
    i = 0
    while i < len(rest):
        name = rest[i].lstrip("-").replace("-", "_")
        if kinds.get(name) is bool:
            setattr(made, name, True)
            i += 1
        elif name.startswith("no_") and name[3:] in kinds:
            setattr(made, name[3:], False)
            i += 1
        else:
            kind = kinds[name]
            setattr(made, name, rest[i + 1] if kind is type(None) else kind(rest[i + 1]))
            i += 2
    return made


tyro = types.ModuleType("tyro")
tyro.cli = cli
sys.modules["tyro"] = tyro

clock = {}
episodes = []


class SummaryWriter:
    def __init__(self, *_, **__):
        clock["wall"], clock["cpu"] = time.perf_counter(), time.process_time()

    def add_text(self, *_, **__):
        pass

    def add_scalar(self, tag, value, step):
        clock["step"] = step
        if tag == "charts/episodic_return":
            episodes.append((int(step), float(np.asarray(value).reshape(-1)[0])))

    def close(self):
        clock["wall"], clock["cpu"] = time.perf_counter() - clock["wall"], time.process_time() - clock["cpu"]


tensorboard = types.ModuleType("torch.utils.tensorboard")
tensorboard.SummaryWriter = SummaryWriter
sys.modules["torch.utils.tensorboard"] = tensorboard

if int(gym.__version__.split(".")[0]) >= 1:
    Base = gym.vector.SyncVectorEnv

    class SyncVectorEnv(Base):
        def __init__(self, fns, **options):
            options.setdefault("autoreset_mode", gym.vector.AutoresetMode.SAME_STEP)
            super().__init__(fns, **options)

        def step(self, actions):
            out = super().step(actions)
            if "final_info" in out[4]:
                final = out[4]["final_info"]
                episode, ended = final.get("episode"), final.get("_episode")
                out[4]["final_info"] = [
                    {"episode": {"r": np.array([episode["r"][i]]), "l": np.array([episode["l"][i]])}} if ended is not None and ended[i] else None
                    for i in range(self.num_envs)
                ]
            return out

    gym.vector.SyncVectorEnv = SyncVectorEnv

with contextlib.redirect_stdout(io.StringIO()):
    runpy.run_path(script, run_name="__main__")

last, reached = collections.deque(maxlen=WINDOW), None
for step, value in episodes:
    last.append(value)
    if reached is None and len(last) == WINDOW and sum(last) / WINDOW >= GOAL:
        reached = step
steps = int(clock["step"])
print(json.dumps({"value": steps / clock["wall"], "cpu": steps / clock["cpu"], "stepsTo475": reached, "seconds": clock["wall"], "last100": float(np.mean(last))}))
