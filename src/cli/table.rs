//! A result as a table for people: the corners of long axes, cut to the terminal.

use std::io::{self, IsTerminal, Write};

use super::args::{Destination, WriteArgs};
use super::output::{Outcome, OutputArgs};
use super::signals;
use super::ui::Ui;
use crate::cast::Conversion;
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::mapping::NewFile;
use crate::plan::Chunk;
use crate::shape::{Order, Shape};
use crate::sink::{Layout, Shown, preview, render, shown};
use crate::source::Readable;

/// Rows, columns and planes that are shown before an axis is summarised.
const ROWS: usize = 20;
const COLUMNS: usize = 12;
const PLANES: usize = 4;
/// The width where there is no terminal to ask.
const WIDTH: u16 = 100;

/// Writes a result as a table.
pub(super) fn write(
    output: &OutputArgs,
    outcome: &Outcome<'_>,
    destination: &Destination,
    write: &WriteArgs,
    ui: &Ui,
) -> Result<()> {
    let wanted = &outcome.wanted;
    let native = wanted.dtype.to_native();
    let axes = shown_axes(wanted.shape.dims(), &native);
    let mut items = shown_items(outcome, &axes)?;
    let mut converted = Vec::new();
    let convert = Conversion::between(&outcome.dtype, &native, wanted.overflow)?;
    let items = convert.apply(&mut items, &mut converted).map_err(|misfit| Error::usage(misfit.to_string()))?;
    let layout = Layout { dtype: native, shape: wanted.shape.clone(), order: Order::C };
    let table =
        render(&preview(&layout, &axes, items, &output.style(0, wanted.name.as_deref()))?, Some(width(destination)));
    let Destination::File(path) = destination else { return ui.data(table.as_bytes()) };
    signals::heed_before(path);
    let new = NewFile::create(path, write.replace())?;
    signals::heed();
    new.file().write_all(table.as_bytes()).map_err(|error| new.unwritten(error))?;
    signals::check()?;
    new.commit(write.sync())
}

/// Which positions of each axis are shown.
fn shown_axes(dims: &[u64], dtype: &DType) -> Vec<Shown> {
    let is_record = dtype.record().is_some();
    let last = dims.len().saturating_sub(1);
    let limit = |axis: usize| match last - axis {
        0 if is_record || dims.len() == 1 => ROWS,
        0 => COLUMNS,
        1 if !is_record => ROWS,
        _ => PLANES,
    };
    dims.iter().enumerate().map(|(axis, &len)| shown(len, limit(axis))).collect()
}

/// The shown elements, in C order.
fn shown_items(outcome: &Outcome<'_>, axes: &[Shown]) -> Result<Vec<u8>> {
    let counts = Shape::new(axes.iter().map(|axis| axis.count()).collect::<Vec<_>>())?;
    let positions: Vec<Vec<u64>> = axes.iter().map(|axis| axis.positions().collect()).collect();
    let own = outcome.view.shape()?;
    let size = outcome.view.item().size();
    let mut reader = outcome.array.reader();
    let mut items = vec![0; counts.size() as usize * size];
    for (shown, item) in (0..counts.size()).zip(items.chunks_exact_mut(size.max(1))) {
        let position = counts.position(shown);
        let rank = position.iter().zip(&positions).zip(outcome.wanted.shape.dims());
        let rank = rank.fold(0, |rank, ((&at, positions), len)| rank * len + positions[at as usize]);
        let element = Chunk::single(&outcome.view, own.position(rank));
        reader.read_runs(&mut element.view.runs(), item)?;
    }
    Ok(items)
}

/// The width of the terminal, if that is where the table goes.
fn width(destination: &Destination) -> u16 {
    let on_terminal = !matches!(destination, Destination::File(_)) && io::stdout().is_terminal();
    let asked = || rustix::termios::tcgetwinsize(io::stdout()).ok().map(|size| size.ws_col).filter(|&width| width > 0);
    if on_terminal { asked().unwrap_or(WIDTH) } else { WIDTH }
}
