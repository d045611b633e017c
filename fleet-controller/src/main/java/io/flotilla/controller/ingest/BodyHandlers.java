package io.flotilla.controller.ingest;

import io.flotilla.controller.core.Transaction;
import io.flotilla.protocol.message.CommandAnswer;
import io.flotilla.protocol.message.HealthReport;
import io.flotilla.protocol.message.Hello;
import io.flotilla.protocol.message.ProfileReport;
import io.flotilla.protocol.message.Progress;
import io.flotilla.protocol.message.RenewalRequest;
import io.flotilla.protocol.message.VersionRef;
import io.flotilla.protocol.message.WindowReport;
import java.util.Optional;

/**
 * What other features make of what devices say. Every method throws a {@code FlotillaException} if
 * the message cannot be true; nothing of it happens then.
 */
public interface BodyHandlers {
  /**
   * A device connected.
   *
   * @param forgot whether this controller does not know all that it acknowledged to the device,
   *     since it was set back to an older copy
   */
  void hello(Transaction tx, String device, Hello hello, boolean forgot, long nowMs);

  /** A device asked for a new certificate. */
  void renewal(Transaction tx, String device, RenewalRequest request, long nowMs);

  /** A device carried out a command, or could not. */
  void command(Transaction tx, String device, CommandAnswer answer, long nowMs);

  /** A deployment went one step. */
  void progress(Transaction tx, String device, Progress progress, long nowMs);

  /**
   * A device said what it runs; it may have said so before.
   *
   * @param running empty if it runs nothing
   * @param assignment number of the last assignment that it accepted; 0 if none
   */
  void running(
      Transaction tx, String device, Optional<VersionRef> running, long assignment, long nowMs);

  /** A profile job of a device began or ended. */
  void profile(Transaction tx, String device, ProfileReport report, long nowMs);

  /** A device said how a version behaves. */
  void health(Transaction tx, String device, HealthReport report, long nowMs);

  /** A window of drift counters is complete. */
  void window(Transaction tx, String device, WindowReport report, long nowMs);
}
