package io.flotilla.controller.core;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.access.Caller;
import io.flotilla.registry.audit.AuditLog;
import io.flotilla.registry.store.RecordStore;
import io.flotilla.registry.store.WriteBatch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that decides. Inputs wait in a bounded queue and are taken in batches; each is
 * decided on its own, all changes of a batch go to the store in one synced write, and only then the
 * actions run and the submitters hear the outcome. So nothing is acknowledged that a crash could
 * undo, and one sync serves many inputs. A decision is made for whoever submitted it: {@link
 * Caller#current}.
 *
 * <p>An input that is refused, or that hits a bug, loses its own changes and harms no other. If the
 * write itself fails, nothing of the batch happened and every submitter in it hears why.
 */
public final class DecisionLoop implements AutoCloseable {
  /** Most inputs that wait; submitters are held up beyond that. */
  public static final int QUEUE_CAPACITY = 4096;

  /** Most inputs of one batch. */
  public static final int MAX_BATCH = 256;

  /** Changes at which a batch takes no further input. */
  public static final int MAX_BATCH_CHANGES = 8192;

  private static final Logger LOG = LoggerFactory.getLogger(DecisionLoop.class);
  private static final long IDLE_MILLIS = 250;

  /** A key that no record has: to delete it is a write that leaves nothing. */
  private static final String NOTHING = "nothing/";

  private final RecordStore store;
  private final AuditLog audit;
  private final BlockingQueue<Input<?>> queue = new ArrayBlockingQueue<>(QUEUE_CAPACITY);
  private final Map<String, Record> cache = new HashMap<>();
  private final Thread thread;
  private volatile boolean stopping;
  private volatile boolean storing = true;

  /**
   * A loop over this store; {@link #start} starts its thread, {@code flotilla-core}.
   *
   * @param audit gets an entry for what each decision did, in the same batch; nobody else appends
   *     to it while this loop runs
   */
  public DecisionLoop(RecordStore store, AuditLog audit) {
    this.store = store;
    this.audit = audit;
    this.thread = Thread.ofPlatform().name("flotilla-core").daemon(true).unstarted(this::run);
  }

  /** Starts the thread; inputs may have been submitted before. */
  public void start() {
    thread.start();
  }

  /**
   * Queues an input; never blocks. The stage completes on the core thread, after the batch is on
   * the disk: with the decision's result; exceptionally with the {@link FlotillaException} that
   * refused it; with {@code INTERNAL} after a bug; with {@code STORE_FAILED}, {@code STORE_CORRUPT}
   * or {@code DISK_FULL} if the batch could not be written; with {@code CONTROLLER_UNREACHABLE} if
   * the queue is full or the loop is stopping. What depends on it must not block.
   */
  public <T> CompletionStage<T> submit(Decision<T> decision) {
    Input<T> input = new Input<>(decision);
    if (stopping) {
      input.fail(stopped());
    } else if (queue.offer(input)) {
      failIfStopped(input);
    } else {
      input.fail(unavailable("the controller is busy: ask again later"));
    }
    return input.future;
  }

  /**
   * Like {@link #submit}, but waits while the queue is full, and so holds up where the input comes
   * from.
   */
  public <T> CompletionStage<T> submitWaiting(Decision<T> decision) {
    Input<T> input = new Input<>(decision);
    try {
      while (!stopping) {
        if (queue.offer(input, IDLE_MILLIS, TimeUnit.MILLISECONDS)) {
          failIfStopped(input);
          return input.future;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    input.fail(stopped());
    return input.future;
  }

  /**
   * Decides, and waits until it is on the disk. Not to be called on the core thread.
   *
   * @throws FlotillaException everything that {@link #submit} completes with
   */
  public <T> T decide(Decision<T> decision) {
    try {
      return submit(decision).toCompletableFuture().join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof FlotillaException refused) {
        throw refused;
      }
      throw e;
    }
  }

  /** Takes an input back that came in after the thread had emptied the queue. */
  private void failIfStopped(Input<?> input) {
    if (stopping && !thread.isAlive() && queue.remove(input)) {
      input.fail(stopped());
    }
  }

  /** Whether the caller is on the core thread. */
  public boolean onCoreThread() {
    return Thread.currentThread() == thread;
  }

  /** Whether it decides. */
  public boolean running() {
    return thread.isAlive() && !stopping;
  }

  /**
   * Whether the last write went well. After one that failed, the next batch is written even if it
   * changes nothing, so that this tells of a store that works again.
   */
  public boolean storing() {
    return storing;
  }

  /** Decides everything that was submitted before, then ends. */
  @Override
  public void close() {
    stopping = true;
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    List<Input<?>> left = new ArrayList<>();
    queue.drainTo(left);
    left.forEach(input -> input.fail(stopped()));
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static FlotillaException stopped() {
    return unavailable("the controller is stopping: ask again later");
  }

  private static FlotillaException unavailable(String message) {
    return new FlotillaException(ErrorCode.CONTROLLER_UNREACHABLE, message);
  }

  private void run() {
    while (true) {
      try {
        Input<?> first = queue.poll(IDLE_MILLIS, TimeUnit.MILLISECONDS);
        if (first != null) {
          runBatch(first);
        } else if (stopping) {
          return;
        }
      } catch (InterruptedException e) {
        LOG.warn("the core thread ignores an interrupt: close the loop to end it");
      }
    }
  }

  private void runBatch(Input<?> first) {
    Overlay batch = Overlay.ofBatch(store, cache);
    List<Input<?>> decided = new ArrayList<>();
    for (Input<?> next = first; next != null; next = more(decided, batch)) {
      next.decide(batch);
      decided.add(next);
    }
    if (write(batch, decided)) {
      batch.actions().forEach(DecisionLoop::carryOut);
      decided.forEach(Input::complete);
    }
  }

  private @Nullable Input<?> more(List<Input<?>> decided, Overlay batch) {
    return decided.size() < MAX_BATCH && batch.size() < MAX_BATCH_CHANGES ? queue.poll() : null;
  }

  @SuppressWarnings("IllegalCatch") // guarded loop: a store's bug must not end the core thread
  private boolean write(Overlay batch, List<Input<?>> decided) {
    try {
      batch.seal(audit);
      WriteBatch changes = batch.toWriteBatch();
      boolean probing = !storing && changes.isEmpty();
      store.write(probing ? changes.delete(NOTHING) : changes);
      storing = storing || !changes.isEmpty();
      batch.updateCache();
      return true;
    } catch (RuntimeException e) {
      storing = false;
      LOG.error("a batch of {} inputs could not be stored", decided.size(), e);
      FlotillaException failure =
          e instanceof FlotillaException known
              ? known
              : new FlotillaException(
                  ErrorCode.STORE_FAILED, "the store could not be written: see the log", e);
      decided.forEach(input -> input.fail(failure));
      return false;
    }
  }

  @SuppressWarnings("IllegalCatch") // guarded loop: one action's bug must not stop the others
  private static void carryOut(Runnable action) {
    try {
      action.run();
    } catch (RuntimeException e) {
      LOG.error("an action failed after its batch was stored", e);
    }
  }

  /** An input on its way; confined to the core thread once it is taken from the queue. */
  private static final class Input<T> {
    private final Decision<T> decision;
    private final Caller caller = Caller.current();
    private final CompletableFuture<T> future = new CompletableFuture<>();
    private @Nullable Runnable outcome;

    Input(Decision<T> decision) {
      this.decision = decision;
    }

    @SuppressWarnings("IllegalCatch") // guarded loop: one input's bug must not harm the batch
    void decide(Overlay batch) {
      Overlay own = batch.nested();
      try {
        T result = caller.call(() -> decision.decide(own));
        own.merge();
        outcome = () -> future.complete(result);
      } catch (FlotillaException e) {
        outcome = () -> fail(e);
      } catch (RuntimeException e) {
        LOG.error("an input hit a bug", e);
        FlotillaException bug =
            new FlotillaException(ErrorCode.INTERNAL, "a bug: please report it with the log", e);
        outcome = () -> fail(bug);
      }
    }

    void complete() {
      if (outcome != null) {
        carryOut(outcome);
      }
    }

    void fail(FlotillaException failure) {
      future.completeExceptionally(failure);
    }
  }
}
