package io.flotilla.registry.run;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.registry.codec.RecordCodec;
import io.flotilla.registry.store.RecordStore;
import io.flotilla.registry.store.RecordTransaction;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * All runs, by id. Readers may be on any thread; changes belong to a transaction, whose owner keeps
 * them apart from each other.
 */
public final class RunRegistry {
  /** Most runs of one page. */
  public static final int MAX_PAGE = 1000;

  private static final String RUNS = "run/";
  private static final String COUNTER = "run-counter";

  /** Name of the output that holds the digest of everything that went in. */
  private static final String RECIPE = "recipe";

  private final RecordStore store;
  private final Clock clock;

  /** A registry on this store. */
  public RunRegistry(RecordStore store, Clock clock) {
    this.store = store;
    this.clock = clock;
  }

  /** Records a run that begins now and gives it the next id. */
  public Run start(RecordTransaction tx, String pipeline, Run.Inputs inputs) {
    long number =
        tx.get(COUNTER).map(json -> RecordCodec.decode(json, Counter.class).last()).orElse(0L) + 1;
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
    tx.put(COUNTER, RecordCodec.encode(new Counter(number)));
    tx.put(RUNS + run.id(), RecordCodec.encode(run));
    return run;
  }

  /**
   * Records how a running run came to its end.
   *
   * @throws FlotillaException {@code RUN_NOT_FOUND}; {@code CONFLICT} if it has ended already
   */
  public Run succeed(RecordTransaction tx, String id, Run.Outcome outcome) {
    return finish(tx, id, RunState.SUCCEEDED, Optional.of(outcome), Optional.empty());
  }

  /**
   * Records why a running run failed.
   *
   * @throws FlotillaException {@code RUN_NOT_FOUND}; {@code CONFLICT} if it has ended already
   */
  public Run fail(RecordTransaction tx, String id, Run.Failure failure) {
    return finish(tx, id, RunState.FAILED, Optional.empty(), Optional.of(failure));
  }

  /**
   * Fails the runs that still say RUNNING, to be called when the controller starts: their workers
   * ended with the process that started them.
   *
   * @return the runs that were failed
   */
  public List<Run> failInterrupted(RecordTransaction tx) {
    List<Run> failed = new ArrayList<>();
    String after = "";
    List<RecordStore.Entry> page;
    do {
      page = tx.scan(RUNS, after, MAX_PAGE);
      for (RecordStore.Entry entry : page) {
        after = entry.key();
        Run run = RecordCodec.decode(entry.value(), Run.class);
        if (run.state() == RunState.RUNNING) {
          failed.add(
              fail(
                  tx,
                  run.id(),
                  new Run.Failure(
                      ErrorCode.STEP_FAILED,
                      "the controller stopped while the run was at work: start it again")));
        }
      }
    } while (page.size() == MAX_PAGE);
    return failed;
  }

  /** The run of this id; empty if there is none. */
  public Optional<Run> find(String id) {
    return isId(id)
        ? store.get(RUNS + id).map(json -> RecordCodec.decode(json, Run.class))
        : Optional.empty();
  }

  /**
   * The run that the lineage of a bundle names: by its id or, as bundles do that the same inputs
   * make again byte by byte, as {@code recipe:} and the digest of everything that went in. Of
   * several runs of one recipe it is the first. Looks at every run for a recipe.
   *
   * @param model name of the model that it trained
   */
  public Optional<Run> named(String model, String lineage) {
    if (!lineage.startsWith(RECIPE + ":")) {
      return find(lineage).filter(run -> run.inputs().model().equals(model));
    }
    String digest = lineage.substring(RECIPE.length() + 1);
    String after = "";
    List<Run> page;
    do {
      page = page(after, MAX_PAGE);
      for (Run run : page) {
        after = run.id();
        boolean followed =
            run.outcome()
                .map(Run.Outcome::outputs)
                .map(o -> o.get(RECIPE))
                .filter(digest::equals)
                .isPresent();
        if (followed && run.inputs().model().equals(model)) {
          return Optional.of(run);
        }
      }
    } while (page.size() == MAX_PAGE);
    return Optional.empty();
  }

  /**
   * Runs in the order of their ids.
   *
   * @param after id of the last run of the page before; "" to begin
   * @param limit 1 to {@link #MAX_PAGE}; fewer runs than this mean that the end is reached
   */
  public List<Run> page(String after, int limit) {
    return store
        .scan(RUNS, isId(after) ? RUNS + after : "", Math.clamp(limit, 1, MAX_PAGE))
        .stream()
        .map(entry -> RecordCodec.decode(entry.value(), Run.class))
        .toList();
  }

  private static boolean isId(String id) {
    return id.matches("run-[0-9]{6,18}");
  }

  private Run finish(
      RecordTransaction tx,
      String id,
      RunState state,
      Optional<Run.Outcome> outcome,
      Optional<Run.Failure> failure) {
    Run run =
        (isId(id) ? tx.get(RUNS + id) : Optional.<byte[]>empty())
            .map(json -> RecordCodec.decode(json, Run.class))
            .orElseThrow(
                () ->
                    new FlotillaException(
                        ErrorCode.RUN_NOT_FOUND, "no run of this id is recorded"));
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
    tx.put(RUNS + id, RecordCodec.encode(finished));
    return finished;
  }

  private record Counter(long last) {}
}
