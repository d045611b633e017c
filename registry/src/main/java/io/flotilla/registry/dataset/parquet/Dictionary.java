package io.flotilla.registry.dataset.parquet;

import io.flotilla.registry.dataset.parquet.Leaf.Physical;

/** The different values of a column in a row group, to which pages refer by number. */
final class Dictionary {
  private final byte[] page;
  private final int size;
  private final int width;

  /** Where each value begins, and the last ends, in a dictionary of values of different lengths. */
  private final int[] starts;

  /**
   * Finds the values of an unpacked page.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException {@code DATASET_INVALID} if they are not
   *     there
   */
  Dictionary(Leaf leaf, byte[] page, int size) {
    boolean lengths = leaf.physical() == Physical.BYTE_ARRAY;
    int least = lengths ? Integer.BYTES : leaf.width();
    if (least == 0 || (long) size * least > page.length) {
      throw ThriftReader.damaged("a dictionary does not have the values that it says");
    }
    this.page = page;
    this.size = size;
    width = leaf.width();
    starts = lengths ? starts(page, size) : new int[0];
  }

  /** The values of a data page that refers to this dictionary. */
  PageValues values(byte[] data, int from) {
    if (from == data.length) {
      return value -> {
        throw ThriftReader.damaged("a page ends within its values");
      };
    }
    HybridRle numbers = new HybridRle(data, from + 1, data.length, data[from]);
    return value -> {
      int number = numbers.next();
      if (number < 0 || number >= size) {
        throw ThriftReader.damaged("a page refers to a value that its dictionary does not have");
      }
      if (width > 0) {
        value.set(page, number * width, width);
      } else {
        int start = starts[number] + Integer.BYTES;
        value.set(page, start, starts[number + 1] - start);
      }
    };
  }

  private static int[] starts(byte[] page, int size) {
    int[] starts = new int[size + 1];
    Slice slice = new Slice();
    int at = 0;
    for (int i = 0; i < size; i++) {
      starts[i] = at;
      slice.set(page, at, Integer.BYTES);
      int length = slice.int32();
      slice.set(page, at + Integer.BYTES, length);
      at += Integer.BYTES + length;
    }
    starts[size] = at;
    return starts;
  }
}
