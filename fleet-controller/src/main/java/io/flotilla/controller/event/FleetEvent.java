package io.flotilla.controller.event;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Something that happened, before it has a number and a time.
 *
 * @param type such as {@code io.flotilla.device.enrolled}; always below {@code io.flotilla.}
 * @param subject what it happened to, such as {@code device/cam-1}; 1 to 256 characters
 * @param data plain values: text, numbers, booleans, lists and maps of those; no secrets
 */
public record FleetEvent(String type, String subject, Map<String, Object> data) {
  private static final Pattern TYPE = Pattern.compile("io\\.flotilla(\\.[a-z]+){2,4}");
  private static final int MAX_SUBJECT = 256;

  /** Checks the names and copies the data, by key. */
  public FleetEvent {
    if (!TYPE.matcher(type).matches()) {
      throw new IllegalArgumentException("not an event type: " + type);
    }
    if (subject.isEmpty() || subject.length() > MAX_SUBJECT) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID, "the subject of an event has 1 to 256 characters");
    }
    data = Collections.unmodifiableMap(new TreeMap<>(data));
  }
}
