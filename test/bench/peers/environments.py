"""Environment steps of gymnasium under random actions that were drawn beforehand; an episode that ends is followed by the next.

    single     gym.make as a user gets it, one copy
    unwrapped  without its wrappers, cut at the time limit by hand
    sync       SyncVectorEnv
    native     gymnasium's own vector environment, where it has one
"""
import numpy as np

IN_A_CALL = 64


def actions(space, k, n=None):
    rng = np.random.default_rng(0)
    if hasattr(space, "n"):
        drawn = rng.integers(0, space.n, (k,) if n is None else (k, n))
        return drawn.tolist() if n is None else list(drawn)
    return list(rng.uniform(space.low, space.high, ((k,) if n is None else (k, n)) + space.shape).astype(np.float32))


def one(name, wrapped):
    import gymnasium as gym

    env = gym.make(name)
    limit, drawn = env.spec.max_episode_steps, actions(env.action_space, 4096)
    if not wrapped:
        env = env.unwrapped
    env.reset(seed=0)
    step, reset = env.step, env.reset
    at = {"i": 0, "t": 0}

    def run():
        i, t = at["i"], at["t"]
        for _ in range(IN_A_CALL):
            _, _, ended, cut, _ = step(drawn[i & 4095])
            i, t = i + 1, t + 1
            if ended or cut or t >= limit:
                reset()
                t = 0
        at["i"], at["t"] = i, t
        return IN_A_CALL

    return run, None


def many(name, kind, n):
    import gymnasium as gym

    envs = gym.vector.SyncVectorEnv([lambda: gym.make(name)] * n) if kind == "sync" else gym.make_vec(name, num_envs=n, vectorization_mode="vector_entry_point")
    envs.reset(seed=0)
    drawn = actions(envs.single_action_space, 256, n)
    step, at = envs.step, {"i": 0}

    def run():
        i = at["i"]
        for _ in range(IN_A_CALL):
            step(drawn[i & 255])
            i += 1
        at["i"] = i
        return IN_A_CALL * n

    return run, None


NAMES = ("CartPole-v1", "Pendulum-v1", "Acrobot-v1", "MountainCar-v0")
MEASURES = {
    **{f"gymnasium single {name}": ("steps/s", lambda name=name: one(name, True)) for name in NAMES},
    **{f"gymnasium unwrapped {name}": ("steps/s", lambda name=name: one(name, False)) for name in NAMES},
    **{f"gymnasium sync {name}, 8 copies": ("steps/s", lambda name=name: many(name, "sync", 8)) for name in NAMES},
    **{f"gymnasium native CartPole-v1, {n} copies": ("steps/s", lambda n=n: many("CartPole-v1", "native", n)) for n in (8, 1024)},
}
