package io.flotilla.controller.http;

/**
 * Where work waits its turn. Each lane has its own threads and its own bounded queue, so that heavy
 * work of one kind holds up nothing of another.
 */
public enum Lane {
  /** Looks at few records: what nearly every request does. */
  QUICK(4, 256),

  /** Walks through an index. */
  SEARCH(2, 64),

  /**
   * Unpacks, verifies, parses and inspects what was uploaded. Most of these threads wait: for their
   * turn at heavy work, of which little goes on at once, or for a model that is being tried.
   */
  INTAKE(32, 256),

  /** Goes through everything that is stored: verification, backup, collection. */
  LENGTHY(2, 8);

  private final int threads;
  private final int waiting;

  Lane(int threads, int waiting) {
    this.threads = threads;
    this.waiting = waiting;
  }

  /** How much of it runs at once. */
  int threads() {
    return threads;
  }

  /** How much of it may wait; more is refused. */
  int waiting() {
    return waiting;
  }
}
