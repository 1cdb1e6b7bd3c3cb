"""Muon: momentum whose matrices are made orthogonal before they are applied; AdamW for what is no matrix.

For small transformers it needs fewer steps than AdamW alone, and steps are what two cores have little of.
"""

import torch


def orthogonal(g, steps=5):
    """The nearest matrices with equal singular values to a stack [n,a,b], by Newton-Schulz iterations of fifth order."""
    a, b, c = 3.4445, -4.7750, 2.0315
    tall = g.shape[1] > g.shape[2]
    x = g.mT if tall else g
    x = (x / (x.norm(dim=(1, 2), keepdim=True) + 1e-12)).bfloat16()
    for _ in range(steps):
        s = x @ x.mT
        x = a * x + (b * s + c * (s @ s)) @ x
    return (x.mT if tall else x).to(g.dtype)


class Muon:
    """`momentum` buffers for matrices, an AdamW inside for vectors and for the `others`; one rate for both.

    A convolution's kernel counts as the matrix from its inputs to each of its outputs.

    An orthogonal step is scaled to the size of AdamW's usual one, 0.2 an element, and by `share`.
    """

    def __init__(self, matrices, others, lr, share=1.0, momentum=0.95, weight_decay=0.01):
        self.matrices = list(matrices)
        self.share = share
        self.momentum, self.weight_decay = momentum, weight_decay
        self.buffers = [torch.zeros_like(p) for p in self.matrices]
        self.adam = torch.optim.AdamW(
            [{"params": [v for v in others if v.ndim > 1], "weight_decay": weight_decay},
             {"params": [v for v in others if v.ndim < 2], "weight_decay": 0.0}], lr=lr, betas=(0.9, 0.99), eps=1e-10)
        self.groups = {}
        for index, p in enumerate(self.matrices):
            self.groups.setdefault((p.shape[0], p[0].numel()), []).append(index)

    @property
    def param_groups(self):
        return self.adam.param_groups

    def zero_grad(self, set_to_none=True):
        for p in self.matrices:
            p.grad = None
        self.adam.zero_grad(set_to_none)

    @torch.no_grad()
    def step(self):
        rate = self.adam.param_groups[0]["lr"] * self.share
        for (rows, columns), indices in self.groups.items():
            parts = [self.matrices[i].view(rows, columns) for i in indices]
            buffers = [self.buffers[i].view(rows, columns) for i in indices]
            gradients = [torch.zeros_like(part) if self.matrices[i].grad is None else self.matrices[i].grad.reshape(rows, columns)
                         for i, part in zip(indices, parts)]
            torch._foreach_mul_(buffers, self.momentum)
            torch._foreach_add_(buffers, gradients)
            ahead = torch.stack([g + self.momentum * b for g, b in zip(gradients, buffers)])
            step = orthogonal(ahead) * (0.2 * max(rows, columns) ** 0.5)
            torch._foreach_mul_(parts, 1 - rate * self.weight_decay)
            torch._foreach_add_(parts, list(step.unbind()), alpha=-rate)
        self.adam.step()

    def state_dict(self):
        return {"muon": self.buffers, "adam": self.adam.state_dict()}

    def load_state_dict(self, state):
        """An AdamW's state is passed over: momentum begins anew."""
        if "muon" in state:
            for mine, other in zip(self.buffers, state["muon"]):
                mine.copy_(other)
            self.adam.load_state_dict(state["adam"])
