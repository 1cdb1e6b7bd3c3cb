"""python -m unittest test_recipe: the recipe's parts against other implementations, in seconds."""

import json
import sys
import tempfile
import unittest
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parents[1] / "references"))

import controls
import diffusion
import growth
import network
import objects
import stages_model
import stages_start
import stages_tokenizer
import text
import tokenizer
from clips import Shards, frames_of, stand_in, write_stand_in
from judges import JUDGES, KINDS, RENDERED
from muon import Muon
from progress import Average, power_gamma, rate
from reader import Reader, distance
from stages_reader import kind_shares, log_depths

CONFIG = json.loads((HERE / "config.json").read_text())
torch.set_grad_enabled(False)


def small():
    config = json.loads(json.dumps(CONFIG))
    config["dit"] |= {"D": 64, "heads": 2, "blocks": 3}
    config["ctrl"]["blocks"] = 2
    return config


class NetworkTests(unittest.TestCase):
    def test_the_network_agrees_with_the_reference_that_is_written_from_the_specification(self):
        import transfer_network
        torch.set_grad_enabled(False)
        config, g = small(), torch.Generator().manual_seed(0)
        base = {k: v + 0.1 * torch.randn(v.shape, generator=g) for k, v in network.base_tensors(config, g).items()}
        branch = {k: v + 0.1 * torch.randn(v.shape, generator=g) for k, v in network.branch_tensors(config, base, g).items()}
        x, tau = torch.randn(2, 16, 3, 8, 10, generator=g), torch.tensor([0.3, -0.7])
        rows = torch.randn(2, 12, config["dit"]["text_dim"], generator=g)
        rows[:, -3:] = 0
        mask = torch.zeros(2, 1, 3, 8, 10)
        mask[1, :, 0] = 1
        hint = torch.randn(2, 16, 3, 8, 10, generator=g)
        residuals = network.Branch(config, branch, (3, 4, 5), 24)(x, tau, rows, mask, hint)
        made = network.Base(config, base, (3, 4, 5), 24)(x, tau, rows, mask, [0.6 * r for r in residuals])

        def double(tensors):
            return {k: v.double() for k, v in tensors.items()}
        expected = transfer_network.evaluate(config, double(base), {"vis": double(branch)}, double(
            {"x": x, "c_noise": tau, "text": rows, "condition_mask": mask, "padding_mask": torch.zeros(2, 1, 32, 40),
             "fps": torch.tensor(24.0), "hint.vis": hint, "weight.vis": torch.tensor([0.6])}))["out"]
        self.assertLess(float((made - expected).abs().max()), 1e-4)

    def test_a_new_branch_does_not_move_the_base(self):
        stages_model.assert_branch_is_silent(SimpleNamespace(config=CONFIG, recipe={"seed": 1}, latent_frames=None))

    def test_a_deeper_branch_computes_the_same_at_first(self):
        old = small()
        new = json.loads(json.dumps(old))
        new["ctrl"]["blocks"] = 3
        g = torch.Generator().manual_seed(0)
        base = {k: v + 0.1 * torch.randn(v.shape, generator=g) for k, v in network.base_tensors(old, g).items()}
        branch = {k: v + 0.1 * torch.randn(v.shape, generator=g) for k, v in network.branch_tensors(old, base, g).items()}
        x, hint = (torch.randn(2, 16, 3, 8, 10, generator=g) for _ in range(2))
        tau = torch.tensor([0.3, -0.7])
        rows, mask = torch.randn(2, 12, old["dit"]["text_dim"], generator=g), torch.zeros(2, 1, 3, 8, 10)
        made = []
        for config, w in ((old, branch), (new, growth.deepened(branch, base, new))):
            self.assertEqual({k: v.shape for k, v in w.items()},
                             {k: v.shape for k, v in network.branch_tensors(config, base, g).items()})
            residuals = network.Branch(config, w, (3, 4, 5), 24)(x, tau, rows, mask, hint)
            made.append(network.Base(config, base, (3, 4, 5), 24)(x, tau, rows, mask, residuals))
        self.assertLess(float((made[0] - made[1]).abs().max()), 1e-4)

    def test_the_text_encoder_agrees_with_transformers(self):
        from safetensors.torch import load_file
        folder = HERE.parents[1] / "references" / "text" / "small"
        config = json.loads((folder / "config.json").read_text())
        weights = {k: v.float() for k, v in load_file(str(folder / "text_encoder.safetensors")).items()}
        given, expected = (load_file(str(folder / "ids" / f"{part}.safetensors")) for part in ("inputs", "expected"))
        made = text.TextEncoder(config, weights)(given["input_ids"].long())
        self.assertLess(float((made - expected["text"]).abs().max()), 1e-4)


