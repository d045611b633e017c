package io.flotilla.registry.dataset.table;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The limits of every table, whatever its format. */
public final class TableLimits {
  /** Most columns. */
  public static final int MAX_COLUMNS = 4096;

  /** Longest name of a column, in characters. */
  public static final int MAX_NAME_CHARS = 256;

  /** Longest value, in characters. */
  public static final int MAX_VALUE_CHARS = 4096;

  /** Most rows. */
  public static final long MAX_ROWS = 10_000_000;

  /** Most values, missing ones included: rows × columns. */
  public static final long MAX_CELLS = 1L << 28;

  /** Most characters of all values together; a packed format can hold them in far fewer bytes. */
  public static final long MAX_CHARS = 1L << 30;

  private TableLimits() {}

  /**
   * Checks the names of a table's columns.
   *
   * @throws FlotillaException {@code DATASET_INVALID} if there are none or too many, or one is
   *     blank, too long or the name of another
   */
  public static void requireNames(List<String> names) {
    if (names.isEmpty()) {
      throw invalid("the table has no columns");
    }
    if (names.size() > MAX_COLUMNS) {
      throw invalid("the table has more than %d columns".formatted(MAX_COLUMNS));
    }
    Set<String> seen = new HashSet<>();
    for (String name : names) {
      if (name.isBlank()) {
        throw invalid("the header has a column without a name");
      }
      if (name.length() > MAX_NAME_CHARS) {
        throw invalid("a column's name is over %d characters".formatted(MAX_NAME_CHARS));
      }
      requireText(name, "a column's name");
      if (!seen.add(name)) {
        throw invalid("the header names the column %s twice".formatted(name));
      }
    }
  }

  /**
   * Checks that a text has a UTF-8 form and no NUL character, so that every format can hold it.
   *
   * @param what the text is, as the beginning of a sentence
   * @throws FlotillaException {@code DATASET_INVALID}
   */
  public static void requireText(String text, String what) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == 0) {
        throw invalid(what + " has a NUL character");
      }
      if (Character.isSurrogate(c)) {
        boolean pair = i + 1 < text.length() && Character.isSurrogatePair(c, text.charAt(i + 1));
        if (!pair) {
          throw invalid(what + " has half of a surrogate pair");
        }
        i++;
      }
    }
  }

  /** The refusal of a table. */
  public static FlotillaException invalid(String message) {
    return new FlotillaException(ErrorCode.DATASET_INVALID, message);
  }

  /** The refusal of a table, with what was found first. */
  public static FlotillaException invalid(String message, Throwable cause) {
    return new FlotillaException(ErrorCode.DATASET_INVALID, message, cause);
  }
}
