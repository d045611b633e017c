package io.flotilla.registry.search;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;

/**
 * Where a page ended: the position, behind eight bytes of a SHA-256 over it and over the search it
 * belongs to, in URL-safe Base64.
 */
final class Cursor {
  private static final int CHECK_BYTES = 8;
  private static final int MAX_CHARS = 1000;

  private Cursor() {}

  static String write(String position, Query query, Sort sort) {
    byte[] check = check(position, query, sort);
    byte[] raw = position.getBytes(StandardCharsets.US_ASCII);
    byte[] all = Arrays.copyOf(check, CHECK_BYTES + raw.length);
    System.arraycopy(raw, 0, all, CHECK_BYTES, raw.length);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(all);
  }

  /**
   * The position; empty text for the empty cursor.
   *
   * @throws FlotillaException {@code CURSOR_INVALID} if this search did not give it
   */
  static String read(String cursor, Query query, Sort sort) {
    if (cursor.isEmpty()) {
      return "";
    }
    if (cursor.length() > MAX_CHARS) {
      throw invalid();
    }
    byte[] all;
    try {
      all = Base64.getUrlDecoder().decode(cursor);
    } catch (IllegalArgumentException e) {
      throw invalid();
    }
    if (all.length <= CHECK_BYTES) {
      throw invalid();
    }
    String position =
        new String(all, CHECK_BYTES, all.length - CHECK_BYTES, StandardCharsets.US_ASCII);
    byte[] check = Arrays.copyOf(all, CHECK_BYTES);
    if (!Arrays.equals(check, check(position, query, sort))) {
      throw invalid();
    }
    return position;
  }

  private static byte[] check(String position, Query query, Sort sort) {
    MessageDigest sha256 = Digest.newSha256();
    sha256.update(
        SearchDocument.facet(query.text(), sort.toString(), position)
            .getBytes(StandardCharsets.UTF_8));
    return Arrays.copyOf(sha256.digest(), CHECK_BYTES);
  }

  private static FlotillaException invalid() {
    return new FlotillaException(
        ErrorCode.CURSOR_INVALID,
        "the cursor is not one that this search gave: begin without a cursor");
  }
}
