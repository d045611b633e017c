package io.flotilla.bundle.signing;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Optional;

/**
 * ECDSA signature values in DER (RFC 3279, section 2.2.3). Only the one distinguished encoding is
 * taken: the platform's own verifier is laxer.
 */
final class EcdsaDer {
  private static final int SEQUENCE = 0x30;
  private static final int INTEGER = 0x02;
  private static final int LONG_FORM_1 = 0x81;
  private static final int MAX_SHORT_LENGTH = 0x7f;

  private EcdsaDer() {}

  /**
   * The two integers of a signature.
   *
   * @param r first, from 1
   * @param s second, from 1
   */
  record Value(BigInteger r, BigInteger s) {}

  /** The encoding of a signature value. */
  static byte[] encode(Value value) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    append(body, INTEGER, value.r().toByteArray());
    append(body, INTEGER, value.s().toByteArray());
    ByteArrayOutputStream der = new ByteArrayOutputStream();
    append(der, SEQUENCE, body.toByteArray());
    return der.toByteArray();
  }

  /**
   * Reads a signature value.
   *
   * @param order of the group; r and s lie below it
   * @return empty if this is not the distinguished encoding of two integers within 1 and order − 1
   */
  static Optional<Value> decode(byte[] der, BigInteger order) {
    Optional<byte[]> body = contentAt(der, 0, SEQUENCE);
    Optional<byte[]> r = body.flatMap(bytes -> contentAt(bytes, 0, INTEGER));
    if (body.isEmpty() || r.isEmpty()) {
      return Optional.empty();
    }
    Optional<byte[]> s = contentAt(body.get(), 2 + r.get().length, INTEGER);
    if (s.isEmpty() || r.get().length == 0 || s.get().length == 0) {
      return Optional.empty();
    }
    Value value = new Value(new BigInteger(r.get()), new BigInteger(s.get()));
    boolean inRange = isWithin(value.r(), order) && isWithin(value.s(), order);
    return inRange && Arrays.equals(encode(value), der) ? Optional.of(value) : Optional.empty();
  }

  private static boolean isWithin(BigInteger value, BigInteger order) {
    return value.signum() > 0 && value.compareTo(order) < 0;
  }

  /** Content of the element that begins at an offset; what follows it is left to the caller. */
  private static Optional<byte[]> contentAt(byte[] der, int offset, int tag) {
    if (der.length < offset + 2 || Byte.toUnsignedInt(der[offset]) != tag) {
      return Optional.empty();
    }
    int length = Byte.toUnsignedInt(der[offset + 1]);
    int begin = offset + 2;
    if (length == LONG_FORM_1 && der.length > begin) {
      length = Byte.toUnsignedInt(der[begin]);
      begin++;
    } else if (length > MAX_SHORT_LENGTH) {
      return Optional.empty();
    }
    return der.length - begin < length
        ? Optional.empty()
        : Optional.of(Arrays.copyOfRange(der, begin, begin + length));
  }

  private static void append(ByteArrayOutputStream out, int tag, byte[] content) {
    out.write(tag);
    if (content.length > MAX_SHORT_LENGTH) {
      out.write(LONG_FORM_1);
    }
    out.write(content.length);
    out.writeBytes(content);
  }
}
