package io.flotilla.hardware.probe;

import io.flotilla.bundle.tensor.Tensor;
import java.nio.file.Path;
import java.util.Map;

/**
 * Tries model files with the real runtime, each in a process of its own. The process has its limits
 * of time and memory, nothing of this process's environment, is killed with its children at the
 * limit and when the waiting thread is interrupted, and ends by itself when this process does.
 * Thread-safe; each try takes a core and up to its limit of memory, so who lets many in must bound
 * them.
 */
public final class ModelProbe {
  /** Most outputs that a result lists. */
  public static final int MAX_OUTPUTS = 1_000;

  /** The execution provider that tries. */
  public static final String PROVIDER = "CPUExecutionProvider";

  private final ProbeLimits limits;
  private final Path folder;

  /**
   * A probe.
   *
   * @param limits of each try
   * @param folder for the processes' own files, made when needed; nothing stays there
   */
  public ModelProbe(ProbeLimits limits, Path folder) {
    this.limits = limits;
    this.folder = folder.toAbsolutePath();
  }

  /**
   * Tries a model on made-up inputs: all numbers 0 and texts empty, and if that fails all 1; open
   * dimensions have the length 1.
   *
   * @throws InterruptedException as {@link #probe(Path, Map)}
   */
  public ProbeReport probe(Path onnx) throws InterruptedException {
    return probe(onnx, Map.of());
  }

  /**
   * Tries a model: loads it and runs it once. The file is not inspected before; one that hostile
   * hands may have made goes through {@link io.flotilla.hardware.inspect.OnnxInspector} first.
   *
   * @param onnx the file; external data lie beside it
   * @param inputs tensors by the model's names; what is left out is made up
   * @return what came of it; see {@link ProbeResult} for every ending
   * @throws io.flotilla.bundle.failure.FlotillaException if nothing could be tried: {@code
   *     INSPECTION_FAILED} if the process does not start within a minute, {@code STORAGE_FAILED} if
   *     its folder cannot be made, {@code ACCELERATOR_UNAVAILABLE} if the runtime does not load on
   *     this machine
   * @throws InterruptedException if the waiting thread was interrupted; the process is dead then
   */
  public ProbeReport probe(Path onnx, Map<String, Tensor> inputs) throws InterruptedException {
    try (ProbeBatch batch = batch()) {
      return batch.probe(onnx, inputs);
    }
  }

  /** A batch of tries that share a process, to be closed by the caller. */
  public ProbeBatch batch() {
    return new ProbeBatch(limits, folder);
  }
}
