#!/usr/bin/env python3
"""PPO with CleanRL's CartPole hyperparameters in plain PyTorch: what a careful user would write by hand. Prints a line of JSON.

    ppo_torch.py --seed 1 --steps 500000

4 environments (gymnasium's SyncVectorEnv, as CleanRL) x 128 steps, 4 epochs x 4 minibatches of 128, Adam(2.5e-4, eps 1e-5) annealed to 0, gamma .99,
lambda .95, clip .2 of policy and value, advantages normalised per minibatch, entropy .01, value .5, gradient norm .5, separate 64-64 tanh networks,
orthogonal weights. As in CleanRL, an episode that the time limit cuts counts as terminated. Actions are drawn without torch.distributions, which
costs about as much as the network at this size.
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
parser.add_argument("--steps", type=int, default=500_000)
options = parser.parse_args()

GOAL, WINDOW = 475, 100
N, T, EPOCHS, PARTS = 4, 128, 4, 4
RATE, GAMMA, LAMBDA, CLIP, ENTROPY, VALUE, NORM = 2.5e-4, 0.99, 0.95, 0.2, 0.01, 0.5, 0.5
torch.set_num_threads(1)
torch.manual_seed(options.seed)
rng = np.random.default_rng(options.seed)
wall, cpu = time.perf_counter(), time.process_time()
envs = gym.vector.SyncVectorEnv([lambda: gym.make("CartPole-v1")] * N, autoreset_mode=gym.vector.AutoresetMode.SAME_STEP)


def linear(i, o, gain):
    layer = nn.Linear(i, o)
    nn.init.orthogonal_(layer.weight, gain)
    nn.init.zeros_(layer.bias)
    return layer


def mlp(out, gain):
    return nn.Sequential(linear(4, 64, 2**0.5), nn.Tanh(), linear(64, 64, 2**0.5), nn.Tanh(), linear(64, out, gain))


critic, actor = mlp(1, 1.0), mlp(2, 0.01)
parameters = list(critic.parameters()) + list(actor.parameters())
optimiser = torch.optim.Adam(parameters, lr=RATE, eps=1e-5)
obs, act = torch.zeros(T, N, 4), torch.zeros(T, N, dtype=torch.long)
logp, rew, done, val = (torch.zeros(T, N) for _ in range(4))
current = torch.from_numpy(envs.reset(seed=options.seed)[0].astype(np.float32))
returns = np.zeros(N)
last, reached, steps = collections.deque(maxlen=WINDOW), None, 0
updates = max(1, options.steps // (N * T))

for update in range(updates):
    optimiser.param_groups[0]["lr"] = RATE * (1 - update / updates)
    with torch.no_grad():
        for t in range(T):
            obs[t] = current
            lp = torch.log_softmax(actor(current), -1)
            a = torch.multinomial(lp.exp(), 1)
            act[t], logp[t], val[t] = a[:, 0], lp.gather(1, a)[:, 0], critic(current)[:, 0]
            o, r, terminated, truncated, _ = envs.step(a[:, 0].numpy())
            steps += N
            ended = terminated | truncated
            current = torch.from_numpy(o.astype(np.float32, copy=False))
            rew[t], done[t] = torch.from_numpy(r.astype(np.float32)), torch.from_numpy(ended.astype(np.float32))
            returns += r
            for i in np.flatnonzero(ended):
                last.append(float(returns[i]))
                returns[i] = 0.0
                if reached is None and len(last) == WINDOW and sum(last) / WINDOW >= GOAL:
                    reached = steps
        next_value, run = critic(current)[:, 0], torch.zeros(N)
        adv = torch.empty(T, N)
        for t in range(T - 1, -1, -1):
            live = 1 - done[t]
            delta = rew[t] + GAMMA * live * (val[t + 1] if t + 1 < T else next_value) - val[t]
            run = delta + GAMMA * LAMBDA * live * run
            adv[t] = run
        target = adv + val
    flat_obs, flat_act, flat_logp = obs.reshape(-1, 4), act.reshape(-1), logp.reshape(-1)
    flat_adv, flat_target, flat_val = adv.reshape(-1), target.reshape(-1), val.reshape(-1)
    for _ in range(EPOCHS):
        for part in np.array_split(rng.permutation(N * T), PARTS):
            m = torch.from_numpy(part)
            lp_all = torch.log_softmax(actor(flat_obs[m]), -1)
            ratio = (lp_all.gather(1, flat_act[m][:, None])[:, 0] - flat_logp[m]).exp()
            a = flat_adv[m]
            a = (a - a.mean()) / (a.std() + 1e-8)
            policy_loss = torch.max(-a * ratio, -a * ratio.clamp(1 - CLIP, 1 + CLIP)).mean()
            v = critic(flat_obs[m])[:, 0]
            held = flat_val[m] + (v - flat_val[m]).clamp(-CLIP, CLIP)
            value_loss = 0.5 * torch.max((v - flat_target[m]) ** 2, (held - flat_target[m]) ** 2).mean()
            entropy = -(lp_all.exp() * lp_all).sum(-1).mean()
            loss = policy_loss - ENTROPY * entropy + VALUE * value_loss
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(parameters, NORM)
            optimiser.step()

seconds, cpu_seconds = time.perf_counter() - wall, time.process_time() - cpu
print(json.dumps({"value": steps / seconds, "cpu": steps / cpu_seconds, "stepsTo475": reached, "seconds": seconds, "last100": float(np.mean(last))}))
