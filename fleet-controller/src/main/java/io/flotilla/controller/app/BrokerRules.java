package io.flotilla.controller.app;

import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.broker.AclFile;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps an external broker's rules as the fleet is: looks every second which devices are shut out.
 * What fails is tried again with the next look.
 */
final class BrokerRules implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BrokerRules.class);
  private static final long LOOK_MILLIS = 1000;

  private final AclFile file;
  private final Supplier<List<String>> shutOut;
  private final ScheduledThreadPoolExecutor thread =
      new ScheduledThreadPoolExecutor(
          1, Thread.ofPlatform().name("flotilla-broker-rules").daemon(true).factory());
  private volatile boolean current;

  BrokerRules(AclFile file, Supplier<List<String>> shutOut) {
    this.file = file;
    this.shutOut = shutOut;
  }

  /** Starts looking. */
  void start() {
    var _ = thread.scheduleWithFixedDelay(this::look, 0, LOOK_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** Whether the broker has the rules of the last look. */
  boolean current() {
    return current;
  }

  @SuppressWarnings("IllegalCatch") // a scheduled task that throws is never run again
  private void look() {
    try {
      file.write(shutOut.get());
      current = true;
    } catch (FlotillaException e) {
      if (current) {
        LOG.warn("the broker's rules are out of date: {} {}", e.code(), e.getMessage());
      }
      current = false;
    } catch (RuntimeException e) {
      LOG.error("keeping the broker's rules hit a bug", e);
      current = false;
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
