package io.flotilla.registry.dataset.parquet;

/** Small numbers as runs of one number and as groups of eight packed ones: Parquet's RLE hybrid. */
final class HybridRle {
  private final byte[] bytes;
  private final int end;
  private final int width;
  private int at;

  /** Of the run. */
  private long left;

  private boolean packed;
  private int repeated;
  private int bit;

  /**
   * Reads from a part of an array.
   *
   * @param width bits of a number, 0 to 32
   */
  HybridRle(byte[] bytes, int from, int end, int width) {
    if (width < 0 || width > Integer.SIZE || from < 0 || end > bytes.length || from > end) {
      throw ThriftReader.damaged("a page is not packed as it should be");
    }
    this.bytes = bytes;
    this.end = end;
    this.width = width;
    at = from;
  }

  /** The next number. */
  int next() {
    while (left == 0) {
      run();
    }
    left--;
    return packed ? unpack() : repeated;
  }

  private void run() {
    long header = 0;
    int shift = 0;
    int next;
    do {
      next = unsigned();
      header |= (long) (next & 0x7F) << shift;
      shift += 7;
    } while (next >= 0x80 && shift < Integer.SIZE);
    packed = (header & 1) == 1;
    if (packed) {
      if (bit > 0) {
        throw ThriftReader.damaged("a page is not packed as it should be");
      }
      left = (header >>> 1) * Byte.SIZE;
      return;
    }
    left = header >>> 1;
    repeated = 0;
    for (int i = 0; i < (width + Byte.SIZE - 1) / Byte.SIZE; i++) {
      repeated |= unsigned() << (Byte.SIZE * i);
    }
  }

  private int unpack() {
    int number = 0;
    int got = 0;
    while (got < width) {
      if (at >= end) {
        throw ThriftReader.damaged("a page ends within its values");
      }
      int take = Math.min(width - got, Byte.SIZE - bit);
      int part = ((bytes[at] & 0xFF) >>> bit) & ((1 << take) - 1);
      number |= part << got;
      got += take;
      bit += take;
      if (bit == Byte.SIZE) {
        bit = 0;
        at++;
      }
    }
    return number;
  }

  private int unsigned() {
    if (at >= end) {
      throw ThriftReader.damaged("a page ends within its values");
    }
    return bytes[at++] & 0xFF;
  }
}
