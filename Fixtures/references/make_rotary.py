"""Makes rotary/: python3 make_rotary.py (nothing but Python is needed)

The rotary angles of a network whose buffers were cast to bfloat16 (spec 2.5a): exponent, base, power, its reciprocal, position
and angle are each rounded to bfloat16, to the nearest, ties to even. Every rounding is done in exact rational numbers or with
sixty decimal digits, so no floating-point unit has a say.
"""

import json
import pathlib
from decimal import Decimal, getcontext
from fractions import Fraction

getcontext().prec = 60
OUT = pathlib.Path(__file__).resolve().parent / "rotary"


def bits(value):
    """The sixteen bits of the bfloat16 nearest to a number from 0 up."""
    value = Fraction(value)
    if value == 0:
        return 0
    exponent = 0
    while value >= 2:
        value, exponent = value / 2, exponent + 1
    while value < 1:
        value, exponent = value * 2, exponent - 1
    scaled = value * 128
    whole, rest = divmod(scaled.numerator, scaled.denominator)
    twice = 2 * Fraction(rest, scaled.denominator)
    if twice > 1 or (twice == 1 and whole % 2):
        whole += 1
    if whole == 256:
        whole, exponent = 128, exponent + 1
    return (exponent + 127) << 7 | (whole - 128)


def number(bit_pattern):
    """The exact value of a bfloat16."""
    if bit_pattern == 0:
        return Fraction(0)
    return Fraction(128 + (bit_pattern & 127), 128) * Fraction(2) ** ((bit_pattern >> 7) - 127)


def rounded(value):
    return number(bits(value))


def decimal(value):
    return Decimal(value.numerator) / Decimal(value.denominator)


def axis(count, width, ratio, scale):
    """Angle bits, position by position."""
    theta = Decimal(10000) * (Decimal(ratio) ** (Decimal(width) / Decimal(width - 2)) if width > 2 else 1)
    theta = decimal(rounded(Fraction(theta)))
    frequencies = []
    for i in range(width // 2):
        exponent = decimal(rounded(Fraction(2 * i, width)))
        frequencies.append(rounded(1 / rounded(Fraction(theta**exponent))))
    return [[bits(rounded(position * scale) * f) for f in frequencies] for position in range(count)]


def case(head, ratio, fps, sizes):
    side = 2 * (head // 6)
    scale = Fraction(24, fps)
    return {
        "head": head, "ratio": ratio, "fps": fps,
        "t": axis(sizes[0], head - 2 * side, ratio, scale),
        "h": axis(sizes[1], side, 1, Fraction(1)),
        "w": axis(sizes[2], side, 1, Fraction(1)),
    }


if __name__ == "__main__":
    OUT.mkdir(exist_ok=True)
    cases = [
        # The base network and the branches at 7B sizes, a whole clip; other rates and small heads.
        case(128, 2, 24, (16, 44, 80)), case(128, 1, 24, (16, 1, 1)),
        case(128, 2, 30, (16, 1, 1)), case(32, 2, 24, (3, 8, 12)), case(24, 1, 10, (5, 4, 6)),
    ]
    (OUT / "angles.json").write_text(json.dumps(cases, separators=(",", ":")) + "\n")
