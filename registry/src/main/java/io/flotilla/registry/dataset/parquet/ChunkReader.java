package io.flotilla.registry.dataset.parquet;

import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/** Reads a column of a row group value by value, and holds one page of it and its dictionary. */
final class ChunkReader {
  private final ByteBuffer chunk;
  private final int codec;
  private final Leaf leaf;
  private final Budget budget;
  private final Slice slice = new Slice();

  private @Nullable Dictionary dictionary;
  private long dictionaryBytes;

  // Of the page.
  private @Nullable PageValues values;
  private @Nullable HybridRle levels;
  private int left;
  private int pageBytes;

  ChunkReader(ByteBuffer file, Footer.Chunk chunk, Leaf leaf, Budget budget) {
    this.chunk = file.slice((int) chunk.start(), (int) chunk.length());
    this.codec = chunk.codec();
    this.leaf = leaf;
    this.budget = budget;
  }

  /** The next value; null if it is missing. */
  @Nullable Slice next() {
    while (left == 0) {
      readPage();
    }
    left--;
    if (levels != null && levels.next() == 0) {
      return null;
    }
    if (values == null) {
      throw ThriftReader.damaged("a column has values before its first page");
    }
    values.next(slice);
    return slice;
  }

  /** Gives the memory of the pages back. */
  void release() {
    budget.giveBack(pageBytes + dictionaryBytes);
    pageBytes = 0;
    dictionaryBytes = 0;
  }

  private void readPage() {
    if (!chunk.hasRemaining()) {
      throw ThriftReader.damaged("a column ends before the row group does");
    }
    PageHeader header = PageHeader.read(chunk);
    chunk.position(chunk.position() + header.bytes());
    if (header.size() > chunk.remaining()) {
      throw ThriftReader.damaged("a page goes beyond its column");
    }
    if (header.kind() == PageHeader.Kind.INDEX) {
      chunk.position(chunk.position() + header.size());
      return;
    }
    budget.take((long) header.size() + header.uncompressedSize());
    byte[] packed = new byte[header.size()];
    chunk.get(packed);
    header.crc().ifPresent(crc -> requireCrc(packed, crc));
    switch (header.kind()) {
      case DICTIONARY -> readDictionary(header, packed);
      case DATA -> readData(header, packed);
      default -> readData2(header, packed);
    }
    budget.giveBack(header.size());
  }

  private void readDictionary(PageHeader header, byte[] packed) {
    int encoding = header.data().encoding();
    if (dictionary != null
        || (encoding != PageValues.PLAIN && encoding != PageValues.PLAIN_DICTIONARY)) {
      throw ThriftReader.damaged("a column has a dictionary that cannot be");
    }
    byte[] page = new byte[header.uncompressedSize()];
    Compression.unpack(codec, packed, 0, page, 0);
    dictionary = new Dictionary(leaf, page, header.data().values());
    dictionaryBytes = page.length;
  }

  private void readData(PageHeader header, byte[] packed) {
    byte[] page = new byte[header.uncompressedSize()];
    Compression.unpack(codec, packed, 0, page, 0);
    int from = 0;
    HybridRle found = null;
    if (leaf.optional()) {
      if (header.data().levelEncoding() != PageValues.RLE) {
        throw ThriftReader.damaged("its levels have an encoding of old that cannot be read");
      }
      slice.set(page, 0, Integer.BYTES);
      int length = slice.int32();
      slice.set(page, Integer.BYTES, length);
      from = Integer.BYTES + length;
      found = new HybridRle(page, Integer.BYTES, from, 1);
    }
    begin(header, page, from, found);
  }

  private void readData2(PageHeader header, byte[] packed) {
    PageHeader.Data data = header.data();
    int from = data.definitionBytes();
    if (data.repetitionBytes() != 0
        || from > packed.length
        || from > header.uncompressedSize()
        || (!leaf.optional() && from > 0)) {
      throw ThriftReader.damaged("a page has levels that cannot be");
    }
    byte[] page = new byte[header.uncompressedSize()];
    System.arraycopy(packed, 0, page, 0, from);
    Compression.unpack(data.compressed() ? codec : 0, packed, from, page, from);
    begin(header, page, from, leaf.optional() ? new HybridRle(page, 0, from, 1) : null);
  }

  private void begin(PageHeader header, byte[] page, int from, @Nullable HybridRle found) {
    budget.giveBack(pageBytes);
    pageBytes = page.length;
    levels = found;
    left = header.data().values();
    values =
        left == 0 ? null : PageValues.of(header.data().encoding(), leaf, page, from, dictionary);
  }

  private static void requireCrc(byte[] packed, int expected) {
    CRC32 crc = new CRC32();
    crc.update(packed);
    if ((int) crc.getValue() != expected) {
      throw ThriftReader.damaged("a page does not have the checksum that it should");
    }
  }
}
