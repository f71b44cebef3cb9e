//! A folder of its own for each test, the commands that are run in it, and what is asserted of every one of them.
//!
//! ```text
//!   Rmm::new().arange("a.npy", [3, 4]).run(["get", "a.npy", "-1,0"]).prints("8.0\n");
//!   Rmm::new().file("b.dat", [0; 7]).run(["slice", "b.dat"]).refused(2, "7 bytes");
//! ```
//!
//! The promises that belong to an exit code are checked after each run, whatever a test is about: 2, 4 and 5 leave
//! every file, its time and the listing of the folder as they were; 3 leaves no new file; an error begins with `rmm: `.

use std::ffi::OsStr;
use std::fs::{self, File, Permissions};
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::LazyLock;
use std::thread;
use std::time::{Duration, Instant};

use bytemuck::NoUninit;
use rmm::dtype::{self, DType};
use rmm::format::npy;
use rmm::shape::{Order, Shape};
use tempfile::TempDir;

use crate::dispositions;
use crate::snapshot::Snapshot;

/// The binary under test; with `RMM_TEST_IO=HOW`, a script that adds `--io HOW` to each command that takes it
/// and does not say it.
pub(crate) static RMM: LazyLock<PathBuf> = LazyLock::new(|| match std::env::var("RMM_TEST_IO") {
    Ok(io) => with_io(&io),
    Err(_) => PathBuf::from(BINARY),
});

/// The program itself, for tests that must not meet the shell that starts it.
pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_rmm");

fn with_io(io: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("io-{io}"));
    fs::create_dir_all(&folder).expect("the target folder can be written");
    let path = folder.join("rmm");
    let script = format!(
        "#!/bin/sh\nfor word; do case $word in --io|--io=*) exec '{BINARY}' \"$@\";; esac; done\n\
         case $1 in\n\
         create|info|get|set|slice|fill|map-chunks) verb=$1; shift; exec '{BINARY}' \"$verb\" --io {io} \"$@\";;\n\
         *) exec '{BINARY}' \"$@\";;\nesac\n"
    );
    // Several test programs may do this at once; a script that is being written cannot be run.
    let new = tempfile::NamedTempFile::new_in(&folder).expect("the target folder can be written");
    fs::write(&new, script).and_then(|()| fs::set_permissions(&new, Permissions::from_mode(0o755))).expect("a script");
    new.into_temp_path().persist(&path).expect("renamed");
    path
}

/// Nothing here takes this long, even on a busy machine; what does hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// The folder of the package.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Says what could not be tested here, and why: where everybody sees it, as the harness shows only what tests print that
/// fail, and where `.ci/run` finds it.
pub(crate) fn skipped(what: &str) {
    let line = format!("skipped: {}: {what}\n", thread::current().name().unwrap_or_default());
    let _ = std::io::stderr().write_all(line.as_bytes());
    if let Some(log) = std::env::var_os("RMM_SKIPPED") {
        let log = fs::File::options().append(true).create(true).open(log);
        log.and_then(|mut log| log.write_all(line.as_bytes())).expect("RMM_SKIPPED names a file");
    }
}

/// The bytes of a `.npy` file: a header for `dtype` and `dims`, then `data` as it is.
#[track_caller]
pub(crate) fn npy_bytes(dtype: &str, dims: &[u64], data: &[u8]) -> Vec<u8> {
    npy_in(dtype, dims, Order::C, data)
}

/// The same in the given order.
#[track_caller]
pub(crate) fn npy_in(dtype: &str, dims: &[u64], order: Order, data: &[u8]) -> Vec<u8> {
    let shape = Shape::new(dims).expect("a small shape");
    let mut bytes = npy::write(&dtype_of(dtype), &shape, order).expect("a small header");
    bytes.extend(data);
    bytes
}

#[track_caller]
fn dtype_of(text: &str) -> DType {
    dtype::parse(text).expect(text).dtype
}

/// The bytes of values as they lie in memory.
pub(crate) fn bytes<T: NoUninit>(values: &[T]) -> Vec<u8> {
    bytemuck::cast_slice(values).to_vec()
}

/// `numpy.arange(size)` as float64.
pub(crate) fn arange(size: u64) -> Vec<u8> {
    bytes(&(0..size).map(|value| value as f64).collect::<Vec<f64>>())
}

/// A folder, and what the next command in it is given.
pub(crate) struct Rmm {
    folder: TempDir,
    stdin: Option<Vec<u8>>,
    env: Vec<(String, String)>,
}

