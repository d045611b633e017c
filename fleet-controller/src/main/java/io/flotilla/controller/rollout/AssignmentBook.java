package io.flotilla.controller.rollout;

import io.flotilla.protocol.message.VersionRef;
import java.util.Optional;

/**
 * What a device was told to run.
 *
 * @param last the highest number that was ever given to it, or that it says it has seen; 0 if none
 * @param current what it shall run now; empty if nothing
 */
public record AssignmentBook(long last, Optional<Issued> current) {
  static final AssignmentBook EMPTY = new AssignmentBook(0, Optional.empty());

  /**
   * An assignment as it is published.
   *
   * @param number its number
   * @param target the version to run
   * @param rollout the rollout that wanted it
   * @param expiresAtMs Unix time in milliseconds from which a device does not accept it any more
   * @param previous what the device gets back if the rollout fails; empty if it had nothing
   * @param envelope the signed form, byte for byte the same each time it is published
   */
  @SuppressWarnings("ArrayRecordComponent") // a carrier of bytes: never compared or hashed
  public record Issued(
      long number,
      VersionRef target,
      String rollout,
      long expiresAtMs,
      Optional<VersionRef> previous,
      byte[] envelope) {}
}
