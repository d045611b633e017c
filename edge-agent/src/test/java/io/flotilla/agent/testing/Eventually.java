package io.flotilla.agent.testing;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** Waiting in tests: long enough for a machine that is busy with other things. */
public final class Eventually {
  private static final Duration LIMIT = Duration.ofSeconds(45);

  private Eventually() {}

  /** Waits at most 45 s. */
  public static ConditionFactory eventually() {
    return Awaitility.await().atMost(LIMIT).pollInterval(Duration.ofMillis(20));
  }
}
