//! A line read as a shell reads it, up to the cursor and beyond: quotes, redirections, variables.
//!
//! ```text
//!   zcat a.gz | rmm slice 'my file' >out --field x:|y -f csv    ─►    rmm, slice, my file, --field, x:, -f, csv
//!                                                  cursor                                          at
//! ```
//!
//! It knows no option and no array, and neither does it find files: it says what the words are.

use std::mem;

/// The command that the cursor is in, as far as it has been typed.
#[derive(Debug)]
pub(super) struct Typed<'a> {
    /// The words as the command would get them; that at the cursor ends there. Redirections are none of them.
    pub(super) words: Vec<String>,
    /// Which of the words is at the cursor: never the first, which names the command.
    pub(super) at: usize,
    /// That word as it stands on the line.
    pub(super) raw: &'a str,
    /// The quote that is open at the cursor.
    pub(super) quote: Quote,
}

/// How a piece of a word is quoted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Quote {
    #[default]
    None,
    Single,
    Double,
}

/// What a variable stands for, if that is known.
type Variable = fn(&str) -> Option<String>;

/// The command that the cursor is in.
///
/// Nothing, where a shell completes words better itself: the name of a command, the file of a redirection, and what
/// holds a variable.
pub(super) fn typed(line: &str, cursor: usize) -> Option<Typed<'_>> {
    let mut reader = Reader::new(line, |name| std::env::var(name).ok());
    while reader.read(cursor) == End::Command {
        reader.words.clear();
        reader.word = None;
        reader.is_target = false;
    }
    let word = reader.word.clone().unwrap_or(Word { from: cursor, ..Word::default() });
    if reader.is_target || reader.words.is_empty() || word.expands {
        return None;
    }
    let (at, raw, quote) = (reader.words.len(), &line[word.from..cursor], reader.quote);
    let mut words = mem::take(&mut reader.words);
    words.push(word.text.clone());
    // What follows the cursor without a blank is of its word, and replaced or not by the shell.
    reader.word = Some(word);
    reader.read(line.len());
    reader.finish();
    words.extend(reader.words.into_iter().skip(1));
    Some(Typed { words, at, raw, quote })
}

/// One word as a command would get it, without variables and home.
pub(super) fn unquoted(raw: &str) -> String {
    one_word(raw, |_| None)
}

/// One word as a command would get it.
pub(super) fn expanded(raw: &str) -> String {
    one_word(raw, |name| std::env::var(name).ok())
}

/// A text so that it can stand on the line, within the quote that is open.
pub(super) fn quoted(text: &str, quote: Quote) -> String {
    let needs_backslash = |c: char| match quote {
        Quote::None => c.is_ascii() && !c.is_ascii_alphanumeric() && !"_-.,/:=+@%".contains(c),
        Quote::Single => false,
        Quote::Double => "$`\"\\".contains(c),
    };
    let mut quoted = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\'' if quote == Quote::Single => quoted.push_str(r"'\''"),
            c if needs_backslash(c) => quoted.extend(['\\', c]),
            c => quoted.push(c),
        }
    }
    quoted
}

fn one_word(raw: &str, variable: Variable) -> String {
    let mut reader = Reader::new(raw, variable);
    match reader.read(raw.len()) {
        End::Text if reader.words.is_empty() => reader.word.unwrap_or_default().text,
        _ => raw.to_owned(),
    }
}

/// Where reading ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Text,
    /// Behind what another command follows.
    Command,
}

#[derive(Clone, Default)]
struct Word {
    text: String,
    from: usize,
    /// Whether a shell puts something else in place of a part of it.
    expands: bool,
}

struct Reader<'a> {
    line: &'a str,
    /// The place of the character that was taken last, and of the next.
    place: usize,
    next: usize,
    words: Vec<String>,
    word: Option<Word>,
    quote: Quote,
    /// Whether the word that is read or comes is the file of a redirection.
    is_target: bool,
    variable: Variable,
}

impl<'a> Reader<'a> {
    fn new(line: &'a str, variable: Variable) -> Self {
        let (words, quote) = (Vec::new(), Quote::None);
        Self { line, place: 0, next: 0, words, word: None, quote, is_target: false, variable }
    }