class SamplerTests(unittest.TestCase):
    def test_the_sampler_agrees_with_the_reference(self):
        import diffusion_math
        torch.set_grad_enabled(False)
        x = torch.randn(1, 2, 2, 3, 3, dtype=torch.float64) * 70

        def toy(x, tau):
            return torch.tanh(x) * 0.3 + tau

        levels = diffusion.noise_levels()
        made = diffusion.sample(lambda x, s: diffusion_math.precondition(lambda y, t: toy(y.double(), t), x.double(), s), x, levels)
        _, expected = diffusion_math.sample(
            lambda x, s: diffusion_math.precondition(toy, x.float().double(), s), x, diffusion_math.noise_levels(70.0))
        self.assertLess(float((made - expected).abs().max()), 1e-5)

    def test_the_average_follows_its_exponent(self):
        self.assertAlmostEqual(power_gamma(0.10), 6.94, places=2)
        value = {"a": torch.zeros(1)}
        average = Average(value)
        average.update({"a": torch.ones(1)}, 1)
        self.assertEqual(float(average.values["a"]), 1.0)


class TokenizerTests(unittest.TestCase):
    def frames(self):
        return frames_of(stand_in(4, 3)[0]["rgb"][:, 0])

    def test_the_haar_bands_agree_with_diffusers(self):
        try:
            from diffusers.models.autoencoders.autoencoder_kl_cosmos import CosmosPatchEmbed3d
        except ImportError:
            self.skipTest("diffusers is not installed")
        frames = self.frames()
        signs = tokenizer.haar_signs()
        x = torch.einsum("ncphw,pk->nkchw", tokenizer.pixels_to_patches(frames), signs / 64).reshape(12, 192, 16, 24)
        made = x.reshape(4, 3, 192, 16, 24).transpose(1, 2)
        self.assertLess(float((made - CosmosPatchEmbed3d(4, "haar")(frames)).abs().max()), 1e-5)

    def test_the_linear_start_is_the_linear_code(self):
        with tempfile.TemporaryDirectory() as folder:
            write_stand_in(f"{folder}/data", 1, 8)
            run = SimpleNamespace(shards=Shards(f"{folder}/data", 4), recipe={"codec": {"clips": 8}}, config=CONFIG,
                                  folder=Path(folder) / "runs")
            stages_tokenizer.fit_codec(run)
            measured = json.loads((run.folder / "codec" / "psnr.json").read_text())
        shared, start = measured["linear codec, one code for all groups"], measured["tokenizer at its linear start"]
        self.assertLess(abs(shared - start), 0.05)
        self.assertLess(shared, measured["linear codec, first group apart"] + 0.01)

    def test_encoding_is_causal(self):
        torch.manual_seed(0)
        model = tokenizer.Tokenizer(CONFIG)
        frames = self.frames()[:1]
        whole, first = model.encode(frames), model.encode(frames[:, :, :1])
        self.assertLess(float((whole[:, :, :1] - first).abs().max()), 1e-4)


class ControlTests(unittest.TestCase):
    def test_depth_is_bright_where_near_and_dark_at_the_sky(self):
        metres = np.full((1, 2, 2), 100.0)
        metres[0, 0, 0] = 2.0
        grey = controls.depth(metres)
        self.assertEqual((int(grey[0, 0, 0, 0]), int(grey[0, 1, 1, 0])), (255 if grey[0, 0, 0, 0] == 255 else 254, 0))

    def test_nothing_has_no_colour(self):
        colours = controls.seg(np.array([[[0, 1]]], np.uint8), np.random.default_rng(1))
        self.assertEqual(colours[0, 0, 0].tolist(), [0, 0, 0])
        self.assertGreater(int(colours[0, 0, 1].max()), 0)


