package io.flotilla.agent.app;

import io.flotilla.agent.deployment.ArchiveFetch;
import io.flotilla.agent.deployment.DeploymentEvent;
import io.flotilla.agent.scoring.ActiveModel;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.signing.VerifiedBundle;
import io.flotilla.protocol.message.Progress;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread for what takes long: disk, digests, the runtime. One piece after the other; the thread
 * ends when there was nothing to do for a while.
 */
final class Worker {
  private static final Logger LOG = LoggerFactory.getLogger(Worker.class);
  private static final int QUEUE = 64;
  private static final long IDLE_SECONDS = 5;

  private final ThreadPoolExecutor executor;

  Worker(String name) {
    executor =
        new ThreadPoolExecutor(
            0,
            1,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(QUEUE),
            task -> Thread.ofPlatform().name(name).daemon(true).unstarted(task));
  }

  /** How a piece of work ended. */
  sealed interface Outcome {
    /** The archive's file is open. */
    record Opened(ArchiveFetch fetch) implements Outcome {}

    /** The content is in its slot. */
    record Checked(VerifiedBundle bundle) implements Outcome {}

    /** The model is loaded; whoever takes the outcome owns it. */
    record Ready(ActiveModel model, double loadMillis) implements Outcome {}

    /** Golden scores made up for live ones. */
    record MadeUp(long scores) implements Outcome {}

    /** Nothing beside the event. */
    record Happened(DeploymentEvent event) implements Outcome {}

    /** Lets go of what nobody wants any more. */
    default void discard() {
      switch (this) {
        case Opened opened -> opened.fetch().close();
        case Ready ready -> ready.model().release();
        case Checked checked -> LOG.debug("verified in vain: {}", checked.bundle().digest());
        case MadeUp made -> LOG.debug("made up {} scores in vain", made.scores());
        case Happened happened -> LOG.debug("too late: {}", happened.event());
      }
    }
  }

  /** A piece of work. */
  @FunctionalInterface
  interface Work {
    Outcome run();
  }

  /** Does a piece of work and hands on how it ended, on the worker's thread. Never throws. */
  void submit(Work work, Consumer<Outcome> then) {
    try {
      executor.execute(() -> then.accept(attempt(work)));
    } catch (RejectedExecutionException e) {
      LOG.debug("closing: work is not begun any more");
    }
  }

  /** Does something whose failure only matters for the log. */
  void tidy(Runnable work) {
    try {
      executor.execute(
          () -> {
            try {
              work.run();
            } catch (FlotillaException e) {
              LOG.warn("cannot tidy up: {} {}", e.code(), e.getMessage());
            }
          });
    } catch (RejectedExecutionException e) {
      LOG.debug("closing: work is not begun any more");
    }
  }

  /** Begins nothing more; waits for what is being done. Returns whether it ended in time. */
  boolean close(long waitMs) {
    executor.shutdownNow();
    try {
      return executor.awaitTermination(waitMs, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static Outcome attempt(Work work) {
    try {
      return work.run();
    } catch (FlotillaException e) {
      return failed(e.code(), String.valueOf(e.getMessage()));
    } catch (OutOfMemoryError e) {
      return failed(ErrorCode.LOAD_FAILED, "not enough memory for this version");
    } catch (RuntimeException e) {
      LOG.error("INTERNAL: a step of a deployment failed; please report this", e);
      return failed(ErrorCode.INTERNAL, "a bug: " + e);
    }
  }

  private static Outcome failed(ErrorCode code, String detail) {
    return new Outcome.Happened(
        new DeploymentEvent.Failed(new Progress.Failure(code.name(), detail)));
  }
}
