package io.flotilla.registry.search;

/** Patterns with {@code *} for any characters and {@code ?} for one. */
final class Glob {
  private Glob() {}

  /** Whether the whole text fits, in time proportional to the product of both lengths at most. */
  static boolean matches(String pattern, String text) {
    int p = 0;
    int t = 0;
    int star = -1;
    int resume = 0;
    while (t < text.length()) {
      if (p < pattern.length() && pattern.charAt(p) == '*') {
        star = p++;
        resume = t;
      } else if (p < pattern.length() && isOne(pattern.charAt(p), text.charAt(t))) {
        p++;
        t++;
      } else if (star >= 0) {
        p = star + 1;
        t = ++resume;
      } else {
        return false;
      }
    }
    while (p < pattern.length() && pattern.charAt(p) == '*') {
      p++;
    }
    return p == pattern.length();
  }

  private static boolean isOne(char pattern, char actual) {
    return pattern == '?' || pattern == actual;
  }
}