    fn peek(&self, end: usize) -> Option<char> {
        self.line.get(self.next..end)?.chars().next()
    }

    fn take(&mut self, end: usize) -> Option<char> {
        let taken = self.peek(end)?;
        self.place = self.next;
        self.next += taken.len_utf8();
        Some(taken)
    }

    fn read(&mut self, end: usize) -> End {
        while let Some(c) = self.take(end) {
            match (self.quote, c) {
                (Quote::Single, '\'') | (Quote::Double, '"') => self.quote = Quote::None,
                (Quote::Single, _) => self.push(c),
                (Quote::Double, _) => self.within_double(c, end),
                (Quote::None, '\n' | ';' | '|' | '(' | ')') => return End::Command,
                (Quote::None, '&') if self.peek(end) != Some('>') => return End::Command,
                (Quote::None, _) => self.outside(c, end),
            }
        }
        End::Text
    }

    fn within_double(&mut self, c: char, end: usize) {
        match (c, self.peek(end)) {
            ('\\', Some(next @ ('$' | '`' | '"' | '\\'))) => {
                self.take(end);
                self.push(next);
            }
            ('$' | '`', _) => self.expand(c, end),
            _ => self.push(c),
        }
    }

    fn outside(&mut self, c: char, end: usize) {
        match c {
            ' ' | '\t' | '&' => self.finish(),
            '<' | '>' => self.redirect(end),
            '\'' | '"' => {
                self.word();
                self.quote = if c == '"' { Quote::Double } else { Quote::Single };
            }
            '\\' => {
                self.word();
                if let Some(next) = self.take(end) {
                    self.push(next);
                }
            }
            '~' if self.word.is_none() && matches!(self.peek(end), None | Some('/')) => {
                let home = (self.variable)("HOME").unwrap_or_else(|| c.into());
                self.word().text = home;
            }
            '$' | '`' => self.expand(c, end),
            _ => self.push(c),
        }
    }

    fn word(&mut self) -> &mut Word {
        self.word.get_or_insert_with(|| Word { from: self.place, ..Word::default() })
    }

    fn push(&mut self, c: char) {
        self.word().text.push(c);
    }

    fn finish(&mut self) {
        if let Some(word) = self.word.take()
            && !mem::take(&mut self.is_target)
        {
            self.words.push(word.text);
        }
    }

    /// A redirection, with the number of the file that may stand before it.
    fn redirect(&mut self, end: usize) {
        let number = self.word.take_if(|word| word.text.bytes().all(|byte| byte.is_ascii_digit()));
        if number.is_none() {
            self.finish();
        }
        while matches!(self.peek(end), Some('<' | '>' | '&' | '|')) {
            self.take(end);
        }
        self.is_target = true;
    }

