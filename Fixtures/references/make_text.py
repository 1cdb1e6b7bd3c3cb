"""Makes text/: python3 make_text.py"""

import io
import math
import re
import shutil

import sentencepiece
import torch
from transformers import T5Config, T5EncoderModel, T5Tokenizer
from transformers.models.t5.modeling_t5 import T5Attention

from common import HERE, Dice, error, fill, save, save_json

OUT = HERE / "text"

CORPUS = """
A robot arm lifts a red cup from the wooden table and puts it down beside a green apple.
The camera pans slowly to the left while a yellow disc moves behind a blue box.
Rain falls on a quiet street at night; the lamps shine in the wet road.
Two cars drive along the coast in bright sunshine, the sea is calm and the sky is clear.
Snow covers the roofs of the village, smoke rises from the chimneys.
A cat walks over the old stone wall, stops, looks back and jumps into the garden.
The kitchen is clean, with white tiles, a steel sink and a large window over the worktop.
In the workshop the gripper of the robot holds a small screw between its two fingers.
Fog hangs over the river in the early morning, a boat drifts past the bridge.
The video shows a triangle, a square and a circle that turn and cross each other.
Golden light falls through the leaves of the forest on a narrow path.
A truck waits at the red traffic light; people cross the road with umbrellas.
The picture is sharp, natural and rich in detail, with soft shadows and realistic colours.
Blurred, dark, noisy pictures with wrong colours and jumping edges are not wanted.
Im Garten steht ein großer Baum, daneben spielen zwei Kinder mit einem Ball.
Une voiture bleue passe devant la boulangerie, le ciel est gris et il pleut.
El perro corre por la playa; las olas son altas y el viento es fuerte.
Camera 1 has 24 frames per second, camera 2 has 30; the clip lasts 121 frames at 1280 x 704.
"What is that?" she asked. "It's a drone," he said, "and it's flying at 15 m/s (54 km/h)!"
Files end in .json or .mp4; 50% of them are under 10 MB, e.g. take_03-final.mp4 & notes #7.
"""

