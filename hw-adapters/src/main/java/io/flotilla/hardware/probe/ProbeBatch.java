package io.flotilla.hardware.probe;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Tries many models in one process, which is started again after each model that ended it. Faster
 * by far than a process for each, but the models share its memory, and a model that breaks the
 * process without ending it can spoil the next one's result: for models of one source. Confined to
 * one thread.
 */
public final class ProbeBatch implements AutoCloseable {
  private final ProbeLimits limits;
  private final Path folder;
  private @Nullable ProbeChild child;
  private int starts;

  ProbeBatch(ProbeLimits limits, Path folder) {
    this.limits = limits;
    this.folder = folder;
  }

  /**
   * Tries a model on made-up inputs; see {@link ModelProbe#probe(Path, Map)} for all endings.
   *
   * @throws InterruptedException if the waiting thread was interrupted; the process is dead then
   */
  public ProbeReport probe(Path onnx) throws InterruptedException {
    return probe(onnx, Map.of());
  }

  /**
   * Tries a model; see {@link ModelProbe#probe(Path, Map)} for all endings.
   *
   * @throws InterruptedException if the waiting thread was interrupted; the process is dead then
   */
  public ProbeReport probe(Path onnx, Map<String, Tensor> inputs) throws InterruptedException {
    ProbeChild current = child == null ? start() : child;
    boolean alive = false;
    try {
      ProbeResult result =
          current.probe(new ProbeWire.Request(onnx.toAbsolutePath(), Map.copyOf(inputs)));
      alive =
          switch (result) {
            case ProbeResult.Ran _, ProbeResult.Refused _ -> true;
            case ProbeResult.Crashed _, ProbeResult.TimedOut _, ProbeResult.OutOfMemory _ -> false;
          };
      return new ProbeReport(
          current.runtimeVersion(), ModelProbe.PROVIDER, current.madeUp(), result);
    } finally {
      if (!alive) {
        close();
      }
    }
  }

  /** How many processes have been started so far. */
  public int starts() {
    return starts;
  }

  /** Id of the process that waits for the next model, if there is one. */
  OptionalLong pid() {
    return child == null ? OptionalLong.empty() : OptionalLong.of(child.pid());
  }

  /** Ends the process; a later try starts another. */
  @Override
  public void close() {
    ProbeChild last = child;
    child = null;
    if (last != null) {
      last.close();
    }
  }

  private ProbeChild start() throws InterruptedException {
    try {
      Files.createDirectories(folder);
      ProbeChild started = ProbeChild.start(limits, Files.createTempDirectory(folder, "probe-"));
      child = started;
      starts++;
      return started;
    } catch (IOException e) {
      throw new FlotillaException(
          ErrorCode.STORAGE_FAILED,
          "no folder for a probe can be made in %s: %s".formatted(folder, e.getMessage()),
          e);
    }
  }
}