    /// A variable, or what begins like one; of what only the shell knows, the text.
    fn expand(&mut self, c: char, end: usize) {
        let rest = &self.line[self.next..end];
        let of_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let name = match rest.strip_prefix('{') {
            Some(braced) => braced.split_once('}').map_or("", |(name, _)| name),
            None => &rest[..rest.find(|c| !of_name(c)).unwrap_or(rest.len())],
        };
        let is_name = c == '$' && !name.is_empty() && name.chars().all(of_name);
        let value = if is_name { (self.variable)(name) } else { None };
        let braces = if rest.starts_with('{') { 2 } else { 0 };
        let word = self.word();
        word.expands = true;
        match value {
            Some(value) => {
                word.text.push_str(&value);
                self.next += name.len() + braces;
            }
            None => word.text.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words of a line in which `^` is the cursor, that at the cursor in brackets.
    fn words(line: &str) -> String {
        let cursor = line.find('^').expect("a cursor");
        let line = line.replace('^', "");
        let Some(typed) = typed(&line, cursor) else { return "nothing".to_owned() };
        let mut words = typed.words;
        words[typed.at] = format!("[{}]", words[typed.at]);
        words.join("_")
    }

    #[test]
    fn words_end_at_blanks_alone() {
        assert_eq!(words("rmm slice -d x:f4,y:f8 --format=n^"), "rmm_slice_-d_x:f4,y:f8_[--format=n]");
        assert_eq!(words("rmm  slice\té ^"), "rmm_slice_é_[]");
    }

    #[test]
    fn quotes_hold_words_together() {
        for name in ["'a b'", "\"a b\"", "a\\ b", "a' 'b", "'a'\" \"b"] {
            assert_eq!(words(&format!("rmm get {name} ^")), "rmm_get_a b_[]", "{name}");
        }
        assert_eq!(words("rmm get 'it'\\''s' \"\\$a\\b\" '' ^"), "rmm_get_it's_$a\\b__[]");
    }

    #[test]
    fn the_last_word_may_be_unfinished() {
        let quote = |line: &'static str| typed(line, line.len()).map(|typed| (typed.raw, typed.quote));
        assert_eq!(quote("rmm get 'a b"), Some(("'a b", Quote::Single)));
        assert_eq!(quote("rmm get x=\"a'"), Some(("x=\"a'", Quote::Double)));
        assert_eq!(quote("rmm get a\\"), Some(("a\\", Quote::None)));
        assert_eq!(quote("rmm get '"), Some(("'", Quote::Single)));
        assert_eq!(quote("rmm get "), Some(("", Quote::None)));
    }

    #[test]
    fn words_behind_the_cursor_count() {
        assert_eq!(words("rmm get --field m^ass 'a b' | rmm info c"), "rmm_get_--field_[m]_a b");
        assert_eq!(words("rmm get --field ^ a"), "rmm_get_--field_[]_a");
        assert_eq!(words("rmm get --field '^' a"), "rmm_get_--field_[]_a");
    }

    #[test]
    fn only_the_command_at_the_cursor_counts() {
        for before in ["ls |", "ls; ", "ls &&", "ls & ", "(", "ls <(", "ls >a |", "ls\n"] {
            assert_eq!(words(&format!("{before} rmm get a^")), "rmm_get_[a]", "{before}");
        }
    }

    #[test]
    fn redirections_are_no_words() {
        assert_eq!(words("rmm get <a 2>/dev/null b >>c 2>&1 &>d e^"), "rmm_get_b_[e]");
        for line in ["rmm get a >^", "rmm get a > b^", "rmm get a 2> ^", "rmm get a >|b^", "rmm get a &>'b ^"] {
            assert_eq!(words(line), "nothing", "{line}");
        }
    }

    #[test]
    fn what_the_shell_expands_it_completes_itself() {
        for line in ["rmm get $HOME/a^", "rmm get \"$HOME/a^", "rmm get `a^", "rm^", "rmm get $(ls^"] {
            assert_eq!(words(line), "nothing", "{line}");
        }
        assert_eq!(words("rmm get '$HOME/a^"), "rmm_get_[$HOME/a]");
    }

    #[test]
    fn variables_before_the_cursor_are_expanded() {
        let of = |raw| one_word(raw, |name| (name == "HOME" || name == "A").then(|| format!("/{name}")));
        assert_eq!(of("~/a"), "/HOME/a");
        assert_eq!(of("$A/b${A}c\"$A d\""), "/A/b/Ac/A d");
        assert_eq!(of("$B/${B}$"), "$B/${B}$");
        assert_eq!(of("a~/'$A'"), "a~/$A");
        assert_eq!(of("(a)"), "(a)");
        assert_eq!(unquoted("~/$A\\ b"), "~/$A b");
    }

    #[test]
    fn what_is_quoted_reads_back() {
        for text in ["<f4", "M8[s]", "it's", "a b$c\"d`\\", "é,x:y=1"] {
            assert_eq!(unquoted(&quoted(text, Quote::None)), text);
            assert_eq!(unquoted(&format!("'{}'", quoted(text, Quote::Single))), text);
            assert_eq!(unquoted(&format!("\"{}\"", quoted(text, Quote::Double))), text);
        }
        assert_eq!(quoted("--along=0=", Quote::None), "--along=0=");
    }
}
