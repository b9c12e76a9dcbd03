// Powers of two without a conversion to whole numbers. Included by the files of
// instruction sets that cannot scale a float by one, after what it calls.

// x = whole + rest, for x in [-126, 127]; `power` is 2^whole.
struct Power {
  Vec rest, power;
};
// A number so large that its last bits are whole: those of whole + 127 become
// an exponent.
inline Power split_power(Vec x) {
  const Vec magic = splat(0x1.8p23f + 127.0f);
  const Vec sum = add(x, magic);
  return {sub(x, sub(sum, magic)), last_bits_to_exponent(sum)};
}
inline Vec times_power(Vec p, Power x) { return mul(p, x.power); }
