//! What whole jobs do, with children that every system has.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use tempfile::TempDir;

use super::*;
use crate::array::{Array, Opening};
use crate::cast::Overflow;
use crate::dtype::{ByteOrder, Number};
use crate::error::ErrorKind;
use crate::index::Index;
use crate::job::{Progress, Silent};
use crate::mapping::{Mode, Sync};
use crate::plan::Once;
use crate::shape::{Order, Shape};
use crate::sink::{Layout, OutputFormat, Style};
use crate::spec::{ArraySpec, Request};

/// An array in a file, the selection that is computed, and how.
struct Case {
    folder: TempDir,
    spec: ArraySpec,
    before: Vec<u8>,
    index: String,
    command: String,
    result: DType,
    format: ExecFormat,
    size: Option<String>,
    overflow: Overflow,
    threads: usize,
}

/// Bytes `0, 1, 2, ...` of some shape and order, piped through a command.
fn bytes(dims: &[u64], order: Order, command: &str) -> Case {
    let dtype = DType::native(Number::UInt8);
    let shape = Shape::new(dims).expect("small");
    let before = (0..shape.size()).map(|at| at as u8).collect();
    array(ArraySpec { dtype, shape, order, offset: 0 }, before, command)
}

fn array(spec: ArraySpec, before: Vec<u8>, command: &str) -> Case {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("array"), &before).expect("a file");
    let result = spec.dtype.to_native();
    let (index, command) = ("...".to_owned(), command.to_owned());
    let (format, size, overflow, threads) = (ExecFormat::Raw, None, Overflow::Error, 1);
    Case { folder, spec, before, index, command, result, format, size, overflow, threads }
}

impl Case {
    fn by(mut self, size: &str) -> Self {
        self.size = Some(size.to_owned());
        self
    }

    fn of(mut self, index: &str) -> Self {
        self.index = index.to_owned();
        self
    }

    fn on(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }

    fn giving(mut self, number: Number) -> Self {
        self.result = DType::native(number);
        self
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("array")
    }

    fn open(&self, mode: Mode) -> Array {
        let request = Request::from(&self.spec);
        Array::open(&self.path(), &Opening { request, mode, ..Opening::default() }).expect("it is there")
    }

    fn view(&self, array: &Array) -> View {
        let index: Index = self.index.parse().expect("an index");
        index.select(self.spec.shape.dims()).expect("in range").of(&array.view())
    }

    /// Does something with the command, which finds `$AT`, a folder, in its text.
    fn with<T>(&self, work: impl FnOnce(&Exec<'_>) -> T) -> T {
        let command = self.command.replace("$AT", &self.folder.path().display().to_string());
        work(&Exec {
            command: command.as_ref(),
            format: self.format,
            result: self.result.clone(),
            timeout: Some(Duration::from_secs(60)),
            size: self.size.as_ref().map(|size| size.parse().expect("a size")),
        })
    }

    fn edit_heard_by(&self, progress: &dyn Progress) -> Result<()> {
        let array = self.open(Mode::ReadWrite);
        let view = Once::of(&self.view(&array)).view(&self.view(&array));
        let convert = Conversion::between(&self.result, &self.spec.dtype, self.overflow)?;
        let input = Input { bytes: &array, view: &view, dtype: &self.spec.dtype };
        let target = Target { file: array.mapping(), view: &view, convert: &convert };
        self.with(|exec| exec.edit(&input, &target, Crew { threads: self.threads, progress }))?;
        array.mapping().finish_writing(Sync::No)
    }

    /// The bytes of the file after the job.
    fn edited(&self) -> Vec<u8> {
        self.edit_heard_by(&Silent).expect(&self.command);
        self.after()
    }

    fn refused(&self) -> (ErrorKind, String) {
        let error = self.edit_heard_by(&Silent).expect_err(&self.command);
        (error.kind(), error.message().to_owned())
    }

    fn after(&self) -> Vec<u8> {
        std::fs::read(self.path()).expect("it is there")
    }

    /// The bytes of a new array of the results.
    fn filled(&self) -> Vec<u8> {
        let array = self.open(Mode::Read);
        let view = self.view(&array);
        let spec =
            ArraySpec { dtype: self.result.clone(), shape: view.shape().expect("small"), order: Order::C, offset: 0 };
        let path = self.folder.path().join("new");
        let mut mapping = Mapping::open(&path, Mode::Create).expect("a new file");
        mapping.set_len(spec.nbytes()).expect("room");
        let convert = Conversion::between(&self.result, &self.result, Overflow::Error).expect("the same");
        let input = Input { bytes: &array, view: &view, dtype: &self.spec.dtype };
        let target = Target { file: &mapping, view: &spec.view(), convert: &convert };
        let crew = Crew { threads: self.threads, progress: &Silent };
        self.with(|exec| exec.fill(&input, &target, crew)).expect(&self.command);
        std::fs::read(path).expect("it is there")
    }

    fn stream_to(&self, emit: &mut Emit<'_>) -> Result<()> {
        let array = self.open(Mode::Read);
        let view = self.view(&array);
        let layout = Layout { dtype: self.result.clone(), shape: view.shape().expect("small"), order: Order::C };
        let sink = Sink::new(OutputFormat::Csv, &layout, &Style::default()).expect("csv");
        let input = Input { bytes: &array, view: &view, dtype: &self.spec.dtype };
        self.with(|exec| exec.stream(&input, &sink, emit, Crew { threads: self.threads, progress: &Silent }))
    }

    fn streamed(&self) -> String {
        let mut text = Vec::new();
        self.stream_to(&mut |bytes| {
            text.extend_from_slice(bytes);
            Ok(())
        })
        .expect(&self.command);
        String::from_utf8(text).expect("csv")
    }

    fn file(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(name)).unwrap_or_default()
    }
}

