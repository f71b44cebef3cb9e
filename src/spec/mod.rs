//! What an array is: dtype, shape, order and offset, asked for key by key and checked against the size of a file.

mod dims;
mod fit;
mod open;
mod size;

use std::fmt;
use std::str::FromStr;

pub use dims::Dims;
pub use open::Ahead;
pub use size::ByteSize;

use crate::dtype::{ByteOrder, DType, Number, Parsed};
use crate::error::{Error, Result};
use crate::shape::{Order, Shape};
use crate::view::View;

/// Everything that is needed to find an element in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArraySpec {
    /// The type of one element; never of size zero in a file that holds elements.
    pub dtype: DType,
    /// The lengths of the axes, those of a subarray dtype behind the others.
    pub shape: Shape,
    /// Which axis is contiguous.
    pub order: Order,
    /// Where the data begins, in bytes.
    pub offset: u64,
}

/// What is known of an array, key by key; what is not known comes from elsewhere or is inferred.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// The type of one element, and the axes that a subarray dtype adds.
    pub dtype: Option<Parsed>,
    /// The lengths of the axes, of which one may be open.
    pub shape: Option<Dims>,
    /// The memory layout.
    pub order: Option<Order>,
    /// Where the data begins, in bytes.
    pub offset: Option<u64>,
}

/// Whether a file may be longer than its array.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Trailing {
    /// The array must end where the file ends.
    #[default]
    Refuse,
    /// Bytes behind the array are left alone.
    Allow,
}

impl ArraySpec {
    /// The number of bytes of all elements.
    pub fn nbytes(&self) -> u64 {
        self.shape.nbytes(self.dtype.itemsize()).expect("a spec is made only of shapes that fit their dtype")
    }

    /// Where the data ends, in bytes.
    pub fn end(&self) -> u64 {
        self.offset + self.nbytes()
    }

    /// All of the array.
    pub fn view(&self) -> View {
        View::of_array(&self.shape, self.dtype.itemsize(), self.order, self.offset)
    }

    /// Byte strides, one for each axis.
    pub fn strides(&self) -> Vec<i64> {
        self.shape.strides(self.dtype.itemsize(), self.order)
    }

    /// Checks that the sum of offset and size is one that a file can have.
    pub(crate) fn checked(self) -> Result<Self> {
        let nbytes = self.shape.nbytes(self.dtype.itemsize())?;
        match self.offset.checked_add(nbytes) {
            Some(end) if end <= crate::shape::MAX_BYTES => Ok(self),
            _ => Err(Error::usage(format!(
                "offset {} and {nbytes} bytes of data are more than any file can hold",
                self.offset
            ))),
        }
    }
}

impl Request {
    /// These keys, and where one is missing, that of `under`.
    #[must_use]
    pub fn or(self, under: Self) -> Self {
        Self {
            dtype: self.dtype.or(under.dtype),
            shape: self.shape.or(under.shape),
            order: self.order.or(under.order),
            offset: self.offset.or(under.offset),
        }
    }

    /// The keys of both.
    ///
    /// # Errors
    /// Usage, where a key is in both.
    pub fn with(self, other: Self) -> Result<Self> {
        let twice = [
            ("dtype", self.dtype.is_some() && other.dtype.is_some()),
            ("shape", self.shape.is_some() && other.shape.is_some()),
            ("order", self.order.is_some() && other.order.is_some()),
            ("offset", self.offset.is_some() && other.offset.is_some()),
        ];
        match twice.iter().find(|(_, both)| *both) {
            Some((key, _)) => Err(Error::usage(format!("the {key} is given twice, by --{key} and by --spec"))),
            None => Ok(self.or(other)),
        }
    }

    /// The element type asked for, or NumPy's default.
    pub fn dtype_or_default(&self) -> Parsed {
        self.dtype.clone().unwrap_or_else(|| Parsed { dtype: DType::native(Number::Float64), shape: Vec::new() })
    }

    /// The array that this describes in a file of `file_len` bytes: 1-D and as long as the file where no shape is given.
    ///
    /// # Errors
    /// Usage, where the numbers disagree; the hints name what would fit.
    pub fn resolve(&self, file_len: u64, trailing: Trailing) -> Result<ArraySpec> {
        let Parsed { dtype, shape: inner } = self.dtype_or_default();
        let offset = self.offset.unwrap_or(0);
        let available = file_len.checked_sub(offset).ok_or_else(|| {
            Error::usage(format!("offset {offset} is beyond the end of the file, which has {file_len} bytes"))
        })?;
        sized(&dtype)?;
        let asked = self.shape.clone().unwrap_or_else(Dims::open).extended(&inner);
        let shape = match asked.fixed() {
            Some(shape) => shape?,
            None => asked.infer(offset, available, &dtype, trailing)?,
        };
        let spec = ArraySpec { dtype, shape, order: self.order.unwrap_or_default(), offset }.checked()?;
        let end = spec.end();
        if end > file_len || (end < file_len && trailing == Trailing::Refuse) {
            return Err(fit::misfit(&spec, &inner, file_len));
        }
        Ok(spec)
    }

