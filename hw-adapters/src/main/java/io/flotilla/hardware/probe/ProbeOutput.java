package io.flotilla.hardware.probe;

import java.util.List;

/**
 * An output of a trial run.
 *
 * @param name its name
 * @param type its type in words, as {@link io.flotilla.hardware.inspect.DeclaredValue#type}
 * @param shape its shape; empty for a scalar and for what is no tensor
 */
public record ProbeOutput(String name, String type, List<Long> shape) {
  /** Copies the shape. */
  public ProbeOutput {
    shape = List.copyOf(shape);
  }
}
