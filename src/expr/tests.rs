//! Whole expressions, from the text to the values, beside what NumPy 2.4 makes of them.

use proptest::prelude::*;

use super::*;
use crate::dtype::{self, DType, Number};
use crate::error::{Error, ErrorKind};

/// The dtypes of the tables, by NumPy's letters.
const LETTERS: &str = "?bBhHiIlLefdFD";

fn dtype(text: &str) -> DType {
    dtype::parse(text).expect(text).dtype
}

fn variables(dtypes: &[(&str, &str)]) -> Vec<Variable> {
    dtypes.iter().map(|(name, text)| Variable { name: (*name).to_owned(), dtype: dtype(text) }).collect()
}

fn compiled(text: &str, x: &str, y: &str) -> Result<Program> {
    compile(text, &variables(&[("x", x), ("y", y)]), 2)
}

/// The letter of the result's dtype, or `-` where it is refused.
fn letter(text: &str, x: &str, y: &str) -> char {
    let Ok(program) = compiled(text, x, y) else { return '-' };
    let found = LETTERS.chars().find(|letter| dtype(&letter.to_string()) == program.dtype());
    found.unwrap_or_else(|| panic!("{text} is {}", program.dtype().name()))
}

fn refused(text: &str, x: &str) -> Error {
    let error = compiled(text, x, "f8").map(|program| program.dtype()).expect_err(text);
    assert_eq!(error.kind(), ErrorKind::Usage);
    error
}

#[test]
fn results_of_one_array_have_numpys_dtypes() {
    for (text, numpy) in [
        ("sqrt(x)", "eeeffddddefdFD"),
        ("cbrt(x)", "eeeffddddefd--"),
        ("exp(x)", "eeeffddddefdFD"),
        ("log1p(x)", "eeeffddddefdFD"),
        ("arcsin(x)", "eeeffddddefdFD"),
        ("sinh(x)", "eeeffddddefdFD"),
        ("arctanh(x)", "eeeffddddefdFD"),
        ("abs(x)", "?bBhHiIlLefdfd"),
        ("fabs(x)", "eeeffddddefd--"),
        ("sign(x)", "-bBhHiIlLefdFD"),
        ("floor(x)", "?bBhHiIlLefd--"),
        ("rint(x)", "eeeffddddefdFD"),
        ("isnan(x)", "??????????????"),
        ("isfinite(x)", "??????????????"),
        ("signbit(x)", "????????????--"),
        ("real(x)", "?bBhHiIlLefdfd"),
        ("imag(x)", "?bBhHiIlLefdfd"),
        ("conj(x)", "bbBhHiIlLefdFD"),
        ("angle(x)", "deeffddddefdfd"),
        ("deg2rad(x)", "eeeffddddefd--"),
        ("negative(x)", "-bBhHiIlLefdFD"),
        ("positive(x)", "-bBhHiIlLefdFD"),
        ("invert(x)", "?bBhHiIlL-----"),
        ("logical_not(x)", "??????????????"),
        ("square(x)", "bbBhHiIlLefdFD"),
        ("round(x)", "ebBhHiIlLefdFD"),
        ("x + 1", "lbBhHiIlLefdFD"),
        ("x + 1.5", "dddddddddefdFD"),
        ("x * 1j", "DDDDDDDDDFFDFD"),
        ("x / 2", "dddddddddefdFD"),
        ("x // 2", "lbBhHiIlLefd--"),
        ("x ** 2", "bbBhHiIlLefdFD"),
        ("x ** 3", "lbBhHiIlLefdFD"),
        ("x ** 0.5", "dddddddddefdFD"),
        ("x & 1", "lbBhHiIlL-----"),
        ("x << 1", "lbBhHiIlL-----"),
        ("x < 1", "??????????????"),
        ("x - True", "-bBhHiIlLefdFD"),
        ("where(x, x, 0)", "lbBhHiIlLefdFD"),
        ("where(x, 1, 2.5)", "dddddddddddddd"),
        ("clip(x, 0, 1)", "lbBhHiIlLefdFD"),
        ("clip(1, x, x)", "llllllllddddDD"),
        ("clip(1.5, 0, x)", "ddddddddddddDD"),
        ("clip(True, x, True)", "?bBhHiIlLefdFD"),
        ("(!0) + x", "?bBhHiIlLefdFD"),
        ("(1 < 2) + x", "?bBhHiIlLefdFD"),
        ("(2 || 0) + 1 - x", "llllllllddddDD"),
        ("where(1 < 2, x, 1)", "lbBhHiIlLefdFD"),
        ("round(x, 1)", "-bBhHiIlLefdFD"),
        ("round(x, -1)", "-bBhHiIlLefdFD"),
        ("x * sqrt(2)", "ddddddddddddDD"),
        ("x * float32(2)", "fffffddddffdFD"),
        ("copysign(x, 1)", "deeffddddefd--"),
        ("copysign(1.5, x)", "dddddddddefd--"),
    ] {
        let found: String = LETTERS.chars().map(|x| letter(text, &x.to_string(), "d")).collect();
        assert_eq!(found, numpy, "{text}");
    }
}

