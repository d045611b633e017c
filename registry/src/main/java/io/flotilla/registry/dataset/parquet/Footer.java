package io.flotilla.registry.dataset.parquet;

import io.flotilla.registry.dataset.table.TableLimits;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * What a file says of itself at its end, checked against the file. Numbers are field ids of {@code
 * parquet.thrift}, format 2.11.
 *
 * @param leaves the columns
 * @param groups the row groups in order, each with one chunk for each column
 */
record Footer(List<Leaf> leaves, List<Group> groups) {
  private static final int MAGIC = 0x31524150;
  private static final int MAGIC_ENCRYPTED = 0x45524150;
  private static final int TAIL_BYTES = 2 * Integer.BYTES;
  private static final int MAX_BYTES = 16 << 20;

  /** A row group. */
  record Group(long rows, List<Chunk> chunks) {}

  /**
   * The pages of a column in a row group.
   *
   * @param codec number of the compression
   * @param start of the first page in the file
   * @param length of all pages in bytes
   */
  record Chunk(int codec, long start, long length) {}

  /**
   * Reads the footer of a whole file.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException {@code DATASET_INVALID}
   */
  static Footer read(ByteBuffer file) {
    ByteBuffer bytes = file.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    int size = bytes.limit();
    if (size < TAIL_BYTES + Integer.BYTES) {
      throw ThriftReader.damaged("it is too short");
    }
    int magic = bytes.getInt(size - Integer.BYTES);
    if (magic == MAGIC_ENCRYPTED) {
      throw TableLimits.invalid("the Parquet file is encrypted: only plain files can be read");
    }
    if (magic != MAGIC || bytes.getInt(0) != MAGIC) {
      throw ThriftReader.damaged("it does not begin and end with PAR1");
    }
    int length = bytes.getInt(size - TAIL_BYTES);
    if (length < 1 || length > MAX_BYTES || length > size - TAIL_BYTES - Integer.BYTES) {
      throw ThriftReader.damaged("its footer has no possible length");
    }
    int start = size - TAIL_BYTES - length;
    return new Parser(start).parse(bytes.slice(start, length));
  }

  private static final class Parser {
    /** The pages end where the footer begins. */
    private final int end;

    private final SchemaReader schema = new SchemaReader();
    private final List<Group> groups = new ArrayList<>();
    private long rows;

    Parser(int end) {
      this.end = end;
    }

    Footer parse(ByteBuffer bytes) {
      ThriftReader in = new ThriftReader(bytes);
      in.struct(
          (id, type) -> {
            switch (id) {
              case 2 -> in.structs(type, () -> schema.element(in));
              case 3 -> rows = in.number(type);
              case 4 -> in.structs(type, () -> group(in));
              case 8 ->
                  throw TableLimits.invalid(
                      "the Parquet file is encrypted: only plain files can be read");
              default -> {
                return false;
              }
            }
            return true;
          });
      TableLimits.requireNames(schema.leaves().stream().map(Leaf::name).toList());
      for (Group group : groups) {
        if (group.chunks().size() != schema.leaves().size() || group.rows() < 0) {
          throw ThriftReader.damaged("a row group does not have all columns");
        }
        if (group.rows() > 0) {
          group.chunks().forEach(this::requireWithin);
        }
        rows -= group.rows();
      }
      if (rows != 0) {
        throw ThriftReader.damaged("its row groups do not add up to its rows");
      }
      return new Footer(List.copyOf(schema.leaves()), List.copyOf(groups));
    }

    /** A group without rows may have columns without a place. */
    private void requireWithin(Chunk chunk) {
      if (chunk.start() < Integer.BYTES
          || chunk.length() < 0
          || chunk.start() > end
          || chunk.length() > end - chunk.start()) {
        throw ThriftReader.damaged("a column lies outside of the file");
      }
    }

    private void group(ThriftReader in) {
      List<Chunk> chunks = new ArrayList<>();
      long[] count = new long[1];
      in.struct(
          (id, type) -> {
            switch (id) {
              case 1 -> in.structs(type, () -> chunks.add(chunk(in)));
              case 3 -> count[0] = in.number(type);
              default -> {
                return false;
              }
            }
            return true;
          });
      groups.add(new Group(count[0], List.copyOf(chunks)));
    }

    private Chunk chunk(ThriftReader in) {
      ChunkMetadata metadata = new ChunkMetadata();
      in.struct(
          (id, type) -> {
            switch (id) {
              case 1 ->
                  throw TableLimits.invalid(
                      "the Parquet file has data in other files: only whole files can be read");
              case 3 -> {
                ThriftReader.require(type == ThriftReader.STRUCT);
                in.struct((field, fieldType) -> metadata.read(in, field, fieldType));
              }
              case 8, 9 ->
                  throw TableLimits.invalid(
                      "the Parquet file is encrypted: only plain files can be read");
              default -> {
                return false;
              }
            }
            return true;
          });
      return metadata.chunk();
    }
  }

  private static final class ChunkMetadata {
    private int codec;
    private long length = -1;
    private long dataStart = -1;
    private long dictionaryStart;

    boolean read(ThriftReader in, int id, int type) {
      switch (id) {
        case 4 -> codec = in.int32(type);
        case 7 -> length = in.number(type);
        case 9 -> dataStart = in.number(type);
        case 11 -> dictionaryStart = in.number(type);
        default -> {
          return false;
        }
      }
      return true;
    }

    Chunk chunk() {
      boolean dictionary = dictionaryStart > 0 && dictionaryStart < dataStart;
      Compression.require(codec);
      return new Chunk(codec, dictionary ? dictionaryStart : dataStart, length);
    }
  }
}
