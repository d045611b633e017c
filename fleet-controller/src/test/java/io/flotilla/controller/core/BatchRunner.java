package io.flotilla.controller.core;

import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.registry.audit.AuditLog;
import io.flotilla.registry.store.RecordStore;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs batches on the caller's thread as the decision loop does on its own, and can be cut off
 * where a crash could cut it off. A new one on the same store is a restarted controller.
 */
public final class BatchRunner {
  private final RecordStore store;
  private final AuditLog audit;
  private final Map<String, Record> cache = new HashMap<>();

  /** A freshly started one. */
  public BatchRunner(RecordStore store) {
    this.store = store;
    this.audit = new AuditLog(store, Clock.systemUTC(), GovernedRecords.SCOPE);
  }

  /** Where a batch is cut off. */
  public enum Cut {
    NONE,
    BEFORE_WRITE,
    AFTER_WRITE,
    AMONG_ACTIONS
  }

  /** Decides one input by itself; throws what it throws. */
  public <T> T decide(Decision<T> decision) {
    Overlay batch = Overlay.ofBatch(store, cache);
    T result = batch.attempt(decision);
    batch.seal(audit);
    store.write(batch.toWriteBatch());
    batch.updateCache();
    batch.actions().forEach(Runnable::run);
    return result;
  }

  /**
   * Decides inputs as one batch.
   *
   * @return the refusals
   */
  public List<FlotillaException> batch(List<? extends Decision<?>> decisions, Cut cut) {
    Overlay batch = Overlay.ofBatch(store, cache);
    List<FlotillaException> refused = new ArrayList<>();
    for (Decision<?> decision : decisions) {
      try {
        batch.attempt(decision);
      } catch (FlotillaException e) {
        refused.add(e);
      }
    }
    if (cut == Cut.BEFORE_WRITE) {
      return refused;
    }
    batch.seal(audit);
    store.write(batch.toWriteBatch());
    batch.updateCache();
    List<Runnable> actions = batch.actions();
    int carriedOut =
        switch (cut) {
          case NONE -> actions.size();
          case AMONG_ACTIONS -> actions.size() / 2;
          case BEFORE_WRITE, AFTER_WRITE -> 0;
        };
    actions.subList(0, carriedOut).forEach(Runnable::run);
    return refused;
  }
}
