"""The text side: a SentencePiece model of the captions' words and a small T5 encoder."""

import io
import math
import re
import string
from collections import Counter

import sentencepiece
import torch
import torch.nn.functional as F
from sentencepiece import sentencepiece_model_pb2
from torch import nn

from network import Weights

EPS = 1e-6


def train_pieces(captions, pieces):
    """The bytes of a SentencePiece unigram model with T5's special tokens.

    The captions have so few words that the trainer keeps hardly any whole; so every word becomes a piece with the logarithm
    of its frequency, after the trained ones, which remain for words that no caption has.
    """
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(captions), model_writer=model, model_type="unigram", vocab_size=pieces,
        normalization_rule_name="nmt_nfkc", pad_id=0, eos_id=1, unk_id=2, bos_id=-1, num_threads=1, minloglevel=2,
        character_coverage=1.0, hard_vocab_limit=False, required_chars=string.ascii_letters + string.digits + ".,-;:!?")
    proto = sentencepiece_model_pb2.ModelProto.FromString(model.getvalue())
    here = {piece.piece: piece for piece in proto.pieces}
    counts = Counter(word for text in captions for word in re.findall(r"[A-Za-z]+", text))
    total = sum(counts.values())
    for word, count in sorted(counts.items()):
        name, score = "\u2581" + word, math.log(count / total)
        if name in here:
            here[name].score = max(score, here[name].score)
        else:
            proto.pieces.add(piece=name, score=score)
    assert len(proto.pieces) <= pieces
    return proto.SerializeToString()


class Pieces:
    def __init__(self, model, tokens):
        self.processor = sentencepiece.SentencePieceProcessor(model_proto=model)
        self.tokens = tokens

    def __call__(self, texts):
        """Ids [B,tokens], the end at the last place at the latest, padded with zeros."""
        ids = torch.zeros(len(texts), self.tokens, dtype=torch.long)
        for row, text in enumerate(texts):
            found = self.processor.encode(text)[:self.tokens - 1] + [1]
            ids[row, :len(found)] = torch.tensor(found)
        return ids


def buckets(count, total, distance):
    """[count,count] bucket of key - query."""
    offset = torch.arange(count)[None] - torch.arange(count)[:, None]
    half, exact = total // 2, total // 4
    n = offset.abs()
    far = exact + (torch.log(n.clamp(min=1).float() / exact) / math.log(distance / exact) * (half - exact)).long()
    return torch.where(n < exact, n, far.clamp(max=half - 1)) + half * (offset > 0)


def text_tensors(config, generator):
    c = config["text"]
    d, inner = c["d_model"], c["heads"] * c["d_kv"]

    def normal(*shape, scale):
        return torch.randn(*shape, generator=generator) * scale

    w = {"shared.weight": normal(c["vocab"], d, scale=1.0),
         "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight": normal(c["buckets"], c["heads"], scale=0.1),
         "encoder.final_layer_norm.weight": torch.ones(d)}
    for i in range(c["layers"]):
        block = f"encoder.block.{i}.layer"
        w[f"{block}.0.SelfAttention.q.weight"] = normal(inner, d, scale=(d * c["d_kv"]) ** -0.5)
        w[f"{block}.0.SelfAttention.k.weight"] = normal(inner, d, scale=d ** -0.5)
        w[f"{block}.0.SelfAttention.v.weight"] = normal(inner, d, scale=d ** -0.5)
        w[f"{block}.0.SelfAttention.o.weight"] = normal(d, inner, scale=inner ** -0.5)
        w[f"{block}.0.layer_norm.weight"] = torch.ones(d)
        w[f"{block}.1.DenseReluDense.wi.weight"] = normal(c["d_ff"], d, scale=d ** -0.5)
        w[f"{block}.1.DenseReluDense.wo.weight"] = normal(d, c["d_ff"], scale=c["d_ff"] ** -0.5)
        w[f"{block}.1.layer_norm.weight"] = torch.ones(d)
    return w


class TextEncoder(nn.Module):
    def __init__(self, config, tensors):
        super().__init__()
        self.c = config["text"]
        self.w = Weights(tensors)
        self.register_buffer("buckets", buckets(self.c["tokens"], self.c["buckets"], self.c["max_distance"]),
                             persistent=False)

    def forward(self, ids):
        """Ids [B,M] -> [B,M,d], zero past the end of the text."""
        mask = ids != 0
        bias = self.w["encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight"][self.buckets]
        bias = bias.permute(2, 0, 1)[None].masked_fill(~mask[:, None, None], -1e9)
        x = self.w["shared.weight"][ids]
        for i in range(self.c["layers"]):
            block = f"encoder.block.{i}.layer"
            y = self.norm(x, f"{block}.0.layer_norm.weight")
            q, k, v = (F.linear(y, self.w[f"{block}.0.SelfAttention.{part}.weight"]).unflatten(
                -1, (self.c["heads"], -1)).transpose(1, 2) for part in "qkv")
            y = ((q @ k.transpose(-1, -2)).float() + bias).softmax(-1).to(v.dtype) @ v
            x = x + F.linear(y.transpose(1, 2).flatten(2), self.w[f"{block}.0.SelfAttention.o.weight"])
            y = F.relu(F.linear(self.norm(x, f"{block}.1.layer_norm.weight"),
                                self.w[f"{block}.1.DenseReluDense.wi.weight"]))
            x = x + F.linear(y, self.w[f"{block}.1.DenseReluDense.wo.weight"])
        return self.norm(x, "encoder.final_layer_norm.weight") * mask[..., None]

    def norm(self, x, name):
        return F.rms_norm(x.float(), x.shape[-1:], self.w[name], EPS)
