package io.flotilla.hardware.simulated;

import io.flotilla.hardware.PinnedRun;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.List;

/** A pinned run whose FP32 outputs are moved to a grid in place. */
final class SimulatedPinnedRun implements PinnedRun {
  private final PinnedRun delegate;
  private final FloatBuffer[] floats;
  private final NumberGrid grid;

  SimulatedPinnedRun(PinnedRun delegate, List<String> floatOutputs, NumberGrid grid) {
    this.delegate = delegate;
    // Views of our own: the caller may move the limits of its buffers.
    this.floats =
        floatOutputs.stream()
            .map(name -> delegate.output(name).duplicate().clear())
            .toArray(FloatBuffer[]::new);
    this.grid = grid;
  }

  @Override
  public FloatBuffer input(String name) {
    return delegate.input(name);
  }

  @Override
  public FloatBuffer output(String name) {
    return delegate.output(name);
  }

  @Override
  public ByteBuffer inputBytes(String name) {
    return delegate.inputBytes(name);
  }

  @Override
  public ByteBuffer outputBytes(String name) {
    return delegate.outputBytes(name);
  }

  @Override
  public List<Long> outputShape(String name) {
    return delegate.outputShape(name);
  }

  @Override
  public void run() {
    delegate.run();
    for (FloatBuffer buffer : floats) {
      for (int i = 0; i < buffer.capacity(); i++) {
        buffer.put(i, grid.nearest(buffer.get(i)));
      }
    }
  }

  @Override
  public void close() {
    delegate.close();
  }
}
