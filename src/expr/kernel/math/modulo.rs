//! What is left of a division, exactly: `fmod`, `mod` and `floor_divide`. In the dtype of the operands.

use super::super::float::Real;

/// A quotient below it has no rounding of its own, so that it is at most one too many.
fn most<T: Real>() -> T {
    T::from_f64(1.0 / (2.0 * T::EPSILON.to_f64()))
}

/// What is left of `a` divided by `b`, with the sign of `a`.
#[inline(always)]
pub(in super::super) fn fmod<T: Real>(a: T, b: T) -> T {
    let (size, divisor) = (a.abs(), b.abs());
    let rest = (-(size / divisor).trunc()).mul_add(divisor, size);
    let rest = if rest < T::ZERO { rest + divisor } else { rest };
    rest.copysign(a)
}

/// Whether [`fmod`] must be computed bit by bit: large quotients, zeros, infinities and NaN.
#[inline(always)]
pub(in super::super) fn is_rare<T: Real>(a: T, b: T) -> bool {
    let divisor = b.abs();
    !((a.abs() / divisor < most()) & (divisor < T::INFINITY))
}

/// With the sign of the divisor, zero included. `rest` is that of [`fmod`].
#[inline(always)]
pub(in super::super::super) fn remainder<T: Real>(rest: T, b: T) -> T {
    let is_other = (b < T::ZERO) != (rest < T::ZERO);
    let nonzero = if is_other { rest + b } else { rest };
    let result = if rest == T::ZERO { T::ZERO.copysign(b) } else { nonzero };
    if b == T::ZERO { rest } else { result }
}

/// Rounded down, as Python's `divmod` does: exact where the quotient is near a whole number. `rest` is that of [`fmod`].
#[inline(always)]
pub(in super::super::super) fn floor_divide<T: Real>(rest: T, a: T, b: T) -> T {
    let quotient = (a - rest) / b;
    let is_other = (rest != T::ZERO) & ((b < T::ZERO) != (rest < T::ZERO));
    let quotient = if is_other { quotient - T::ONE } else { quotient };
    let floor = quotient.floor();
    let floor = if quotient - floor > T::HALF { floor + T::ONE } else { floor };
    let result = if quotient == T::ZERO { T::ZERO.copysign(a / b) } else { floor };
    if b == T::ZERO { a / b } else { result }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By NumPy 2.4: `a`, `b`, `a // b`, `a % b`.
    #[test]
    fn division_is_numpys() {
        let inf = f64::INFINITY;
        for (a, b, quotient, rest) in [
            (-1.0, inf, -1.0, inf),
            (1.0, -inf, -1.0, -inf),
            (5.0, 3.0, 1.0, 2.0),
            (-5.0, 3.0, -2.0, 1.0),
            (inf, 2.0, f64::NAN, f64::NAN),
            (0.0, 3.0, 0.0, 0.0),
            (-0.0, -3.0, 0.0, -0.0),
            (5.0, 0.0, inf, f64::NAN),
            (-5.0, 0.0, -inf, f64::NAN),
            (-0.0, 3.0, -0.0, 0.0),
            (1.0, 0.1, 9.0, 0.099_999_999_999_999_95),
        ] {
            let found = (floor_divide(a % b, a, b), remainder(a % b, b));
            let same = |x: f64, y: f64| x.to_bits() == y.to_bits() || (x.is_nan() && y.is_nan());
            assert!(same(found.0, quotient) && same(found.1, rest), "{a} by {b}: {found:?}");
        }
    }

    #[test]
    fn nothing_is_lost_of_the_rest() {
        let mut state = 1_u64;
        let mut number = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            f64::from_bits(state >> 12 | (1023 - 20 + (state >> 3) % 40) << 52)
        };
        for _ in 0..100_000 {
            let (a, b) = (-number(), number());
            assert!(!is_rare(a, b) && fmod(a, b).to_bits() == (a % b).to_bits(), "{a} by {b}");
        }
        for (a, b) in [(1e300, 3.0), (1.0, 0.0), (f64::INFINITY, 1.0), (1.0, f64::INFINITY), (f64::NAN, 1.0)] {
            assert!(is_rare(a, b), "{a} by {b}");
        }
    }
}
