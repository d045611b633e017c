package io.flotilla.hardware.probe;

import io.flotilla.bundle.failure.ErrorCode;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;

/** What came of trying a model. */
public sealed interface ProbeResult {
  /** How far the model had come. */
  enum Stage {
    /** The runtime was loading it. */
    LOAD,
    /** It was loaded, and running. */
    RUN
  }

  /** Whether the runtime took the model, whatever came of the run. */
  boolean loaded();

  /** One sentence for people. */
  String message();

  /**
   * The model loaded and ran.
   *
   * @param outputs what it gave, in the model's order; at most {@link ModelProbe#MAX_OUTPUTS}
   * @param loadMillis how long it took to load
   * @param runMillis how long the run took
   * @param peakRssBytes the most memory that the process held so far, Java's own of some 60 MiB
   *     included; 0 where the system does not tell
   */
  record Ran(List<ProbeOutput> outputs, double loadMillis, double runMillis, long peakRssBytes)
      implements ProbeResult {
    /** Copies the list. */
    public Ran {
      outputs = List.copyOf(outputs);
    }

    @Override
    public boolean loaded() {
      return true;
    }

    @Override
    public String message() {
      return "the model loaded in %.1f ms and ran in %.1f ms".formatted(loadMillis, runMillis);
    }
  }

  /**
   * The runtime refused. A refusal to run may lie in the made-up inputs, which need not make sense
   * to the model.
   *
   * @param stage what it refused to do
   * @param code as {@link io.flotilla.hardware.Accelerator#load} or {@link
   *     io.flotilla.hardware.LoadedModel#run} would have it; {@code MODEL_UNSUPPORTED} at the run
   *     if an input can be neither given nor made up
   * @param message the runtime's reason as a sentence
   */
  record Refused(Stage stage, ErrorCode code, String message) implements ProbeResult {
    @Override
    public boolean loaded() {
      return stage == Stage.RUN;
    }
  }

  /**
   * The process died.
   *
   * @param stage where
   * @param status its exit status
   * @param signal what killed it, such as 6 for SIGABRT and 11 for SIGSEGV; empty if it ended by
   *     itself
   * @param errorOutput the end of what it wrote, for the log
   */
  record Crashed(Stage stage, int status, OptionalInt signal, String errorOutput)
      implements ProbeResult {
    @Override
    public boolean loaded() {
      return stage == Stage.RUN;
    }

    @Override
    public String message() {
      return "the runtime crashed while it %s the model (%s)"
          .formatted(
              stage == Stage.LOAD ? "loaded" : "ran",
              signal.isPresent() ? "signal " + signal.getAsInt() : "exit status " + status);
    }
  }

  /**
   * The process was killed at the limit of time.
   *
   * @param stage where it was
   * @param limit the limit
   */
  record TimedOut(Stage stage, Duration limit) implements ProbeResult {
    @Override
    public boolean loaded() {
      return stage == Stage.RUN;
    }

    @Override
    public String message() {
      return "the model had not %s after %d ms"
          .formatted(stage == Stage.LOAD ? "loaded" : "ended its run", limit.toMillis());
    }
  }

  /**
   * The model needs more memory than the process may have.
   *
   * @param stage where it was
   * @param limitBytes the limit
   */
  record OutOfMemory(Stage stage, long limitBytes) implements ProbeResult {
    @Override
    public boolean loaded() {
      return stage == Stage.RUN;
    }

    @Override
    public String message() {
      return "the model needs more than %d MiB to %s"
          .formatted(limitBytes >> 20, stage == Stage.LOAD ? "load" : "run");
    }
  }
}
