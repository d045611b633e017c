package io.flotilla.controller.ingest;

import io.flotilla.controller.core.Transaction;
import io.flotilla.protocol.message.Hello;
import io.flotilla.protocol.message.Progress;
import io.flotilla.protocol.message.WindowReport;

/**
 * What other features make of what devices say. Every method throws a {@code FlotillaException} if
 * the message cannot be true; nothing of it happens then.
 */
public interface BodyHandlers {
  /** A device connected. */
  void hello(Transaction tx, String device, Hello hello, long nowMs);

  /** A deployment went one step. */
  void progress(Transaction tx, String device, Progress progress, long nowMs);

  /** A window of drift counters is complete. */
  void window(Transaction tx, String device, WindowReport report, long nowMs);
}
