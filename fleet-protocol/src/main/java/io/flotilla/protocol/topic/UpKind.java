package io.flotilla.protocol.topic;

import java.util.Locale;
import java.util.Optional;

/** What a device may say upward; the last level of its {@code up} topics. */
public enum UpKind {
  /** First message of every connection; not spooled. */
  HELLO(false),
  /** Presence; also the last will; retained; not spooled. */
  STATUS(false),
  /** Asks for missing parts of a bundle; not spooled. */
  NEED(false),
  /** Asks for a new certificate; not spooled. */
  RENEWAL(false),
  /** One transition of a deployment; spooled. */
  PROGRESS(true),
  /** What the device runs now; spooled. */
  REPORTED(true),
  /** Predictions and sampled inputs; spooled. */
  CAPTURE(true),
  /** Drift counters of one window; spooled. */
  WINDOWS(true),
  /** How a version behaved over a period; spooled. */
  HEALTH(true),
  /** How far a profile job is, and its figures; spooled. */
  PROFILES(true),
  /** How a command was carried out; spooled. */
  COMMANDS(true),
  /** Anything else worth knowing; spooled. */
  EVENTS(true);

  private final boolean spooled;

  UpKind(boolean spooled) {
    this.spooled = spooled;
  }

  /** Whether messages of this kind go through the spool, in order, until acknowledged. */
  public boolean spooled() {
    return spooled;
  }

  /** The topic level: the name in lower case. */
  public String level() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The kind of a topic level, or empty if no such level exists. */
  public static Optional<UpKind> ofLevel(String level) {
    for (UpKind kind : values()) {
      if (kind.level().equals(level)) {
        return Optional.of(kind);
      }
    }
    return Optional.empty();
  }
}