/// `x` of every dtype, `y` of int8, uint16, int64, float16, float64 and complex64.
#[test]
fn results_of_two_arrays_have_numpys_dtypes() {
    for (name, numpy) in [
        ("add", "bbhhiilldefdFD HiHiHiIlLffdFD LdLdLdLdLdddDD eeeffddddefdFD ddddddddddddDD FFFFFDDDDFFDFD"),
        ("subtract", "bbhhiilldefdFD HiHiHiIlLffdFD LdLdLdLdLdddDD eeeffddddefdFD ddddddddddddDD FFFFFDDDDFFDFD"),
        ("multiply", "bbhhiilldefdFD HiHiHiIlLffdFD LdLdLdLdLdddDD eeeffddddefdFD ddddddddddddDD FFFFFDDDDFFDFD"),
        ("divide", "dddddddddefdFD dddddddddffdFD ddddddddddddDD eeeffddddefdFD ddddddddddddDD FFFFFDDDDFFDFD"),
        ("floor_divide", "bbhhiilldefd-- HiHiHiIlLffd-- LdLdLdLdLddd-- eeeffddddefd-- dddddddddddd-- --------------"),
        ("mod", "bbhhiilldefd-- HiHiHiIlLffd-- LdLdLdLdLddd-- eeeffddddefd-- dddddddddddd-- --------------"),
        ("fmod", "bbhhiilldefd-- HiHiHiIlLffd-- LdLdLdLdLddd-- eeeffddddefd-- dddddddddddd-- --------------"),
        ("power", "bbhhiilldefdFD HiHiHiIlLffdFD LdLdLdLdLdddDD eeeffddddefdFD ddddddddddddDD FFFFFDDDDFFDFD"),
        ("arctan2", "eeeffddddefd-- fffffddddffd-- dddddddddddd-- eeeffddddefd-- dddddddddddd-- --------------"),
        ("copysign", "eeeffddddefd-- fffffddddffd-- dddddddddddd-- eeeffddddefd-- dddddddddddd-- --------------"),
        ("minimum", "bbhhiilldefdFD HiHiHiIlLffdFD LdLdLdLdLdddDD eeeffddddefdFD ddddddddddddDD FFFFFDDDDFFDFD"),
        ("fmax", "bbhhiilldefdFD HiHiHiIlLffdFD LdLdLdLdLdddDD eeeffddddefdFD ddddddddddddDD FFFFFDDDDFFDFD"),
        ("bitwise_and", "bbhhiill------ HiHiHiIlL----- L-L-L-L-L----- -------------- -------------- --------------"),
        ("left_shift", "bbhhiill------ HiHiHiIlL----- L-L-L-L-L----- -------------- -------------- --------------"),
        ("less", "?????????????? ?????????????? ?????????????? ?????????????? ?????????????? ??????????????"),
        ("logical_and", "?????????????? ?????????????? ?????????????? ?????????????? ?????????????? ??????????????"),
    ] {
        let row = |y: char| -> String {
            LETTERS.chars().map(|x| letter(&format!("{name}(x, y)"), &x.to_string(), &y.to_string())).collect()
        };
        let found: Vec<String> = "bHLedF".chars().map(row).collect();
        assert_eq!(found.join(" "), numpy, "{name}");
    }
}