/// Adds 100 to bytes below 28.
const RAISE: &str = r"LC_ALL=C tr '\000-\033' '\144-\177'";

#[test]
fn results_go_back_to_where_they_came_from() {
    for threads in [1, 3] {
        assert_eq!(bytes(&[3, 4], Order::C, "cat").by("1").on(threads).edited(), (0..12).collect::<Vec<u8>>());
        let case = bytes(&[3, 4], Order::C, RAISE).by("1").on(threads).of("1:");
        assert_eq!(case.edited(), [0, 1, 2, 3, 104, 105, 106, 107, 108, 109, 110, 111]);
        let case = bytes(&[3, 4], Order::F, RAISE).by("1").on(threads).of(":2,::-3");
        assert_eq!(case.edited(), [100, 101, 2, 3, 4, 5, 6, 7, 8, 109, 110, 11]);
    }
}

#[test]
fn a_child_gets_its_chunk_in_c_order() {
    let case = bytes(&[2, 3], Order::F, "tee $AT/chunk$RMM_CHUNK").by("2").on(2);
    assert_eq!(case.edited(), case.before);
    // Columns 0 and 1, then column 2, of 0 2 4 / 1 3 5.
    assert_eq!((case.file("chunk0"), case.file("chunk1")), ("\0\u{2}\u{1}\u{3}".into(), "\u{4}\u{5}".into()));
}

#[test]
fn a_child_is_told_what_its_chunk_is() {
    let tell = "echo $RMM_CHUNK $RMM_AXIS $RMM_START $RMM_STOP $RMM_SHAPE $RMM_DTYPE >> $AT/said; cat";
    let cases: [(Case, &str); 4] = [
        (bytes(&[5, 2], Order::C, tell).by("2").of("1:"), "0 0 0 2 2,2 |u1\n1 0 2 4 2,2 |u1\n"),
        (bytes(&[2, 3], Order::F, tell).by("2"), "0 1 0 2 2,2 |u1\n1 1 2 3 2,1 |u1\n"),
        (
            bytes(&[2, 2, 3], Order::C, tell).by("3B"),
            "0 1 0 1 1,1,3 |u1\n1 1 1 2 1,1,3 |u1\n2 1 0 1 1,1,3 |u1\n3 1 1 2 1,1,3 |u1\n",
        ),
        (bytes(&[], Order::C, tell), "0 0 0 1 () |u1\n"),
    ];
    for (case, said) in cases {
        case.edited();
        assert_eq!(case.file("said").replace("uint8", "|u1"), said);
    }
}

#[test]
fn repeated_positions_are_computed_once() {
    let case = bytes(&[4, 1], Order::C, &format!("echo $RMM_SHAPE >> $AT/said; {RAISE}")).of("[3,1,3,1]");
    assert_eq!(case.edited(), [0, 101, 2, 103]);
    assert_eq!(case.file("said"), "2,1\n");
}

#[test]
fn results_are_in_the_byte_order_of_the_file() {
    let dtype = DType::native(Number::Int16).with_byte_order(ByteOrder::Big);
    let shape = Shape::new([2]).expect("small");
    let big = array(ArraySpec { dtype, shape, order: Order::C, offset: 0 }, vec![0, 1, 2, 3], "tee $AT/chunk");
    assert_eq!(big.edited(), [0, 1, 2, 3]);
    assert_eq!(big.file("chunk").into_bytes(), if cfg!(target_endian = "big") { [0, 1, 2, 3] } else { [1, 0, 3, 2] });
}

#[test]
fn several_threads_store_and_write_what_one_does() {
    let rows = |threads| bytes(&[9, 3], Order::C, &format!("sleep 0.0$((9 - RMM_START)); {RAISE}")).by("2").on(threads);
    for threads in [2, 4, 16] {
        assert_eq!(rows(threads).edited(), rows(1).edited());
        assert_eq!(rows(threads).streamed(), rows(1).streamed());
        assert_eq!(rows(threads).filled(), rows(1).filled());
    }
}