STRINGS = {
    "plain": "A robot arm lifts a red cup.",
    "two sentences": "The camera pans slowly. A cat jumps into the garden!",
    "empty": "",
    "one space": " ",
    "many spaces": "     ",
    "leading spaces": "   red cup",
    "trailing spaces": "red cup   ",
    "inner spaces": "red    cup  on   table",
    "tabs and newlines": "red\tcup\non\r\ntable\f.",
    "vertical tab": "red\x0bcup",
    "one letter": "a",
    "one capital": "Q",
    "digits": "0123456789 1280x704 3.14",
    "punctuation": "!?.,;:-()[]{}\"'`~@#$%^&*_+=|\\/<>",
    "quotes": "\u201cWhat is \u2018that\u2019?\u201d she said \u2014 or not\u2026",
    "sharp s and accents": "großer Baum, déjà vu, señor, Ångström",
    "decomposed accents": "de\u0301ja\u0300 vu, sen\u0303or, A\u030angstro\u0308m",
    "full-width": "\uff32\uff45\uff44\u3000\uff23\uff35\uff30\u3000\uff11\uff12\uff13\uff01",
    "half-width katakana": "\uff76\uff92\uff97 \uff76\uff9e",
    "ligatures": "\ufb01nal of\ufb01ce \ufb02oor a\ufb00air \ufb03 \ufb06",
    "circled and superscript": "\u2460\u2461 m\u00b2 x\u2075 \u00bd \u2122 \u2120",
    "roman numerals": "\u2163 \u2178",
    "Greek": "αβγ Σίγμα",
    "Cyrillic": "камера",
    "Japanese": "赤いカップ",
    "Chinese": "机器人拿起红色的杯子。",
    "Korean": "로봇 팔",
    "decomposed Hangul": "\u1105\u1169\u1107\u1169\u11ba",
    "Arabic": "كاميرا \ufdfa",
    "Hebrew": "מצלמה",
    "Thai": "กล้อง",
    "emoji": "a red 🍎 and a 🤖",
    "emoji joined": "👩‍🚀 👨‍👩‍👧 🏳️‍🌈 👍🏽",
    "flag": "🇩🇪",
    "unknown characters": "☃ ♞ ∮ 𓀀",
    "unknowns in a row": "☃☃☃ ☃ a☃b",
    "mathematical letters": "𝐫𝐞𝐝 𝒄𝒖𝒑 𝟙𝟚",
    "control characters": "red\x00\x01\x02cup\x07\x1b\x7f table",
    "C1 controls": "red\x80\x85\x9fcup",
    "zero width": "red\u200bcup\u200c \u200dtable\u2060.\ufeff",
    "byte order mark": "\ufeffred cup",
    "soft hyphen": "ro\u00adbot",
    "no-break spaces": "red\u00a0cup\u202fon\u2009table\u3000.",
    "line separator": "red\u2028cup\u2029on",
    "direction marks": "red\u200e cup\u200f \u202aon\u202c",
    "replacement character": "red \ufffd cup",
    "private use": "red \ue000 cup",
    "meta space": "red\u2581cup \u2581 table",
    "only meta space": "\u2581",
    "pad literal": "red <pad> cup",
    "eos literal": "red</s>cup",
    "eos alone": "</s>",
    "unk literal": "red <unk>cup",
    "specials in a row": "<pad><pad> </s><unk>",
    "almost special": "<pad >< /s> <PAD> <s> <extra_id_>",
    "special in full-width": "\uff1cpad\uff1e",
    "extra ids": "a <extra_id_0> cup <extra_id_99><extra_id_7>.",
    "extra id too large": "<extra_id_100>",
    "long word": "robot" * 40,
    "exactly full": " ".join("a" * 31),
    "one too many": " ".join("a" * 32),
    "too long": " ".join("red cup green apple blue box".split() * 6),
    "very long": "The camera pans slowly to the left while a yellow disc moves behind a blue box. " * 60,
    "mixed": "  Ｔｈｅ　ﬁnal\u200b clip: 🤖 lifts a “red” cup…\t½ done ☃ ",
}


def train():
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(CORPUS.strip().splitlines()), model_writer=model, model_type="unigram", vocab_size=256,
        normalization_rule_name="nmt_nfkc", pad_id=0, eos_id=1, unk_id=2, bos_id=-1, num_threads=1, minloglevel=2,
        character_coverage=1.0, hard_vocab_limit=True)
    return model.getvalue()


def tokenise(folder, tokens):
    """Each string's ids: the special tokens are cut out first, SentencePiece reads what is between, eos ends it."""
    processor = sentencepiece.SentencePieceProcessor(model_file=str(folder / "spiece.model"))
    size = processor.get_piece_size()
    special = {"<pad>": 0, "</s>": 1, "<unk>": 2} | {f"<extra_id_{i}>": size + 99 - i for i in range(100)}
    cut = re.compile("(" + "|".join(re.escape(s) for s in special) + ")")
    packaged = T5Tokenizer.from_pretrained(folder)
    cases = []
    for name, text in STRINGS.items():
        ids = []
        for part in cut.split(text):
            ids += [special[part]] if part in special else processor.encode(part)
        ids.append(1)
        case = {"name": name, "text": text, "ids": ids if len(ids) <= tokens else ids[:tokens - 1] + [1]}
        if len(ids) > tokens:
            case["untruncated"] = len(ids)
        plain = (processor.encode(text) + [1])
        plain = plain if len(plain) <= tokens else plain[:tokens - 1] + [1]
        if plain != case["ids"]:
            case["sentencepiece_alone"] = plain
        other = packaged(text, truncation=True, max_length=tokens)["input_ids"]
        if other != case["ids"]:
            case["transformers_fast"] = other
            print(f"{name!r}: {case['ids']} here, {other} by the tokenizers library")
        cases.append(case)
    save_json(OUT / "tokenize.json", {"tokens": tokens, "vocabulary": size, "strings": cases})
    pieces = [[processor.id_to_piece(i), processor.get_score(i)] for i in range(size)]
    print(f"{len(cases)} strings, {size} pieces, first {[p for p, _ in pieces[:8]]}")


