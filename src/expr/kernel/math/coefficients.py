#!/usr/bin/env python3
"""Makes coefficients.rs: the minimax polynomials and the split constants of the elementary functions.

    pip install mpmath
    python3 src/expr/kernel/math/coefficients.py > src/expr/kernel/math/coefficients.rs && cargo fmt

Each polynomial is found by Remez' exchange in 60 digits, then its coefficients are rounded to float64. The comment above
it tells the greatest error after that rounding, relative to the function that it is part of.
"""

import mpmath as mp
import numpy as np

mp.mp.dps = 60


def exchange(f, weight, low, high, degree):
    """The polynomial p of the degree with the least maximum of |weight(x) * (f(x) - p(x))| over [low, high]."""
    count = degree + 2
    middle, half = (low + high) / 2, (high - low) / 2
    points = [middle - half * mp.cos(mp.pi * (2 * n + 1) / (2 * count)) for n in range(count)]
    grid = [middle - half * mp.cos(mp.pi * n / 600) * (1 - mp.mpf(10) ** -9) for n in range(601)]
    at_grid = [(x, f(x), weight(x)) for x in grid]
    for _ in range(6):
        rows = mp.matrix(count, count)
        right = mp.matrix(count, 1)
        for n, x in enumerate(points):
            for power in range(degree + 1):
                rows[n, power] = x**power
            rows[n, degree + 1] = (-1) ** n / weight(x)
            right[n] = f(x)
        solution = mp.lu_solve(rows, right)
        coefficients = [solution[n] for n in range(degree + 1)]
        errors = [(x, w * (y - mp.polyval(coefficients[::-1], x))) for x, y, w in at_grid]
        # One extreme for each stretch of one sign.
        extremes = []
        for x, error in errors:
            if extremes and mp.sign(extremes[-1][1]) == mp.sign(error):
                if abs(error) > abs(extremes[-1][1]):
                    extremes[-1] = (x, error)
            else:
                extremes.append((x, error))
        if len(extremes) < count:
            break
        while len(extremes) > count:
            extremes.pop(0 if abs(extremes[0][1]) < abs(extremes[-1][1]) else -1)
        points = [x for x, _ in extremes]
    rounded = [mp.mpf(float(c)) for c in coefficients]
    worst = max(abs(w * (y - mp.polyval(rounded[::-1], x))) for x, y, w in at_grid)
    return [float(c) for c in coefficients], worst


def digits(value):
    return repr(float(value))


def polynomial(name, what, f, weight, low, high, degree):
    coefficients, worst = exchange(f, weight, mp.mpf(low), mp.mpf(high), degree)
    print(f"/// {what}, within 2^{float(mp.ceil(mp.log(worst, 2) * 10) / 10):.1f}.")
    print(f"pub(super) const {name}: [f64; {degree + 1}] = [")
    for value in coefficients:
        print(f"    {digits(value)},")
    print("];")


def split(name, what, value, bits=(53, 53)):
    """Constants whose sum is the value: each the next so many bits of it, the last rounded."""
    parts, rest = [], value
    for n, width in enumerate(bits):
        if n + 1 < len(bits):
            unit = mp.mpf(2) ** (mp.floor(mp.log(abs(rest), 2)) + 1 - width)
            part = mp.nint(rest / unit) * unit
        else:
            part = mp.mpf(float(rest))
        assert float(part) == part
        parts.append(part)
        rest -= part
    print(f"/// {what}: what is left after each part is the next.")
    print(f"pub(super) const {name}: [f64; {len(bits)}] = [{', '.join(digits(part) for part in parts)}];")


def series(f, at_zero, near=mp.mpf(10) ** -12):
    """f with its limit where the quotient has lost its digits."""
    return lambda z: at_zero if abs(z) < near else f(z)


