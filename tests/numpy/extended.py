#!/usr/bin/env python3
"""Prints the digests of random extended-double sums, differences and products for src/dtype/extended.rs.

Needs NumPy on x86-64, whose longdouble the processor itself computes.
"""

import numpy as np

MASK = 2**64 - 1
KINDS = ["near", "apart", "subnormal", "tiny", "huge"]
COUNT = 4000


class Random:
    """The generator of the Rust test."""

    def __init__(self):
        self.state = 0x9E37_79B9_7F4A_7C15

    def next(self):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) & MASK
        return ((self.state ^ self.state >> 33) * 0xFF51_AFD7_ED55_8CCD & MASK) >> 16

    def significand(self):
        bits = (self.next() << 32 & MASK) ^ self.next()
        shifted = [bits, bits << 7 & MASK, bits << 13 & MASK, bits << 29 & MASK]
        match self.next() % 4:
            case 0:
                return shifted[0] & shifted[1] & shifted[2] & shifted[3]
            case 1:
                return shifted[0] | shifted[1] | shifted[2] | shifted[3]
        return bits

    def of_exponent(self, exponent):
        significand = self.significand()
        negative = self.next() % 2 == 0
        significand = significand >> 1 if exponent == 0 else significand | 1 << 63
        return significand.to_bytes(8, "little") + (exponent | negative << 15).to_bytes(8, "little")

    def pair(self, kind):
        match kind:
            case "near":
                a, b = 16383 + self.next() % 4, 16383 + self.next() % 4
            case "apart":
                a, b = 16383 + self.next() % 140, 16383 + self.next() % 140
            case "subnormal":
                a, b = 8150 + self.next() % 80, 8150 + self.next() % 80
            case "tiny":
                a, b = self.next() % 70, self.next() % 3
            case _:
                a, b = 0x7FFF - self.next() % 3, 0x7FFF - self.next() % 16500
        return self.of_exponent(a), self.of_exponent(b)


def digest(values):
    """FNV-1a over the ten bytes that mean something."""
    found = 0xCBF2_9CE4_8422_2325
    for row in np.frombuffer(values.tobytes(), "u1").reshape(-1, 16)[:, :10]:
        for byte in row.tolist():
            found = (found ^ byte) * 0x0100_0000_01B3 & MASK
    return found


def main():
    for kind in KINDS:
        random = Random()
        pairs = [random.pair(kind) for _ in range(COUNT)]
        a, b = (np.frombuffer(b"".join(side), np.longdouble) for side in zip(*pairs))
        with np.errstate(all="ignore"):
            digests = [digest(a + b), digest(a - b), digest(a * b)]
        print(f'("{kind}", [{", ".join(f"{found:#018x}" for found in digests)}]),')


if __name__ == "__main__":
    main()
