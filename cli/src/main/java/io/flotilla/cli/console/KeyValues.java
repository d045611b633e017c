package io.flotilla.cli.console;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.cli.codec.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads {@code key=value} and {@code name:version} as typed on a command line. */
public final class KeyValues {
  private KeyValues() {}

  /**
   * The pairs in order, none for null; a later value of a key replaces an earlier one.
   *
   * @throws FlotillaException {@code INPUT_INVALID} if one has no {@code =} or no key
   */
  public static Map<String, String> parse(@Nullable List<String> pairs) {
    Map<String, String> values = new LinkedHashMap<>();
    for (String pair : pairs == null ? List.<String>of() : pairs) {
      int equals = pair.indexOf('=');
      if (equals < 1) {
        throw new FlotillaException(
            ErrorCode.INPUT_INVALID, "'%s' is not of the form key=value".formatted(pair));
      }
      values.put(pair.substring(0, equals), pair.substring(equals + 1));
    }
    return values;
  }

  /** Labels or tags as {@code a=b, c=d}. */
  public static String text(Json object) {
    StringBuilder text = new StringBuilder();
    for (String name : object.names()) {
      text.append(text.isEmpty() ? "" : ", ").append(name).append('=');
      text.append(object.get(name).asText());
    }
    return text.toString();
  }

  /**
   * A version of something, as in {@code digits:3}.
   *
   * @param name the part before the last colon
   * @param version the number after it, from 1
   */
  public record Version(String name, int version) {
    /**
     * Reads {@code name:version}.
     *
     * @throws FlotillaException {@code INPUT_INVALID} if it is not of that form
     */
    public static Version parse(String text) {
      int colon = text.lastIndexOf(':');
      try {
        int version = Integer.parseInt(text.substring(colon + 1));
        if (colon > 0 && version > 0) {
          return new Version(text.substring(0, colon), version);
        }
      } catch (NumberFormatException e) {
        throw new FlotillaException(ErrorCode.INPUT_INVALID, complaint(text), e);
      }
      throw new FlotillaException(ErrorCode.INPUT_INVALID, complaint(text));
    }

    private static String complaint(String text) {
      return "'%s' is not a version such as digits:3".formatted(text);
    }

    @Override
    public String toString() {
      return name + ":" + version;
    }
  }
}
