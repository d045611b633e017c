package io.flotilla.registry.dataset;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.registry.name.Names;
import java.util.regex.Pattern;

/**
 * Which datasets to list.
 *
 * @param name a name in which {@code *} stands for any characters; {@code *} for all
 * @param after the {@code next} of the page before; "" to begin
 * @param limit most entries of the page, 1 to {@link #MAX_LIMIT}
 */
public record DatasetQuery(String name, String after, int limit) {
  /** Most entries of a page. */
  public static final int MAX_LIMIT = 1000;

  private static final Pattern NAME = Pattern.compile("[a-z0-9._*-]{1,64}");
  private static final Pattern CURSOR = Pattern.compile("([^:]+):([0-9]{10})");

  /**
   * Checks the components.
   *
   * @throws FlotillaException {@code QUERY_INVALID} if the name cannot match any; {@code
   *     CURSOR_INVALID}; {@code INPUT_INVALID} if the limit is out of range
   */
  public DatasetQuery {
    if (!NAME.matcher(name).matches()) {
      throw new FlotillaException(
          ErrorCode.QUERY_INVALID,
          "a name to search by has 1 to 64 of a-z, 0-9, '.', '_', '-' and '*'");
    }
    if (!after.isEmpty()) {
      var cursor = CURSOR.matcher(after);
      if (!cursor.matches() || !Names.isName(cursor.group(1))) {
        throw new FlotillaException(
            ErrorCode.CURSOR_INVALID, "the cursor was not given by a list of datasets");
      }
    }
    if (limit < 1 || limit > MAX_LIMIT) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID, "a page has 1 to %d datasets".formatted(MAX_LIMIT));
    }
  }

  /** Whether a dataset of this name is looked for. */
  boolean matches(String candidate) {
    // Greedy matching with one place to go back to: linear in candidate × stars, never worse.
    int at = 0;
    int pattern = 0;
    int star = -1;
    int mark = 0;
    while (at < candidate.length()) {
      if (pattern < name.length() && name.charAt(pattern) == '*') {
        star = pattern++;
        mark = at;
      } else if (pattern < name.length() && name.charAt(pattern) == candidate.charAt(at)) {
        pattern++;
        at++;
      } else if (star >= 0) {
        pattern = star + 1;
        at = ++mark;
      } else {
        return false;
      }
    }
    while (pattern < name.length() && name.charAt(pattern) == '*') {
      pattern++;
    }
    return pattern == name.length();
  }

  /** What every name that matches begins with. */
  String literalPrefix() {
    int star = name.indexOf('*');
    return star < 0 ? name + "/" : name.substring(0, star);
  }
}
