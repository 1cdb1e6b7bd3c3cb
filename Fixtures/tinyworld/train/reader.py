"""A small network that reads classes and depth off latents: what a drawing shows, for the losses of the branches.

The mean squared error of a latent asks for every texture alike; the reader's features ask that a thing can be told, as its own
layers see it. It ships with nothing: judges are other networks, of pictures, that never see latents.
"""

import torch
import torch.nn.functional as F
from torch import nn

from judges import KINDS, conv, unlike


class Reader(nn.Module):
    """Latents [B,16,t,h,w], one frame at a time -> features of three levels and what is read, all [B*t,C,h',w']."""

    def __init__(self, channels=16, widths=(48, 80, 112)):
        super().__init__()
        self.inward = conv(channels + 1, widths[0])
        self.levels = nn.ModuleList([nn.ModuleList([conv(w, w), conv(w, w)]) for w in widths])
        self.down = nn.ModuleList([conv(a, b, 2) for a, b in zip(widths, widths[1:])])
        self.narrow = nn.ModuleList([nn.Conv2d(b, a, 1) for a, b in zip(widths, widths[1:])])
        self.up = conv(widths[0], widths[0])
        self.head = nn.Conv2d(widths[0], len(KINDS) + 1, 1)

    def forward(self, z):
        b, c, t, h, w = z.shape
        first = torch.zeros(t, 1, h, w, dtype=z.dtype, device=z.device)
        first[0] = 1  # the first latent frame is one picture, the others four
        x = self.inward(torch.cat([z.transpose(1, 2).flatten(0, 1), first.repeat(b, 1, 1, 1)], 1))
        kept = []
        for rank, blocks in enumerate(self.levels):
            if rank:
                x = self.down[rank - 1](x)
            for block in blocks:
                x = x + block(x)
            kept.append(x)
        for rank in (1, 0):
            x = kept[rank] + F.interpolate(self.narrow[rank](x), scale_factor=2.0, mode="nearest")
        x = self.up(x)
        return [*kept, x, self.head(x)]


def reading_loss(read, kinds, log_depth):
    """`kinds` [B*t,K,h,w] shares of every class in a cell, `log_depth` [B*t,h,w] without its mean."""
    classes = -(kinds * F.log_softmax(read[:, :-1].float(), 1)).sum(1).mean()
    guess = read[:, -1].float()
    return classes + 0.5 * (guess - guess.mean((1, 2), keepdim=True) - log_depth).abs().mean()


def distance(reader, guess, z):
    """How differently two batches of latents read, [B]: unit features of every level, squared differences, mean over cells."""
    with torch.no_grad():
        right = reader(z)
    total = sum(unlike(one, other).mean((1, 2)) for one, other in zip(reader(guess)[:-1], right))
    return total.unflatten(0, (z.shape[0], z.shape[2])).mean(1)
