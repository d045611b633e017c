package io.flotilla.registry.audit;

/**
 * Where the log is stored.
 *
 * <pre>
 * audit/00000000000000000001   the entries
 * audit-head                   the last entry's number and hash
 * </pre>
 */
final class AuditKeys {
  static final String ENTRIES = "audit/";
  static final String HEAD = "audit-head";
  private static final int SEQUENCE_DIGITS = 19;

  private AuditKeys() {}

  static String entry(long sequence) {
    return ENTRIES + "%019d".formatted(sequence);
  }

  /** The number in the key of an entry; 0 if there is none in it. */
  static long sequence(String entryKey) {
    String digits = entryKey.substring(ENTRIES.length());
    boolean number =
        digits.length() == SEQUENCE_DIGITS && digits.chars().allMatch(c -> c >= '0' && c <= '9');
    try {
      return number ? Long.parseLong(digits) : 0;
    } catch (NumberFormatException e) {
      return 0; // over the largest long, which no entry ever is
    }
  }

  static boolean isOwn(String key) {
    return key.startsWith(ENTRIES) || key.equals(HEAD);
  }

  static boolean isOwnPrefix(String prefix) {
    return prefix.equals(ENTRIES);
  }
}
