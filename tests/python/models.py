"""Models as people write them, and a step of their training: what expops.torch must not change."""
import collections
import contextlib

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode


class Transformer(nn.Module):
    """A block with attention, RMS norms and a gated feed-forward layer, behind an embedding."""

    def __init__(self, scale=1, heads=4, words=50):
        super().__init__()
        width = 32 * scale
        self.heads, self.length = heads, 12 * scale
        self.embed, self.out = nn.Embedding(words, width), nn.Linear(width, words)
        self.norm1, self.norm2 = nn.RMSNorm(width), nn.RMSNorm(width)
        self.qkv, self.proj = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.gate, self.up, self.down = nn.Linear(width, 2 * width), nn.Linear(width, 2 * width), nn.Linear(2 * width, width)

    def attention(self, x):
        batch, length, width = x.shape
        q, k, v = self.qkv(x).view(batch, length, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        scores = q @ k.transpose(-2, -1) * (width // self.heads) ** -0.5
        later = torch.ones(length, length, dtype=torch.bool, device=x.device).triu(1)
        return self.proj((scores.masked_fill(later, float('-inf')).softmax(-1) @ v).transpose(1, 2).reshape(x.shape))

    def forward(self, tokens):
        x = self.embed(tokens)
        x = x + self.attention(self.norm1(x))
        y = self.norm2(x)
        return self.out(x + self.down(F.silu(self.gate(y)) * self.up(y)))

    def loss(self, device):
        tokens = torch.randint(50, (2, self.length), device=device)
        return lambda: F.cross_entropy(self(tokens[:, :-1]).flatten(0, 1), tokens[:, 1:].flatten())


class ConvNet(nn.Module):
    """Convolutions with padding of two kinds, pooling, a normalisation, upsampling."""

    def __init__(self, scale=1):
        super().__init__()
        width, self.side = 8 * scale, 16 * scale
        self.enter, self.deep, self.leave = nn.Conv2d(3, width, 3), nn.Conv2d(width, width, 3), nn.Conv2d(width, 3, 1)
        self.norm = nn.BatchNorm2d(width)

    def forward(self, x):
        y = F.gelu(self.enter(F.pad(x, (1, 1, 1, 1), mode='reflect')))
        y = F.max_pool2d(y, 2)
        y = F.hardswish(self.norm(self.deep(F.pad(y, (1, 1, 1, 1), mode='replicate'))))
        y = F.avg_pool2d(y, 2) + F.adaptive_avg_pool2d(y, (self.side // 4,) * 2)
        return torch.tanh(self.leave(F.interpolate(y, scale_factor=4, mode='nearest')))

    def loss(self, device):
        x = torch.randn(2, 3, self.side, self.side, device=device)
        return lambda: F.smooth_l1_loss(self(x), F.softplus(-x).clamp(max=2))


def repeatable_step(make, device, scale=1):
    """The model's training step: a function that returns the loss, and has the model as an attribute. The optimiser is linear in
    gradients: Adam's first step makes a whole step of the rounding of one that should be zero."""
    torch.manual_seed(1)
    model = make(scale).to(device)
    loss_of, optimizer = model.loss(device), torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, nesterov=True)

    def step():
        optimizer.zero_grad()
        loss = loss_of()
        loss.backward()
        optimizer.step()
        return loss.detach()
    step.model = model
    return step


def one_step(make, device, context=None, scale=1):
    """The loss, every gradient and every parameter after a step."""
    step = repeatable_step(make, device, scale)
    with context or contextlib.nullcontext():
        loss = step()
    parameters = list(step.model.parameters())
    return [loss, *(p.grad.clone() for p in parameters), *(p.detach().clone() for p in parameters)]


class Calls(TorchDispatchMode):
    """How often each overload is called. What ATen's own kernels call is not seen."""

    def __init__(self):
        super().__init__()
        self.counts = collections.Counter()

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        schema = function._schema
        self.counts[schema.name + ('.' + schema.overload_name if schema.overload_name else '')] += 1
        return function(*args, **(kwargs or {}))


def count_calls(step, answers):
    """Runs a step where ours answer, and holds the report against what was called: each call of a covered overload stands in it
    once, beside those that ATen's own kernels make, which are seen nowhere else (the gradient of _fused_rms_norm on a GPU)."""
    answers.reset_report()
    with Calls() as calls:
        step()
    rows, covered = answers.report(), set(answers.covered())
    reported = {full: row['expops'] + row['aten'] for full, row in rows.items()}
    missing = {full: (count, reported.get(full)) for full, count in calls.counts.items()
               if full in covered and reported.get(full, 0) < count}
    assert not missing and set(reported) <= covered, missing
    ours, atens = (sum(row[key] for row in rows.values()) for key in ('expops', 'aten'))
    return f'{ours} calls ours, {atens} passed on, of {sum(calls.counts.values())}'
