package io.flotilla.registry.lineage;

/**
 * How wide a text is, without the font that will draw it: from the widths of a wide sans-serif, so
 * that narrower ones fit as well.
 */
final class TextFit {
  private static final double NARROW = .38;
  private static final double USUAL = .62;
  private static final double WIDE = .78;
  private static final double WIDEST = 1.0;
  private static final int LATIN = 0x250;

  private TextFit() {}

  /** Width of a text in pixels, rather too large than too small. */
  static double width(String text, double fontSize) {
    return text.codePoints().mapToDouble(TextFit::em).sum() * fontSize;
  }

  /** The text, or as much of its beginning as fits, with an ellipsis. */
  static String fit(String text, double fontSize, double most) {
    if (width(text, fontSize) <= most) {
      return text;
    }
    int end = text.length();
    while (end > 0 && width(text.substring(0, end) + "…", fontSize) > most) {
      end = text.offsetByCodePoints(end, -1);
    }
    return text.substring(0, end).stripTrailing() + "…";
  }

  private static double em(int character) {
    if (character >= LATIN) {
      return WIDEST;
    }
    if ("ijlI.,:;'|!()[]/ft ".indexOf(character) >= 0) {
      return NARROW;
    }
    if ("mwMW@%".indexOf(character) >= 0) {
      return WIDEST;
    }
    return Character.isUpperCase(character) ? WIDE : USUAL;
  }
}
