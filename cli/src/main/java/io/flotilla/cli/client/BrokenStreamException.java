package io.flotilla.cli.client;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.util.Optional;

/** An event stream broke after it had begun; says where to go on from. */
public final class BrokenStreamException extends FlotillaException {
  private static final long serialVersionUID = 1L;

  private final String lastId;

  BrokenStreamException(Optional<String> lastId, Throwable cause) {
    super(ErrorCode.CONTROLLER_UNREACHABLE, "the controller ended the event stream", cause);
    this.lastId = lastId.orElse("");
  }

  /** The id of the last event that was read, if any was. */
  public Optional<String> lastId() {
    return lastId.isEmpty() ? Optional.empty() : Optional.of(lastId);
  }
}