/// The bytes of numbers, each written as a literal of the dtype.
fn bytes(dtype: &DType, values: &str) -> Vec<u8> {
    let number = dtype.number().expect("a number").name();
    let each = values.split_whitespace().map(|value| {
        let program = compile(&format!("{number}({value})"), &[], 0).unwrap_or_else(|error| panic!("{value}: {error}"));
        run(&program, &[], 1)
    });
    each.collect::<Vec<_>>().concat()
}

/// Elements that count up in C order through rows of three.
fn run(program: &Program, data: &[Vec<u8>], len: usize) -> Vec<u8> {
    let mut out = vec![0; len * program.dtype().itemsize()];
    let inputs: Vec<_> = program.inputs().iter().map(|input| Elements::Each(&data[input.variable])).collect();
    let mut coordinates = |axis: usize, start: usize, out: &mut [i64]| {
        for (place, item) in out.iter_mut().zip(start..) {
            *place = (if axis == 0 { item / 3 } else { item % 3 }) as i64;
        }
    };
    program.run(&mut program.registers(), &inputs, &mut coordinates, &mut out).expect("every element has a result");
    out
}

/// `text`, `x` and `y` with their dtypes, and the values of the result.
#[test]
fn values_are_numpys() {
    for (text, x, y, expected) in [
        ("x + y", "u1: 200 255", "u1: 100 1", "uint8: 44 0"),
        ("x + 100", "u1: 200 155", "f8: 0 0", "uint8: 44 255"),
        ("x / y", "i4: 7 -7 1", "i4: 2 2 0", "float64: 3.5 -3.5 inf"),
        ("x // y", "i1: 7 -7 5 -128", "i1: -2 2 0 -1", "int8: -4 -4 0 -128"),
        ("x % y", "i1: -7 7 5 -128", "i1: 3 -3 0 -1", "int8: 2 -2 0 0"),
        ("fmod(x, y)", "i1: -7 7 5", "i1: 3 -3 0", "int8: -1 1 0"),
        ("x // y", "f8: 7 -1 1 0", "f8: -2 inf 0.1 5", "float64: -4 -1 9 0"),
        ("x % y", "f8: -1 5 -5 0.5", "f8: inf -3 3 -inf", "float64: inf -1 1 -inf"),
        ("abs(x)", "i1: -128 -5", "f8: 0 0", "int8: -128 5"),
        ("-x", "u1: 1 0", "f8: 0 0", "uint8: 255 0"),
        ("x << y", "u1: 1 1 3", "u1: 7 8 200", "uint8: 128 0 0"),
        ("x >> y", "i1: -5 -5 5", "i1: 1 9 9", "int8: -3 -1 0"),
        ("x + y", "?: True True False", "?: True False False", "bool: True True False"),
        ("x * y + 1", "?: True True", "?: True False", "int64: 2 1"),
        ("rint(x)", "f8: 0.5 1.5 2.5 -0.5", "f8: 0 0 0 0", "float64: 0 2 2 -0.0"),
        ("round(x, 1)", "f4: 1.25 2.675", "f8: 0 0", "float32: 1.2 2.7"),
        ("round(x, 300)", "f8: 1.25 1e10 0", "f8: 0 0 0", "float64: 1.25 inf 0"),
        ("isnan(round(x, 309))", "f8: 1.25 0", "f8: 0 0", "bool: True True"),
        ("isnan(round(x, -309))", "f8: 1.25 0", "f8: 0 0", "bool: True True"),
        ("round(x, -25)", "f8: 1e25 -1", "f8: 0 0", "float64: 9999999999999998758486016 -0.0"),
        ("round(x, -1)", "i1: 5 15 25 -5 -15 127 -128", "f8: 0 0 0 0 0 0 0", "int8: 0 20 20 0 -20 -126 126"),
        ("round(x, -2)", "u1: 50 150 250 255", "f8: 0 0 0 0", "uint8: 0 200 200 44"),
        ("round(x, -2)", "i4: 1234 -55 250", "f8: 0 0 0", "int32: 1200 -100 200"),
        ("round(x, -10)", "u8: 18446744073709551615", "f8: 0", "uint64: 18446744070000001024"),
        ("round(x, -1)", "u8: 18446744073709551615 15", "f8: 0 0", "uint64: 0 20"),
        ("round(x, -300)", "i8: 9223372036854775807 -5", "f8: 0 0", "int64: 0 0"),
        ("sign(x)", "f8: -2 0 5", "f8: 0 0 0", "float64: -1 0 1"),
        ("x < y", "i8: -1 9223372036854775807 3", "u8: 0 9223372036854775808 3", "bool: True True False"),
        ("x == y", "i8: -1 9007199254740993", "u8: 18446744073709551615 9007199254740993", "bool: False True"),
        ("x < -1", "u1: 0 255", "f8: 0 0", "bool: False False"),
        ("300 > x", "u1: 0 255", "f8: 0 0", "bool: True True"),
        ("x == 9007199254740993", "i8: 9007199254740992 9007199254740993", "f8: 0 0", "bool: False True"),
        ("x ** y", "i1: 2 -3 0", "i1: 7 3 0", "int8: -128 -27 1"),
        ("x ** 2", "i4: 65536 -3", "f8: 0 0", "int32: 0 9"),
        ("x ** 0.5", "f8: 4 -0.0", "f8: 0 0", "float64: 2 -0.0"),
        ("x ** -1", "f4: 4 -8", "f8: 0 0", "float32: 0.25 -0.125"),
        ("x * 2.5", "f4: 3 0.1", "f8: 0 0", "float32: 7.5 0.25"),
        ("x * 0.1", "f2: 1 3", "f8: 0 0", "float16: 0.09998 0.2998"),
        ("x + y", "f2: 2048 65504", "f2: 1 16", "float16: 2048 inf"),
        ("float16(x)", "f8: 1.0004882821813226 65519.99", "f8: 0 0", "float16: 1.001 65504"),
        ("nextafter(x, y)", "f4: 1 0", "f4: 2 -1", "float32: 1.0000001 -1e-45"),
        ("where(x > 0.5, log(x), x**2)", "f4: 1 0.5 -3", "f8: 0 0 0", "float32: 0 0.25 9"),
        ("clip(x, -5, 300)", "u1: 0 7 255", "f8: 0 0 0", "uint8: 0 7 255"),
        ("where(x > 7, -1, x)", "u1: 7 8", "f8: 0 0", "uint8: 7 255"),
        ("where(x > 7, 300, x)", "i1: 7 8", "f8: 0 0", "int8: 7 44"),
        ("clip(x, y, 300)", "u1: 7", "i2: 1000", "int16: 1000"),
        ("clip(300, x, y)", "u1: 7", "u1: 200", "int64: 200"),
        ("clip(x, 2.0, -2)", "u1: 0 7 255", "f8: 0 0 0", "float64: -2 -2 -2"),
        ("clip(x, 300, 0.5)", "u1: 0 7", "f8: 0 0", "float64: 0.5 0.5"),
        ("clip(x, 65520, 3.7)", "i2: -5 32767", "f8: 0 0", "float64: 3.7 3.7"),
        ("clip(x, 2.0, 2**64)", "u1: 0 7", "f8: 0 0", "float64: 2 7"),
        ("clip(x, 2**70, 1.5)", "u1: 0 7", "f8: 0 0", "float64: 1.5 1.5"),
        ("clip(x, -300, 2.5)", "i2: -5 7", "f8: 0 0", "float64: -5 2.5"),
        ("clip(x, 1j, -5)", "u1: 0 7", "f8: 0 0", "complex128: -5 -5"),
        ("clip(x, y, 2)", "f8: -1 1 3", "f8: 0 0 0", "float64: 0 1 2"),
        ("power(x, 0.5)", "f8: -0.0", "f8: 0", "float64: -0.0"),
        ("less(2**64, 2**65) + x", "u1: 1", "f8: 0", "uint8: 2"),
        ("x * y", "c16: (1+2j) 1j", "c16: (3-1j) 1j", "complex128: (5+5j) (-1+0j)"),
        ("x / y", "c16: (4+2j) (1+2j)", "c16: 2 1j", "complex128: (2+1j) (2-1j)"),
        ("abs(x) + real(x) * imag(x)", "c8: (3+4j)", "f8: 0", "float32: 17"),
        ("x && !y || x > 2", "f8: 0 nan 3", "i2: 0 1 1", "bool: False False True"),
        ("~x & 0xf", "u1: 1 255", "f8: 0 0", "uint8: 14 0"),
        ("i * 10 + j", "f8: 0 0 0 0", "f8: 0 0 0 0", "int64: 0 1 2 10"),
        ("x + i1", "f4: 1 1 1 1", "f8: 0 0 0 0", "float64: 1 2 3 1"),
        ("int8(x)", "f8: 300.7 -1.5 nan", "f8: 0 0 0", "int8: 44 -1 0"),
        ("True", "f8: 0 0", "f8: 0 0", "bool: True True"),
        ("2**3 // 3 * pi", "f8: 0", "f8: 0", "float64: 2*pi"),
    ] {
        let parts = |given: &str| {
            let (name, values) = given.split_once(": ").expect(given);
            (name.to_owned(), bytes(&dtype(name), values))
        };
        let ((x, x_bytes), (y, y_bytes), (name, values)) = (parts(x), parts(y), parts(expected));
        let program = compiled(text, &x, &y).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(program.dtype(), dtype(&name), "{text}");
        let len = x_bytes.len() / dtype(&x).itemsize();
        assert_eq!(run(&program, &[x_bytes, y_bytes], len), values, "{text} of {x} and {y}: {expected}");
    }
}

