//! Python's grammar of operators, calls and fields, and `&& || !` below them: a text becomes a tree.
//!
//! ```text
//! loosest  ||   &&   ! x   == != < <= > >= (not chained)   |   ^   &   << >>   + -   * / // %   + - ~ x   **  tightest
//! ```
//!
//! `**` groups from the right and binds tighter than a sign on its left: `-x**-y` is `-(x**(-y))`. The parser is written
//! by hand: one loop over binding powers is shorter than the same with a combinator library, its depth is bounded in one
//! place, and every error knows its column. It knows neither names nor types.

use super::token::{Token, Word, tokens};
use super::tree::{NodeId, Part, Tree};
use super::{caret, functions};
use crate::error::{Error, Result};

/// How deep brackets, signs and powers may be nested.
pub const MAX_DEPTH: usize = 256;

/// How tightly an operator binds: the tighter, the larger.
type Power = u8;

const NOT: Power = 3;
const COMPARISON: Power = 4;
const SIGN: Power = 11;
const POWER: Power = 12;

/// The tree of `text`.
///
/// # Errors
/// Usage, with the column: something stands where it cannot, a bracket is not closed, comparisons are chained, or the
/// text is too long or too deeply nested.
pub(super) fn parse(text: &str) -> Result<Tree<'_>> {
    let tokens = tokens(text)?;
    let mut parser = Parser { text, tokens: &tokens, next: 0, depth: 0, tree: Tree::default() };
    parser.expression(0)?;
    match parser.peek() {
        Word::End => Ok(parser.tree),
        _ => Err(parser.unexpected("an operator")),
    }
}

struct Parser<'a, 't> {
    text: &'a str,
    tokens: &'t [Token<'a>],
    next: usize,
    depth: usize,
    tree: Tree<'a>,
}

/// The binding power of a symbol between two operands.
fn infix(word: &Word<'_>) -> Option<(&'static str, Power)> {
    let Word::Symbol(symbol) = *word else { return None };
    let power = match symbol {
        "||" => 1,
        "&&" => 2,
        "==" | "!=" | "<" | "<=" | ">" | ">=" => COMPARISON,
        "|" => 5,
        "^" => 6,
        "&" => 7,
        "<<" | ">>" => 8,
        "+" | "-" => 9,
        "*" | "/" | "//" | "%" => 10,
        "**" => POWER,
        _ => return None,
    };
    Some((symbol, power))
}

