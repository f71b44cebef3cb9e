//! `round` to decimals: scaled by a power of ten, rounded half to even and scaled back, as `numpy.round` does it.

use num_complex::Complex;

use super::{Lowering, Term};
use crate::dtype::{Class, Number};
use crate::error::Result;
use crate::expr::functions::Rule;
use crate::expr::graph::StepId;
use crate::expr::op::Op;
use crate::expr::weak::Weak;

impl Lowering<'_> {
    pub(super) fn round(&mut self, name: &str, terms: &[Term]) -> Result<StepId> {
        let step = self.default_step(terms[0])?;
        let number = self.graph.number(step);
        let decimals = match terms.get(1) {
            None => 0,
            Some(Term::Weak(Weak::Int(decimals))) if decimals.abs() <= i32::MAX.into() => *decimals,
            Some(_) => {
                return Err(
                    self.error(format!("the decimals of {name} are an integer literal of at most {}", i32::MAX))
                );
            }
        };
        let is_whole = matches!(number.class(), Class::Signed | Class::Unsigned);
        if is_whole && decimals >= 0 {
            return Ok(step);
        }
        if number == Number::Bool && decimals != 0 {
            let error = self.error(format!("'{name}' to {decimals} decimals is not defined for {}", number.name()));
            return Err(error.hint(format!("round(float64(x), {decimals})")));
        }
        if decimals == 0 {
            return self.operation(name, Op::Rint, Rule::Float, &[Term::Step(step)]);
        }
        let factor = power_of_ten(decimals.unsigned_abs());
        let (up, down, factor) = if number.class() == Class::Complex {
            // As a product of complex numbers, an infinity or NaN of one part would spread to the other.
            (Op::MultiplyParts, Op::DivideParts, Weak::Complex(Complex::new(factor, factor)))
        } else {
            (Op::Multiply, Op::Divide, Weak::Float(factor))
        };
        let factor = Term::Weak(factor);
        let (scale, back) = if decimals > 0 { (up, down) } else { (down, up) };
        let scaled = if is_whole { self.graph.cast(step, Number::Float64) } else { step };
        let scaled = self.operation(name, scale, Rule::Any, &[Term::Step(scaled), factor])?;
        let rounded = self.operation(name, Op::Rint, Rule::Float, &[Term::Step(scaled)])?;
        let rounded = self.operation(name, back, Rule::Any, &[Term::Step(rounded), factor])?;
        Ok(self.graph.cast(rounded, number))
    }
}

/// The power as NumPy has it: a product of tens, rounded at each of them. Beyond 10^22 that may not be the nearest.
fn power_of_ten(exponent: u128) -> f64 {
    // One ten more than there are finite powers.
    (0..exponent.min(309)).fold(1.0, |power, _| power * 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_of_ten_are_numpys() {
        // By NumPy 2.4, whose round(1e25, -25) is the power itself.
        for (exponent, bits) in [
            (0, 0x3ff0_0000_0000_0000_u64),
            (22, 0x4480_f0cf_064d_d592),
            (23, 0x44b5_2d02_c7e1_4af6),
            (25, 0x4520_8b2a_2c28_0290),
            (210, 0x6b88_557f_3132_6bbd),
        ] {
            assert_eq!(power_of_ten(exponent).to_bits(), bits, "10^{exponent}");
        }
        assert!(power_of_ten(308).is_finite());
        assert!(power_of_ten(309).is_infinite());
        assert!(power_of_ten(u128::MAX).is_infinite());
    }
}
