"""Weights of large batches in numpy, torch and numba, float32, as they are written where speed matters.

Recurrences are time-major [T, N]: numpy and torch are vectorised over N with a Python loop over T, numba is one fused loop with N innermost
(N outermost is up to 8 times slower), one thread, no fastmath. Gradients are written by hand in numpy and numba, torch takes autograd.

    reward-to-go       G_t = r_t + g (1 - d_t) G_{t+1}
    GAE                delta_t = r_t + g (1 - d_t) V_{t+1} - V_t,   A_t = delta_t + g l (1 - d_t) A_{t+1}
    V-trace            rho = min(1, exp(lp - ol)); targets vs and advantages rho_t (r_t + g (1 - d_t) vs_{t+1} - V_t)
    clipped surrogate  mean of min(rho A, clip(rho) A), and its derivative at the log-probabilities
    token-level loss   the same with an advantage for each sequence, mean over its tokens, mean over sequences (GRPO without KL)
"""
import numpy as np

from data import column

F = np.float32
G, L, CLIP, ONE, ZERO = F(0.99), F(0.95), F(0.2), F(1), F(0)


def batch(T, N):
    """Columns of N episodes of T steps, time-major; values have a row more, of zeros, for every episode ends."""
    def major(flat):
        return np.ascontiguousarray(flat.reshape(N, T).T.astype(F))

    reward, value = column(1, N * T, -1, 1), column(2, N * T, -1, 1)
    old = column(3, N * T, -1.5, -0.5)
    new = old + column(4, N * T, -0.4, 0.4)
    live = np.ones((T, N), F)
    live[-1] = 0
    return {"r": major(reward), "nd": live, "v": np.concatenate([major(value), np.zeros((1, N), F)]), "lp": major(new), "ol": major(old)}


def sequences(T, N):
    """N sequences of T/2 to T tokens, padded to T, with the advantage of each and a mask."""
    lengths = np.floor(column(9, N, T / 2, T + 1)).astype(np.int64)
    mask = np.arange(T)[None, :] < lengths[:, None]
    steps = int(lengths.sum())
    old = column(3, steps, -1.5, -0.5)
    lp, ol, r = np.zeros((N, T), F), np.zeros((N, T), F), np.zeros((N, T))
    lp[mask], ol[mask], r[mask] = old + column(4, steps, -0.4, 0.4), old, column(1, steps, -1, 1)
    returns = r.sum(1)
    advantage = (returns - returns.mean()) / (returns.std(ddof=1) + 1e-4)
    return {"lp": lp, "ol": ol, "ad": advantage.astype(F), "mk": mask.astype(F)}, steps


# ------------------------------------------------------------------------------------------------ numpy
def rtg_numpy(r, nd):
    out, run = np.empty_like(r), np.zeros(r.shape[1], r.dtype)
    for t in range(r.shape[0] - 1, -1, -1):
        run = r[t] + G * nd[t] * run
        out[t] = run
    return out


def gae_numpy(r, nd, v):
    out, run = np.empty_like(r), np.zeros(r.shape[1], r.dtype)
    for t in range(r.shape[0] - 1, -1, -1):
        run = r[t] + G * nd[t] * v[t + 1] - v[t] + G * L * nd[t] * run
        out[t] = run
    return out


def vtrace_numpy(lp, ol, r, nd, v):
    rho = np.minimum(np.exp(lp - ol), ONE)
    disc = G * nd
    delta = rho * (r + disc * v[1:] - v[:-1])
    acc, run = np.empty_like(r), np.zeros(r.shape[1], r.dtype)
    for t in range(r.shape[0] - 1, -1, -1):
        run = delta[t] + disc[t] * rho[t] * run
        acc[t] = run
    vs = acc + v[:-1]
    return vs, rho * (r + disc * np.concatenate([vs[1:], v[-1:]]) - v[:-1])


def clip_numpy(lp, ol, ad):
    ratio = np.exp(lp - ol)
    s1, s2 = ratio * ad, np.clip(ratio, ONE - CLIP, ONE + CLIP) * ad
    return -np.minimum(s1, s2).mean(), np.where(s1 <= s2, -s1, ZERO) / F(lp.size)


