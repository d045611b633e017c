package io.flotilla.registry.dataset.parquet;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import io.flotilla.registry.dataset.table.TableLimits;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** Unpacks pages. */
final class Compression {
  private static final int UNCOMPRESSED = 0;
  private static final int SNAPPY = 1;
  private static final int GZIP = 2;
  private static final int ZSTD = 6;

  /** In the order of the format's numbers. */
  private static final List<String> NAMES =
      List.of("UNCOMPRESSED", "SNAPPY", "GZIP", "LZO", "BROTLI", "LZ4", "ZSTD", "LZ4_RAW");

  private Compression() {}

  /**
   * Checks that pages of this compression can be unpacked.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException {@code DATASET_INVALID}, naming it
   */
  static void require(int codec) {
    if (codec < 0 || codec >= NAMES.size()) {
      throw ThriftReader.damaged("its compression is unknown");
    }
    if (codec != UNCOMPRESSED && codec != SNAPPY && codec != GZIP && codec != ZSTD) {
      throw TableLimits.invalid(
          "the Parquet file is compressed by %s: write it with SNAPPY, GZIP, ZSTD or without"
              .formatted(NAMES.get(codec)));
    }
  }

  /**
   * Unpacks into the rest of an array, which must become full.
   *
   * @param from where the packed bytes begin, up to their end
   * @param to where to begin
   * @throws io.flotilla.bundle.failure.FlotillaException {@code DATASET_INVALID} if they are no
   *     such packed bytes or of another size
   */
  static void unpack(int codec, byte[] packed, int from, byte[] unpacked, int to) {
    int length = packed.length - from;
    int expected = unpacked.length - to;
    if (length == 0 && expected == 0) {
      return;
    }
    switch (codec) {
      case UNCOMPRESSED -> {
        if (length != expected) {
          throw wrongSize();
        }
        System.arraycopy(packed, from, unpacked, to, length);
      }
      case SNAPPY -> new Snappy(packed, from).unpack(unpacked, to);
      case GZIP -> gunzip(new ByteArrayInputStream(packed, from, length), unpacked, to);
      case ZSTD -> unzstd(packed, from, unpacked, to);
      default -> throw new IllegalStateException("the footer was checked for its compression");
    }
  }

  private static void unzstd(byte[] packed, int from, byte[] unpacked, int to) {
    int expected = unpacked.length - to;
    try {
      long size =
          Zstd.decompressByteArray(unpacked, to, expected, packed, from, packed.length - from);
      if (size != expected) {
        throw wrongSize();
      }
    } catch (ZstdException e) {
      throw TableLimits.invalid("the Parquet file is damaged: a page cannot be unpacked", e);
    }
  }

  private static void gunzip(ByteArrayInputStream packed, byte[] unpacked, int to) {
    int expected = unpacked.length - to;
    try (GZIPInputStream in = new GZIPInputStream(packed)) {
      if (in.readNBytes(unpacked, to, expected) != expected || in.read() >= 0) {
        throw wrongSize();
      }
    } catch (IOException e) {
      throw TableLimits.invalid("the Parquet file is damaged: a page cannot be unpacked", e);
    }
  }

  private static RuntimeException wrongSize() {
    return ThriftReader.damaged("a page cannot be unpacked to the size it is said to have");
  }
}
