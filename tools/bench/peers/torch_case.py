"""One case in eager PyTorch with its fused Adam. Usage: python torch_case.py MNIST_FOLDER CASE"""
import sys
import time

started = time.perf_counter()
import torch  # noqa: E402

import_s = time.perf_counter() - started

from torch import nn  # noqa: E402

from mnist import load_mnist, sequences, waves  # noqa: E402
from report import per_step, report, timed  # noqa: E402


def mlp() -> nn.Module:
    sizes = [784, 500, 250, 20]
    hidden = [part for a, b in zip(sizes, sizes[1:]) for part in (nn.Linear(a, b), nn.ReLU())]
    return nn.Sequential(*hidden, nn.Linear(20, 10))


def cnn() -> nn.Module:
    blocks = [part for a, b in ((1, 32), (32, 64)) for part in (nn.Conv2d(a, b, 3), nn.ReLU(), nn.MaxPool2d(2))]
    return nn.Sequential(*blocks, nn.Flatten(), nn.Linear(1600, 10))


class Recurrent(nn.Module):
    def __init__(self, kind: type):
        super().__init__()
        self.layer = kind(64, 128, batch_first=True)
        self.dense = nn.Linear(128, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.dense(self.layer(x)[0][:, -1])


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = nn.MultiheadAttention(64, 4, batch_first=True)
        self.dense = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 64))
        self.norms = nn.ModuleList(nn.LayerNorm(64, eps=1e-3) for _ in range(2))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.norms[0](x + self.attention(x, x, x, need_weights=False)[0])
        return self.norms[1](x + self.dense(x))


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.Sequential(Block(), Block())
        self.dense = nn.Linear(64, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.dense(self.blocks(x).mean(1))


def conv1d() -> nn.Module:
    blocks = [
        part for a, b in ((64, 64), (64, 128), (128, 128)) for part in (nn.Conv1d(a, b, 5, padding=2), nn.ReLU(), nn.MaxPool1d(2))
    ]
    return nn.Sequential(*blocks, nn.AdaptiveMaxPool1d(1), nn.Flatten(), nn.Linear(128, 10))


class Residual(nn.Module):
    def __init__(self, before: int, after: int):
        super().__init__()
        stride = 1 if before == after else 2
        self.inner = nn.Sequential(
            nn.Conv2d(before, after, 3, stride, 1, bias=False), nn.BatchNorm2d(after), nn.ReLU(),
            nn.Conv2d(after, after, 3, 1, 1, bias=False), nn.BatchNorm2d(after),
        )
        skipped = (nn.Conv2d(before, after, 1, 2, bias=False), nn.BatchNorm2d(after))
        self.skipped = nn.Identity() if stride == 1 else nn.Sequential(*skipped)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(self.inner(x) + self.skipped(x))


def resnet() -> nn.Module:
    channels = [16, 16, 16, 16, 32, 32, 32, 64, 64, 64]
    blocks = [Residual(a, b) for a, b in zip(channels, channels[1:])]
    first = (nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU())
    return nn.Sequential(*first, *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))


class MobileNet(nn.Module):
    def __init__(self):
        super().__init__()
        rows = [(32, 64, 1), (64, 128, 2), (128, 128, 1), (128, 256, 2), (256, 256, 1), (256, 512, 2)]
        rows += [(512, 512, 1)] * 5 + [(512, 1024, 2), (1024, 1024, 1)]
        norm = lambda width: (nn.BatchNorm2d(width), nn.ReLU6())  # noqa: E731
        parts = [nn.Conv2d(3, 32, 3, 2, 1, bias=False), *norm(32)]
        for a, b, stride in rows:
            parts += [nn.Conv2d(a, a, 3, stride, 1, groups=a, bias=False), *norm(a), nn.Conv2d(a, b, 1, bias=False), *norm(b)]
        self.base = nn.Sequential(*parts, nn.AdaptiveAvgPool2d(1), nn.Flatten()).eval().requires_grad_(False)
        self.dense = nn.Linear(1024, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        with torch.no_grad():
            features = self.base(x)
        return self.dense(features)


def tiny() -> nn.Module:
    return nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 1))


def fit(model, x, y, batch: int, epochs: int, loss_of, rate: float) -> dict:
    optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], rate, fused=True)
    steps = -(-len(x) // batch)
    seconds, total = [], 0.0
    for _ in range(epochs):
        start = time.perf_counter()
        total = 0.0
        for rows in torch.randperm(len(x)).split(batch):
            optimizer.zero_grad()
            loss = loss_of(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
            total += loss.item()
        seconds.append(time.perf_counter() - start)
    return {**per_step(seconds, steps), "loss": total / steps}


def run(case: str, folder: str) -> dict:
    if case in ("mlp256", "mlp32", "cnn128"):
        rows = {"mlp256": 60_000, "mlp32": 15_360, "cnn128": 12_800}[case]
        x, labels = load_mnist(folder, rows)
        x, y = torch.from_numpy(x), torch.from_numpy(labels).long()
        if case == "cnn128":
            return fit(cnn(), x.reshape(-1, 1, 28, 28), y, 128, 4, nn.CrossEntropyLoss(), 1e-3)
        return fit(mlp(), x, y, int(case[3:]), 4, nn.CrossEntropyLoss(), 5e-4)
    if case in ("lstm", "gru"):
        x, y = (torch.from_numpy(part) for part in sequences(640, 100))
        return fit(Recurrent(nn.LSTM if case == "lstm" else nn.GRU), x, y.argmax(-1), 32, 6, nn.CrossEntropyLoss(), 1e-3)
    if case == "transformer":
        x, y = (torch.from_numpy(part) for part in sequences(320, 128))
        return fit(Transformer(), x, y.argmax(-1), 32, 5, nn.CrossEntropyLoss(), 1e-3)
    if case == "conv1d":
        x, y = (torch.from_numpy(part) for part in sequences(640, 128))
        return fit(conv1d(), x.transpose(1, 2).contiguous(), y.argmax(-1), 32, 5, nn.CrossEntropyLoss(), 1e-3)
    if case in ("resnet", "mobilenet"):
        rows, side, batch = {"resnet": (320, 32, 32), "mobilenet": (96, 96, 16)}[case]
        x, y = (torch.from_numpy(part) for part in waves(rows, side))
        net = resnet() if case == "resnet" else MobileNet()
        return fit(net, x.permute(0, 3, 1, 2).contiguous(), y.argmax(-1), batch, 4, nn.CrossEntropyLoss(), 1e-3)
    if case == "tiny":
        x, labels = load_mnist(folder, 2000)
        x = torch.from_numpy(x[:, 400:404].copy())
        y = (torch.from_numpy(labels)[:, None] == 0).float()
        return fit(tiny(), x, y, 1, 3, nn.MSELoss(), 1e-3)
    if case in ("predict", "latency"):
        x = torch.from_numpy(load_mnist(folder, 60_000 if case == "predict" else 1)[0])
        model = mlp().eval()
        with torch.inference_mode():
            if case == "predict":
                whole = lambda: [torch.softmax(model(rows), -1) for rows in x.split(256)]  # noqa: E731
                return {"rows_per_s": round(len(x) / min(timed(whole) for _ in range(5)))}
            call = lambda: torch.softmax(model(x), -1).numpy()  # noqa: E731
            for _ in range(50):
                call()
            return {"call_ms": round(1000 * timed(lambda: [call() for _ in range(500)]) / 500, 4)}
    raise SystemExit(f"{case} is no case")


folder, case = sys.argv[1:]
report("torch", torch.__version__, case, import_s, **run(case, folder))
