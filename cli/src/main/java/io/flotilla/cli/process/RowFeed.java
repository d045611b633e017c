package io.flotilla.cli.process;

import io.flotilla.agent.app.Agent;
import io.flotilla.agent.app.ScoreResult;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.tensor.Tensor;
import io.flotilla.cli.codec.Json;
import io.flotilla.cli.console.Console;
import io.flotilla.cli.rows.RowReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Rows of a CSV through an agent, at a steady rate, each answer printed. */
final class RowFeed {
  private static final long LOOK_FOR_MODEL_MS = 200;

  private final Supplier<Agent> agent;
  private final String inputName;
  private final Console console;

  RowFeed(Supplier<Agent> agent, String inputName, Console console) {
    this.agent = agent;
    this.inputName = inputName;
    this.console = console;
  }

  /**
   * Scores every row once, the first as soon as the device has a model.
   *
   * @param perSecond rows in a second, more than 0
   * @param stop ends it early
   */
  void run(Path csv, double perSecond, CountDownLatch stop) throws InterruptedException {
    try (RowReader rows = RowReader.open(csv, console.terminal().in())) {
      if (!awaitModel(stop)) {
        return;
      }
      long start = System.nanoTime();
      long done = 0;
      for (Optional<double[]> row = rows.next(); row.isPresent(); row = rows.next()) {
        score(row.get());
        done++;
        long due = start + (long) (done * 1e9 / perSecond);
        if (stop.await(due - System.nanoTime(), TimeUnit.NANOSECONDS)) {
          break;
        }
      }
      agent.get().flush();
      console.remark("scored %d rows".formatted(done));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean awaitModel(CountDownLatch stop) throws InterruptedException {
    boolean said = false;
    while (agent.get().snapshot().running().isEmpty()) {
      if (!said) {
        console.remark("no model version yet; waiting for one to be rolled out");
        said = true;
      }
      if (stop.await(LOOK_FOR_MODEL_MS, TimeUnit.MILLISECONDS)) {
        return false;
      }
    }
    return true;
  }

  private void score(double[] row) {
    float[] values = new float[row.length];
    for (int i = 0; i < row.length; i++) {
      values[i] = (float) row[i];
    }
    try {
      ScoreResult result =
          agent
              .get()
              .score(Map.of(inputName, Tensor.ofFloats(List.of(1L, (long) row.length), values)));
      Json json =
          Json.object()
              .put("id", result.id())
              .put("version", result.version().toString())
              .put("label", result.label().orElse(null))
              .put("score", result.score());
      console.show(json, RowFeed::line);
    } catch (FlotillaException e) {
      // A version can be withdrawn between two rows; anything else is the caller's to know.
      if (e.code() != ErrorCode.NO_MODEL) {
        throw e;
      }
      console.remark(e.code() + ": " + e.getMessage());
    }
  }

  private static String line(Json result) {
    return "%s by %s: %s (%.4f)"
        .formatted(
            result.text("id"),
            result.text("version"),
            result.get("label").asText("-"),
            result.get("score").asDouble());
  }
}