def token_numpy(lp, ol, ad, mk):
    ratio, a = np.exp(lp - ol), ad[:, None]
    s1, s2 = ratio * a, np.clip(ratio, ONE - CLIP, ONE + CLIP) * a
    w = mk / (mk.sum(1, keepdims=True) * F(lp.shape[0]))
    return -(np.minimum(s1, s2) * w).sum(), np.where(s1 <= s2, -s1, ZERO) * w


# ------------------------------------------------------------------------------------------------ torch
def in_torch():
    import torch

    torch.set_num_threads(1)
    g, gl, c = float(G), float(G * L), float(CLIP)

    def rtg(r, nd):
        out, run = torch.empty_like(r), torch.zeros(r.shape[1])
        for t in range(r.shape[0] - 1, -1, -1):
            run = r[t] + g * nd[t] * run
            out[t] = run
        return out

    def gae(r, nd, v):
        out, run = torch.empty_like(r), torch.zeros(r.shape[1])
        for t in range(r.shape[0] - 1, -1, -1):
            run = r[t] + g * nd[t] * v[t + 1] - v[t] + gl * nd[t] * run
            out[t] = run
        return out

    def vtrace(lp, ol, r, nd, v):
        rho = (lp - ol).exp().clamp(max=1.0)
        disc = g * nd
        delta = rho * (r + disc * v[1:] - v[:-1])
        acc, run, dc = torch.empty_like(r), torch.zeros(r.shape[1]), disc * rho
        for t in range(r.shape[0] - 1, -1, -1):
            run = delta[t] + dc[t] * run
            acc[t] = run
        vs = acc + v[:-1]
        return vs, rho * (r + disc * torch.cat([vs[1:], v[-1:]]) - v[:-1])

    def clip(lp, ol, ad):
        lp = lp.detach().requires_grad_()
        ratio = (lp - ol).exp()
        loss = -torch.min(ratio * ad, ratio.clamp(1 - c, 1 + c) * ad).mean()
        loss.backward()
        return loss.detach(), lp.grad

    def token(lp, ol, ad, mk):
        lp = lp.detach().requires_grad_()
        ratio, a = (lp - ol).exp(), ad[:, None]
        per = -torch.min(ratio * a, ratio.clamp(1 - c, 1 + c) * a)
        loss = ((per * mk).sum(1) / mk.sum(1)).mean()
        loss.backward()
        return loss.detach(), lp.grad

    return {"rtg": rtg, "gae": gae, "vtrace": vtrace, "clip": clip, "token": token}, torch.from_numpy


