package io.flotilla.controller.alert;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.registry.name.Names;
import java.util.Optional;

/**
 * When somebody is to be told of something.
 *
 * @param name as {@link Names} allows names
 * @param condition what must hold
 * @param terms for how long, and how often it is told
 * @param severity {@code info}, {@code warning} or {@code critical}
 * @param runbook what to do then; up to {@link Names#MAX_REASON} characters
 * @param by who saved it last
 * @param atMs when it was saved, Unix time in milliseconds
 */
public record AlertRule(
    String name,
    Condition condition,
    Terms terms,
    Severity severity,
    String runbook,
    String by,
    long atMs) {
  private static final long MAX_SECONDS = 604_800;

  /** How bad it is. */
  public enum Severity {
    /** Good to know. */
    INFO,
    /** Somebody should look. */
    WARNING,
    /** Somebody must look now. */
    CRITICAL
  }

  /**
   * For how long, and how often.
   *
   * @param forSeconds how long the condition must hold, 0 to 7 days
   * @param repeatSeconds after how long a firing alert is told again, 1 minute to 7 days; empty:
   *     never
   * @param groupBy key of the label whose values have an alert each; empty: one alert for all
   */
  public record Terms(long forSeconds, Optional<Long> repeatSeconds, Optional<String> groupBy) {
    private static final long MIN_REPEAT_SECONDS = 60;

    /**
     * Checks the ranges.
     *
     * @throws FlotillaException {@code INPUT_INVALID}
     */
    public Terms {
      if (forSeconds < 0
          || forSeconds > MAX_SECONDS
          || repeatSeconds.filter(s -> s < MIN_REPEAT_SECONDS || s > MAX_SECONDS).isPresent()) {
        throw new FlotillaException(
            ErrorCode.INPUT_INVALID,
            "forSeconds is 0 to %d, repeatSeconds %d to %d"
                .formatted(MAX_SECONDS, MIN_REPEAT_SECONDS, MAX_SECONDS));
      }
    }
  }

  /**
   * Checks the name and the runbook.
   *
   * @throws FlotillaException {@code NAME_INVALID}, {@code INPUT_INVALID}
   */
  public AlertRule {
    Names.requireName("alert rule's", name);
    Names.requireReason(runbook);
  }
}
