package io.flotilla.registry.dataset.parquet;

/** Whole numbers as packed differences in blocks: Parquet's DELTA_BINARY_PACKED. */
final class DeltaInts {
  private static final int MAX_BLOCK = 1 << 20;
  private static final int MAX_MINIBLOCKS = 1 << 10;

  private final byte[] bytes;
  private final int perMiniblock;
  private final int[] widths;
  private int at;

  // Of the block.
  private long left;
  private long value;
  private long minDelta;
  private int miniblock;

  // Of the miniblock.
  private int leftInMiniblock;
  private int bit;
  private boolean first = true;

  /** Reads the header at a place of the array. */
  DeltaInts(byte[] bytes, int from) {
    this.bytes = bytes;
    at = from;
    long block = varint();
    long miniblocks = varint();
    left = varint();
    value = zigzag();
    if (block < 1
        || block > MAX_BLOCK
        || miniblocks < 1
        || miniblocks > MAX_MINIBLOCKS
        || block % (miniblocks * Byte.SIZE) != 0
        || left < 0) {
      throw ThriftReader.damaged("a page is not packed as it should be");
    }
    perMiniblock = (int) (block / miniblocks);
    widths = new int[(int) miniblocks];
    miniblock = widths.length;
  }

  /** How many numbers are left. */
  long left() {
    return left;
  }

  /** The next number. */
  long next() {
    if (left == 0) {
      throw ThriftReader.damaged("a page has fewer values than it says");
    }
    left--;
    if (first) {
      first = false;
      return value;
    }
    if (leftInMiniblock == 0) {
      beginMiniblock();
    }
    leftInMiniblock--;
    value += minDelta + unpack(widths[miniblock]);
    return value;
  }

  /** Passes over all numbers that are left and gives the place behind them. */
  int end() {
    while (left > 0) {
      next();
    }
    return at + (int) (((long) leftInMiniblock * widthNow() + bit + Byte.SIZE - 1) / Byte.SIZE);
  }

  private int widthNow() {
    return leftInMiniblock == 0 ? 0 : widths[miniblock];
  }

  private void beginMiniblock() {
    miniblock++;
    if (miniblock >= widths.length) {
      minDelta = zigzag();
      for (int i = 0; i < widths.length; i++) {
        widths[i] = unsigned();
        if (widths[i] > Long.SIZE) {
          throw ThriftReader.damaged("a page is not packed as it should be");
        }
      }
      miniblock = 0;
    }
    leftInMiniblock = perMiniblock;
  }

  private long unpack(int width) {
    long number = 0;
    int got = 0;
    while (got < width) {
      if (at >= bytes.length) {
        throw ThriftReader.damaged("a page ends within its values");
      }
      int take = Math.min(width - got, Byte.SIZE - bit);
      int part = ((bytes[at] & 0xFF) >>> bit) & ((1 << take) - 1);
      number |= (long) part << got;
      got += take;
      bit += take;
      if (bit == Byte.SIZE) {
        bit = 0;
        at++;
      }
    }
    return number;
  }

  private long zigzag() {
    long number = varint();
    return (number >>> 1) ^ -(number & 1);
  }

  private long varint() {
    long number = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      int next = unsigned();
      number |= (long) (next & 0x7F) << shift;
      if (next < 0x80) {
        return number;
      }
    }
    throw ThriftReader.damaged("a page is not packed as it should be");
  }

  private int unsigned() {
    if (at < 0 || at >= bytes.length) {
      throw ThriftReader.damaged("a page ends within its values");
    }
    return bytes[at++] & 0xFF;
  }
}
