//! The line of Python that maps the same bytes with NumPy.

use super::unsaid::unsaid;
use crate::dtype::{DType, Kind, quoted};
use crate::error::{Error, Result};
use crate::spec::ArraySpec;

/// `np.memmap(…)` for an array in the file `name`, as Python's current folder has it.
///
/// # Errors
/// Usage, where NumPy has no such dtype or cannot map the array.
pub fn write(spec: &ArraySpec, name: &str) -> Result<String> {
    if let Some(foreign) = foreign(&spec.dtype) {
        return Err(unsaid(format!("NumPy has no dtype for {foreign}"), spec));
    }
    if spec.shape.size() == 0 && spec.offset == 0 {
        return Err(Error::usage("NumPy cannot map an empty file"));
    }
    let dims: Vec<String> = spec.shape.dims().iter().map(u64::to_string).collect();
    let shape = match &dims[..] {
        [one] => format!("({one},)"),
        all => format!("({})", all.join(", ")),
    };
    let descr = spec.dtype.descr();
    // A dtype's own constructor would give the padding names.
    let dtype = if descr.contains("('', ") { format!("np.lib.format.descr_to_dtype({descr})") } else { descr };
    let (offset, order) = (spec.offset, spec.order);
    let name = quoted(name);
    Ok(format!("np.memmap({name}, dtype={dtype}, mode='r', offset={offset}, shape={shape}, order='{order}')\n"))
}

/// The first type that is not NumPy's.
fn foreign(dtype: &DType) -> Option<String> {
    match dtype.kind() {
        Kind::Number(number) => number.typestr().is_none().then(|| dtype.name()),
        Kind::Record(record) => record.fields().iter().find_map(|field| foreign(&field.dtype)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Request;

    fn line(text: &str, name: &str) -> Result<String> {
        write(&text.parse::<Request>().and_then(|request| request.resolve_new()).expect(text), name)
    }

    #[test]
    fn is_a_line_of_python() {
        for (text, name, expected) in [
            ("<f4:3@8", "a.raw", "np.memmap('a.raw', dtype='<f4', mode='r', offset=8, shape=(3,), order='C')\n"),
            (">i2:3,4:F", "it's", "np.memmap(\"it's\", dtype='>i2', mode='r', offset=0, shape=(3, 4), order='F')\n"),
            ("u1:()", "é\n", "np.memmap('é\\n', dtype='|u1', mode='r', offset=0, shape=(), order='C')\n"),
            (
                "{x:<f4,y:u1}:2",
                "a",
                "np.memmap('a', dtype=[('x', '<f4'), ('y', '|u1')], mode='r', offset=0, shape=(2,), order='C')\n",
            ),
            (
                "[('x','<f4'),('','|V3')]:2",
                "a",
                "np.memmap('a', dtype=np.lib.format.descr_to_dtype([('x', '<f4'), ('', '|V3')]), mode='r', offset=0, \
                 shape=(2,), order='C')\n",
            ),
        ] {
            assert_eq!(line(text, name).expect(text), expected);
        }
    }

    #[test]
    fn says_what_numpy_has_not() {
        for (text, message) in [
            ("bfloat16:3", "NumPy has no dtype for bfloat16"),
            ("{a:f4,b:{c:float8_e5m2}}:3", "NumPy has no dtype for float8_e5m2"),
            ("f4:0,3", "NumPy cannot map an empty file"),
        ] {
            assert_eq!(line(text, "a").expect_err(text).message(), message);
        }
    }
}
