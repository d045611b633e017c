package io.flotilla.controller.app;

import java.time.Duration;
import java.util.function.LongSupplier;

/** Whether the core still answers: it is asked something with every tick. Thread-safe. */
final class Pulse {
  /** The core is stuck once it answered nothing for longer than this. */
  static final Duration PATIENCE = Duration.ofSeconds(10);

  private final LongSupplier nanos;
  private volatile long answeredAt;

  /** A pulse that begins now. */
  Pulse(LongSupplier nanos) {
    this.nanos = nanos;
    this.answeredAt = nanos.getAsLong();
  }

  /** The core decided something, or refused to. */
  void answered() {
    answeredAt = nanos.getAsLong();
  }

  /** Whether the last answer is at most {@link #PATIENCE} old. */
  boolean beats() {
    return nanos.getAsLong() - answeredAt <= PATIENCE.toNanos();
  }
}
