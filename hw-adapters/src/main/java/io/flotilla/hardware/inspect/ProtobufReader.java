package io.flotilla.hardware.inspect;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.function.LongConsumer;

/**
 * Reads protobuf's wire format (protobuf.dev, "Encoding") from a file through one small buffer.
 * What is skipped is not read, so that gigabytes of weights cost nothing. Every length is checked
 * against the message around it, and nesting is bounded.
 */
final class ProtobufReader {
  /** Most messages inside each other; protobuf's own limit. */
  static final int MAX_DEPTH = 100;

  static final int WIRE_VARINT = 0;
  static final int WIRE_FIXED64 = 1;
  static final int WIRE_BYTES = 2;
  static final int WIRE_FIXED32 = 5;

  private static final int BUFFER_BYTES = 1 << 14;
  private static final int MAX_VARINT_BITS = 64;

  /** Takes a field or leaves it to be skipped. */
  @FunctionalInterface
  interface Fields {
    /**
     * Reads the field's value, or returns false without reading anything.
     *
     * @param field number, ≥ 1
     * @param wire wire type
     */
    boolean take(int field, int wire) throws IOException;
  }

  private final SeekableByteChannel channel;
  private final String name;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).limit(0);
  // Where the buffer's next byte lies in the file, and where the message being read ends.
  private long position;
  private long end;
  private int depth;
  private long textBytes;

  ProtobufReader(SeekableByteChannel channel, String name) throws IOException {
    this.channel = channel;
    this.name = name;
    this.end = channel.size();
  }

  /** Reads all fields of the message that ends at the present end. */
  void fields(Fields fields) throws IOException {
    while (position < end) {
      long tag = varint();
      int wire = (int) (tag & 7);
      long field = tag >>> 3;
      if (field < 1 || field >= 1L << 29) {
        throw malformed("no field has the number " + field);
      }
      if (!fields.take((int) field, wire)) {
        skip(wire);
      }
    }
  }

  /** Reads an embedded message. */
  void message(int wire, Fields fields) throws IOException {
    long length = length(wire);
    long outerEnd = end;
    end = position + length;
    if (++depth > MAX_DEPTH) {
      throw malformed("messages are nested deeper than " + MAX_DEPTH);
    }
    fields(fields);
    depth--;
    end = outerEnd;
  }

  /** Reads an integer. */
  long integer(int wire) throws IOException {
    if (wire != WIRE_VARINT) {
      throw malformed("an integer has wire type " + wire);
    }
    return varint();
  }

  /** Reads one element of a repeated integer, or all of them where they are packed. */
  void integers(int wire, LongConsumer elements) throws IOException {
    if (wire == WIRE_VARINT) {
      elements.accept(varint());
      return;
    }
    long length = length(wire);
    long outerEnd = end;
    end = position + length;
    while (position < end) {
      elements.accept(varint());
    }
    end = outerEnd;
  }

  /**
   * How a text begins.
   *
   * @param text its first characters
   * @param whole whether it ends there
   */
  record Beginning(String text, boolean whole) {}

  /** Reads at most so many characters of a text and skips the rest; what is no UTF-8 becomes �. */
  Beginning beginning(int wire, int maxChars) throws IOException {
    long length = length(wire);
    int kept = (int) Math.min(length, 3L * maxChars);
    String text = new String(bytes(kept), StandardCharsets.UTF_8);
    advance(length - kept);
    boolean whole = kept == length && text.length() <= maxChars;
    return new Beginning(text.substring(0, Math.min(text.length(), maxChars)), whole);
  }

  /** Skips a value and gives its bytes, without those that say how many they are. */
  long passed(int wire) throws IOException {
    if (wire == WIRE_BYTES) {
      long length = length(wire);
      advance(length);
      return length;
    }
    long start = position;
    skip(wire);
    return position - start;
  }

  /** Reads a UTF-8 text of at most so many bytes. */
  String text(int wire, int maxBytes) throws IOException {
    long length = length(wire);
    if (length > maxBytes) {
      throw malformed("a text is longer than %d bytes".formatted(maxBytes));
    }
    textBytes += length;
    if (textBytes > OnnxLimits.TEXT_BYTES) {
      throw over(OnnxLimits.TEXT_BYTES, "bytes of names");
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes((int) length)))
          .toString();
    } catch (CharacterCodingException e) {
      throw malformed("a text is not UTF-8");
    }
  }

  /** The refusal of this file, with the place. */
  FlotillaException malformed(String what) {
    return new FlotillaException(
        ErrorCode.MODEL_MALFORMED,
        "%s is truncated or not an ONNX model: %s (at byte %d); export or fetch it again"
            .formatted(name, what, position));
  }

  /** The refusal of a file that is over a limit. */
  FlotillaException over(long most, String what) {
    return new FlotillaException(
        ErrorCode.INSPECTION_FAILED,
        "%s has more than %d %s, and no model with more is taken; export a smaller graph"
            .formatted(name, most, what));
  }

  /** Where the next byte lies in the file. */
  long position() {
    return position;
  }

  private byte[] bytes(int count) throws IOException {
    byte[] bytes = new byte[count];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = next();
    }
    return bytes;
  }

  private void skip(int wire) throws IOException {
    switch (wire) {
      case WIRE_VARINT -> varint();
      case WIRE_FIXED64 -> advance(Long.BYTES);
      case WIRE_BYTES -> advance(length(wire));
      case WIRE_FIXED32 -> advance(Integer.BYTES);
      default -> throw malformed("a field has the unknown wire type " + wire);
    }
  }

  private long length(int wire) throws IOException {
    if (wire != WIRE_BYTES) {
      throw malformed("a text or message has wire type " + wire);
    }
    long length = varint();
    if (length < 0 || length > end - position) {
      throw malformed(
          "a field of %s bytes does not fit the %d that are left"
              .formatted(Long.toUnsignedString(length), end - position));
    }
    return length;
  }

  private long varint() throws IOException {
    long value = 0;
    for (int shift = 0; shift < MAX_VARINT_BITS; shift += 7) {
      byte b = next();
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw malformed("a number is longer than 64 bits");
  }

  private byte next() throws IOException {
    if (position >= end) {
      throw malformed("it ends in the middle of a field");
    }
    if (!buffer.hasRemaining()) {
      buffer.clear();
      int read = channel.position(position).read(buffer);
      buffer.flip();
      if (read <= 0) {
        throw malformed("it became shorter while it was read");
      }
    }
    position++;
    return buffer.get();
  }

  private void advance(long bytes) {
    if (bytes > end - position) {
      throw malformed("it ends in the middle of a field");
    }
    position += bytes;
    if (bytes <= buffer.remaining()) {
      buffer.position(buffer.position() + (int) bytes);
    } else {
      buffer.limit(0);
    }
  }
}
