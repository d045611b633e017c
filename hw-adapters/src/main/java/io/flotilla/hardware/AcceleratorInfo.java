package io.flotilla.hardware;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.util.Objects;

/**
 * What an accelerator is, as a device reports it.
 *
 * @param kind the sort of hardware
 * @param provider name of the execution provider, such as {@code CPUExecutionProvider}; not blank
 * @param simulated whether the hardware is played by another accelerator; such figures say nothing
 *     about real hardware
 * @param runtimeVersion version of the runtime underneath, such as {@code 1.29.0}; not blank
 */
public record AcceleratorInfo(
    AcceleratorKind kind, String provider, boolean simulated, String runtimeVersion) {
  /**
   * Checks that nothing is blank.
   *
   * @throws FlotillaException {@code INPUT_INVALID} if the provider or the version is blank
   */
  public AcceleratorInfo {
    Objects.requireNonNull(kind, "kind");
    if (provider.isBlank() || runtimeVersion.isBlank()) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID, "an accelerator needs a provider and a runtime version");
    }
  }
}
