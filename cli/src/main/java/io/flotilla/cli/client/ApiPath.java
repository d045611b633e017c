package io.flotilla.cli.client;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A path of the API with everything a user typed escaped, so that no name can reach another call.
 * Immutable.
 */
public final class ApiPath {
  private final String text;
  private final boolean hasQuery;

  private ApiPath(String text, boolean hasQuery) {
    this.text = text;
    this.hasQuery = hasQuery;
  }

  /** {@code /segment/segment/…}. */
  public static ApiPath of(Object... segments) {
    StringBuilder text = new StringBuilder();
    for (Object segment : segments) {
      text.append('/').append(escape(segment.toString()));
    }
    return new ApiPath(text.toString(), false);
  }

  /** With one more query parameter. */
  public ApiPath query(String name, Object value) {
    return new ApiPath(
        text + (hasQuery ? "&" : "?") + escape(name) + "=" + escape(value.toString()), true);
  }

  /** With one more query parameter, if there is a value. */
  public ApiPath query(String name, Optional<?> value) {
    return value.isPresent() ? query(name, value.get()) : this;
  }

  private static String escape(String text) {
    String escaped = URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    // A segment of dots would be folded away by anything between us and the controller.
    return escaped.equals(".") || escaped.equals("..") ? escaped.replace(".", "%2E") : escaped;
  }

  /** The path and query, below {@code /api/v1}. */
  @Override
  public String toString() {
    return text;
  }
}
