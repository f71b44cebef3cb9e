//! What is known of a file and the array in it, key by key. Nothing is printed here.

use std::fmt;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde_json::Value;

use crate::array::{Array, HeaderUse, Opening, Origin};
use crate::cli::args::advise_of_default;
use crate::cli::input;
use crate::cli::ui::Ui;
use crate::dtype::{ByteOrder, DType, Kind};
use crate::error::{At, Error, ErrorKind, Result};
use crate::escape::shell_path;
use crate::format::{self, Format, sidecar};
use crate::mapping::Mapping;
use crate::shape::Order;
use crate::spec::{ArraySpec, Request};

/// What can be asked of a file; `--json` prints all of them in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(super) enum Key {
    /// The file as it was named
    Path,
    /// npy, nrrd, metaimage, envi or raw
    Format,
    /// The file with the elements, where the header is in another
    DataFile,
    /// The element type, as --dtype accepts it
    Dtype,
    /// NumPy's name for it
    Name,
    /// little, big, mixed, or not applicable
    Byteorder,
    /// The lengths of the axes, as --shape accepts them
    Shape,
    /// The number of axes
    Ndim,
    /// The number of elements
    Size,
    /// C or F
    Order,
    /// Whether the order is F
    FortranOrder,
    /// Where the data starts, in bytes
    Offset,
    /// Bytes of an element
    Itemsize,
    /// Bytes of all elements
    Nbytes,
    /// Bytes from one position to the next, for each axis
    Strides,
    /// Bytes of the file
    FileSize,
    /// Bytes of storage that it occupies
    Allocated,
    /// Bytes of the file that occupy none
    Holes,
    /// Bytes behind the array
    Trailing,
    /// All that finds an element, as --spec accepts it
    Spec,
}

/// What becomes of a raw file that is not as long as its array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Misfit {
    /// Somebody said what it is, and was wrong.
    Fails,
    /// Nobody did, so this is one more thing to tell.
    IsTold,
}

/// A file and the array in it.
#[derive(Debug)]
pub(super) struct Facts {
    path: PathBuf,
    format: &'static str,
    data_file: Option<PathBuf>,
    file_size: u64,
    allocated: u64,
    sidecar: Option<PathBuf>,
    origin: Origin,
    array: Result<Array>,
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.to_possible_value().expect("no key is skipped");
        f.write_str(value.get_name())
    }
}

impl Facts {
    /// Those of the file at `path`, or of standard input.
    ///
    /// # Errors
    /// As [`Array::open`]; a misfit is one only where it fails.
    pub(super) fn of(path: &Path, opening: &Opening, misfit: Misfit) -> Result<Self> {
        Self::over(input::open(path)?, path, opening, misfit)
    }

    /// Those of an open file that was named `path`.
    ///
    /// # Errors
    /// As [`Facts::of`].
    pub(super) fn over(mapping: Mapping, path: &Path, opening: &Opening, misfit: Misfit) -> Result<Self> {
        let name = mapping.path().to_path_buf();
        let format = match opening.header {
            HeaderUse::Recognise => format::recognise(mapping.file(), mapping.len()).at(&name)?,
            HeaderUse::Ignore => Format::Raw,
        };
        let (mut file_size, mut allocated) = (mapping.len(), mapping.allocated_bytes().at(&name)?);
        let mut data_file = None;
        let (origin, array) = match Array::over(mapping, opening) {
            Ok(array) => {
                if array.header_path().is_some() {
                    let data = array.mapping();
                    (file_size, allocated) = (data.len(), data.allocated_bytes().at(data.path())?);
                    data_file = Some(data.path().to_path_buf());
                }
                (array.origin(), Ok(array))
            }
            Err(error) if misfit == Misfit::IsTold && format == Format::Raw && error.kind() == ErrorKind::Usage => {
                (Origin::Default, Err(error.whole_hint(format!("rmm info {} --guess", shell_path(path)))))
            }
            Err(error) => return Err(error),
        };
        let sidecar = match format {
            Format::Raw => adds_to(&opening.request, &name)?,
            _ => origin == Origin::Sidecar,
        };
        Ok(Self {
            path: path.to_path_buf(),
            format: format.name(),
            data_file,
            file_size,
            allocated,
            sidecar: sidecar.then(|| sidecar::path_of(&name)),
            origin,
            array,
        })
    }

    /// The file as it was named.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The file with the elements, where the header is in another.
    pub(super) fn data_file(&self) -> Option<&Path> {
        self.data_file.as_deref()
    }

    /// The sidecar that had something to say.
    pub(super) fn sidecar(&self) -> Option<&Path> {
        self.sidecar.as_deref()
    }

    /// Where the dtype came from.
    pub(super) fn origin(&self) -> Origin {
        self.origin
    }

    /// The array, or why there is none.
    pub(super) fn spec(&self) -> Result<&ArraySpec, &Error> {
        self.array.as_ref().map(Array::spec)
    }

    /// The array, open, or why there is none.
    pub(super) fn array(&self) -> Result<&Array, &Error> {
        self.array.as_ref()
    }

    /// Says on a terminal where the dtype came from nowhere.
    pub(super) fn advise(&self, ui: &Ui) {
        if self.array.is_ok() {
            advise_of_default(self.origin, ui);
        }
    }

