package io.flotilla.hardware;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;

/** Writes protobuf's wire format. */
public final class Proto {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** A varint field. */
  public Proto number(int field, long value) {
    varint((long) field << 3);
    varint(value);
    return this;
  }

  /** A length-delimited field. */
  public Proto bytes(int field, byte[] value) {
    varint(((long) field << 3) | 2);
    varint(value.length);
    out.writeBytes(value);
    return this;
  }

  /** A text field. */
  public Proto text(int field, String value) {
    return bytes(field, value.getBytes(UTF_8));
  }

  /** An embedded message. */
  public Proto message(int field, Proto value) {
    return bytes(field, value.toBytes());
  }

  /** What has been written. */
  public byte[] toBytes() {
    return out.toByteArray();
  }

  private void varint(long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      out.write((int) ((rest & 0x7f) | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
  }
}
