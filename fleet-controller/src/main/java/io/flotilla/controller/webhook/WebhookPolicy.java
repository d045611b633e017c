package io.flotilla.controller.webhook;

import java.time.Duration;

/**
 * How patient deliveries are.
 *
 * @param attempts how often an event is sent before it is given up
 * @param firstPause pause before the second attempt; each further one is twice as long
 * @param longestPause no pause is longer
 * @param timeout most time for one attempt, from the connection to the last byte of the answer
 */
public record WebhookPolicy(
    int attempts, Duration firstPause, Duration longestPause, Duration timeout) {
  /** 10 attempts with pauses of 1, 2, 4 … 256 s between them: about 9 minutes. */
  public static final WebhookPolicy DEFAULT =
      new WebhookPolicy(10, Duration.ofSeconds(1), Duration.ofMinutes(5), Duration.ofSeconds(10));

  /**
   * The pause after an attempt.
   *
   * @param attempt from 1
   */
  Duration pauseAfter(int attempt) {
    long factor = 1L << Math.min(attempt - 1, 30);
    Duration pause = firstPause.multipliedBy(factor);
    return pause.compareTo(longestPause) < 0 ? pause : longestPause;
  }
}