class ObjectTests(unittest.TestCase):
    def test_shares_are_of_cells_and_groups_of_frames(self):
        classes = np.zeros((9, 8, 8), np.uint8)
        classes[0, :4, :2] = RENDERED.index("cup")
        classes[5:7, 4:, 4:] = RENDERED.index("car")
        classes[:, :, 7] = RENDERED.index("road")
        found = objects.shares(classes, 4, 4)
        self.assertEqual(found.shape, (3, 2, 2))
        self.assertEqual([float(v) for v in (found[0, 0, 0], found[2, 1, 1], found[1].max())], [0.5, 0.375, 0.0])
        weights = objects.object_weights(found[None], 4)
        self.assertAlmostEqual(float(weights.mean()), 1, places=6)
        self.assertAlmostEqual(float(weights[0, 0, 0, 0, 0] / weights[0, 0, 1, 0, 0]), 3, places=5)


class StartTests(unittest.TestCase):
    def test_a_judge_comes_back_from_its_file(self):
        clip = {"h": 32, "w": 48}
        torch.manual_seed(0)
        judge, other = JUDGES["boxes"](), JUDGES["boxes"]()
        for value in judge.parameters():
            value.add_(0.1 * torch.randn(value.shape))
        with tempfile.TemporaryDirectory() as folder:
            torch.onnx.export(judge.eval(), (torch.zeros(1, 3, 32, 48),), f"{folder}/model.onnx", input_names=["picture"],
                              output_names=judge.names, opset_version=17, dynamo=False)
            stages_start.restore(other, f"{folder}/model.onnx", clip)
        picture = torch.rand(2, 3, 32, 48)
        for one, two in zip(judge(picture), other.eval()(picture)):
            self.assertTrue(torch.equal(one, two))

    def test_an_optimiser_that_begins_anew_warms_up_anew(self):
        p = {"peak": 1e-3, "warm": 100, "hold": 400}
        self.assertAlmostEqual(rate(1600, p), 5e-4)
        self.assertAlmostEqual(rate(1600, p, began=1600), 5e-6)
        self.assertAlmostEqual(rate(1699, p, began=1600), rate(1699, p))


class ReaderTests(unittest.TestCase):
    def test_labels_are_shares_of_cells_and_mean_logarithms(self):
        classes, depth = np.zeros((9, 8, 8), np.uint8), np.full((9, 8, 8), 2.0, np.float16)
        classes[5:7, 4:, 4:] = RENDERED.index("car")
        depth[0, :4, :4] = 8
        kinds, log = kind_shares(classes, 4, 4), log_depths(depth, 4, 4)
        self.assertEqual((kinds.shape, log.shape), ((len(KINDS), 3, 2, 2), (3, 2, 2)))
        self.assertEqual([int(v) for v in kinds[KINDS.index("vehicle"), :, 1, 1]], [0, 0, 128])
        self.assertAlmostEqual(float(log[0, 0, 0] - log[0, 1, 1]), np.log(4), places=2)

    def test_a_distance_is_none_from_itself_and_grows_with_noise(self):
        torch.manual_seed(0)
        reader, z, noise = Reader(), torch.randn(2, 16, 3, 16, 24), torch.randn(2, 16, 3, 16, 24)
        none, little, much = (distance(reader, z + level * noise, z) for level in (0, 0.1, 1))
        self.assertLess(float(none.max()), 1e-9)
        self.assertTrue(bool((little < much).all()) and bool((little > 1e-4).all()))


class MuonTests(unittest.TestCase):
    def test_a_kernel_moves_as_its_matrix_does(self):
        generator = torch.Generator().manual_seed(3)
        start, slope = (torch.randn(6, 4, 3, 3, generator=generator) for _ in range(2))
        kernel, matrix = torch.nn.Parameter(start.clone()), torch.nn.Parameter(start.flatten(1).clone())
        for parameter in (kernel, matrix):
            optimiser = Muon([parameter], [torch.nn.Parameter(torch.zeros(1))], lr=0.1)
            for _ in range(2):
                parameter.grad = slope.reshape(parameter.shape).clone()
                optimiser.step()
        self.assertTrue(torch.equal(kernel.flatten(1), matrix))
        self.assertGreater(float((kernel - start).abs().max()), 0.01)


if __name__ == "__main__":
    unittest.main()