#[test]
fn streams_and_new_files_are_in_c_order_of_the_selection() {
    for order in [Order::C, Order::F] {
        let case = bytes(&[2, 3], order, "cat").by("1").of("[1,0,1],1:");
        let rows = if order == Order::C { "4,5\n1,2\n4,5\n" } else { "3,5\n2,4\n3,5\n" };
        assert_eq!(case.streamed(), rows);
        let filled: Vec<String> = case.filled().iter().map(u8::to_string).collect();
        assert_eq!(filled.join(","), rows.trim().replace('\n', ","));
    }
}

#[test]
fn results_may_be_of_another_type() {
    let doubled = "LC_ALL=C sed 's/./&&/g'";
    let case = bytes(&[3], Order::C, &format!("{RAISE} | {doubled}")).giving(Number::Int16);
    assert_eq!(case.filled(), [100, 100, 101, 101, 102, 102]);
    assert_eq!(case.streamed(), format!("{}\n{}\n{}\n", 100 * 257, 101 * 257, 102 * 257));
}

#[test]
fn a_failing_child_leaves_its_chunk_alone() {
    let case = bytes(&[4, 2], Order::C, &format!("{RAISE}; exit $((RMM_CHUNK == 2 ? 7 : 0))")).by("1");
    let message = "chunk 2 ([2:3]): the child exited with status 7; chunks 0 to 1 are stored";
    assert_eq!(case.refused(), (ErrorKind::Child, message.to_owned()));
    assert_eq!(case.after(), [100, 101, 102, 103, 4, 5, 6, 7]);
    let case = bytes(&[4], Order::C, "exit 3");
    assert_eq!(case.refused().1, "chunk 0 ([0:4]): the child exited with status 3; nothing is stored");
    assert_eq!(case.after(), case.before);
}

#[test]
fn too_few_and_too_many_elements_are_refused() {
    for (command, said) in [
        ("cat >/dev/null", "the child gave back 0 bytes, expected 4 (4 uint8 elements)"),
        ("cat; printf x", "the child gave back more than 4 bytes, expected 4 (4 uint8 elements)"),
    ] {
        let case = bytes(&[4], Order::C, command);
        assert_eq!(case.refused(), (ErrorKind::Child, format!("chunk 0 ([0:4]): {said}; nothing is stored")));
        assert_eq!(case.after(), case.before);
    }
}

#[test]
fn children_of_later_chunks_are_ended_when_one_fails() {
    let case = bytes(&[4], Order::C, "[ $RMM_CHUNK = 0 ] && exit 5; sleep 50; cat").by("1").on(4);
    let began = std::time::Instant::now();
    assert_eq!(case.refused().1, "chunk 0 ([0:1]): the child exited with status 5; nothing is stored");
    assert!(began.elapsed() < Duration::from_secs(20));
    assert_eq!(case.after(), case.before);
}

#[test]
fn the_first_chunk_that_fails_is_the_one_that_is_told() {
    let case = bytes(&[4], Order::C, "[ $RMM_CHUNK = 0 ] && sleep 0.3; exit $((RMM_CHUNK + 1))").by("1").on(4);
    assert_eq!(case.refused().1, "chunk 0 ([0:1]): the child exited with status 1; nothing is stored");
}

#[test]
fn a_result_that_does_not_fit_stops_midway() {
    let spaces = "[ $RMM_CHUNK = 0 ] && exec head -c 4 /dev/zero; printf '    '";
    let case = bytes(&[3, 2], Order::C, spaces).giving(Number::Int16).by("1");
    let said = "chunk 1 ([1:2]): at index (1, 0): 8224 does not fit uint8; chunk 0 is stored";
    assert_eq!(case.refused(), (ErrorKind::Midway, said.to_owned()));
    assert_eq!(case.after(), [0, 0, 2, 3, 4, 5]);
    let first = bytes(&[2], Order::C, "printf '    '").giving(Number::Int16);
    let (kind, message) = first.refused();
    assert_eq!(kind, ErrorKind::Usage);
    assert_eq!(message, "chunk 0 ([0:2]): at index (0,): 8224 does not fit uint8; nothing is stored");
    let wrapped = Case { overflow: Overflow::Wrap, ..bytes(&[2], Order::C, "printf '    '").giving(Number::Int16) };
    assert_eq!(wrapped.edited(), [32, 32]);
}

/// An array of which one chunk is more than a worker keeps in memory.
fn large(command: &str) -> Case {
    let dtype = DType::native(Number::UInt8);
    let shape = Shape::new([3, (4 << 20) + 1]).expect("12 MiB");
    let before = (0..shape.size()).map(|at| (at % 251) as u8).collect();
    array(ArraySpec { dtype, shape, order: Order::C, offset: 0 }, before, command)
}

