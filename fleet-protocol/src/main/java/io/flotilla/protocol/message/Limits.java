package io.flotilla.protocol.message;

/** Size limits of the protocol. A message beyond one is refused whole. */
public final class Limits {
  /** Most bytes of any message's payload. */
  public static final int MAX_PAYLOAD_BYTES = 256 * 1024;

  /** Bytes of every chunk of a bundle but the last. */
  public static final int CHUNK_BYTES = 64 * 1024;

  /** Most bytes of a bundle's archive: 2 GiB. */
  public static final long MAX_ARCHIVE_BYTES = 2L << 30;

  /** Most predictions in one capture message. */
  public static final int MAX_PREDICTIONS = 1024;

  /** Most characters of a text that a device sends for people to read. */
  public static final int MAX_DETAIL_CHARS = 500;

  /**
   * Largest sequence or assignment number that a controller believes a device to have seen:
   * counting goes on from there without end, and exactly in JSON's numbers too.
   */
  public static final long MAX_CLAIMED_NUMBER = 1L << 52;

  private Limits() {}

  /** The text, cut to {@link #MAX_DETAIL_CHARS}. */
  public static String detail(String text) {
    return text.length() <= MAX_DETAIL_CHARS ? text : text.substring(0, MAX_DETAIL_CHARS);
  }
}
