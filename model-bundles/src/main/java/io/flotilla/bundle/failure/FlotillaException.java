package io.flotilla.bundle.failure;

import java.util.Objects;

/**
 * The root of every typed failure. A subclass per way to be wrong carries the facts; where the code
 * and one sentence say all there is to know, this class is thrown itself. Bugs are never reported
 * through it: they stay {@link IllegalStateException} and the like.
 */
public class FlotillaException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;

  /**
   * A failure without an underlying cause.
   *
   * @param code the stable code
   * @param message one sentence that says what is wrong and, where known, what to do; no secrets
   */
  public FlotillaException(ErrorCode code, String message) {
    super(message);
    this.code = Objects.requireNonNull(code, "code");
  }

  /**
   * A failure with its underlying cause.
   *
   * @param code the stable code
   * @param message one sentence that says what is wrong and, where known, what to do; no secrets
   * @param cause what the layer below threw
   */
  public FlotillaException(ErrorCode code, String message, Throwable cause) {
    super(message, cause);
    this.code = Objects.requireNonNull(code, "code");
  }

  /** The stable code. */
  public ErrorCode code() {
    return code;
  }
}
