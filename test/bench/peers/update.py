"""One gradient step of an actor 4-H-H-2 with tanh: log-softmax, clipped surrogate, backward, Adam; in torch (each form of its Adam) and in
numpy with gradients and Adam by hand."""
import numpy as np

from data import column

F = np.float32
CLIP, ONE, ZERO = F(0.2), F(1), F(0)
STEPS_TO_AGREE = 20
RATE = 1e-3
# Of the steps that are timed: the same work, and a policy that hardly moves. At RATE every ratio is clipped in the end, the gradient is 0, and
# Adam's moments sink into subnormal numbers, which take several times as long.
TIMED_RATE = 1e-7


def start(H):
    """Weights [in, out] and biases."""
    widths = (4, H, H, 2)
    W = [(column(k + 1, i * o, -1 / i**0.5, 1 / i**0.5)).reshape(i, o).astype(F) for k, (i, o) in enumerate(zip(widths[:-1], widths[1:]))]
    return W, [np.zeros(o, F) for o in widths[1:]]


def data(B):
    return (column(5, B * 4, -1, 1).reshape(B, 4).astype(F), column(6, B, 0, 2).astype(np.int64), column(7, B, -1, 1).astype(F), np.full(B, np.log(0.5), F))


def in_numpy(B, H):
    W, b = start(H)
    x, a, ad, ol = data(B)
    rows = np.arange(B)
    m, s = [np.zeros_like(q) for q in W + b], [np.zeros_like(q) for q in W + b]
    state = {"t": 0, "rate": RATE}

    def forward():
        h1 = np.tanh(x @ W[0] + b[0])
        h2 = np.tanh(h1 @ W[1] + b[1])
        return h1, h2, h2 @ W[2] + b[2]

    def run():
        h1, h2, z = forward()
        z = z - z.max(1, keepdims=True)
        e = np.exp(z)
        se = e.sum(1, keepdims=True)
        lp = z[rows, a] - np.log(se[:, 0])
        ratio = np.exp(lp - ol)
        s1, s2 = ratio * ad, np.clip(ratio, ONE - CLIP, ONE + CLIP) * ad
        dlp = np.where(s1 <= s2, -s1, ZERO) / F(B)
        dz = -(e / se) * dlp[:, None]
        dz[rows, a] += dlp
        d2 = (dz @ W[2].T) * (1 - h2 * h2)
        d1 = (d2 @ W[1].T) * (1 - h1 * h1)
        grads = [x.T @ d1, h1.T @ d2, h2.T @ dz, d1.sum(0), d2.sum(0), dz.sum(0)]
        state["t"] += 1
        root = np.sqrt(1 - 0.999 ** state["t"])
        k, floor = F(state["rate"] * root / (1 - 0.9 ** state["t"])), F(1e-8 * root)
        for q, g, mm, ss in zip(W + b, grads, m, s):
            mm *= F(0.9)
            mm += F(0.1) * g
            ss *= F(0.999)
            ss += F(0.001) * g * g
            q -= k * mm / (np.sqrt(ss) + floor)
        return 1

    def slow_down():
        state["rate"] = TIMED_RATE

    return run, lambda: forward()[2], slow_down


def in_torch(options):
    def prepare(B, H):
        import torch

        torch.set_num_threads(1)
        W, b = start(H)
        net = torch.nn.Sequential(torch.nn.Linear(4, H), torch.nn.Tanh(), torch.nn.Linear(H, H), torch.nn.Tanh(), torch.nn.Linear(H, 2))
        with torch.no_grad():
            for layer, w, c in zip((net[0], net[2], net[4]), W, b):
                layer.weight.copy_(torch.from_numpy(w.T.copy()))
                layer.bias.copy_(torch.from_numpy(c))
        x, a, ad, ol = (torch.from_numpy(q) for q in data(B))
        optimiser = torch.optim.Adam(net.parameters(), lr=RATE, **options)
        c = float(CLIP)

        def run():
            lp = torch.log_softmax(net(x), -1).gather(1, a[:, None])[:, 0]
            ratio = (lp - ol).exp()
            loss = -torch.min(ratio * ad, ratio.clamp(1 - c, 1 + c) * ad).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            return 1

        def logits():
            with torch.no_grad():
                return net(x).numpy()

        def slow_down():
            for group in optimiser.param_groups:
                group["lr"] = TIMED_RATE

        return run, logits, slow_down

    return prepare


IMPLEMENTATIONS = {"numpy": in_numpy, "torch": in_torch({}), "torch foreach": in_torch({"foreach": True}), "torch fused": in_torch({"fused": True})}


def prepare(implementation, B, H):
    """A run, and what all sides must agree on after some steps: the mean difference of the logits."""
    run, logits, slow_down = IMPLEMENTATIONS[implementation](B, H)
    for _ in range(STEPS_TO_AGREE):
        run()
    z = logits()
    slow_down()
    return run, float(np.abs(z[:, 1] - z[:, 0]).mean())


MEASURES = {
    f"{implementation} update 4-{H}-{H}-2, batch {B}": ("us/update", lambda i=implementation, B=B, H=H: prepare(i, B, H))
    for implementation in IMPLEMENTATIONS
    for H in (64, 256)
    for B in (64, 128, 1024, 4096)
}
