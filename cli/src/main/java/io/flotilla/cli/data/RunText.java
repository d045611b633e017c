package io.flotilla.cli.data;

import io.flotilla.cli.codec.Json;
import java.util.Locale;

/** Runs in words. */
final class RunText {
  private RunText() {}

  /** True if the run has ended, well or not. */
  static boolean isOver(Json run) {
    return run.text("state").equals("SUCCEEDED") || run.text("state").equals("FAILED");
  }

  /** One line, such as {@code run 1: SUCCEEDED, promoted}. */
  static String line(Json run) {
    String verdict = "";
    if (run.get("promoted").isPresent()) {
      verdict = run.get("promoted").asBoolean() ? ", promoted" : ", not promoted";
    }
    String failure = run.text("failure");
    return "run %s: %s%s%s"
        .formatted(
            run.text("id"),
            run.text("state"),
            verdict,
            failure.isEmpty() ? "" : " (" + failure + ")");
  }

  /** The line, each criterion and each figure. */
  static String describe(Json run) {
    StringBuilder text = new StringBuilder(line(run));
    for (Json criterion : run.get("criteria").items()) {
      text.append(
          String.format(
              Locale.ROOT,
              "\n  %s %s (%.4f against %.4f)",
              criterion.get("holds").asBoolean() ? "holds:        " : "does not hold:",
              criterion.text("text"),
              criterion.get("actual").asDouble(),
              criterion.get("bound").asDouble()));
    }
    Json metrics = run.get("metrics");
    for (String name : metrics.names()) {
      text.append("\n  ").append(name).append(" = ").append(metrics.get(name));
    }
    return text.toString();
  }
}
