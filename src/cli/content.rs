//! What a new array or a region is filled with: the generators that `create` and `fill` share.

use clap::Args;

use super::args::CastArgs;
use super::typed::typed_element;
use super::ui::Ui;
use crate::cast::{Conversion, Overflow};
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::generate::{Arange, Distribution, Generate, Linspace, Random, Seed};
use crate::job::values::{Constant, Counted, Placed, Values};
use crate::view::View;

/// One generator and its parameters.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Content")]
// What requires an option that conflicts with another must conflict with that, too: clap asks for no option that cannot
// be there.
pub(super) struct ContentArgs {
    /// The same value everywhere
    #[arg(long, value_name = "V")]
    value: Option<String>,
    /// Count in C index order, as numpy.arange does: start, start + step, ...
    #[arg(long, conflicts_with = "value")]
    arange: bool,
    /// Where --arange begins [default: 0]
    #[arg(long, value_name = "A", requires = "arange", conflicts_with_all = ["value", "linspace", "random"])]
    start: Option<String>,
    /// From one value of --arange to the next [default: 1]
    #[arg(long, value_name = "S", requires = "arange", conflicts_with_all = ["value", "linspace", "random"])]
    step: Option<String>,
    /// Evenly spaced values from A to B, both included, as numpy.linspace makes them
    #[arg(long, value_name = "A,B", conflicts_with_all = ["value", "arange"])]
    linspace: Option<String>,
    /// Random values: uniform (0 to 1), normal (mean 0, std 1), or integers, from LO to below HI or all that the dtype
    /// holds. A value depends on the seed and the element's place in the array alone. uniform and integers are those of
    /// numpy.random.Generator(numpy.random.Philox(N)), integers until the first that NumPy draws again
    #[arg(long, value_name = "DIST", conflicts_with_all = ["value", "arange", "linspace"])]
    random: Option<Distribution>,
    /// Where --random begins, 0 to 2**128 - 1 [default: one from the system, told on stderr]
    #[arg(long, value_name = "N", requires = "random", conflicts_with_all = ["value", "arange", "linspace"])]
    seed: Option<Seed>,
}

impl ContentArgs {
    /// Whether a generator was named.
    pub(super) fn is_given(&self) -> bool {
        self.value.is_some() || self.arange || self.linspace.is_some() || self.random.is_some()
    }

    /// Values for elements of `dtype` of these ranks in the array, in its byte order; `None` where no generator was
    /// named.
    ///
    /// # Errors
    /// Usage, where they do not fit the dtype.
    pub(super) fn values(
        &self,
        dtype: &DType,
        ranks: View,
        cast: CastArgs,
        ui: &Ui,
    ) -> Result<Option<Box<dyn Values>>> {
        let count = ranks.size();
        if let Some(value) = &self.value {
            let values = typed_element(value, dtype, cast)?;
            return match values.shape[..] {
                [] => Ok(Some(Box::new(Constant(values.bytes)))),
                _ => Err(Error::usage(format!("--value takes one value, not {value}"))
                    .hint("lists are stored by: rmm set FILE INDEX VALUE")),
            };
        }
        if self.arange {
            let arange = Arange::new(dtype, self.start.as_deref(), self.step.as_deref(), count, cast.overflow)?;
            return counted(arange, dtype, cast.overflow).map(Some);
        }
        if let Some(distribution) = self.random {
            return self.random_values(distribution, dtype, ranks, ui).map(Some);
        }
        match &self.linspace {
            Some(ends) => counted(Linspace::new(dtype, ends, count)?, dtype, cast.overflow).map(Some),
            None => Ok(None),
        }
    }

    fn random_values(
        &self,
        distribution: Distribution,
        dtype: &DType,
        ranks: View,
        ui: &Ui,
    ) -> Result<Box<dyn Values>> {
        let seed = self.seed.map_or_else(seed_from_system, Ok)?;
        let generate = Random::new(distribution, dtype, seed)?;
        let convert = Conversion::between(&generate.dtype(), dtype, Overflow::Error)?;
        if self.seed.is_none() {
            // Before the work, so that an interrupted one can be done again.
            ui.note(&format!("seed {seed}"));
        }
        Ok(Box::new(Placed { generate, convert, ranks }))
    }
}

/// A seed that nobody knows.
fn seed_from_system() -> Result<Seed> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)
        .map_err(|error| Error::io("cannot ask the system for a seed", error).hint("--seed N"))?;
    Ok(Seed::from(u128::from_le_bytes(bytes)))
}

fn counted(generate: impl Generate + 'static, dtype: &DType, overflow: Overflow) -> Result<Box<dyn Values>> {
    // Counts of steps become times by their bits.
    let own = generate.dtype();
    let convert = Conversion::between(&own, dtype, overflow)?;
    Ok(Box::new(Counted { generate, convert }))
}
