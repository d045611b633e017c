package io.flotilla.cli.process;

import io.flotilla.cli.console.Console;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Something that stays up until it is told to end: by SIGTERM or SIGINT, or, if its parent process
 * started it so, by the end of standard input. It ends in the thread that runs it, and a signal's
 * shutdown waits for that.
 */
public final class Service {
  private static final Logger LOG = LoggerFactory.getLogger(Service.class);
  private static final long CLOSE_SECONDS = 20;

  private final CountDownLatch stop = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);

  private Service() {}

  /** What stays up. */
  public interface Body {
    /**
     * Runs until the latch opens, and returns when everything is closed.
     *
     * @throws InterruptedException if the thread is to end at once
     */
    void run(CountDownLatch stop) throws InterruptedException;
  }

  /**
   * Runs the body until it is to stop and has stopped.
   *
   * @param exitWithParent also stop when standard input ends
   */
  public static void run(Console console, boolean exitWithParent, Body body) {
    Service service = new Service();
    Thread hook = Thread.ofPlatform().name("flotilla-shutdown").unstarted(service::stopAndWait);
    Runtime.getRuntime().addShutdownHook(hook);
    if (exitWithParent) {
      InputStream in = console.terminal().in();
      Thread.ofPlatform().name("flotilla-parent-watch").daemon().start(() -> service.stopAtEnd(in));
    }
    try {
      body.run(service.stop);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      service.ended.countDown();
      forget(hook);
    }
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      LOG.debug("The process is ending already", e);
    }
  }

  private void stopAndWait() {
    stop.countDown();
    try {
      if (!ended.await(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("Not closed within {} s; ending all the same", CLOSE_SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void stopAtEnd(InputStream in) {
    try {
      byte[] ignored = new byte[256];
      while (in.read(ignored) >= 0) {
        // what the parent says is nothing to us, only that it is there
      }
    } catch (IOException e) {
      LOG.debug("Standard input broke, which is its end", e);
    }
    stop.countDown();
  }
}