#[test]
fn blocks_of_any_number_give_the_same() {
    let program = compiled("sqrt(x) * 2 + 1 + x * y - i", "f8", "i4").expect("it compiles");
    let len = 2 * program.block_len() + 77;
    let x: Vec<f64> = (0..len).map(|item| item as f64).collect();
    let y: Vec<i32> = (0..len).map(|item| item as i32 % 7).collect();
    let data = [bytemuck::cast_slice(&x).to_vec(), bytemuck::cast_slice(&y).to_vec()];
    let expected: Vec<f64> =
        (0..len).map(|item| x[item].sqrt() * 2.0 + 1.0 + x[item] * f64::from(y[item]) - (item / 3) as f64).collect();
    assert_eq!(run(&program, &data, len), bytemuck::cast_slice::<f64, u8>(&expected));
    assert!(run(&program, &data, 0).is_empty());
}

#[test]
fn an_input_may_be_the_same_for_every_element() {
    for text in ["u1", "?", "f2", "bfloat16", "c16"] {
        let program = compiled("x + y", text, "f8").expect("it compiles");
        let x = bytes(&dtype(if text == "bfloat16" { "f2" } else { text }), "1");
        let x = if text == "bfloat16" { vec![0x80, 0x3f] } else { x };
        let y = bytes(&dtype("f8"), "1 2 3");
        let mut out = vec![0; 3 * program.dtype().itemsize()];
        let inputs = [Elements::Same(&x), Elements::Each(&y)];
        program.run(&mut program.registers(), &inputs, &mut |_, _, _| (), &mut out).expect("it runs");
        assert_eq!(out, bytes(&program.dtype(), "2 3 4"), "{text}");
    }
}

