package io.flotilla.registry.search;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.util.Optional;

/** Takes a query apart at spaces and comparisons that are neither in quotes nor in brackets. */
final class QueryScanner {
  private final String text;
  private int at;

  QueryScanner(String text) {
    this.text = text;
  }

  /** The next term; empty at the end. */
  Optional<QueryParser.Clause> next() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
    if (at == text.length()) {
      return Optional.empty();
    }
    int begin = at + 1;
    String field = part(true);
    Optional<Comparison> comparison = comparison();
    String value = comparison.isPresent() ? part(false) : "";
    return Optional.of(new QueryParser.Clause(begin, field, comparison, value));
  }

  private String part(boolean untilComparison) {
    StringBuilder part = new StringBuilder();
    int brackets = 0;
    while (at < text.length()) {
      char c = text.charAt(at);
      boolean ends = Character.isWhitespace(c) || (untilComparison && isComparison(c));
      if (ends && brackets == 0) {
        break;
      }
      if (c == '"') {
        quoted(part);
      } else {
        brackets += c == '[' ? 1 : c == ']' ? -1 : 0;
        part.append(c);
        at++;
      }
    }
    return part.toString();
  }

  private void quoted(StringBuilder part) {
    int begin = at++;
    while (at < text.length() && text.charAt(at) != '"') {
      boolean escaped = text.charAt(at) == '\\' && at + 1 < text.length();
      at += escaped ? 1 : 0;
      part.append(text.charAt(at++));
    }
    if (at == text.length()) {
      throw new FlotillaException(
          ErrorCode.QUERY_INVALID,
          "at character %d of the query: the quotes are not closed".formatted(begin + 1));
    }
    at++;
  }

  private Optional<Comparison> comparison() {
    int begin = at;
    while (at < text.length() && isComparison(text.charAt(at)) && at - begin < 2) {
      at++;
    }
    if (at == begin) {
      return Optional.empty();
    }
    Optional<Comparison> two = Comparison.of(text.substring(begin, at));
    if (two.isPresent()) {
      return two;
    }
    throw new FlotillaException(
        ErrorCode.QUERY_INVALID,
        "at character %d of the query: \"%s\" is no comparison"
            .formatted(begin + 1, text.substring(begin, at)));
  }

  private static boolean isComparison(char c) {
    return c == '=' || c == '<' || c == '>';
  }
}
