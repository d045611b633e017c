package io.flotilla.controller.rollout;

import io.flotilla.protocol.message.Assignment;

/** Signs assignments with the controller's key. */
@FunctionalInterface
public interface AssignmentSigner {
  /** The DSSE envelope, as JSON, around the assignment's CBOR form. */
  byte[] sign(Assignment assignment);
}
