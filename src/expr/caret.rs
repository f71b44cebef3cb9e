//! Errors that point at a column of the expression. Knows texts and columns, not what stands there.

use crate::error::Error;

/// Characters of the expression that are shown before and behind the caret.
const AROUND: usize = 30;

/// A usage error at the byte `at` of `text`: the column, counted in characters from 1, and the text above a caret.
pub(super) fn error(text: &str, at: usize, message: impl std::fmt::Display) -> Error {
    let column = text[..at].chars().count();
    let skipped = column.saturating_sub(AROUND);
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    let shown: String = text.chars().skip(skipped).take(2 * AROUND).map(plain).collect();
    let (before, behind) = (ellipsis(skipped), ellipsis(text.chars().count().saturating_sub(skipped + 2 * AROUND)));
    let margin = " ".repeat(before.chars().count() + column - skipped);
    Error::usage(format!("{message} at column {}", column + 1))
        .hint(format!("{before}{shown}{behind}"))
        .hint(format!("{margin}^"))
}

fn ellipsis(left_out: usize) -> &'static str {
    if left_out > 0 { "…" } else { "" }
}

/// The name that is the fewest edits away, where that is few for a word of that length.
pub(super) fn nearest<'a>(word: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    const LONGEST: usize = 20;
    if word.len() > LONGEST {
        return None;
    }
    let lower = word.to_ascii_lowercase();
    let distance = |name| crate::dtype::distance(word, name).min(crate::dtype::distance(&lower, name));
    let near = names.map(|name| (distance(name), name)).min_by_key(|near| near.0)?;
    (near.0 <= (word.len() / 3).max(1) && near.0 < word.len()).then_some(near.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caret_stands_below_the_column() {
        let error = error("é + sqr(x)", 5, "unknown function 'sqr'");
        assert_eq!(error.message(), "unknown function 'sqr' at column 5");
        assert_eq!(error.hints(), ["é + sqr(x)", "    ^"]);
    }

    #[test]
    fn of_a_long_text_the_part_around_is_shown() {
        let text = format!("{}?{}", "1+".repeat(50), "+1".repeat(50));
        let error = error(&text, 100, "unexpected '?'");
        assert_eq!(error.message(), "unexpected '?' at column 101");
        let [shown, caret] = error.hints() else { panic!("two lines") };
        assert_eq!(shown.chars().nth(caret.chars().count() - 1), Some('?'));
        assert!(shown.chars().count() <= 2 * AROUND + 2, "{shown}");
    }

    #[test]
    fn the_nearest_name_is_near() {
        let names = ["sqrt", "sin", "x"];
        assert_eq!(nearest("SIN", ["sqrt", "sin", "x"].into_iter()), Some("sin"));
        assert_eq!(nearest("sqr", names.into_iter()), Some("sqrt"));
        assert_eq!(nearest("sine", names.into_iter()), Some("sin"));
        assert_eq!(nearest("y", names.into_iter()), None);
        assert_eq!(nearest("entirely_different", names.into_iter()), None);
        assert_eq!(nearest("an_entirely_different_word", names.into_iter()), None);
    }
}