    /// The array that this describes in a file yet to be made.
    ///
    /// # Errors
    /// Usage, where the shape is missing or has an open axis.
    pub fn resolve_new(&self) -> Result<ArraySpec> {
        let Parsed { dtype, shape: inner } = self.dtype_or_default();
        sized(&dtype)?;
        let dims = self.shape.clone().ok_or_else(|| {
            Error::usage("the shape of a new array must be given").hint("add --shape, as in --shape 1000,500")
        })?;
        let shape = dims.extended(&inner).fixed().ok_or_else(|| {
            Error::usage(format!("shape {dims} has an open axis: there is no file yet to infer -1 from"))
        })??;
        ArraySpec { dtype, shape, order: self.order.unwrap_or_default(), offset: self.offset.unwrap_or(0) }.checked()
    }
}

impl From<&ArraySpec> for Request {
    fn from(spec: &ArraySpec) -> Self {
        Self {
            dtype: Some(Parsed { dtype: spec.dtype.clone(), shape: Vec::new() }),
            shape: Some(Dims::from(&spec.shape)),
            order: Some(spec.order),
            offset: Some(spec.offset),
        }
    }
}

/// Refuses dtypes without a size, of which a file can hold any number.
fn sized(dtype: &DType) -> Result<()> {
    if dtype.itemsize() > 0 {
        return Ok(());
    }
    Err(Error::usage(format!("dtype {dtype} has itemsize 0")).hint("give its length: S10, U8, V16"))
}

/// The form that `--spec` accepts.
impl fmt::Display for ArraySpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}@{}", self.dtype, self.shape, self.order, self.offset)
    }
}

/// `dtype:shape[:order][@offset]`, a structured dtype in braces or as a descr list; parts may be empty.
impl FromStr for Request {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        if text.trim().is_empty() {
            return Err(Error::usage("SPEC is empty").hint("write it as f4:1000,-1 or '>f4:-1:F@512'"));
        }
        let wrong = |error: Error| error.within(format_args!("SPEC '{text}'"));
        let (dtype, rest) = split_dtype(text);
        let (rest, offset) = match rest.rsplit_once('@') {
            Some((rest, offset)) => (rest, Some(offset.parse::<ByteSize>().map_err(wrong)?.0)),
            None => (rest, None),
        };
        let rest = rest.strip_prefix(':').unwrap_or(rest);
        let mut parts = rest.splitn(3, ':').map(|part| (!part.is_empty()).then_some(part));
        let mut part = || parts.next().flatten();
        let (shape, order) = (part(), part());
        if let Some(surplus) = part() {
            return Err(wrong(
                Error::usage(format!("'{surplus}' is one part too many"))
                    .hint("a structured dtype stands in braces: '{x:f4,y:f4}:100'"),
            ));
        }
        let dtype = (!dtype.is_empty()).then(|| dtype.parse()).transpose();
        Ok(Self {
            dtype: dtype.map_err(wrong)?,
            shape: shape.map(str::parse).transpose().map_err(wrong)?,
            order: order.map(str::parse).transpose().map_err(wrong)?,
            offset,
        })
    }
}

/// The dtype in front of a SPEC, and the colon or at sign outside brackets, braces and quoted names that ends it, with
/// what follows.
fn split_dtype(text: &str) -> (&str, &str) {
    let (mut depth, mut quote, mut escaped) = (0, None, false);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            _ if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), _) if c == open => quote = None,
            (None, '\'' | '"') if depth > 0 => quote = Some(c),
            (None, '{' | '[' | '(') => depth += 1,
            (None, '}' | ']' | ')') => depth -= 1,
            (None, ':' | '@') if depth == 0 => return text.split_at(at),
            _ => {}
        }
    }
    (text, "")
}