impl<'a> Parser<'a, '_> {
    fn token(&self) -> &Token<'a> {
        // The last token is the end, which is never taken.
        &self.tokens[self.next]
    }

    fn peek(&self) -> &Word<'a> {
        &self.token().word
    }

    fn take(&mut self) -> Token<'a> {
        let token = self.token().clone();
        self.next += 1;
        token
    }

    fn takes(&mut self, symbol: &'static str) -> bool {
        let found = *self.peek() == Word::Symbol(symbol);
        self.next += usize::from(found);
        found
    }

    /// Operands joined by operators that bind at least as tightly as `least`.
    fn expression(&mut self, least: Power) -> Result<NodeId> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error(format!("nested more than {MAX_DEPTH} levels deep")));
        }
        let mut left = self.operand(least)?;
        let mut compared = false;
        while let Some((symbol, power)) = infix(self.peek()).filter(|(_, power)| *power >= least) {
            if power == COMPARISON && std::mem::replace(&mut compared, power == COMPARISON) {
                let hint = "join them: 0 < x && x < 1";
                return Err(self.error(format!("comparisons cannot be chained: '{symbol}'")).hint(hint));
            }
            let at = self.take().at;
            // The right side of a power may begin with a sign, and is a power itself: it groups from the right.
            let right = self.expression(if power == POWER { SIGN } else { power + 1 })?;
            left = self.tree.push(at, Part::Binary(symbol, left, right));
        }
        self.depth -= 1;
        Ok(left)
    }

    fn operand(&mut self, least: Power) -> Result<NodeId> {
        let Token { at, ref word } = *self.token();
        match *word {
            Word::Symbol("!") if least > NOT => {
                Err(self.error("'!' binds loosest of all and needs brackets").hint("x == (!y)"))
            }
            Word::Symbol("!") => self.prefixed("!", NOT),
            Word::Symbol(sign @ ("-" | "+" | "~")) => self.prefixed(sign, SIGN),
            Word::Symbol("(") => {
                self.take();
                let inner = self.expression(0)?;
                if self.takes(")") { Ok(inner) } else { Err(self.unclosed(at)) }
            }
            Word::Int(value) => Ok(self.leaf(Part::Int(value))),
            Word::Float(value) => Ok(self.leaf(Part::Float(value))),
            Word::Imaginary(value) => Ok(self.leaf(Part::Imaginary(value))),
            Word::Name(name) => self.named(name),
            Word::Symbol(_) | Word::End => Err(self.unexpected("a value")),
        }
    }

    fn prefixed(&mut self, symbol: &'static str, power: Power) -> Result<NodeId> {
        let at = self.take().at;
        let operand = self.expression(power)?;
        Ok(self.tree.push(at, Part::Unary(symbol, operand)))
    }

    fn leaf(&mut self, part: Part<'a>) -> NodeId {
        let at = self.take().at;
        self.tree.push(at, part)
    }

    /// A name with its fields, or a call.
    fn named(&mut self, name: &'a str) -> Result<NodeId> {
        if let Some((_, symbol)) = [("and", "&&"), ("or", "||"), ("not", "!")].iter().find(|(word, _)| *word == name) {
            return Err(self.error(format!("'{name}' is written {symbol}")));
        }
        let at = self.take().at;
        let mut path = vec![name];
        while self.takes(".") {
            let Word::Name(field) = *self.peek() else { return Err(self.unexpected("the name of a field")) };
            self.take();
            path.push(field);
        }
        let open = self.token().at;
        if !self.takes("(") {
            return Ok(self.tree.push(at, Part::Name(path)));
        }
        if path.len() > 1 {
            let error = caret::error(self.text, at, format!("'{}' is no function", path.join(".")));
            return Err(match functions::standing_alone(&path) {
                Some(hint) => error.hint(hint),
                None => error,
            });
        }
        let mut arguments = Vec::new();
        if !self.takes(")") {
            loop {
                arguments.push(self.expression(0)?);
                if self.takes(")") {
                    break;
                }
                if !self.takes(",") {
                    return Err(self.unclosed(open));
                }
            }
        }
        Ok(self.tree.push(at, Part::Call(name, arguments)))
    }

    fn error(&self, message: impl std::fmt::Display) -> Error {
        caret::error(self.text, self.token().at, message)
    }

    fn unclosed(&self, open: usize) -> Error {
        match self.peek() {
            Word::End => caret::error(self.text, open, "'(' is not closed"),
            _ => self.unexpected("an operator, ',' or ')'"),
        }
    }

    fn unexpected(&self, wanted: &str) -> Error {
        let found = match self.peek() {
            Word::End => "the end".to_owned(),
            Word::Symbol(symbol) => format!("'{symbol}'"),
            Word::Name(word @ ("and" | "or")) => {
                return self.error(format!("'{word}' is written {}", if *word == "and" { "&&" } else { "||" }));
            }
            Word::Name("if" | "else") => return self.error("Python's 'if' is written where(condition, a, b)"),
            Word::Name(name) => format!("'{name}'"),
            Word::Int(_) | Word::Float(_) | Word::Imaginary(_) => "a number".to_owned(),
        };
        self.error(format!("expected {wanted}, found {found}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tree with every operator in brackets.
    fn grouped(text: &str) -> String {
        let tree = parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        let mut texts: Vec<String> = Vec::new();
        for node in &tree.nodes {
            texts.push(match &node.part {
                Part::Int(value) => value.to_string(),
                Part::Float(value) => value.to_string(),
                Part::Imaginary(value) => format!("{value}j"),
                Part::Name(path) => path.join("."),
                Part::Unary(symbol, operand) => format!("({symbol}{})", texts[*operand]),
                Part::Binary(symbol, left, right) => format!("({}{symbol}{})", texts[*left], texts[*right]),
                Part::Call(name, arguments) => {
                    let arguments: Vec<&str> = arguments.iter().map(|id| texts[*id].as_str()).collect();
                    format!("{name}({})", arguments.join(","))
                }
            });
        }
        texts.pop().expect("a root")
    }

    fn refused(text: &str) -> String {
        parse(text).expect_err(text).message().to_owned()
    }

    #[test]
    fn groups_as_the_table_says() {
        for (text, expected) in [
            ("-x**-y", "(-(x**(-y)))"),
            ("2**3**x", "(2**(3**x))"),
            ("~x**2", "(~(x**2))"),
            ("2**~x*3", "((2**(~x))*3)"),
            ("x & 1 == 0", "((x&1)==0)"),
            ("a | b ^ c & d << e + f * g", "(a|(b^(c&(d<<(e+(f*g))))))"),
            ("a - b - c", "((a-b)-c)"),
            ("a / b // c % d", "(((a/b)//c)%d)"),
            ("!a == b && c || !d", "(((!(a==b))&&c)||(!d))"),
            ("a || b && c", "(a||(b&&c))"),
            ("!!a", "(!(!a))"),
            ("where(x > 0.5, log(x), x**2)", "where((x>0.5),log(x),(x**2))"),
            ("x.a.b*1j", "(x.a.b*1j)"),
            ("(((x)))", "x"),
            ("f()", "f()"),
        ] {
            assert_eq!(grouped(text), expected, "{text}");
        }
    }

    /// Random expressions as Python's own `ast` groups them.
    #[test]
    fn groups_as_python_does() {
        for (text, expected) in [
            ("~~a&a - f(a | b) ^ ~x + a", "(((~(~a))&(a-f((a|b))))^((~x)+a))"),
            ("--y**x | b >> z >> +y", "((-(-(y**x)))|((b>>z)>>(+y)))"),
            ("(+b >> +x) + y", "(((+b)>>(+x))+y)"),
            ("a - x<<a<<z**z**+c*x >= -x - x**x&z", "((((a-x)<<a)<<((z**(z**(+c)))*x))>=(((-x)-(x**x))&z))"),
            ("f(a)*b ^ a**(a) >= ~y ^ x >> x**x ^ -b", "(((f(a)*b)^(a**a))>=(((~y)^(x>>(x**x)))^(-b)))"),
            (
                "a**x**-z%(b&b)&~y // z // -c ^ y >> b**+c",
                "((((a**(x**(-z)))%(b&b))&(((~y)//z)//(-c)))^(y>>(b**(+c))))",
            ),
            ("~c**c - a/-x", "((~(c**c))-(a/(-x)))"),
            ("~a**x*c - x**z*a*z != b + z ^ y<<x", "((((~(a**x))*c)-(((x**z)*a)*z))!=((b+z)^(y<<x)))"),
            ("f((c))&y != ~x ^ y*~+b", "((f(c)&y)!=((~x)^(y*(~(+b)))))"),
            ("-+-y&a&b < a**y&z // x&z", "((((-(+(-y)))&a)&b)<(((a**y)&(z//x))&z))"),
            ("(x*a**z/a)/b<<b // x/x", "((((x*(a**z))/a)/b)<<((b//x)/x))"),
            ("+y**c%z%c", "(((+(y**c))%z)%c)"),
            ("(a) - a - (b) // z // b", "((a-a)-((b//z)//b))"),
            ("--c + c - -x + c | a&a", "(((((-(-c))+c)-(-x))+c)|(a&a))"),
            ("-b // y ^ c%c < +b**z ^ y**z", "((((-b)//y)^(c%c))<((+(b**z))^(y**z)))"),
            ("z<<x%b + z", "(z<<((x%b)+z))"),
            ("~z // z // x*(a) >= f(c)/+x - (z)", "(((((~z)//z)//x)*a)>=((f(c)/(+x))-z))"),
            ("f(-b**x) >= ~b ^ c<<~y", "(f((-(b**x)))>=((~b)^(c<<(~y))))"),
            ("~b&z | a + b ^ x&z + x != y - z<<(a) // z", "((((~b)&z)|((a+b)^(x&(z+x))))!=((y-z)<<(a//z)))"),
            ("f(x - z // y)", "f((x-(z//y)))"),
            ("-z // a**x < (y) // a&c - +a", "(((-z)//(a**x))<((y//a)&(c-(+a))))"),
            ("(f(b - b))<<~y // z%x**b != x%c - +x - z", "((f((b-b))<<(((~y)//z)%(x**b)))!=(((x%c)-(+x))-z))"),
            ("(x**c)**c - z == f((b >> x))", "((((x**c)**c)-z)==f((b>>x)))"),
            ("y&z - z**b ^ x == +(z)<<b // y", "(((y&(z-(z**b)))^x)==((+z)<<(b//y)))"),
        ] {
            assert_eq!(grouped(text), expected, "{text}");
        }
    }

    #[test]
    fn says_what_is_wrong_and_where() {
        for (text, message) in [
            ("", "expected a value, found the end at column 1"),
            ("1 +", "expected a value, found the end at column 4"),
            ("(x", "'(' is not closed at column 1"),
            ("f(x", "'(' is not closed at column 2"),
            ("(x y)", "expected an operator, ',' or ')', found 'y' at column 4"),
            ("x)", "expected an operator, found ')' at column 2"),
            ("f(x,)", "expected a value, found ')' at column 5"),
            ("0 < x < 1", "comparisons cannot be chained: '<' at column 7"),
            ("1 == !x", "'!' binds loosest of all and needs brackets at column 6"),
            ("x and y", "'and' is written && at column 3"),
            ("not x", "'not' is written ! at column 1"),
            ("x if y else z", "Python's 'if' is written where(condition, a, b) at column 3"),
            ("x.1", "expected the name of a field, found a number at column 3"),
            ("np.sqrt(x)", "'np.sqrt' is no function at column 1"),
            ("2 x", "expected an operator, found 'x' at column 3"),
        ] {
            assert_eq!(refused(text), message, "{text}");
        }
    }

    #[test]
    fn depth_is_bounded_and_length_is_not_depth() {
        let nested = |depth: usize| format!("{}x{}", "(".repeat(depth), ")".repeat(depth));
        assert_eq!(grouped(&nested(MAX_DEPTH - 1)), "x");
        for deep in [nested(10_000), "-".repeat(10_000) + "x", "x**".repeat(10_000) + "x", "f(".repeat(10_000)] {
            assert!(refused(&deep).starts_with("nested more than 256 levels deep"), "{}", &deep[..4]);
        }
        parse(&("x+".repeat(10_000) + "x")).expect("long, but not deep");
    }
}
