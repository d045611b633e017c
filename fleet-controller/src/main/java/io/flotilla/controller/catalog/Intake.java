package io.flotilla.controller.catalog;

import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.failure.Printable;
import io.flotilla.controller.core.DecisionLoop;
import io.flotilla.controller.core.Transaction;
import io.flotilla.controller.event.EventLog;
import io.flotilla.controller.event.FleetEvent;
import io.flotilla.controller.http.HandlerTools;
import io.flotilla.controller.http.Lane;
import io.flotilla.controller.inspection.Turns;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes something new in: prepares it on a worker thread, where nobody sees it yet, and registers
 * it in one decision together with its audit entry and its event. What was prepared is released
 * once that decision is on the disk, and not before. A refusal becomes an event too.
 */
public final class Intake {
  private static final Logger LOG = LoggerFactory.getLogger(Intake.class);

  /** Most characters of a refusal's sentence in its event. */
  private static final int MAX_DETAIL_CHARS = 500;

  /** Most characters of a name that need not be one. */
  private static final int MAX_NAME_CHARS = 64;

  /** How much is prepared at once; models that are being tried do not count. */
  private static final int TURNS = 2;

  private final DecisionLoop core;
  private final EventLog events;
  private final Turns turns = new Turns(TURNS);

  /** Takes in by decisions of this loop. */
  public Intake(DecisionLoop core, EventLog events) {
    this.core = core;
    this.events = events;
  }

  /**
   * One kind of thing that is taken in.
   *
   * @param prepare does the slow part
   * @param commit does the fast part, in a decision
   * @param release gives back what was prepared, committed or not
   */
  public record Steps<P, R>(
      Supplier<P> prepare, BiFunction<Transaction, P, R> commit, Consumer<P> release) {}

  /**
   * What a refusal is told as.
   *
   * @param kind such as {@code model}: part of the event's type and subject
   * @param name what was to be registered; need not be a name
   */
  public record Attempt(String kind, String name) {}

  /** Runs the steps on the intake's lane; see the other one. */
  public <P, R> CompletionStage<R> take(HandlerTools tools, Attempt attempt, Steps<P, R> steps) {
    return tools.blocking(Lane.INTAKE, () -> turns.take(() -> take(attempt, steps)));
  }

  /**
   * Runs the steps on the intake's lane once the upload is there; completes with the result, once
   * it is on the disk.
   */
  public <P, R> CompletionStage<R> take(
      HandlerTools tools,
      Attempt attempt,
      CompletionStage<Path> upload,
      Function<Path, Steps<P, R>> steps) {
    return upload
        .whenComplete(
            (file, failure) -> {
              if (failure instanceof FlotillaException refused) {
                tell(attempt, refused);
              }
            })
        .thenCompose(file -> take(tools, attempt, steps.apply(file)));
  }

  /**
   * Runs the steps on the caller's thread, which is not the core thread.
   *
   * @throws FlotillaException what the steps throw, or the decision ends with
   */
  public <P, R> R take(Attempt attempt, Steps<P, R> steps) {
    try {
      P prepared = steps.prepare().get();
      try {
        return core.decide(tx -> steps.commit().apply(tx, prepared));
      } finally {
        steps.release().accept(prepared);
      }
    } catch (FlotillaException e) {
      tell(attempt, e);
      throw e;
    }
  }

  /** Announces that nothing came of an attempt. */
  private void tell(Attempt attempt, FlotillaException why) {
    String what =
        switch (why.code()) {
          case INSPECTION_FAILED, MODEL_MALFORMED -> "inspection";
          default -> "registration";
        };
    String detail = String.valueOf(why.getMessage());
    FleetEvent event =
        new FleetEvent(
            "io.flotilla.%s.%s.failed".formatted(attempt.kind(), what),
            attempt.kind() + "/" + printable(attempt.name()),
            Map.of(
                "code",
                why.code().name(),
                "detail",
                detail.substring(0, Math.min(detail.length(), MAX_DETAIL_CHARS))));
    var _ =
        core.submit(
                tx -> {
                  events.append(tx, event);
                  return event;
                })
            .whenComplete(
                (told, failure) -> {
                  if (failure != null) {
                    LOG.warn("the event {} is lost: {}", event, failure.getMessage());
                  }
                });
  }

  private static String printable(String name) {
    String plain = Printable.of(name);
    return plain.substring(0, Math.min(plain.length(), MAX_NAME_CHARS));
  }
}
