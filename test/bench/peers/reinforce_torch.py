#!/usr/bin/env python3
"""REINFORCE with leave-one-out on CartPole-v1 in plain PyTorch: what a careful user would write by hand. Prints a line of JSON.

    reinforce_torch.py --seed 1 --steps 60000

    G_it = sum over u >= t of gamma^(u-t) r_iu,   b_it the mean of G_jt over the other episodes alive at t
    loss = -1/M sum log pi(a_it | s_it) (G_it - b_it) / std(G)

16 episodes in lock-step, one batched forward a time step over those still running: about five times as quick as one after another. MLP 4-64-64-2,
tanh; Adam, rate 0.01.
"""
import argparse
import collections
import json
import os
import time

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

import gymnasium as gym
import numpy as np
import torch
from torch import nn

parser = argparse.ArgumentParser()
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--steps", type=int, default=60_000)
options = parser.parse_args()

GOAL, WINDOW, B, GAMMA, RATE = 475, 100, 16, 0.99, 0.01
torch.set_num_threads(1)
torch.manual_seed(options.seed)
wall, cpu = time.perf_counter(), time.process_time()
envs = [gym.make("CartPole-v1") for _ in range(B)]
for i, env in enumerate(envs):
    env.reset(seed=options.seed * 1000 + i)
policy = nn.Sequential(nn.Linear(4, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 2))
optimiser = torch.optim.Adam(policy.parameters(), lr=RATE)


def sample(observations):
    with torch.no_grad():
        return torch.multinomial(torch.softmax(policy(torch.from_numpy(observations)), -1), 1).squeeze(-1).tolist()


def collect():
    """B whole episodes: observations [L, 4], actions [L], rewards [L] of each."""
    current = np.stack([env.reset()[0] for env in envs]).astype(np.float32)
    live = list(range(B))
    O, C, R = [[] for _ in envs], [[] for _ in envs], [[] for _ in envs]
    while live:
        running = []
        for i, a in zip(live, sample(current[live])):
            O[i].append(current[i].copy())
            C[i].append(a)
            o, r, terminated, truncated, _ = envs[i].step(a)
            R[i].append(r)
            current[i] = o
            if not (terminated or truncated):
                running.append(i)
        live = running
    return [(np.array(o, np.float32), np.array(c), np.array(r, np.float32)) for o, c, r in zip(O, C, R)]


def advantages(rewards):
    T = max(len(r) for r in rewards)
    G, alive = np.zeros((B, T)), np.zeros((B, T), bool)
    for i, r in enumerate(rewards):
        G[i, : len(r)] = r
        alive[i, : len(r)] = True
    for t in range(T - 2, -1, -1):
        G[:, t] += GAMMA * G[:, t + 1]
    n, total = alive.sum(0), np.where(alive, G, 0).sum(0)
    others = np.where(n > 1, (total - G) / np.maximum(n - 1, 1), 0.0)
    return ((G - others)[alive] / max(G[alive].std(), 1e-8)).astype(np.float32)


last, reached, steps = collections.deque(maxlen=WINDOW), None, 0
while steps < options.steps:
    episodes = collect()
    adv = torch.from_numpy(advantages([e[2] for e in episodes]))
    obs, act = torch.from_numpy(np.concatenate([e[0] for e in episodes])), torch.from_numpy(np.concatenate([e[1] for e in episodes]))
    logp = torch.log_softmax(policy(obs), -1).gather(1, act[:, None]).squeeze(1)
    loss = -(logp * adv).mean()
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    for _, _, r in episodes:
        steps += len(r)
        last.append(float(r.sum()))
        if reached is None and len(last) == WINDOW and sum(last) / WINDOW >= GOAL:
            reached = steps

seconds, cpu_seconds = time.perf_counter() - wall, time.process_time() - cpu
print(json.dumps({"value": steps / seconds, "cpu": steps / cpu_seconds, "stepsTo475": reached, "seconds": seconds, "last100": float(np.mean(last))}))