    /// The value of a key; null where there is no array to ask.
    pub(super) fn value(&self, key: Key) -> Value {
        let of = |value: &dyn Fn(&ArraySpec) -> Value| self.spec().map_or(Value::Null, value);
        match key {
            Key::Path => self.path.to_string_lossy().into(),
            Key::Format => self.format.into(),
            Key::DataFile => self.data_file.as_ref().map_or(Value::Null, |path| path.to_string_lossy().into()),
            Key::Dtype => of(&|spec| spec.dtype.to_string().into()),
            Key::Name => of(&|spec| spec.dtype.name().into()),
            Key::Byteorder => of(&|spec| byte_order(&spec.dtype).into()),
            Key::Shape => of(&|spec| spec.shape.dims().into()),
            Key::Ndim => of(&|spec| spec.shape.ndim().into()),
            Key::Size => of(&|spec| spec.shape.size().into()),
            Key::Order => of(&|spec| spec.order.to_string().into()),
            Key::FortranOrder => of(&|spec| (spec.order == Order::F).into()),
            Key::Offset => of(&|spec| spec.offset.into()),
            Key::Itemsize => of(&|spec| spec.dtype.itemsize().into()),
            Key::Nbytes => of(&|spec| spec.nbytes().into()),
            Key::Strides => of(&|spec| spec.strides().into()),
            Key::FileSize => self.file_size.into(),
            Key::Allocated => self.allocated.into(),
            Key::Holes => self.file_size.saturating_sub(self.allocated).into(),
            Key::Trailing => of(&|spec| (self.file_size - spec.end()).into()),
            Key::Spec => of(&|spec| spec.to_string().into()),
        }
    }
}

/// A value as options accept it.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Array(lens) if lens.is_empty() => "()".to_owned(),
        Value::Array(lens) => lens.iter().map(Value::to_string).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

/// Whether the sidecar of a raw file says anything that was not asked for.
fn adds_to(request: &Request, path: &Path) -> Result<bool> {
    let Some(sidecar) = sidecar::read_beside(path)?.map(Request::from) else { return Ok(false) };
    Ok(request.clone().or(sidecar) != *request)
}

/// The byte order of an element and of all fields in it, as `--byteorder` has it.
fn byte_order(dtype: &DType) -> &'static str {
    let mut orders = Vec::new();
    collect_byte_orders(dtype, &mut orders);
    match (orders.contains(&ByteOrder::Little), orders.contains(&ByteOrder::Big)) {
        (true, true) => "mixed",
        (true, false) => "little",
        (false, true) => "big",
        (false, false) => "not applicable",
    }
}

fn collect_byte_orders(dtype: &DType, orders: &mut Vec<ByteOrder>) {
    match dtype.kind() {
        Kind::Record(record) => record.fields().iter().for_each(|field| collect_byte_orders(&field.dtype, orders)),
        _ => orders.extend(dtype.byte_order()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn byte_orders_of_fields_are_told_together() {
        for (text, order) in [
            ("<f8", "little"),
            (">U3", "big"),
            ("u1", "not applicable"),
            ("S3", "not applicable"),
            ("a:<f4,b:u1", "little"),
            ("a:>f4,b:{c:>i2,d:S3}", "big"),
            ("a:>f4,b:{c:<i2}", "mixed"),
            ("a:S3,b:V4", "not applicable"),
        ] {
            assert_eq!(byte_order(&crate::dtype::parse(text).expect(text).dtype), order, "{text}");
        }
    }

    #[test]
    fn a_misfit_fails_only_where_somebody_said_what_it_is() {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(file.path(), [0; 17]).expect("room for it");
        let opening = Opening::default();
        let error = Facts::of(file.path(), &opening, Misfit::Fails).expect_err("17 bytes");
        assert_eq!(error.kind(), ErrorKind::Usage);
        let facts = Facts::of(file.path(), &opening, Misfit::IsTold).expect("told");
        assert_eq!((facts.value(Key::Size), facts.value(Key::FileSize)), (Value::Null, 17.into()));
    }

    #[test]
    fn what_is_no_file_or_damaged_fails_always() {
        let folder = tempfile::tempdir().expect("a folder");
        let damaged = folder.path().join("a.npy");
        std::fs::write(&damaged, b"\x93NUMPY").expect("room for it");
        let kind = |path: &Path| Facts::of(path, &Opening::default(), Misfit::IsTold).expect_err("no array").kind();
        assert_eq!(kind(folder.path()), ErrorKind::Usage);
        assert_eq!(kind(&folder.path().join("none")), ErrorKind::Io);
        assert_eq!(kind(&damaged), ErrorKind::Corrupt);
    }

    #[test]
    fn a_sidecar_is_named_where_it_had_something_to_say() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.bin");
        std::fs::write(&path, [0; 8]).expect("room for it");
        let facts = |spec: &str| {
            let opening = Opening { request: spec.parse().expect(spec), ..Opening::default() };
            Facts::of(&path, &opening, Misfit::IsTold).expect("an array")
        };
        assert_eq!(facts(":").sidecar(), None);
        std::fs::write(sidecar::path_of(&path), r#"{"typestr": "<f4", "shape": [2]}"#).expect("room for it");
        assert_eq!(facts(":").sidecar(), Some(sidecar::path_of(&path).as_path()));
        assert_eq!(facts("<i4").value(Key::Dtype), "<i4");
        assert!(facts("<i4").sidecar().is_some(), "it still says the shape");
        assert_eq!(facts("<i4:2").sidecar(), None);
    }
}
