package io.flotilla.cli.console;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The wait between two looks at something that changes elsewhere. */
public final class Pause {
  private Pause() {}

  /**
   * Lets this much time pass.
   *
   * @throws FlotillaException {@code INTERNAL} if the thread is interrupted meanwhile
   */
  public static void of(Duration duration) {
    try {
      if (new CountDownLatch(1).await(duration.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IllegalStateException("nobody opens this latch");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FlotillaException(ErrorCode.INTERNAL, "interrupted while waiting", e);
    }
  }
}
