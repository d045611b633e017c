package io.flotilla.hardware;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * The hot path: one set of direct buffers that the model reads and writes in place. Fetch the
 * buffers once, then for each score write the inputs, call {@link #run} and read the outputs, which
 * the next run overwrites.
 *
 * <p>Confined to one thread at a time: make one per scoring thread. A second thread that comes
 * during a run gets an {@link IllegalStateException} and disturbs nothing. {@link #close} alone may
 * come from any thread; a run under way finishes first.
 */
public interface PinnedRun extends AutoCloseable {
  /**
   * The buffer of an FP32 input: the same object at every call, zeros at first. Use absolute puts,
   * or rewind it.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException {@code INPUT_INVALID} if there is no such
   *     input or it is not FP32
   */
  FloatBuffer input(String name);

  /**
   * The buffer of an FP32 output: the same object at every call. Use absolute gets, or rewind it.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException {@code INPUT_INVALID} if there is no such
   *     output or it is not FP32
   */
  FloatBuffer output(String name);

  /**
   * The bytes of an input of any type, little-endian: the same object at every call.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException {@code INPUT_INVALID} if there is no such
   *     input
   */
  ByteBuffer inputBytes(String name);

  /**
   * The bytes of an output of any type, little-endian: the same object at every call.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException {@code INPUT_INVALID} if there is no such
   *     output
   */
  ByteBuffer outputBytes(String name);

  /**
   * The shape that an output has with the pinned input shapes.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException {@code INPUT_INVALID} if there is no such
   *     output
   */
  List<Long> outputShape(String name);

  /**
   * Scores what the input buffers hold into the output buffers.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException {@code INPUT_INVALID} if the model refuses
   *     a value; {@code SCORING_FAILED} if the runtime failed. The outputs are undefined then
   * @throws IllegalStateException if it is closed, or running in another thread
   */
  void run();

  /** Frees the native tensors; the buffers stay readable. Closing twice is harmless. */
  @Override
  void close();
}