#[test]
fn fields_are_inputs_of_their_own() {
    let variables = variables(&[("x", "a:u1,b:{c:>f4,d:i2},e:3i4")]);
    let program = compile("x.a * x.b.c + x.a", &variables, 1).expect("it compiles");
    let inputs: Vec<_> = program.inputs().iter().map(|input| (input.offset, input.dtype.name())).collect();
    assert_eq!(inputs, [(0, "uint8".to_owned()), (1, dtype(">f4").name())]);
    for (text, message) in [
        ("x + 1", "'x': expressions do not compute with"),
        ("x.q", "'x' has no field 'q' at column 1"),
        ("1 + x.b", "'x.b': expressions do not compute with"),
        ("x.e", "'x.e' is a subarray, with which expressions do not compute at column 1"),
        ("x.a.b", "'x.a' is uint8 and has no field 'b' at column 1"),
        ("pi.x", "'pi' has no fields at column 1"),
    ] {
        let error = compile(text, &variables, 1).expect_err(text);
        assert!(error.message().starts_with(message), "{error}");
    }
}

#[test]
fn variables_go_before_indices_and_constants() {
    let variables = variables(&[("e", "f4"), ("j", "u1"), ("sin", "i2")]);
    let program = compile("e + j + sin + sin(e) + i", &variables, 1).expect("it compiles");
    assert_eq!((program.inputs().len(), program.axes()), (3, vec![0]));
}