#[test]
fn a_large_chunk_is_kept_in_a_file() {
    let case = large("LC_ALL=C tr '\\000-\\372' '\\001-\\373'").by("2").on(2);
    let raised: Vec<u8> = case.before.iter().map(|byte| byte + 1).collect();
    assert!(case.filled() == raised);
    assert!(case.edited() == raised);
}

#[test]
fn a_misfit_late_in_a_large_chunk_leaves_all_of_it_alone() {
    let zeros = "head -c $((2 * 3 * 4194305 - 2)) /dev/zero; printf '  '";
    let case = large(zeros).giving(Number::Int16).by("3");
    let (kind, message) = case.refused();
    assert_eq!(kind, ErrorKind::Usage);
    assert_eq!(message, "chunk 0 ([0:3]): at index (2, 4194304): 8224 does not fit uint8; nothing is stored");
    assert!(case.after() == case.before);
}

#[test]
fn npy_goes_both_ways() {
    for dims in [&[3, 4][..], &[], &[5]] {
        let case = Case { format: ExecFormat::Npy, ..bytes(dims, Order::F, "tee $AT/chunk") };
        assert_eq!(case.edited(), case.before);
        let header = std::fs::read(case.folder.path().join("chunk")).expect("kept");
        assert!(header.starts_with(crate::format::npy::MAGIC));
    }
    let case = Case { format: ExecFormat::Npy, ..bytes(&[2, 2], Order::C, "cat").giving(Number::Int8) };
    let said = "chunk 0 ([0:2]): the child gave back elements of type uint8, expected int8; nothing is stored";
    assert_eq!(case.refused().1.replace("|u1", "uint8").replace("|i1", "int8"), said);
}

#[test]
fn an_interrupt_ends_the_children() {
    struct Soon(AtomicU64);
    impl Progress for Soon {
        fn advance(&self, _bytes: u64) -> Result<()> {
            match self.0.fetch_add(1, Ordering::Relaxed) {
                0..3 => Ok(()),
                _ => Err(Error::new(ErrorKind::Interrupted(15), "stopped by SIGTERM")),
            }
        }
    }
    let case = bytes(&[4], Order::C, "sleep 50; cat").by("1").on(2);
    let began = std::time::Instant::now();
    let error = case.edit_heard_by(&Soon(AtomicU64::new(0))).expect_err("interrupted");
    assert_eq!(error.kind(), ErrorKind::Interrupted(15));
    assert!(began.elapsed() < Duration::from_secs(20));
    assert_eq!(case.after(), case.before);
}

#[test]
fn a_stream_that_nobody_reads_ends_the_children() {
    let case = bytes(&[4], Order::C, "[ $RMM_CHUNK = 0 ] || sleep 50; cat").by("1").on(4);
    let began = std::time::Instant::now();
    let error = case.stream_to(&mut |bytes| {
        if bytes.is_empty() { Ok(()) } else { Err(Error::new(ErrorKind::BrokenPipe, "closed")) }
    });
    assert_eq!(error.expect_err("closed").kind(), ErrorKind::BrokenPipe);
    assert!(began.elapsed() < Duration::from_secs(20));
}

#[test]
fn checking_stores_nothing_and_finds_what_fails() {
    let check = |case: &Case| {
        let array = case.open(Mode::Read);
        let view = case.view(&array);
        let convert = Conversion::between(&case.result, &case.spec.dtype, Overflow::Error).expect("numbers");
        let input = Input { bytes: &array, view: &view, dtype: &case.spec.dtype };
        case.with(|exec| exec.check(&input, &convert, Crew { threads: 2, progress: &Silent }))
    };
    let good = bytes(&[4], Order::C, RAISE).by("1");
    check(&good).expect("it does well");
    assert_eq!(good.after(), good.before);
    let bad = bytes(&[4], Order::C, "exit 2").by("1");
    assert_eq!(check(&bad).expect_err("status 2").kind(), ErrorKind::Child);
    let misfit = bytes(&[2], Order::C, "printf '    '").giving(Number::Int16);
    assert_eq!(check(&misfit).expect_err("8224").kind(), ErrorKind::Usage);
}

#[test]
fn nothing_selected_runs_nothing() {
    let case = bytes(&[4, 2], Order::C, "touch $AT/ran; cat").of("2:2");
    assert_eq!(case.edited(), case.before);
    assert_eq!(case.streamed(), "");
    assert!(!case.folder.path().join("ran").exists());
}

#[test]
fn pieces_of_all_threads_stay_below_what_is_promised() {
    for threads in 1..=64 {
        let chunk = default_chunk(threads).get();
        assert!((LEAST..=CHUNK).contains(&chunk));
        assert!(chunk * PIECES * threads as u64 <= HELD);
    }
}