# ------------------------------------------------------------------------------------------------ numba
def in_numba():
    from numba import njit

    @njit
    def rtg(r, nd):
        T, N = r.shape
        out = np.empty_like(r)
        for n in range(N):
            out[T - 1, n] = r[T - 1, n]
        for t in range(T - 2, -1, -1):
            for n in range(N):
                out[t, n] = r[t, n] + G * nd[t, n] * out[t + 1, n]
        return out

    @njit
    def gae(r, nd, v):
        T, N = r.shape
        out = np.empty_like(r)
        GL = G * L
        for n in range(N):
            out[T - 1, n] = r[T - 1, n] + G * nd[T - 1, n] * v[T, n] - v[T - 1, n]
        for t in range(T - 2, -1, -1):
            for n in range(N):
                out[t, n] = r[t, n] + G * nd[t, n] * v[t + 1, n] - v[t, n] + GL * nd[t, n] * out[t + 1, n]
        return out

    @njit
    def vtrace(lp, ol, r, nd, v):
        T, N = r.shape
        vs, adv = np.empty_like(r), np.empty_like(r)
        for t in range(T - 1, -1, -1):
            for n in range(N):
                rho = min(np.exp(lp[t, n] - ol[t, n]), ONE)
                d = G * nd[t, n]
                nx = vs[t + 1, n] if t + 1 < T else v[T, n]
                acc = rho * (r[t, n] + d * v[t + 1, n] - v[t, n])
                if t + 1 < T:
                    acc += d * rho * (nx - v[t + 1, n])
                vs[t, n] = v[t, n] + acc
                adv[t, n] = rho * (r[t, n] + d * nx - v[t, n])
        return vs, adv

    @njit
    def clip(lp, ol, ad):
        M = lp.size
        inverse = ONE / F(M)
        d = np.empty_like(lp)
        a, b, c, o = lp.ravel(), ol.ravel(), ad.ravel(), d.ravel()
        loss = 0.0
        for i in range(M):
            ratio = np.exp(a[i] - b[i])
            s1 = ratio * c[i]
            s2 = min(max(ratio, ONE - CLIP), ONE + CLIP) * c[i]
            if s1 <= s2:
                loss -= s1
                o[i] = -s1 * inverse
            else:
                loss -= s2
                o[i] = ZERO
        return loss / M, d

    @njit
    def token(lp, ol, ad, mk):
        N, T = lp.shape
        d = np.empty_like(lp)
        total = 0.0
        for i in range(N):
            count = ZERO
            for t in range(T):
                count += mk[i, t]
            w = ONE / (count * F(N))
            a = ad[i]
            loss = 0.0
            for t in range(T):
                if mk[i, t] == ZERO:
                    d[i, t] = ZERO
                    continue
                ratio = np.exp(lp[i, t] - ol[i, t])
                s1 = ratio * a
                s2 = min(max(ratio, ONE - CLIP), ONE + CLIP) * a
                if s1 <= s2:
                    loss -= s1
                    d[i, t] = -s1 * w
                else:
                    loss -= s2
                    d[i, t] = ZERO
            total += loss * w
        return total, d

    return {"rtg": rtg, "gae": gae, "vtrace": vtrace, "clip": clip, "token": token}, lambda a: a


def in_numpy():
    return {"rtg": rtg_numpy, "gae": gae_numpy, "vtrace": vtrace_numpy, "clip": clip_numpy, "token": token_numpy}, lambda a: a


def in_numba_doubles():
    """The same on float64 arrays, which are what estimand's are: twice the memory to go through."""
    functions, _ = in_numba()
    return functions, lambda a: a.astype(np.float64)


IMPLEMENTATIONS = {"numpy": in_numpy, "torch": in_torch, "numba": in_numba, "numba float64": in_numba_doubles}
MADE = {}
KERNELS = {
    "reward-to-go": ("rtg", ("r", "nd")),
    "GAE": ("gae", ("r", "nd", "v")),
    "V-trace": ("vtrace", ("lp", "ol", "r", "nd", "v")),
    "clipped surrogate": ("clip", ("lp", "ol", "r")),
    "token-level loss": ("token", ("lp", "ol", "ad", "mk")),
}


def prepare(implementation, kernel, T, N):
    """A run, and what all sides must agree on: the sum of the absolute weights (their mean, where no 1/M is in them)."""
    name, needs = KERNELS[kernel]
    if implementation not in MADE:
        MADE[implementation] = IMPLEMENTATIONS[implementation]()
    functions, own = MADE[implementation]
    f = functions[name]
    arrays, steps = sequences(T, N) if kernel == "token-level loss" else (batch(T, N), T * N)
    arguments = [own(arrays[need]) for need in needs]
    out = f(*arguments)
    weights = np.abs(np.asarray(out[-1] if isinstance(out, tuple) else out, np.float64))
    check = weights.sum() if name in ("clip", "token") else weights.mean()

    def run():
        f(*arguments)
        return steps

    return run, float(check)


SIZES = ((1000, 1024), (2048, 512))
MEASURES = {
    f"{implementation} {kernel} {T}x{N}": ("ns/element", lambda i=implementation, k=kernel, T=T, N=N: prepare(i, k, T, N))
    for implementation in IMPLEMENTATIONS
    for kernel in KERNELS
    for T, N in SIZES
}