/// The byte order a conversion to `--byteorder` asks for.
impl FromStr for ByteOrder {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "little" | "<" => Ok(Self::Little),
            "big" | ">" => Ok(Self::Big),
            "native" | "=" => Ok(Self::NATIVE),
            _ => Err(Error::usage(format!("byte order must be little, big or native, not '{text}'"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(spec: &str, file_len: u64) -> Result<ArraySpec> {
        spec.parse::<Request>()?.resolve(file_len, Trailing::Refuse)
    }

    fn error(spec: &str, file_len: u64) -> String {
        resolved(spec, file_len).expect_err(spec).to_string()
    }

    #[test]
    fn infers_what_numpy_infers() {
        let cases: &[(&str, u64, &[u64])] = &[
            ("f8", 16, &[2]),
            ("f8@1", 17, &[2]),
            ("f8@16", 16, &[0]),
            ("f8@4096", 8192, &[512]),
            ("u1", 0, &[0]),
            ("(2,3)u1", 240, &[40, 2, 3]),
            ("f4,f4,i2", 240, &[24]),
            ("f4:-1,3", 24, &[2, 3]),
            ("f4:2,-1", 24, &[2, 3]),
            ("(3,)f4:-1", 24, &[2, 3]),
            ("f8:()", 8, &[]),
        ];
        for (spec, file_len, shape) in cases {
            assert_eq!(resolved(spec, *file_len).expect(spec).shape.dims(), *shape, "{spec}");
        }
    }

    #[test]
    fn says_which_numbers_disagree() {
        assert_eq!(error("f8", 17), "17 bytes are no whole number of 8-byte elements (float64): 1 left over");
        assert_eq!(error("f8@24", 16), "offset 24 is beyond the end of the file, which has 16 bytes");
        assert_eq!(error("f8:3", 16), "shape 3 of float64 is 24 bytes, but the file has 16");
        assert_eq!(
            error("f8:3@8", 40),
            "shape 3 of float64 is 24 bytes from offset 8 on, but the file has 40: 8 left over"
        );
        assert_eq!(error("S:3", 16), "dtype |S0 has itemsize 0");
        assert!(error("f8:4611686018427387904", 16).contains("larger than any file"));
        assert!(error("u1:9223372036854775807@1", 16).contains("more than any file can hold"));
    }

    #[test]
    fn offers_what_would_fit() {
        let hints = |spec: &str, len| resolved(spec, len).expect_err(spec).hints().join("\n");
        let longer = hints("f4:1000,500", 4_000_000);
        for fits in ["--shape 2000,500", "--shape 1000,1000", "--dtype float64", "--offset 2000000", "--allow-trailing"]
        {
            assert!(longer.contains(fits), "{fits} in {longer}");
        }
        let shorter = hints("f8:1000,500", 2_000_000);
        for fits in ["--shape 500,500", "--dtype float32"] {
            assert!(shorter.contains(fits), "{fits} in {shorter}");
        }
        assert!(!shorter.contains("--offset"));
        assert!(hints("f8", 17).contains("--offset 1"));
        assert!(hints("f4@1", 48).contains("--offset 4"));
    }

    #[test]
    fn trailing_bytes_are_allowed_when_asked_for() {
        let request: Request = "f8:2".parse().expect("a spec");
        assert!(request.resolve(20, Trailing::Allow).is_ok());
        assert!(request.resolve(15, Trailing::Allow).is_err());
        let open: Request = "f8:-1".parse().expect("a spec");
        assert_eq!(open.resolve(20, Trailing::Allow).expect("two fit").shape.dims(), [2]);
    }

    #[test]
    fn a_spec_reads_back() {
        for text in
            [">f4:1000,2:F@512", "|u1:():C@0", "[('x', '<f4'), ('', '|V3')]:5:C@0", "<M8[ns]:3:C@1", "bfloat16:3:C@0"]
        {
            let request: Request = text.parse().expect(text);
            assert_eq!(request.resolve_new().expect(text).to_string(), text);
        }
        let names = r#"[("a'b]", '<f4'), ('x)@:', '<i2'), ('\'"(', '|u1')]"#;
        let request: Request = names.parse().expect("any name");
        let dtype = request.dtype.as_ref().expect("it is all dtype").dtype.clone();
        let spec = ArraySpec { dtype, shape: Shape::new([2]).expect("small"), order: Order::F, offset: 7 };
        let again: Request = spec.to_string().parse().expect("its own text");
        assert_eq!(again.resolve_new().expect("whole"), spec);
        let braces: Request = "{x:f4,y:f4}:100".parse().expect("braces");
        assert_eq!(braces.resolve_new().expect("a record").dtype.itemsize(), 8);
    }

    #[test]
    fn refuses_a_key_given_twice_and_parts_too_many() {
        let spec = |text: &str| text.parse::<Request>().expect(text);
        assert!(spec("f4:3").with(spec(":4")).is_err());
        assert!(spec("f4").with(spec(":4:F@8")).is_ok());
        assert!("f4:3:C:9".parse::<Request>().is_err());
        assert!("f4:3@x".parse::<Request>().is_err());
        assert!("zz:3".parse::<Request>().is_err());
        assert!("".parse::<Request>().is_err());
    }

    #[test]
    fn a_new_array_needs_a_whole_shape() {
        assert!("f4".parse::<Request>().expect("a spec").resolve_new().is_err());
        assert!("f4:-1".parse::<Request>().expect("a spec").resolve_new().is_err());
    }
}
