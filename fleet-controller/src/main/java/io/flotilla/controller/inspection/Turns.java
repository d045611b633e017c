package io.flotilla.controller.inspection;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * Turns at work that keeps a processor and the disk busy: so many at once, in the order of asking.
 * Work that must wait for something that is none of its own steps {@link #aside} meanwhile, and
 * others have its turn. Thread-safe.
 */
public final class Turns {
  /** Whose turn the caller has; empty while it stands aside. */
  private static final ScopedValue<Optional<Turns>> HELD = ScopedValue.newInstance();

  private final Semaphore places;

  /** So many turns at once. */
  public Turns(int places) {
    this.places = new Semaphore(places, true);
  }

  /**
   * Works when it is the caller's turn, on its own thread.
   *
   * @throws FlotillaException {@code CONTROLLER_UNREACHABLE} if it is interrupted while it waits;
   *     what the work throws
   */
  public <T> T take(Supplier<T> work) {
    acquire(places);
    try {
      return ScopedValue.where(HELD, Optional.of(this)).call(work::get);
    } finally {
      places.release();
    }
  }

  /**
   * Waits, or has others work, without keeping the turn that the caller may have; it has one again
   * when this returns.
   */
  static <T> T aside(Supplier<T> wait) {
    Optional<Turns> held = HELD.isBound() ? HELD.get() : Optional.empty();
    if (held.isEmpty()) {
      return wait.get();
    }
    Semaphore places = held.get().places;
    places.release();
    try {
      return ScopedValue.where(HELD, Optional.<Turns>empty()).call(wait::get);
    } finally {
      places.acquireUninterruptibly();
    }
  }

  /**
   * Takes a place.
   *
   * @throws FlotillaException {@code CONTROLLER_UNREACHABLE} if the caller is interrupted
   */
  static void acquire(Semaphore places) {
    try {
      places.acquire();
    } catch (InterruptedException e) {
      throw stopping(e);
    }
  }

  /** What a thread says that is interrupted; it stays so. */
  static FlotillaException stopping(InterruptedException why) {
    Thread.currentThread().interrupt();
    return new FlotillaException(
        ErrorCode.CONTROLLER_UNREACHABLE, "the controller is stopping: ask again later", why);
  }
}