#[test]
fn what_is_wrong_is_said_with_its_column() {
    for (text, x, message, hint) in [
        ("1 + sqr(x)", "f8", "unknown function 'sqr' at column 5", "did you mean sqrt?"),
        ("max(x, 1)", "f8", "unknown function 'max' at column 1", "did you mean maximum?"),
        ("min(x, 1)", "f8", "unknown function 'min' at column 1", "did you mean minimum?"),
        ("max(x)", "f8", "unknown function 'max' at column 1", "--reduce max makes one element of all"),
        ("1 + mean(x)", "f8", "unknown function 'mean' at column 5", "--reduce mean makes one element of all"),
        ("any(x)", "f8", "unknown function 'any' at column 1", "--reduce any makes one element of all"),
        ("x + yy", "f8", "unknown name 'yy' at column 5", "did you mean y?"),
        ("x + mask", "f8", "unknown name 'mask' at column 5", "--with mask=FILE adds an array of that name"),
        ("sqrt + 1", "f8", "unknown name 'sqrt' at column 1", "a function has arguments: sqrt(x)"),
        ("x + k", "f8", "'k' is no index of an array of 2 dimensions at column 5", ""),
        ("hypot(x)", "f8", "hypot takes 2 arguments, not 1 at column 1", ""),
        ("float32(x, 1)", "f8", "float32 takes 1 argument, not 2 at column 1", ""),
        ("x - y", "?", "", ""),
        ("x - x", "?", "'-' is not defined for bool at column 3", "of bools, ^ is the difference and ! the opposite"),
        ("~x", "f4", "'~' is not defined for float32 at column 1", ""),
        ("x & 1", "f4", "'&' is not defined for float32 at column 3", "int64(x) makes whole numbers of floats"),
        (
            "x & 1",
            "c8",
            "'&' is not defined for complex64 at column 3",
            "int64(real(z)) makes whole numbers of the real parts",
        ),
        ("int8(1e300)", "f8", "1e300 is out of bounds for int8 at column 1", ""),
        ("floor(x)", "c8", "'floor' is not defined for complex64 at column 1", "real(z), imag(z) or abs(z)"),
        ("x + 300", "u1", "integer 300 is out of bounds for uint8 at column 3", "uint8 holds 0 to 255"),
        ("minimum(x, -1)", "u8", "integer -1 is out of bounds for uint64 at column 1", ""),
        ("int8(128)", "f8", "integer 128 is out of bounds for int8 at column 1", "int8 holds -128 to 127"),
        ("int8(nan)", "f8", "NaN is no integer at column 1", ""),
        ("x ** -1", "i4", "integers to negative integer powers are not allowed at column 3", "float64(x)**-1"),
        ("1 / 0", "f8", "division by zero at column 3", ""),
        ("1 & 1.5", "f8", "'&' is not defined for int and float at column 3", ""),
        ("x + 2**64", "i8", "integer 18446744073709551616 is out of bounds for int64 at column 3", ""),
        ("sqrt(2**64)", "f8", "18446744073709551616 does not fit 64 bits at column 1", ""),
        (
            "bfloat16(x)",
            "f8",
            "expressions do not compute with bfloat16 at column 1",
            "float32(x) computes with the nearest that there is; --astype converts results",
        ),
        (
            "astype(x, 1)",
            "f8",
            "unknown function 'astype' at column 1",
            "the name of the dtype is the function: float32(x)",
        ),
        ("astype(x, f4)", "f8", "unknown name 'f4' at column 11", "a dtype is a function that casts: f4(x)"),
        ("x.astype(1)", "f8", "'x.astype' is no function at column 1", "functions stand alone: float32(x)"),
        ("x.clip(0, 1)", "f8", "'x.clip' is no function at column 1", "functions stand alone: clip(x, …, …)"),
        ("np.sin(x)", "f8", "'np.sin' is no function at column 1", "functions stand alone: sin(x)"),
        ("x.sum()", "f8", "'x.sum' is no function at column 1", "--reduce sum"),
        ("x || 2**63", "u8", "integer 9223372036854775808 is out of bounds for int64 at column 3", ""),
        ("2**63 && 1", "u8", "integer 9223372036854775808 is out of bounds for int64 at column 7", ""),
        ("x < 2**63", "?", "integer 9223372036854775808 is out of bounds for int64 at column 3", ""),
        ("add(2**63, 1)", "u8", "integer 9223372036854775808 is out of bounds for int64 at column 1", ""),
        ("where(x, 2**64, x)", "u8", "18446744073709551616 does not fit 64 bits at column 1", ""),
        ("clip(x, 300, 5)", "u1", "integer 300 is out of bounds for uint8 at column 1", ""),
        ("clip(x, True, -5)", "u1", "integer -5 is out of bounds for uint8 at column 1", ""),
        ("x + 1", "S3", "'x': expressions do not compute with bytes24 at column 1", ""),
        ("x + 1", "M8[s]", "'x': expressions do not compute with", ""),
        ("round(x, y)", "f8", "the decimals of round are an integer literal of at most 2147483647 at column 1", ""),
        ("round(x, -2**31)", "f8", "the decimals of round are an integer literal of at most 2147483647", ""),
        ("round(x, -1)", "?", "'round' to -1 decimals is not defined for bool at column 1", "round(float64(x), -1)"),
    ] {
        if message.is_empty() {
            assert!(compiled(text, x, "f8").is_ok(), "{text}");
            continue;
        }
        let error = refused(text, x);
        assert!(error.message().starts_with(message), "{text}: {error}");
        assert!(hint.is_empty() || error.hints().iter().any(|found| found == hint), "{text}: {:?}", error.hints());
        assert!(error.hints().iter().any(|line| line.trim_start() == "^"), "{text}: {:?}", error.hints());
    }
}

