//! Small random changes to kept inputs, the same in every run.

/// Pieces of the grammars, and what is known to break readers of them.
const PIECES: &[&str] = &[
    "'",
    "\"",
    "\\",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    ";",
    "-",
    "+",
    "#",
    "|",
    "<",
    ">",
    "=",
    "@",
    ".",
    "...",
    "_",
    " ",
    "\t",
    "\n",
    "\0",
    "0",
    "1",
    "-1",
    "00",
    "0x",
    "0b1",
    "1e999",
    "1e-400",
    "4L",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "340282366920938463463374607431768211456",
    "2147483648",
    "nan",
    "-inf",
    "1j",
    "NaT",
    "True",
    "None",
    "b'",
    "u'",
    "f8",
    "i2",
    "V3",
    "U",
    "S0",
    "M8[ns]",
    "(2,)",
    "{x:f4}",
    "\\x00",
    "\\N{",
    "\\ud800",
    "\u{a0}",
    "\u{e9}",
    "\u{130}",
    "\u{663}",
    "\u{2028}",
    "\u{1f600}",
    "\u{feff}",
];

/// No input becomes longer than this.
const LONGEST: usize = 16 << 10;

/// Makes inputs from other inputs.
pub(crate) struct Mutator {
    state: u64,
    inputs: Vec<Vec<u8>>,
}

impl Mutator {
    /// A mutator of at least one input, whose choices follow from its name.
    pub(crate) fn new(name: &str, inputs: Vec<Vec<u8>>) -> Self {
        assert!(!inputs.is_empty(), "there is something to mutate");
        let state = name.bytes().fold(0, |state: u64, byte| state.wrapping_mul(31) + u64::from(byte));
        Self { state, inputs }
    }

    /// The next input: one of the given ones with a few changes.
    pub(crate) fn mutated(&mut self) -> Vec<u8> {
        let place = self.below(self.inputs.len());
        let mut input = self.inputs[place].clone();
        for _ in 0..=self.below(6) {
            self.change(&mut input);
        }
        input.truncate(LONGEST);
        input
    }

    fn change(&mut self, input: &mut Vec<u8>) {
        let at = self.below(input.len() + 1);
        let end = at + self.below((input.len() - at).min(20) + 1);
        match self.below(9) {
            0 => input.truncate(at),
            1 => drop(input.drain(at..end)),
            2 if at < input.len() => input[at] ^= 1 << self.below(8),
            3 if at < input.len() => input[at] = self.below(256) as u8,
            4 => {
                let again = input[at..end].to_vec();
                let most = if self.below(20) == 0 { 100 } else { 3 };
                let times = 1 + self.below(most);
                drop(input.splice(at..at, again.repeat(times)));
            }
            5 => {
                let place = self.below(self.inputs.len());
                let other = &self.inputs[place];
                let (from, len) = (self.state as usize % (other.len() + 1), 40);
                let piece = other[from..(from + len).min(other.len())].to_vec();
                drop(input.splice(at..end, piece));
            }
            6 => drop(input.splice(at..end, self.piece())),
            _ => drop(input.splice(at..at, self.piece())),
        }
    }

    fn piece(&mut self) -> impl Iterator<Item = u8> + use<> {
        PIECES[self.below(PIECES.len())].bytes()
    }

    /// A number below `end`, which is not 0; splitmix64.
    fn below(&mut self, end: usize) -> usize {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % end as u64) as usize
    }
}
