package io.flotilla.cli.demo;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a demo is asked to be.
 *
 * @param devices size of the fleet, {@value #MIN_DEVICES} to {@value #MAX_DEVICES}; default 20
 * @param seed everything random follows from it; default 42
 * @param keep folder that stays afterwards, and that may hold a controller's PKI made beforehand;
 *     without it a temporary folder is used and removed
 * @param broker an external broker, {@code mqtts://host:port}; without it the embedded one
 */
public record DemoOptions(int devices, long seed, Optional<Path> keep, Optional<URI> broker) {
  static final int DEFAULT_DEVICES = 20;
  static final int MIN_DEVICES = 10;
  static final int MAX_DEVICES = 100;

  /**
   * Checks the range.
   *
   * @throws FlotillaException {@code INPUT_INVALID}
   */
  public DemoOptions {
    if (devices < MIN_DEVICES || devices > MAX_DEVICES) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID,
          "--devices must be from %d to %d".formatted(MIN_DEVICES, MAX_DEVICES));
    }
  }

  /** How many cameras blur: a fifth of the fleet. */
  int blurredDevices() {
    return devices / 5;
  }

  /** How many cameras lose light: a tenth of the fleet. */
  int dimmedDevices() {
    return devices / 10;
  }
}
