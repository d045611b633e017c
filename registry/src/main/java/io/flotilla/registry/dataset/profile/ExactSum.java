package io.flotilla.registry.dataset.profile;

import java.math.BigInteger;

/**
 * A sum of float64 numbers, or of their squares, without any rounding: a fixed-point number wide
 * enough for all of them, in limbs of 32 bits with room for carries (the long accumulator of U.
 * Kulisch, "Computer Arithmetic and Validity", 2008, chapter 8). So the order of the numbers does
 * not matter.
 */
final class ExactSum {
  /** The lowest bit of a plain sum stands for 2^-1074, the least float64. */
  static final int SUM_SCALE = 1074;

  /** The lowest bit of a sum of squares. */
  static final int SQUARES_SCALE = 2 * SUM_SCALE;

  private static final int LIMB_BITS = 32;
  private static final long LIMB_MASK = 0xFFFF_FFFFL;

  /** Limbs for the largest number, and two for the sum of 2^64 of them. */
  private static final int SUM_LIMBS = (SUM_SCALE + 1024) / LIMB_BITS + 4;

  private static final int SQUARES_LIMBS = 2 * (SUM_SCALE + 1024) / LIMB_BITS + 6;

  /** A limb takes this many additions of up to 2^32 without overflow. */
  private static final long MAX_ADDITIONS = 1L << 30;

  private static final int FRACTION_BITS = 52;
  private static final int EXPONENT_MASK = 0x7FF;

  private final long[] limbs;
  private long additions;

  private ExactSum(int limbs) {
    this.limbs = new long[limbs];
  }

  /** For {@link #add}. */
  static ExactSum ofNumbers() {
    return new ExactSum(SUM_LIMBS);
  }

  /** For {@link #addSquare}. */
  static ExactSum ofSquares() {
    return new ExactSum(SQUARES_LIMBS);
  }

  /** Adds a finite number. */
  void add(double x) {
    addScaled(0, significand(x), offset(x), x < 0 ? -1 : 1);
  }

  /** Adds the square of a finite number. */
  void addSquare(double x) {
    long m = significand(x);
    addScaled(Math.multiplyHigh(m, m), m * m, 2 * offset(x), 1);
  }

  /** Adds a sum of the same kind. */
  void add(ExactSum other) {
    if (additions + other.additions > MAX_ADDITIONS) {
      normalise(limbs);
      additions = 1;
      long[] others = other.limbs.clone();
      normalise(others);
      addLimbs(others, 1);
    } else {
      addLimbs(other.limbs, other.additions);
    }
  }

  /** The sum in units of 2^-scale. */
  BigInteger value() {
    long[] copy = limbs.clone();
    normalise(copy);
    int last = copy.length - 1;
    byte[] bytes = new byte[last * Integer.BYTES];
    for (int i = 0; i < last; i++) {
      for (int b = 0; b < Integer.BYTES; b++) {
        bytes[bytes.length - 1 - i * Integer.BYTES - b] = (byte) (copy[i] >>> (Byte.SIZE * b));
      }
    }
    return BigInteger.valueOf(copy[last]).shiftLeft(LIMB_BITS * last).add(new BigInteger(1, bytes));
  }

  private void addLimbs(long[] others, long count) {
    for (int i = 0; i < limbs.length; i++) {
      limbs[i] += others[i];
    }
    additions += count;
  }

  private void addScaled(long high, long low, int offset, int sign) {
    if (additions == MAX_ADDITIONS) {
      normalise(limbs);
      additions = 1;
    }
    additions++;
    int at = offset / LIMB_BITS;
    int shift = offset % LIMB_BITS;
    long a = (low & LIMB_MASK) << shift;
    long b = (low >>> LIMB_BITS) << shift | a >>> LIMB_BITS;
    long c = (high & LIMB_MASK) << shift | b >>> LIMB_BITS;
    long d = (high >>> LIMB_BITS) << shift | c >>> LIMB_BITS;
    limbs[at] += sign * (a & LIMB_MASK);
    limbs[at + 1] += sign * (b & LIMB_MASK);
    limbs[at + 2] += sign * (c & LIMB_MASK);
    limbs[at + 3] += sign * (d & LIMB_MASK);
    limbs[at + 4] += sign * (d >>> LIMB_BITS);
  }

  /** Carries until all limbs but the last, which has the sign, are in 0 to 2^32 − 1. */
  private static void normalise(long[] limbs) {
    long carry = 0;
    for (int i = 0; i < limbs.length - 1; i++) {
      long limb = limbs[i] + carry;
      limbs[i] = limb & LIMB_MASK;
      carry = limb >> LIMB_BITS;
    }
    limbs[limbs.length - 1] += carry;
  }

  private static long significand(double x) {
    long bits = Double.doubleToRawLongBits(x);
    long fraction = bits & ((1L << FRACTION_BITS) - 1);
    return exponent(bits) == 0 ? fraction : fraction | 1L << FRACTION_BITS;
  }

  /** Of the significand's lowest bit above 2^-1074. */
  private static int offset(double x) {
    return Math.max(exponent(Double.doubleToRawLongBits(x)), 1) - 1;
  }

  private static int exponent(long bits) {
    return (int) (bits >>> FRACTION_BITS) & EXPONENT_MASK;
  }
}
