package io.flotilla.hardware;

import java.nio.file.Path;

/** Something that runs ONNX models. Thread-safe; holds nothing that needs closing. */
public interface Accelerator {
  /** What it is. */
  AcceleratorInfo info();

  /**
   * Loads a model and makes it ready to score. The file is read during the call only.
   *
   * @param onnx the model file, at most 2 GiB − 1 byte
   * @param options threads, spinning and the cache of the optimised form
   * @return the model, to be closed by the caller
   * @throws io.flotilla.bundle.failure.FlotillaException
   *     <ul>
   *       <li>{@code FILE_MISSING}: the file does not exist or cannot be read
   *       <li>{@code MODEL_MALFORMED}: it is truncated, is not ONNX, or contradicts itself
   *       <li>{@code MODEL_TOO_NEW}: its IR version or an opset is newer than the runtime reads
   *       <li>{@code MODEL_UNSUPPORTED}: the runtime lacks a kernel it needs, or its inputs or
   *           outputs are no dense tensors of a known {@link io.flotilla.bundle.tensor.ElementType}
   *       <li>{@code ACCELERATOR_UNAVAILABLE}: the accelerator has gone, or its runtime does not
   *           load here
   *       <li>{@code LOAD_FAILED}: anything else that the runtime refused
   *     </ul>
   */
  LoadedModel load(Path onnx, LoadOptions options);
}
