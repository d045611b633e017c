package io.flotilla.registry.dataset.parquet;

import java.nio.ByteBuffer;
import java.util.OptionalInt;

/**
 * What stands before a page. Numbers are field ids of {@code parquet.thrift}, format 2.11.
 *
 * @param kind of page
 * @param bytes how long this header is
 * @param size of the page, compressed
 * @param uncompressedSize of the page; in a page of version 2 with its levels, which never are
 *     compressed
 * @param crc of the page as it is stored
 * @param data of a page with values
 */
record PageHeader(
    Kind kind, int bytes, int size, int uncompressedSize, OptionalInt crc, Data data) {
  /** Kinds of pages. */
  enum Kind {
    DATA,
    INDEX,
    DICTIONARY,
    DATA_V2
  }

  /**
   * What a header says of the values.
   *
   * @param values how many, missing ones included
   * @param encoding number of the encoding
   * @param levelEncoding number of the encoding of the definition levels in version 1
   * @param definitionBytes of the definition levels in version 2
   * @param repetitionBytes of the repetition levels in version 2
   * @param compressed whether the values of version 2 are
   */
  record Data(
      int values,
      int encoding,
      int levelEncoding,
      int definitionBytes,
      int repetitionBytes,
      boolean compressed) {}

  /**
   * Reads the header that the buffer begins with.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException {@code DATASET_INVALID}
   */
  static PageHeader read(ByteBuffer bytes) {
    ThriftReader in = new ThriftReader(bytes);
    Fields fields = new Fields();
    in.struct((id, type) -> fields.read(in, id, type));
    ThriftReader.require(fields.size >= 0 && fields.uncompressedSize >= 0);
    ThriftReader.require(fields.values >= 0);
    ThriftReader.require(fields.definitionBytes >= 0 && fields.repetitionBytes >= 0);
    return new PageHeader(
        kind(fields.kind),
        in.position(),
        fields.size,
        fields.uncompressedSize,
        fields.crc,
        new Data(
            fields.values,
            fields.encoding,
            fields.levelEncoding,
            fields.definitionBytes,
            fields.repetitionBytes,
            fields.compressed));
  }

  private static Kind kind(int number) {
    return switch (number) {
      case 0 -> Kind.DATA;
      case 1 -> Kind.INDEX;
      case 2 -> Kind.DICTIONARY;
      case 3 -> Kind.DATA_V2;
      default -> throw ThriftReader.damaged("a page is of an unknown kind");
    };
  }

  private static final class Fields {
    private static final int RLE = 3;

    private int kind = -1;
    private int size = -1;
    private int uncompressedSize = -1;
    private OptionalInt crc = OptionalInt.empty();
    private int values;
    private int encoding = -1;
    private int levelEncoding = RLE;
    private int definitionBytes;
    private int repetitionBytes;
    private boolean compressed = true;

    boolean read(ThriftReader in, int id, int type) {
      switch (id) {
        case 1 -> kind = in.int32(type);
        case 2 -> uncompressedSize = in.int32(type);
        case 3 -> size = in.int32(type);
        case 4 -> crc = OptionalInt.of(in.int32(type));
        case 5, 7, 8 -> {
          ThriftReader.require(type == ThriftReader.STRUCT);
          in.struct(
              (field, fieldType) ->
                  id == 8
                      ? readVersion2(in, field, fieldType)
                      : readVersion1(in, field, fieldType));
        }
        default -> {
          return false;
        }
      }
      return true;
    }

    /** Also the first two fields of a dictionary page. */
    private boolean readVersion1(ThriftReader in, int field, int type) {
      switch (field) {
        case 1 -> values = in.int32(type);
        case 2 -> encoding = in.int32(type);
        case 3 -> {
          if (type == ThriftReader.TRUE || type == ThriftReader.FALSE) {
            return false;
          }
          levelEncoding = in.int32(type);
        }
        default -> {
          return false;
        }
      }
      return true;
    }

    private boolean readVersion2(ThriftReader in, int field, int type) {
      switch (field) {
        case 1 -> values = in.int32(type);
        case 4 -> encoding = in.int32(type);
        case 5 -> definitionBytes = in.int32(type);
        case 6 -> repetitionBytes = in.int32(type);
        case 7 -> compressed = in.truth(type);
        default -> {
          return false;
        }
      }
      return true;
    }
  }
}