impl Rmm {
    /// An empty folder.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self { folder, stdin: None, env: Vec::new() }
    }

    /// A file of these bytes.
    #[track_caller]
    pub(crate) fn file(self, name: impl AsRef<Path>, bytes: impl AsRef<[u8]>) -> Self {
        fs::write(self.path(name), bytes).expect("room for a file");
        self
    }

    /// A `.npy` file of this dtype, shape and data.
    #[track_caller]
    pub(crate) fn npy(self, name: &str, dtype: &str, dims: impl AsRef<[u64]>, data: impl AsRef<[u8]>) -> Self {
        self.file(name, npy_bytes(dtype, dims.as_ref(), data.as_ref()))
    }

    /// A `.npy` file of float64: 0, 1, 2, … in this shape.
    #[track_caller]
    pub(crate) fn arange<const N: usize>(self, name: &str, dims: [u64; N]) -> Self {
        let data = arange(dims.iter().product());
        self.npy(name, "<f8", dims, data)
    }

    /// A hole of `len` bytes.
    #[track_caller]
    pub(crate) fn sparse(self, name: &str, len: u64) -> Self {
        let file = File::create_new(self.path(name)).expect("a new file");
        file.set_len(len).expect("a file system with holes");
        self
    }

    /// What the next command reads.
    pub(crate) fn stdin(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.stdin = Some(bytes.as_ref().to_vec());
        self
    }

    /// A variable of every later command's environment.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The path of a file in the folder.
    pub(crate) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs `rmm` with these words.
    #[track_caller]
    #[must_use = "what is expected of it?"]
    pub(crate) fn run<W: AsRef<OsStr>>(self, words: impl IntoIterator<Item = W>) -> Ran {
        let mut command = Command::new(&*RMM);
        command.args(words);
        self.run_command(command)
    }

    /// Runs a line of shell, in which `rmm` is the binary under test.
    #[track_caller]
    #[must_use = "what is expected of it?"]
    pub(crate) fn sh(self, line: &str) -> Ran {
        let mut command = Command::new("sh");
        command.args(["-c", line]);
        self.run_command(command)
    }

    /// Runs a command in the folder and checks what its exit code promises.
    #[track_caller]
    #[must_use = "what is expected of it?"]
    pub(crate) fn run_command(mut self, mut command: Command) -> Ran {
        let before = Snapshot::of(self.folder.path());
        prepare(&mut command, self.folder.path()).envs(self.env.iter().map(|(name, value)| (name, value)));
        let stdin = self.stdin.take();
        command.stdin(if stdin.is_some() { Stdio::piped() } else { Stdio::null() });
        let (status, stdout, stderr) = finish(&mut command, stdin);
        let ran = Ran { folder: self, line: line_of(&command), status, stdout, stderr };
        ran.check_promises(&before);
        ran
    }
}

/// A command as it would be typed.
fn line_of(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words = words.map(|word| word.to_string_lossy().into_owned());
    words.collect::<Vec<_>>().join(" ").replace(&*RMM.to_string_lossy(), "rmm")
}

/// The surroundings of every command: its folder, `rmm` on the path, no terminal, no colour, no locale, no signals
/// ignored.
pub(crate) fn prepare<'a>(command: &'a mut Command, folder: &Path) -> &'a mut Command {
    dispositions::reset();
    let own = RMM.parent().expect("a file lies in a folder").to_path_buf();
    let others = std::env::var_os("PATH").unwrap_or_default();
    let paths = std::env::join_paths(std::iter::once(own).chain(std::env::split_paths(&others)));
    command.current_dir(folder).env("PATH", paths.expect("no colons in the path of the build"));
    command.env("LC_ALL", "C").env("HOME", folder).env_remove("COLUMNS").env_remove("NO_COLOR")
}

/// The command's status and all it printed; a command that hangs is killed and reported.
#[track_caller]
pub(crate) fn finish(command: &mut Command, stdin: Option<Vec<u8>>) -> (ExitStatus, Vec<u8>, Vec<u8>) {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program exists");
    if let (Some(bytes), Some(mut pipe)) = (stdin, child.stdin.take()) {
        // Whoever does not read to the end may go.
        thread::spawn(move || pipe.write_all(&bytes));
    }
    let stdout = collect(child.stdout.take().expect("piped"));
    let stderr = collect(child.stderr.take().expect("piped"));
    let Some(status) = wait(&mut child) else { panic!("{} hangs", line_of(command)) };
    (status, stdout.join().expect("does not panic"), as_typed(stderr.join().expect("does not panic")))
}

/// A message that repeats a command, without the words that `RMM_TEST_IO` has put into it.
pub(crate) fn as_typed(message: Vec<u8>) -> Vec<u8> {
    let Ok(io) = std::env::var("RMM_TEST_IO") else { return message };
    match String::from_utf8(message) {
        Ok(message) => message.replace(&format!(" --io {io}"), "").into_bytes(),
        Err(other) => other.into_bytes(),
    }
}

fn collect(mut pipe: impl Read + Send + 'static) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.read_to_end(&mut bytes).expect("a pipe can be read");
        bytes
    })
}

/// The status of a child that ends in time.
pub(crate) fn wait(child: &mut Child) -> Option<ExitStatus> {
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        if let Some(status) = child.try_wait().expect("a child can be waited for") {
            return Some(status);
        }
        thread::sleep(Duration::from_millis(1));
    }
    child.kill().expect("an own child can be killed");
    child.wait().expect("a child can be waited for");
    None
}

/// A command that has ended, and the folder it has left behind.
pub(crate) struct Ran {
    folder: Rmm,
    line: String,
    status: ExitStatus,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
}

impl Ran {
    /// The folder, for another command.
    pub(crate) fn then(self) -> Rmm {
        self.folder
    }

