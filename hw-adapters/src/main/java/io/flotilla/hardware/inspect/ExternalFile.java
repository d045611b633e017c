package io.flotilla.hardware.inspect;

import java.util.OptionalLong;

/**
 * A file beside the model that holds weights.
 *
 * @param location its path relative to the model's folder, inside of it
 * @param bytes its size; empty if there is no such file
 */
public record ExternalFile(String location, OptionalLong bytes) {
  /** Whether the file is there. */
  public boolean exists() {
    return bytes.isPresent();
  }
}
