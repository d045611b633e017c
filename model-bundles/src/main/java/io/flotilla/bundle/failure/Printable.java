package io.flotilla.bundle.failure;

/** Foreign text in messages: what others wrote must not steer a terminal or flood a log. */
public final class Printable {
  private static final int MAX_CHARS = 200;

  private Printable() {}

  /**
   * The text with everything but visible ASCII characters and spaces replaced by {@code ?}, cut to
   * 200 characters.
   */
  public static String of(String foreign) {
    String cut = foreign.length() <= MAX_CHARS ? foreign : foreign.substring(0, MAX_CHARS);
    return cut.replaceAll("[^\\x20-\\x7e]", "?");
  }
}
