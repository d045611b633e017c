package io.flotilla.registry.dataset.parquet;

import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.registry.dataset.table.TableLimits;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Reads Thrift's compact protocol. What is read is bounded by the bytes that are there: no length
 * is believed beyond them, and nesting ends at {@value #MAX_DEPTH}. Numbers in comments are types
 * of the protocol.
 */
final class ThriftReader {
  static final int TRUE = 1;
  static final int FALSE = 2;
  static final int LIST = 9;
  static final int STRUCT = 12;

  private static final int BYTE = 3;
  private static final int I16 = 4;
  private static final int I32 = 5;
  private static final int I64 = 6;
  private static final int DOUBLE = 7;
  private static final int BINARY = 8;
  private static final int SET = 10;
  private static final int MAP = 11;
  private static final int UUID = 13;
  private static final int UUID_BYTES = 16;
  private static final int MAX_DEPTH = 16;
  private static final int MAX_VARINT_BITS = 63;

  private final ByteBuffer bytes;
  private int depth;

  /** Reads from here to the limit of the buffer, whose own position stays. */
  ThriftReader(ByteBuffer bytes) {
    this.bytes = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Takes the fields of a struct. */
  @FunctionalInterface
  interface Fields {
    /**
     * Reads the field.
     *
     * @return false without having read anything if the field is of no interest
     */
    boolean read(int id, int type);
  }

  /** Bytes read so far. */
  int position() {
    return bytes.position();
  }

  /** Reads a struct, field by field. */
  void struct(Fields fields) {
    if (++depth > MAX_DEPTH) {
      throw damaged("its metadata are nested too deep");
    }
    int id = 0;
    for (int header = unsigned(); header != 0; header = unsigned()) {
      int delta = header >>> 4;
      id = delta == 0 ? (int) zigzag() : id + delta;
      int type = header & 0xF;
      if (!fields.read(id, type)) {
        skip(type);
      }
    }
    depth--;
  }

  /** Reads a list of structs. */
  void structs(int type, Runnable each) {
    require(type == LIST);
    int header = unsigned();
    require((header & 0xF) == STRUCT);
    for (int left = size(header >>> 4); left > 0; left--) {
      each.run();
    }
  }

  /** Whole number of any size. */
  long number(int type) {
    return switch (type) {
      case BYTE -> bytes.get(take(1));
      case I16, I32, I64 -> zigzag();
      default -> throw damaged("its metadata are not what they should be");
    };
  }

  /** Whole number of 32 bits. */
  int int32(int type) {
    long number = number(type);
    require(number == (int) number);
    return (int) number;
  }

  /** True or false, which a field has in its type. */
  boolean truth(int type) {
    require(type == TRUE || type == FALSE);
    return type == TRUE;
  }

  /** Text of at most so many bytes. */
  String text(int type, int maxBytes) {
    require(type == BINARY);
    int length = length();
    require(length <= maxBytes);
    byte[] text = new byte[length];
    bytes.get(take(length), text);
    return new String(text, StandardCharsets.UTF_8);
  }

  static void require(boolean condition) {
    if (!condition) {
      throw damaged("its metadata are not what they should be");
    }
  }

  static FlotillaException damaged(String how) {
    return TableLimits.invalid("the Parquet file is damaged: " + how);
  }

  private void skip(int type) {
    switch (type) {
      case TRUE, FALSE -> {}
      case BYTE -> take(1);
      case I16, I32, I64 -> zigzag();
      case DOUBLE -> take(Double.BYTES);
      case BINARY -> take(length());
      case LIST, SET -> {
        int header = unsigned();
        skipAll(size(header >>> 4), header & 0xF);
      }
      case MAP -> skipMap();
      case STRUCT -> struct((id, fieldType) -> false);
      case UUID -> take(UUID_BYTES);
      default -> throw damaged("its metadata have an unknown type");
    }
  }

  private void skipMap() {
    int size = length();
    if (size > 0) {
      int types = unsigned();
      for (int i = 0; i < size; i++) {
        skipElement(types >>> 4);
        skipElement(types & 0xF);
      }
    }
  }

  private void skipAll(int size, int type) {
    if (++depth > MAX_DEPTH) {
      throw damaged("its metadata are nested too deep");
    }
    for (int i = 0; i < size; i++) {
      skipElement(type);
    }
    depth--;
  }

  /** Of a list or map, where a truth has a byte of its own. */
  private void skipElement(int type) {
    if (type == TRUE || type == FALSE) {
      take(1);
    } else {
      skip(type);
    }
  }

  private int size(int nibble) {
    return nibble == 0xF ? length() : nibble;
  }

  /** A length that the bytes left can hold. */
  private int length() {
    long length = varint();
    require(length >= 0 && length <= bytes.remaining());
    return (int) length;
  }

  private int unsigned() {
    return bytes.get(take(1)) & 0xFF;
  }

  private long zigzag() {
    long number = varint();
    return (number >>> 1) ^ -(number & 1);
  }

  private long varint() {
    long number = 0;
    for (int shift = 0; shift <= MAX_VARINT_BITS; shift += 7) {
      int next = unsigned();
      number |= (long) (next & 0x7F) << shift;
      if (next < 0x80) {
        return number;
      }
    }
    throw damaged("its metadata have a number that does not end");
  }

  /** Moves on and gives the place before. */
  private int take(int length) {
    if (length > bytes.remaining()) {
      throw damaged("it ends within its metadata");
    }
    int at = bytes.position();
    bytes.position(at + length);
    return at;
  }
}