#[test]
fn an_element_without_a_result_is_found() {
    let program = compiled("x ** y", "i4", "i4").expect("it compiles");
    assert!(program.can_fail() && !compiled("x ** y", "u1", "f8").expect("it compiles").can_fail());
    let (x, y) = (bytes(&dtype("i4"), "1 2 3"), bytes(&dtype("i4"), "1 -1 -2"));
    let inputs = [Elements::Each(&x), Elements::Each(&y)];
    let done = program.run(&mut program.registers(), &inputs, &mut |_, _, _| (), &mut [0; 12]);
    assert_eq!(done, Err(Undefined { item: 1 }));
}

#[test]
fn an_element_without_a_result_is_found_where_the_result_is_known_without_it() {
    for text in ["isinf(x**y)", "isfinite(x**y)", "imag(x**y)", "x**y < 10**6", "10**6 < -(x**y)", "isnan(abs(x**y))"] {
        let program = compiled(text, "i2", "i2").expect("it compiles");
        assert!(program.can_fail(), "{text}");
        let (x, y) = (bytes(&dtype("i2"), "1 2"), bytes(&dtype("i2"), "1 -1"));
        let inputs = [Elements::Each(&x), Elements::Each(&y)];
        let mut out = vec![0; 2 * program.dtype().itemsize()];
        let done = program.run(&mut program.registers(), &inputs, &mut |_, _, _| (), &mut out);
        assert_eq!(done, Err(Undefined { item: 1 }), "{text}");
    }
    assert_eq!(compiled("isinf(x)", "i2", "i2").expect("it compiles").instructions.len(), 0);
}

#[test]
fn what_is_written_twice_is_computed_once() {
    let once = compiled("sqrt(x)", "f8", "f8").expect("it compiles");
    let twice = compiled("sqrt(x) * sqrt(x) + sqrt(x)", "f8", "f8").expect("it compiles");
    assert_eq!(twice.instructions.len(), once.instructions.len() + 2);
    assert_eq!(compiled("2 * pi / sqrt(2)", "f8", "f8").expect("it compiles").instructions.len(), 0);
}

