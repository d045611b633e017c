package io.flotilla.registry.run;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.registry.codec.RecordCodec;
import io.flotilla.registry.store.RecordStore;
import io.flotilla.registry.store.WriteBatch;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** All runs, by id. Thread-safe. */
public final class RunRegistry {
  private static final String RUNS = "run/";
  private static final String COUNTER = "run-counter";

  private final RecordStore store;
  private final Clock clock;
  private final Object changing = new Object();

  /** A registry on this store. */
  public RunRegistry(RecordStore store, Clock clock) {
    this.store = store;
    this.clock = clock;
  }

  /** Records a run that begins now and gives it the next id. */
  public Run start(String pipeline, Run.Inputs inputs) {
    synchronized (changing) {
      long number =
          store.get(COUNTER).map(json -> RecordCodec.decode(json, Counter.class).last()).orElse(0L)
              + 1;
      Run run =
          new Run(
              "run-%06d".formatted(number),
              pipeline,
              RunState.RUNNING,
              inputs,
              clock.millis(),
              OptionalLong.empty(),
              Optional.empty(),
              Optional.empty());
      store.write(
          new WriteBatch()
              .put(COUNTER, RecordCodec.encode(new Counter(number)))
              .put(RUNS + run.id(), RecordCodec.encode(run)));
      return run;
    }
  }

  /**
   * Records how a running run came to its end.
   *
   * @throws FlotillaException {@code RUN_NOT_FOUND}; {@code CONFLICT} if it has ended already
   */
  public Run succeed(String id, Run.Outcome outcome) {
    return finish(id, RunState.SUCCEEDED, Optional.of(outcome), Optional.empty());
  }

  /**
   * Records why a running run failed.
   *
   * @throws FlotillaException {@code RUN_NOT_FOUND}; {@code CONFLICT} if it has ended already
   */
  public Run fail(String id, Run.Failure failure) {
    return finish(id, RunState.FAILED, Optional.empty(), Optional.of(failure));
  }

  /**
   * Fails the runs that still say RUNNING, to be called when the controller starts: their workers
   * ended with the process that started them.
   *
   * @return the runs that were failed
   */
  public List<Run> failInterrupted() {
    return list().stream()
        .filter(run -> run.state() == RunState.RUNNING)
        .map(
            run ->
                fail(
                    run.id(),
                    new Run.Failure(
                        ErrorCode.STEP_FAILED,
                        "the controller stopped while the run was at work: start it again")))
        .toList();
  }

  /** The run of this id; empty if there is none. */
  public Optional<Run> find(String id) {
    return id.matches("run-[0-9]{6,18}")
        ? store.get(RUNS + id).map(json -> RecordCodec.decode(json, Run.class))
        : Optional.empty();
  }

  /** The first {@link RecordStore#MAX_SCAN} runs in the order of their ids. */
  public List<Run> list() {
    return store.scan(RUNS, "", RecordStore.MAX_SCAN).stream()
        .map(entry -> RecordCodec.decode(entry.value(), Run.class))
        .toList();
  }

  private Run finish(
      String id, RunState state, Optional<Run.Outcome> outcome, Optional<Run.Failure> failure) {
    synchronized (changing) {
      Run run =
          find(id)
              .orElseThrow(
                  () ->
                      new FlotillaException(
                          ErrorCode.RUN_NOT_FOUND, "no run %s is recorded".formatted(id)));
      if (run.state() != RunState.RUNNING) {
        throw new FlotillaException(
            ErrorCode.CONFLICT, "the run %s has ended already: %s".formatted(id, run.state()));
      }
      Run finished =
          new Run(
              run.id(),
              run.pipeline(),
              state,
              run.inputs(),
              run.startedAtMs(),
              OptionalLong.of(clock.millis()),
              outcome,
              failure);
      store.write(new WriteBatch().put(RUNS + id, RecordCodec.encode(finished)));
      return finished;
    }
  }

  private record Counter(long last) {}
}
