"""Thin backbones of perceptual distances, with random weights, and what PyTorch taps from them: python make_backbones.py

The layers are torchvision's, a sixteenth as wide; LPIPS' own modules cut them into slices and scale the picture. The weights
are saved as torchvision saves its oldest files (no zip archive), and for one as it saves the newest.
(torch, torchvision, lpips, scikit-image)
"""
import os
import warnings

import lpips
import numpy as np
import skimage
import torch
import torchvision as tv
from safetensors.torch import save_file
from torch import nn

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "backbones")


def thin(module, generator):
    """The same layers with a sixteenth of the channels (4 at least) and random weights."""
    for name, child in list(module.named_children()):
        if isinstance(child, nn.Conv2d):
            inputs = child.in_channels if child.in_channels == 3 else max(4, child.in_channels // 16)
            outputs = max(4, child.out_channels // 16)
            slim = nn.Conv2d(inputs, outputs, child.kernel_size, child.stride, child.padding)
            fan = inputs * child.kernel_size[0] * child.kernel_size[1]
            slim.weight.copy_(torch.randn(slim.weight.shape, generator=generator) * (2 / fan) ** 0.5)
            slim.bias.copy_(torch.randn(slim.bias.shape, generator=generator) * 0.1)
            setattr(module, name, slim)
        else:
            thin(child, generator)


class Taps(nn.Module):
    """LPIPS' module around given features."""

    def __init__(self, features, net):
        super().__init__()
        names = {"vgg": "vgg16", "alex": "alexnet", "squeeze": "squeezenet1_1"}
        published = getattr(tv.models, names[net])
        setattr(tv.models, names[net], lambda pretrained: type("Model", (), {"features": features}))
        self.scale = lpips.lpips.ScalingLayer()
        module = {"vgg": "vgg16", "alex": "alexnet", "squeeze": "squeezenet"}[net]
        self.net = getattr(lpips.pretrained_networks, module)(pretrained=False)
        setattr(tv.models, names[net], published)

    def forward(self, picture):
        return self.net(self.scale(picture))


def picture(rows, columns):
    """A part of a photograph, red, green, blue in -1..1."""
    cat = skimage.data.chelsea()
    pixels = np.ascontiguousarray(cat[100 : 100 + rows, 120 : 120 + columns])
    return torch.from_numpy(pixels).permute(2, 0, 1)[None].float().div(127.5).sub(1).contiguous()


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    torch.set_grad_enabled(False)
    os.makedirs(OUT, exist_ok=True)
    for net, build, end in (
        ("vgg", tv.models.vgg16, 30), ("alex", tv.models.alexnet, 12), ("squeeze", tv.models.squeezenet1_1, 13),
    ):
        generator = torch.Generator().manual_seed(len(net))
        model = build(weights=None)
        thin(model.features, generator)
        taps = Taps(model.features, net).eval()
        state = {k: v for k, v in model.state_dict().items() if k.startswith("features.")}
        # Of what the backbone does not need, a little: it must not matter.
        state["classifier.0.bias"] = torch.ones(3)
        torch.save(state, os.path.join(OUT, net + ".pth"), _use_new_zipfile_serialization=net == "squeeze")
        sizes = ((35, 38), (48, 33)) if net != "squeeze" else ((35, 38), (36, 33), (17, 18))
        expected = {}
        for rows, columns in sizes:
            key = f"{rows}x{columns}"
            image = picture(rows, columns)
            expected[f"{key}.image"] = image
            for k, tap in enumerate(taps(image)):
                expected[f"{key}.tap{k + 1}"] = tap.contiguous()
        channels = [expected[f"{sizes[0][0]}x{sizes[0][1]}.tap{k + 1}"].shape[1] for k in range(len(taps(image)))]
        heads = {f"lin{k}.model.1.weight": torch.rand(1, c, 1, 1, generator=generator) for k, c in enumerate(channels)}
        torch.save(heads, os.path.join(OUT, net + "_heads.pth"), _use_new_zipfile_serialization=False)
        save_file(expected, os.path.join(OUT, net + "_taps.safetensors"))
