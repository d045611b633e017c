package io.flotilla.controller.core;

import io.flotilla.registry.audit.AuditScope;

/**
 * Which records the audit chain vouches for: all but the ones named here, so that a new kind is
 * governed unless somebody decides otherwise. Left out is what devices stream in, many times a
 * second, and what only repeats it; their exactly-once accounting is its own. What a device is told
 * to run, who it is and how it is labelled is governed; what it says of itself is not.
 */
public final class GovernedRecords {
  /** The scope of the controller's audit log. */
  public static final AuditScope SCOPE =
      AuditScope.everythingBut(
          // The event log tells of decisions; the chain vouches for the records they left.
          "event/",
          "event-sequence/",
          // What devices send.
          "prediction/",
          "sample/",
          "accounting/",
          "spool/",
          "drift/",
          // What came of commands; that they were given is governed.
          "command-open/",
          "command-end/",
          // Presence, hardware, what it says it runs: with every hello.
          "device-state/",
          // What repeats the order and the devices of a rollout, and the reading of a clock.
          "rollout-claim/",
          "rollout-due/",
          "rollout-clock/",
          // What was seen, and how often it was told.
          "alert/",
          // How far deliveries of the event log are.
          "webhook-progress/",
          "webhook-dead-letter/");

  private GovernedRecords() {}
}
