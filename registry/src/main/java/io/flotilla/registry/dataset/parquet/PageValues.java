package io.flotilla.registry.dataset.parquet;

import io.flotilla.registry.dataset.parquet.Leaf.Physical;
import io.flotilla.registry.dataset.table.TableLimits;
import org.jspecify.annotations.Nullable;

/** The values of a page, one after the other. */
interface PageValues {
  int PLAIN = 0;
  int PLAIN_DICTIONARY = 2;
  int RLE = 3;
  int DELTA_BINARY_PACKED = 5;
  int DELTA_LENGTH_BYTE_ARRAY = 6;
  int DELTA_BYTE_ARRAY = 7;
  int RLE_DICTIONARY = 8;
  int BYTE_STREAM_SPLIT = 9;

  /** Lays the slice over the next value. */
  void next(Slice value);

  /**
   * The values of a page.
   *
   * @param page unpacked, with its levels
   * @param from where the values begin; they go to its end
   * @throws io.flotilla.bundle.failure.FlotillaException {@code DATASET_INVALID} if the encoding is
   *     unknown or not one for such values
   */
  static PageValues of(
      int encoding, Leaf leaf, byte[] page, int from, @Nullable Dictionary dictionary) {
    Physical physical = leaf.physical();
    boolean whole = physical == Physical.INT32 || physical == Physical.INT64;
    boolean text = physical == Physical.BYTE_ARRAY;
    return switch (encoding) {
      case PLAIN -> plain(leaf, page, from);
      case PLAIN_DICTIONARY, RLE_DICTIONARY -> {
        if (dictionary == null) {
          throw ThriftReader.damaged("a page needs a dictionary that is not there");
        }
        yield dictionary.values(page, from);
      }
      case RLE -> {
        require(physical == Physical.BOOLEAN, leaf, encoding);
        yield booleans(new HybridRle(page, from + Integer.BYTES, page.length, 1));
      }
      case DELTA_BINARY_PACKED -> {
        require(whole, leaf, encoding);
        yield wholes(new DeltaInts(page, from), leaf.width());
      }
      case DELTA_LENGTH_BYTE_ARRAY -> {
        require(text, leaf, encoding);
        yield new DeltaLengths(page, from);
      }
      case DELTA_BYTE_ARRAY -> {
        require(text || physical == Physical.FIXED_LEN_BYTE_ARRAY, leaf, encoding);
        yield new DeltaBytes(page, from);
      }
      case BYTE_STREAM_SPLIT -> {
        require(leaf.width() > 0 && physical != Physical.INT96, leaf, encoding);
        yield split(page, from, leaf.width());
      }
      default ->
          throw TableLimits.invalid(
              "the column %s has the encoding %d, which cannot be read"
                  .formatted(leaf.name(), encoding));
    };
  }

  private static void require(boolean allowed, Leaf leaf, int encoding) {
    if (!allowed) {
      throw TableLimits.invalid(
          "the column %s of type %s cannot have the encoding %d"
              .formatted(leaf.name(), leaf.physical(), encoding));
    }
  }

  private static PageValues plain(Leaf leaf, byte[] page, int from) {
    return switch (leaf.physical()) {
      case BOOLEAN -> {
        int[] bit = {from * Byte.SIZE};
        byte[] one = new byte[1];
        yield value -> {
          int at = bit[0]++;
          if (at / Byte.SIZE >= page.length) {
            throw ThriftReader.damaged("a page ends within its values");
          }
          one[0] = (byte) (page[at / Byte.SIZE] >>> at % Byte.SIZE & 1);
          value.set(one, 0, 1);
        };
      }
      case BYTE_ARRAY -> {
        int[] at = {from};
        yield value -> {
          value.set(page, at[0], Integer.BYTES);
          int length = value.int32();
          value.set(page, at[0] + Integer.BYTES, length);
          at[0] += Integer.BYTES + length;
        };
      }
      default -> {
        int[] at = {from};
        int width = leaf.width();
        yield value -> {
          value.set(page, at[0], width);
          at[0] += width;
        };
      }
    };
  }

  private static PageValues booleans(HybridRle bits) {
    byte[] one = new byte[1];
    return value -> {
      one[0] = (byte) bits.next();
      value.set(one, 0, 1);
    };
  }

  private static PageValues wholes(DeltaInts numbers, int width) {
    byte[] bytes = new byte[Long.BYTES];
    return value -> {
      long number = numbers.next();
      for (int i = 0; i < Long.BYTES; i++) {
        bytes[i] = (byte) (number >>> (Byte.SIZE * i));
      }
      value.set(bytes, 0, width);
    };
  }

  /** The first bytes of all values, then the second ones, and so on. */
  private static PageValues split(byte[] page, int from, int width) {
    int count = (page.length - from) / width;
    byte[] bytes = new byte[width];
    int[] next = {0};
    return value -> {
      int at = next[0]++;
      if (at >= count) {
        throw ThriftReader.damaged("a page ends within its values");
      }
      for (int i = 0; i < width; i++) {
        bytes[i] = page[from + i * count + at];
      }
      value.set(bytes, 0, width);
    };
  }

  /** All lengths, then all bytes. */
  final class DeltaLengths implements PageValues {
    private final byte[] page;
    private final DeltaInts lengths;
    private int at;

    DeltaLengths(byte[] page, int from) {
      this.page = page;
      lengths = new DeltaInts(page, from);
      at = new DeltaInts(page, from).end();
    }

    @Override
    public void next(Slice value) {
      long length = lengths.next();
      if (length < 0 || length > page.length) {
        throw ThriftReader.damaged("a value has no possible length");
      }
      value.set(page, at, (int) length);
      at += (int) length;
    }
  }

  /** How much of the value before is repeated, for all values, then what follows it. */
  final class DeltaBytes implements PageValues {
    private static final int MAX_BYTES = TableLimits.MAX_VALUE_CHARS * 4;

    private final DeltaInts prefixes;
    private final DeltaLengths suffixes;
    private final byte[] last = new byte[MAX_BYTES];
    private int lastLength;

    DeltaBytes(byte[] page, int from) {
      prefixes = new DeltaInts(page, from);
      suffixes = new DeltaLengths(page, new DeltaInts(page, from).end());
    }

    @Override
    public void next(Slice value) {
      long prefix = prefixes.next();
      suffixes.next(value);
      if (prefix < 0 || prefix > lastLength || value.length() > MAX_BYTES - prefix) {
        throw ThriftReader.damaged("a value has no possible length");
      }
      System.arraycopy(value.bytes(), value.from(), last, (int) prefix, value.length());
      lastLength = (int) prefix + value.length();
      value.set(last, 0, lastLength);
    }
  }
}