#[test]
fn registers_fit_a_cache_and_are_used_again() {
    let chain = (0..200).fold("x".to_owned(), |text, n| format!("({text}) * y + {n}"));
    let program = compiled(&chain, "f8", "f8").expect("it compiles");
    assert!(program.registers.len() < 210, "{}", program.registers.len());
    let bytes = program.registers.iter().map(|(extent, width)| match extent {
        program::Extent::Block => program.block_len() * width,
        program::Extent::Strip => program.strip * width,
    });
    assert!(bytes.sum::<usize>() <= 256 << 10);
    let small = compiled("x + 1", "u1", "f8").expect("it compiles");
    assert_eq!(small.block_len(), 8 << 10);
}

/// Whatever is written, it is refused or runs.
fn survives(text: &str) {
    for x in ["u1", "f2", "c8", "?"] {
        if let Ok(program) = compiled(text, x, "i8") {
            let inputs = vec![Elements::Same(&[1; 8]); program.inputs().len()];
            let mut out = vec![0; 3 * program.dtype().itemsize()];
            let _ = program.run(&mut program.registers(), &inputs, &mut |_, _, _| (), &mut out);
        }
    }
}

proptest! {
    #[test]
    fn no_soup_of_words_panics(words in prop::collection::vec(
        prop::sample::select(vec![
            "x", "y", "i", "j", "pi", "nan", "True", "1", "0", "2.5", "1j", "-1", "300", "2**63", "1e400", "0x7f", "9_9",
            "+", "-", "*", "/", "//", "%", "**", "~", "&", "|", "^", "<<", ">>", "==", "<", ">=", "&&", "||", "!",
            "(", ")", "(", ")", ",", ".", "where(", "clip(", "round(", "sqrt(", "power(", "int8(", "angle(", "é", "$",
        ]), 0..24)) {
        survives(&words.concat());
        survives(&words.join(" "));
    }

    #[test]
    fn no_grammatical_expression_panics(
        operators in prop::collection::vec(prop::sample::select(
            vec!["+", "-", "*", "/", "//", "%", "**", "&", "|", "^", "<<", ">>", "==", "<", "&&", "||"]), 1..6),
        operands in prop::collection::vec(prop::sample::select(
            vec!["x", "y", "-x", "~y", "3", "-2", "0", "1.5", "2j", "170141183460469231731687303715884105727", "sin(x)"]), 7),
    ) {
        let mut text = operands[0].to_owned();
        for (operator, operand) in operators.iter().zip(&operands[1..]) {
            text = format!("({text}) {operator} {operand}");
        }
        survives(&text);
    }
}

#[test]
fn every_number_is_computed_with_or_refused() {
    for number in Number::ALL {
        let done = compile("x * 2", &[Variable { name: "x".into(), dtype: DType::native(*number) }], 1);
        let refused = matches!(number, Number::LongDouble | Number::CLongDouble);
        assert_eq!(done.is_err(), refused, "{}", number.name());
        if let Ok(program) = done {
            assert!(run(&program, &[vec![0; number.itemsize()]], 1).iter().all(|&byte| byte == 0), "{}", number.name());
        }
    }
}

#[test]
fn parts_of_complex_numbers_are_rounded_apart() {
    use num_complex::Complex;
    let z = Complex::<f64>::new;
    for (text, value, expected) in [
        ("round(x, 1)", z(1.26, f64::INFINITY), z(1.3, f64::INFINITY)),
        ("round(x, 1)", z(f64::NAN, 1.25), z(f64::NAN, 1.2)),
        ("round(x, 300)", z(0.0, 1e10), z(0.0, f64::INFINITY)),
        ("round(x, -1)", z(f64::NEG_INFINITY, 15.0), z(f64::NEG_INFINITY, 20.0)),
        ("round(x, 1)", z(-0.04, -0.0), z(-0.0, -0.0)),
    ] {
        let program = compiled(text, "c16", "f8").expect(text);
        let found = run(&program, &[bytemuck::bytes_of(&value).to_vec()], 1);
        let found: Complex<f64> = bytemuck::pod_read_unaligned(&found);
        let is_same = |a: f64, b: f64| a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan());
        assert!(is_same(found.re, expected.re) && is_same(found.im, expected.im), "{text} of {value} is {found}");
    }
}
