package io.flotilla.controller.event;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * An event in the log.
 *
 * @param id its number: strictly increasing, from 1; numbers may be left out
 * @param type such as {@code io.flotilla.device.enrolled}
 * @param subject what it happened to, such as {@code device/cam-1}
 * @param timeMs Unix time in milliseconds
 * @param data plain values
 */
public record LoggedEvent(
    long id, String type, String subject, long timeMs, Map<String, Object> data) {
  /** Copies the data, by key. */
  public LoggedEvent {
    data = Collections.unmodifiableMap(new TreeMap<>(data));
  }
}
