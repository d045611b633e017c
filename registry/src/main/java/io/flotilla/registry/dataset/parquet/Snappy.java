package io.flotilla.registry.dataset.parquet;

/**
 * Unpacks a raw Snappy block: its length, then literals and copies of what was unpacked before, as
 * {@code format_description.txt} of google/snappy says.
 */
final class Snappy {
  private final byte[] in;
  private int at;

  /** Unpacks from here to the end of the array. */
  Snappy(byte[] in, int from) {
    this.in = in;
    at = from;
  }

  /**
   * Fills the rest of an array.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException {@code DATASET_INVALID} if the block is
   *     damaged or of another size
   */
  void unpack(byte[] out, int from) {
    require(length() == out.length - from);
    int to = from;
    while (at < in.length) {
      int tag = next();
      int kind = tag & 3;
      if (kind == 0) {
        int length = tag >>> 2;
        if (length >= 60) {
          length = littleEndian(length - 59);
        }
        length++;
        require(length > 0 && length <= in.length - at && length <= out.length - to);
        System.arraycopy(in, at, out, to, length);
        at += length;
        to += length;
        continue;
      }
      int length = kind == 1 ? (tag >>> 2 & 7) + 4 : (tag >>> 2) + 1;
      int distance =
          switch (kind) {
            case 1 -> (tag >>> 5) << 8 | next();
            case 2 -> littleEndian(2);
            default -> littleEndian(4);
          };
      require(distance > 0 && distance <= to - from && length <= out.length - to);
      for (int i = 0; i < length; i++) {
        // Byte by byte: a copy may reach into itself, which repeats a pattern.
        out[to] = out[to - distance];
        to++;
      }
    }
    require(to == out.length);
  }

  private int length() {
    int length = 0;
    for (int shift = 0; shift < Integer.SIZE; shift += 7) {
      int next = next();
      length |= (next & 0x7F) << shift;
      if (next < 0x80) {
        return length;
      }
    }
    throw ThriftReader.damaged("a page cannot be unpacked");
  }

  private int littleEndian(int bytes) {
    int number = 0;
    for (int i = 0; i < bytes; i++) {
      number |= next() << (Byte.SIZE * i);
    }
    return number;
  }

  private int next() {
    require(at < in.length);
    return in[at++] & 0xFF;
  }

  private static void require(boolean condition) {
    if (!condition) {
      throw ThriftReader.damaged("a page cannot be unpacked");
    }
  }
}