    /// Exit 0, exactly this on stdout, and nothing on stderr.
    #[track_caller]
    pub(crate) fn prints(self, stdout: impl AsRef<[u8]>) -> Self {
        assert!(self.stderr.is_empty(), "nothing is expected on stderr\n{}", self.shown());
        self.code(0).stdout(stdout)
    }

    /// Exit 0, and nothing printed.
    #[track_caller]
    pub(crate) fn done(self) -> Self {
        self.prints("")
    }

    /// This exit code, nothing on stdout, and this somewhere in the message.
    #[track_caller]
    pub(crate) fn refused(self, code: i32, message: &str) -> Self {
        self.code(code).stdout("").stderr_has(message)
    }

    /// The exit code.
    #[track_caller]
    pub(crate) fn code(self, code: i32) -> Self {
        assert_eq!(self.status.code(), Some(code), "another exit code is expected\n{}", self.shown());
        self
    }

    /// Exactly this on stdout.
    #[track_caller]
    pub(crate) fn stdout(self, expected: impl AsRef<[u8]>) -> Self {
        let expected = expected.as_ref();
        assert!(self.stdout == expected, "on stdout is expected\n{}\n{}", text(expected), self.shown());
        self
    }

    /// This somewhere on stdout.
    #[track_caller]
    pub(crate) fn stdout_has(self, part: &str) -> Self {
        assert!(has(&self.stdout, part), "'{part}' is expected on stdout\n{}", self.shown());
        self
    }

    /// Exactly this on stderr.
    #[track_caller]
    pub(crate) fn stderr(self, expected: &str) -> Self {
        assert_eq!(text(&self.stderr), expected, "on stderr\n{}", self.shown());
        self
    }

    /// This somewhere on stderr.
    #[track_caller]
    pub(crate) fn stderr_has(self, part: &str) -> Self {
        assert!(has(&self.stderr, part), "'{part}' is expected on stderr\n{}", self.shown());
        self
    }

    /// A file of exactly these bytes.
    #[track_caller]
    pub(crate) fn file_is(self, name: &str, expected: impl AsRef<[u8]>) -> Self {
        let found = self.read(name);
        let expected = expected.as_ref();
        assert!(found == expected, "{name} should be\n{}\nand is\n{}\n{}", text(expected), text(&found), self.shown());
        self
    }

    /// Exactly these names in the folder, in the order of the alphabet.
    #[track_caller]
    pub(crate) fn names_are<const N: usize>(self, names: [&str; N]) -> Self {
        assert_eq!(Snapshot::of(self.folder.folder.path()).names(), names, "in the folder\n{}", self.shown());
        self
    }

    /// The bytes of a file.
    #[track_caller]
    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.folder.path(name)).unwrap_or_else(|error| panic!("{name}: {error}\n{}", self.shown()))
    }

    /// What it printed.
    pub(crate) fn output(&self) -> &[u8] {
        &self.stdout
    }

    /// What it said on stderr.
    pub(crate) fn said(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }

    #[track_caller]
    fn check_promises(&self, before: &Snapshot) {
        assert_eq!(self.status.signal(), None, "ended by a signal\n{}", self.shown());
        let after = Snapshot::of(self.folder.folder.path());
        match self.status.code() {
            Some(2 | 4 | 5) => {
                assert!(&after == before, "exit 2, 4 or 5 changed\n{}\n{}", before.difference(&after), self.shown());
            }
            Some(3) => {
                // A job in place that can be resumed keeps its journal.
                let mut new = after.names_beyond(before);
                new.retain(|name| !name.ends_with(".rmm-journal"));
                assert!(new.is_empty(), "exit 3 left {new:?} behind\n{}", self.shown());
            }
            _ => {}
        }
        if let Some(2..=7) = self.status.code() {
            let message = String::from_utf8_lossy(&self.stderr);
            assert!(message.starts_with("rmm: "), "an error begins with 'rmm: '\n{}", self.shown());
            assert!(message.ends_with('\n'), "an error ends with a line's end\n{}", self.shown());
            let first = message.lines().next().unwrap_or_default();
            assert!(
                !first.ends_with('.') || first.ends_with("..."),
                "an error has no dot at its end\n{}",
                self.shown()
            );
        }
        assert!(!has(&self.stderr, "panicked at"), "a panic\n{}", self.shown());
    }

    fn shown(&self) -> String {
        let (line, status) = (&self.line, self.status);
        format!("{line}: {status}\n--- stdout\n{}\n--- stderr\n{}", text(&self.stdout), text(&self.stderr))
    }
}

fn has(bytes: &[u8], part: &str) -> bool {
    String::from_utf8_lossy(bytes).contains(part)
}

/// Bytes for people: text as it is, all else escaped, and never more than fits a screen.
fn text(bytes: &[u8]) -> String {
    const MOST: usize = 4000;
    let cut = &bytes[..bytes.len().min(MOST)];
    let shown = String::from_utf8(cut.to_vec()).unwrap_or_else(|_| cut.escape_ascii().to_string());
    if cut.len() < bytes.len() { format!("{shown}… {} bytes in all", bytes.len()) } else { shown }
}
