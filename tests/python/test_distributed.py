"""Training steps of two processes under enable(): DDP, FSDP and DTensor. Judged by the same steps without it."""
import contextlib
import os
import socket
import sys
import traceback
import unittest

import support
from support import needs_torch, torch


def step_of(model, x, target):
    loss = torch.nn.functional.mse_loss(model(x), target)
    loss.backward()
    gradients = [parameter.grad for parameter in model.parameters() if parameter.grad is not None]
    whole = [g.full_tensor() if hasattr(g, 'full_tensor') else g for g in gradients]
    return [loss.detach(), *(g.clone() for g in whole)]


def make_model(device):
    torch.manual_seed(1)
    return torch.nn.Sequential(torch.nn.Linear(8, 16), torch.nn.GELU(), torch.nn.RMSNorm(16), torch.nn.Linear(16, 8),
                               torch.nn.Softplus(), torch.nn.Linear(8, 4), torch.nn.SiLU()).to(device)


def data_parallel(device, rank, mesh):
    model = torch.nn.parallel.DistributedDataParallel(make_model(device))
    return step_of(model, *inputs(device, rank))


def sharded(device, rank, mesh):
    from torch.distributed.fsdp import fully_shard
    model = make_model(device)
    fully_shard(model, mesh=mesh)
    return step_of(model, *inputs(device, rank))


def tensors_of_two(device, rank, mesh):
    """Operators on distributed tensors, forward and backward."""
    from torch.distributed.tensor import Shard, distribute_tensor
    torch.manual_seed(2)
    x = distribute_tensor(torch.randn(6, 8, device=device), mesh, [Shard(0)]).requires_grad_()
    y = torch.nn.functional.gelu(x * 2) + torch.nn.functional.softplus(x)
    loss = y.exp().mean()
    loss.backward()
    return [loss.full_tensor().detach(), x.grad.full_tensor()]


def inputs(device, rank):
    torch.manual_seed(10 + rank)
    return torch.randn(5, 8, device=device), torch.randn(5, 4, device=device)


CASES = [data_parallel, sharded, tensors_of_two]


def rank_of_two(rank, device, port, found):
    """In a process of its own: the steps without and with; what differs goes to `found`."""
    import expops.torch as answers
    place = f'{device}:{rank}' if device == 'cuda' else device
    try:
        if device == 'cuda':
            torch.cuda.set_device(rank)
        os.environ.update(MASTER_ADDR='127.0.0.1', MASTER_PORT=str(port))
        torch.distributed.init_process_group('nccl' if device == 'cuda' else 'gloo', rank=rank, world_size=2)
        mesh = torch.distributed.init_device_mesh(device, (2,))
        for case in CASES:
            plain = case(place, rank, mesh)
            answers.enable()
            try:
                answers.reset_report()
                ours = case(place, rank, mesh)
                answered = sum(row['expops'] for row in answers.report().values())
            finally:
                answers.disable()
            for got, expected in zip(ours, plain, strict=True):
                torch.testing.assert_close(got, expected, rtol=1e-4, atol=1e-5)
            found.put(f'{case.__name__} rank {rank}: {answered} calls answered' if answered else
                      f'wrong: {case.__name__}: nothing was answered')
        torch.distributed.destroy_process_group()
    except Exception:
        found.put('wrong: ' + traceback.format_exc())


def two_ranks(device):
    """Runs both; the lines they say."""
    with contextlib.closing(socket.socket()) as taken:
        taken.bind(('127.0.0.1', 0))
        port = taken.getsockname()[1]
    context = torch.multiprocessing.get_context('spawn')
    found = context.Queue()
    ranks = [context.Process(target=rank_of_two, args=(rank, device, port, found)) for rank in range(2)]
    for process in ranks:
        process.start()
    said = []
    while len(said) < 2 * len(CASES) and not any(line.startswith('wrong') for line in said):
        said.append(found.get(timeout=150))
    for process in ranks:
        process.join(10)
        process.kill()
    wrong = [line for line in said if line.startswith('wrong')]
    assert not wrong, '\n'.join(wrong)
    return '\n'.join(sorted(said))


@needs_torch
class TwoRanks(unittest.TestCase):
    def test_steps_are_the_same(self):
        if not torch.distributed.is_available() or sys.platform != 'linux':
            self.skipTest('this PyTorch has no torch.distributed')
        print(two_ranks('cpu'))


if __name__ == '__main__':
    support.main()
