package io.flotilla.agent.scoring;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Which version scores. A score takes the current version and keeps it to its end; a switch changes
 * which version the next score takes. Thread-safe, without locks.
 */
public final class ModelSwitch {
  private final AtomicReference<@Nullable ActiveModel> current = new AtomicReference<>();

  /** Makes a version the current one; null for none. The one before is let go. */
  public void switchTo(@Nullable ActiveModel next) {
    if (next != null && !next.tryRetain()) {
      throw new IllegalStateException("cannot switch to a closed version: " + next.version());
    }
    ActiveModel before = current.getAndSet(next);
    if (before != null) {
      before.release();
    }
  }

  /** The current version, retained for the caller, who must release it; empty if there is none. */
  public Optional<ActiveModel> take() {
    while (true) {
      ActiveModel model = current.get();
      if (model == null) {
        return Optional.empty();
      }
      if (model.tryRetain()) {
        return Optional.of(model);
      }
    }
  }
}
