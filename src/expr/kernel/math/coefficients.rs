//! Polynomials and constants of the elementary functions. Made by coefficients.py: not to be edited.
//!
//! Coefficients stand from that of the constant term on.

#![expect(clippy::unreadable_literal, reason = "all digits, as they were found")]
#![allow(clippy::approx_constant, reason = "the parts of a split constant belong together")]

/// `(exp(r) - 1 - r - r²/2) / r³` for |r| ≤ ln(2)/2, within 2^-60.5.
pub(super) const EXP: [f64; 10] = [
    0.16666666666666682,
    0.0416666666666667,
    0.00833333333331687,
    0.0013888888888865135,
    0.00019841269896788034,
    2.4801587365173594e-05,
    2.755723446969103e-06,
    2.755723861271416e-07,
    2.5112167988438497e-08,
    2.092569912891954e-09,
];
/// `(2 atanh(s)/s - 2) / z` of z = s², |s| ≤ (√2 - 1)/(√2 + 1), within 2^-60.5.
pub(super) const LOG: [f64; 8] = [
    0.6666666666666666,
    0.4000000000000624,
    0.2857142856908736,
    0.22222222646571616,
    0.18181775683724416,
    0.15387089953206842,
    0.13250136433579915,
    0.1325116130299169,
];
/// `(log(1 + f) - f + f²/2) / f³` for √½ ≤ 1 + f ≤ √2, within 2^-38.1.
pub(super) const LOG_SHORT: [f64; 12] = [
    0.33333333399210646,
    -0.2500000112578958,
    0.19999989257271805,
    -0.16666532450983293,
    0.14286179238725263,
    -0.12505713864653353,
    0.11105469413759918,
    -0.09889379830468518,
    0.0904020777051906,
    -0.09286978618125317,
    0.09115748704283096,
    -0.04822564690815375,
];
/// `(atanh(s)/s - 1 - z/3 - z²/5) / z³` of the same z, within 2^-73.7.
pub(super) const LOG_TAIL: [f64; 8] = [
    0.1428571428571426,
    0.11111111111126555,
    0.090909090872047,
    0.0769230816847932,
    0.06666630419725975,
    0.05884037923422992,
    0.05216272169245347,
    0.054737584222011595,
];
/// `(sin(r)/r - 1) / z` of z = r², |r| ≤ π/4, within 2^-57.3.
pub(super) const SIN: [f64; 7] = [
    -0.16666666666666666,
    0.008333333333333323,
    -0.00019841269841255137,
    2.7557319214226925e-06,
    -2.5052104921294455e-08,
    1.6058367888437947e-10,
    -7.57876153442653e-13,
];
/// `(cos(r) - 1 + z/2) / z²` of the same z, within 2^-60.0.
pub(super) const COS: [f64; 7] = [
    0.041666666666666664,
    -0.0013888888888888874,
    2.480158730157154e-05,
    -2.755731921539433e-07,
    2.0876754370328435e-09,
    -1.1470293739879567e-11,
    4.7381304276006705e-14,
];
/// `(atan(t)/t - 1) / z` of z = t², |t| ≤ 1, within 2^-55.9.
pub(super) const ATAN: [f64; 22] = [
    -0.33333333333333326,
    0.19999999999998289,
    -0.14285714285580278,
    0.11111111105732942,
    -0.09090908960160811,
    0.07692305574246412,
    -0.0666664235005136,
    0.058821464497559275,
    -0.05261819938168501,
    0.04755133286948808,
    -0.04320568508107632,
    0.03911462462665809,
    -0.03468825949105767,
    0.029338191103290816,
    -0.0228515813176458,
    0.015759952846545695,
    -0.009235785685679784,
    0.00440174279735752,
    -0.0016201141702768631,
    0.00042870531757387636,
    -7.219243356570462e-05,
    5.789391443427819e-06,
];
/// `(asin(s)/s - 1) / z` of z = s², |s| ≤ 1/2, within 2^-55.7.
pub(super) const ASIN: [f64; 12] = [
    0.16666666666665383,
    0.0750000000034304,
    0.044642856823489556,
    0.030381959330853234,
    0.022371753534713712,
    0.017359770916886452,
    0.013884600438800862,
    0.01217326625284051,
    0.006510909110577611,
    0.01957375739009828,
    -0.016293847836395783,
    0.03195881674637046,
];
/// `1/√(1 - e)` for |e| ≤ 0.0685, within 2^-15.2.
pub(super) const RECIPROCAL_ROOT: [f64; 3] = [0.9999993519641479, 0.5011031049911355, 0.37624158363217025];
/// `cbrt(m)` for 1 ≤ m ≤ 2, within 2^-16.7.
pub(super) const CBRT: [f64; 5] =
    [0.5069793184497073, 0.718154094183087, -0.3006117062217549, 0.08609140628781037, -0.010603905191772667];
/// ln(2), the first part short, so that its multiples up to 2¹¹ are exact: what is left after each part is the next.
pub(super) const LN_2: [f64; 2] = [0.6931471805598903, 5.497923018708371e-14];
/// ln(2): what is left after each part is the next.
pub(super) const LN_2_FULL: [f64; 2] = [0.6931471805599453, 2.3190468138462996e-17];
/// 1/ln(2): what is left after each part is the next.
pub(super) const LOG2_E: [f64; 2] = [1.4426950408889634, 2.0355273740931033e-17];
/// 1/ln(10): what is left after each part is the next.
pub(super) const LOG10_E: [f64; 2] = [0.4342944819032518, 1.098319650216765e-17];
/// ln(2)/ln(10), the first part short, so that its multiples up to 2¹¹ are exact: what is left after each part is the next.
pub(super) const LOG10_2: [f64; 2] = [0.30102999566395283, 2.8363394551044964e-14];
/// 1/3: what is left after each part is the next.
pub(super) const THIRD: [f64; 2] = [0.3333333333333333, 1.850371707708594e-17];
/// 1/5: what is left after each part is the next.
pub(super) const FIFTH: [f64; 2] = [0.2, -1.1102230246251566e-17];
/// π/2: what is left after each part is the next.
pub(super) const PI_2: [f64; 3] = [1.5707963267948966, 6.123233995736766e-17, -1.4973849048591698e-33];
/// 2/π.
pub(super) const TWO_OVER_PI: f64 = 0.6366197723675814;
/// The roots by which that of a number is multiplied for the rest of its exponent divided by 3.
pub(super) const CBRT_POWERS: [f64; 3] = [1.0, 1.2599210498948732, 1.5874010519681996];
/// The bits of 2/π behind the point, 64 a word, from the highest.
pub(super) const TWO_OVER_PI_BITS: [u64; 20] = [
    0xa2f9_836e_4e44_1529,
    0xfc27_57d1_f534_ddc0,
    0xdb62_9599_3c43_9041,
    0xfe51_63ab_debb_c561,
    0xb724_6e3a_424d_d2e0,
    0x0649_2eea_09d1_921c,
    0xfe1d_eb1c_b129_a73e,
    0xe882_35f5_2ebb_4484,
    0xe99c_7026_b45f_7e41,
    0x3991_d639_8353_39f4,
    0x9c84_5f8b_bdf9_283b,
    0x1ff8_97ff_de05_980f,
    0xef2f_118b_5a0a_6d1f,
    0x6d36_7ecf_27cb_09b7,
    0x4f46_3f66_9e5f_ea2d,
    0x7527_bac7_ebe5_f17b,
    0x3d07_39f7_8a52_92ea,
    0x6bfb_5fb1_1f8d_5d08,
    0x5603_3046_fc7b_6bab,
    0xf0cf_bc20_9af4_361d,
];
