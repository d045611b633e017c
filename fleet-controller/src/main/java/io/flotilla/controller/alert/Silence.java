package io.flotilla.controller.alert;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.util.Optional;

/**
 * Nothing is told of some alerts for some time; their states go on.
 *
 * @param id its id
 * @param rule of which rule; of all if empty
 * @param group of which group; of all if empty
 * @param untilMs until when, Unix time in milliseconds
 * @param reason why
 * @param by who said so
 * @param atMs when, Unix time in milliseconds
 */
record Silence(
    String id,
    Optional<String> rule,
    Optional<String> group,
    long untilMs,
    String reason,
    String by,
    long atMs) {
  /** Longest silence: 30 days. */
  static final long MAX_MILLIS = 2_592_000_000L;

  private static final int MAX_CHARS = 256;

  /**
   * Checks the ranges.
   *
   * @throws FlotillaException {@code INPUT_INVALID}
   */
  Silence {
    if (untilMs <= atMs || untilMs - atMs > MAX_MILLIS) {
      throw new FlotillaException(ErrorCode.INPUT_INVALID, "a silence lasts 1 s to 30 days");
    }
    if (rule.filter(r -> r.length() > MAX_CHARS).isPresent()
        || group.filter(g -> g.length() > MAX_CHARS).isPresent()) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID, "a rule or group has at most " + MAX_CHARS + " characters");
    }
  }

  boolean covers(String rule, String group, long nowMs) {
    return nowMs < untilMs
        && this.rule.filter(r -> !r.equals(rule)).isEmpty()
        && this.group.filter(g -> !g.equals(group)).isEmpty();
  }
}
