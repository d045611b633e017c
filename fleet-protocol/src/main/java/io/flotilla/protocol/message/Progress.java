package io.flotilla.protocol.message;

import java.util.Map;
import java.util.Optional;

/**
 * One transition of a deployment.
 *
 * @param schema version of this message; 1
 * @param assignment the assignment's number
 * @param target the version being deployed
 * @param state the state entered
 * @param failure why, in {@code REFUSED} and {@code ROLLED_BACK}; empty otherwise
 * @param measurements named figures with their unit in the name, such as {@code loadMillis}
 * @param atMs Unix time in milliseconds on the device
 */
public record Progress(
    int schema,
    long assignment,
    VersionRef target,
    DeploymentState state,
    Optional<Failure> failure,
    Map<String, Double> measurements,
    long atMs) {
  /** Copies the map. */
  public Progress {
    measurements = Map.copyOf(measurements);
  }

  /**
   * Why a deployment ended badly.
   *
   * @param code name of an {@link io.flotilla.bundle.failure.ErrorCode}
   * @param detail one sentence with the figures
   */
  public record Failure(String code, String detail) {
    /** Cuts the detail to its limit. */
    public Failure {
      detail = Limits.detail(detail);
    }
  }
}