def main():
    ln2 = mp.log(2)
    print("//! Polynomials and constants of the elementary functions. Made by coefficients.py: not to be edited.")
    print("//!")
    print("//! Coefficients stand from that of the constant term on.")
    print()
    print('#![expect(clippy::unreadable_literal, reason = "all digits, as they were found")]')
    print('#![allow(clippy::approx_constant, reason = "the parts of a split constant belong together")]')
    print()
    half = ln2 / 2 * (1 + mp.mpf(2) ** -20)
    polynomial("EXP", "`(exp(r) - 1 - r - r²/2) / r³` for |r| ≤ ln(2)/2",
               series(lambda r: (mp.exp(r) - 1 - r - r * r / 2) / r**3, mp.mpf(1) / 6),
               lambda r: abs(r) ** 3 + mp.mpf(2) ** -30, -half, half, 9)
    greatest = (mp.sqrt(2) - 1) ** 2 / (mp.sqrt(2) + 1) ** 2 * (1 + mp.mpf(2) ** -20)
    atanh = lambda z: mp.atanh(mp.sqrt(z)) / mp.sqrt(z)
    polynomial("LOG", "`(2 atanh(s)/s - 2) / z` of z = s², |s| ≤ (√2 - 1)/(√2 + 1)",
               series(lambda z: (2 * atanh(z) - 2) / z, mp.mpf(2) / 3), lambda z: z + mp.mpf(2) ** -30, 0, greatest, 7)
    polynomial("LOG_SHORT", "`(log(1 + f) - f + f²/2) / f³` for √½ ≤ 1 + f ≤ √2",
               series(lambda f: (mp.log(1 + f) - f + f * f / 2) / f**3, mp.mpf(1) / 3),
               lambda f: (abs(f**3 / mp.log(1 + f)) if f else 0) + mp.mpf(2) ** -30,
               mp.sqrt(mp.mpf(1) / 2) - 1, mp.sqrt(2) - 1, 11)
    polynomial("LOG_TAIL", "`(atanh(s)/s - 1 - z/3 - z²/5) / z³` of the same z",
               series(lambda z: (atanh(z) - 1 - z / 3 - z * z / 5) / z**3, mp.mpf(1) / 7),
               lambda z: z**3 + mp.mpf(2) ** -40, 0, greatest, 7)
    eighth = (mp.pi / 4) ** 2 * (1 + mp.mpf(2) ** -18)
    root = mp.sqrt
    polynomial("SIN", "`(sin(r)/r - 1) / z` of z = r², |r| ≤ π/4",
               series(lambda z: (mp.sin(root(z)) / root(z) - 1) / z, mp.mpf(-1) / 6),
               lambda z: z + mp.mpf(2) ** -30, 0, eighth, 6)
    polynomial("COS", "`(cos(r) - 1 + z/2) / z²` of the same z",
               series(lambda z: (mp.cos(root(z)) - 1 + z / 2) / z**2, mp.mpf(1) / 24),
               lambda z: z**2 + mp.mpf(2) ** -30, 0, eighth, 6)
    polynomial("ATAN", "`(atan(t)/t - 1) / z` of z = t², |t| ≤ 1",
               series(lambda z: (mp.atan(root(z)) / root(z) - 1) / z, mp.mpf(-1) / 3),
               lambda z: z + mp.mpf(2) ** -30, 0, 1, 21)
    polynomial("ASIN", "`(asin(s)/s - 1) / z` of z = s², |s| ≤ 1/2",
               series(lambda z: (mp.asin(root(z)) / root(z) - 1) / z, mp.mpf(1) / 6),
               lambda z: z + mp.mpf(2) ** -30, 0, mp.mpf(1) / 4, 11)
    guess = mp.mpf(685) / 10000
    polynomial("RECIPROCAL_ROOT", "`1/√(1 - e)` for |e| ≤ 0.0685", lambda e: 1 / mp.sqrt(1 - e), lambda e: mp.sqrt(1 - e),
               -guess, guess, 2)
    polynomial("CBRT", "`cbrt(m)` for 1 ≤ m ≤ 2", mp.cbrt, lambda m: 1 / mp.cbrt(m), 1, 2, 4)
    split("LN_2", "ln(2), the first part short, so that its multiples up to 2¹¹ are exact", ln2, (42, 53))
    split("LN_2_FULL", "ln(2)", ln2)
    split("LOG2_E", "1/ln(2)", 1 / ln2)
    split("LOG10_E", "1/ln(10)", 1 / mp.log(10))
    split("LOG10_2", "ln(2)/ln(10), the first part short, so that its multiples up to 2¹¹ are exact", ln2 / mp.log(10), (42, 53))
    split("THIRD", "1/3", mp.mpf(1) / 3)
    split("FIFTH", "1/5", mp.mpf(1) / 5)
    split("PI_2", "π/2", mp.pi / 2, (53, 53, 53))
    print("/// 2/π.")
    print(f"pub(super) const TWO_OVER_PI: f64 = {digits(2 / mp.pi)};")
    print("/// The roots by which that of a number is multiplied for the rest of its exponent divided by 3.")
    print(f"pub(super) const CBRT_POWERS: [f64; 3] = [1.0, {digits(mp.cbrt(2))}, {digits(mp.cbrt(4))}];")
    mp.mp.dps = 420
    print("/// The bits of 2/π behind the point, 64 a word, from the highest.")
    print("pub(super) const TWO_OVER_PI_BITS: [u64; 20] = [")
    bits = int(mp.floor((2 / mp.pi) * mp.mpf(2) ** 1280))
    for n in range(20):
        word = f"{bits >> 64 * (19 - n) & (1 << 64) - 1:016x}"
        print("    0x" + "_".join(word[m:m + 4] for m in range(0, 16, 4)) + ",")
    print("];")


if __name__ == "__main__":
    main()