def random_value(name, parameter, dice):
    shape = tuple(parameter.shape)
    if "layer_norm" in name:
        return dice.gain(shape[0])
    if "relative_attention_bias" in name or "shared" in name or "embed_tokens" in name:
        return dice.normal(*shape)
    return dice.linear(*shape, gain=0.5 if ".q." in name else 0.9)


def encoder(model, seed, settings, lengths, kind=torch.float32):
    dice = Dice(seed)
    module = T5EncoderModel(T5Config(
        vocab_size=settings["vocab"], d_model=settings["d_model"], d_kv=settings["d_kv"], d_ff=settings["d_ff"],
        num_layers=settings["layers"], num_heads=settings["heads"], relative_attention_num_buckets=settings["buckets"],
        relative_attention_max_distance=settings["max_distance"], feed_forward_proj="relu", layer_norm_epsilon=1e-6,
        attn_implementation="eager")).eval()
    fill(module, dice, lambda *a: random_value(*a).to(kind).float())
    weights = {k: v.clone() for k, v in module.state_dict().items() if k != "encoder.embed_tokens.weight"}
    save_json(OUT / model / "config.json", {"text": settings})
    save(OUT / model / "text_encoder.safetensors", {k: v.to(kind) for k, v in weights.items()})
    ids = torch.zeros(len(lengths), settings["tokens"], dtype=torch.int64)
    mask = torch.zeros_like(ids)
    for row, length in enumerate(lengths):
        ids[row, :length - 1] = torch.randint(3, settings["vocab"], (length - 1,), generator=dice.generator)
        ids[row, length - 1] = 1
        mask[row, :length] = 1
    out = module(input_ids=ids, attention_mask=mask).last_hidden_state * mask[..., None]
    alone = module.double()(input_ids=ids, attention_mask=mask).last_hidden_state * mask[..., None]
    print(f"{model}: float32 is {error(out, alone):.0e} from float64")
    save(OUT / model / "ids" / "inputs.safetensors", {"input_ids": ids, "attention_mask": mask})
    save(OUT / model / "ids" / "expected.safetensors", {"text": out})


def buckets():
    offsets = range(-300, 301)
    values = T5Attention._relative_position_bucket(torch.tensor(list(offsets)), bidirectional=True, num_buckets=32,
                                                   max_distance=128).tolist()
    def rule(offset):
        n = abs(offset)
        bucket = n if n < 8 else min(15, 8 + math.floor(math.log(n / 8) / math.log(16) * 8))
        return bucket + (16 if offset > 0 else 0)
    print("offsets where the rule in float64 differs:", [o for o, v in zip(offsets, values) if rule(o) != v])
    save_json(OUT / "buckets.json", {"first_offset": offsets[0], "buckets": 32, "max_distance": 128, "values": values})


if __name__ == "__main__":
    shutil.rmtree(OUT, ignore_errors=True)
    folder = OUT / "small"
    folder.mkdir(parents=True)
    (folder / "spiece.model").write_bytes(train())
    tokenise(folder, 32)
    small = {"d_model": 64, "layers": 2, "heads": 4, "d_kv": 16, "d_ff": 128, "vocab": 384, "tokens": 32, "buckets": 32,
             "max_distance": 128}
    encoder("small", 300, small, [32, 7, 1], torch.bfloat16)
    encoder("long", 301, small | {"d_model": 32, "layers": 3, "heads": 3, "d_kv": 16, "d_ff": 80, "vocab": 100,
                                  "tokens": 200}, [200, 131])
    buckets()
