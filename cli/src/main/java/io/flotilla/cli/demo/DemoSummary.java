package io.flotilla.cli.demo;

import io.flotilla.cli.codec.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * What a demo found, and whether it is what it had to be.
 *
 * @param fleet how many there are and what they run
 * @param predictions counted on both sides
 * @param drift who was expected and who was flagged
 * @param accuracy on rows that no model trained on
 * @param promoted whether the challenger passed its criteria
 * @param refusals the bad versions and the code of each device that refused one
 * @param controllerKills times the controller was killed
 * @param elapsedSeconds from start to summary
 */
record DemoSummary(
    Fleet fleet,
    Predictions predictions,
    Drift drift,
    Accuracy accuracy,
    boolean promoted,
    List<Refusal> refusals,
    int controllerKills,
    double elapsedSeconds) {

  /**
   * The fleet.
   *
   * @param devices asked for
   * @param enrolled holding a certificate
   * @param activeByVersion devices by what they say they run, at the end
   */
  record Fleet(int devices, int enrolled, NavigableMap<String, Long> activeByVersion) {}

  /**
   * Predictions.
   *
   * @param made counted by the devices
   * @param stored counted by the controller
   * @param duplicates how often the controller's store held one already
   */
  record Predictions(long made, long stored, long duplicates) {
    long lost() {
      return made - stored;
    }
  }

  /**
   * Drift.
   *
   * @param blurred devices whose cameras blur
   * @param dimmed devices whose cameras lose light
   * @param flagged devices that the controller raised drift events for
   * @param windowsToDetect windows until the last of them was flagged
   * @param cleared whether all flags cleared on the promoted version
   */
  record Drift(
      NavigableSet<String> blurred,
      NavigableSet<String> dimmed,
      NavigableSet<String> flagged,
      int windowsToDetect,
      boolean cleared) {
    /** All devices whose cameras were degraded. */
    NavigableSet<String> expected() {
      NavigableSet<String> all = new TreeSet<>(blurred);
      all.addAll(dimmed);
      return all;
    }
  }

  /**
   * Accuracies from 0 to 1: champion before, challenger after, on clean, blurred and dim digits.
   */
  record Accuracy(
      double cleanBefore,
      double cleanAfter,
      double degradedBefore,
      double degradedAfter,
      double dimmedBefore) {}

  /** One bad version and the code a canary refused it with. */
  record Refusal(String version, String code) {}

  /** The sentences of what did not hold; empty if all did. */
  List<String> failures() {
    List<String> failures = new ArrayList<>();
    require(failures, fleet.enrolled == fleet.devices, "not every device enrolled");
    require(
        failures,
        fleet.activeByVersion.equals(Map.of("digits:2", (long) fleet.devices)),
        "the fleet does not run digits:2 as a whole: " + fleet.activeByVersion);
    require(failures, predictions.lost() == 0, predictions.lost() + " predictions were lost");
    require(
        failures,
        predictions.duplicates == 0,
        predictions.duplicates + " predictions were stored twice");
    require(
        failures,
        drift.flagged.equals(drift.expected()),
        "flagged were %s, expected %s".formatted(drift.flagged, drift.expected()));
    require(failures, drift.windowsToDetect <= 3, "detection took more than 3 windows");
    require(failures, drift.cleared, "the flags did not clear on digits:2");
    require(failures, accuracy.degradedBefore < .75, "blurring did not hurt digits:1");
    require(failures, accuracy.degradedAfter >= .85, "digits:2 is not good on blurred digits");
    require(
        failures,
        accuracy.cleanAfter >= accuracy.cleanBefore - .02,
        "digits:2 is worse on clean digits");
    require(failures, promoted, "the challenger was not promoted");
    require(failures, controllerKills == 2, "the controller was not killed twice");
    require(
        failures,
        refusals.stream().map(Refusal::code).toList().equals(Attack.expectedCodes()),
        "the bad versions were refused as " + refusals);
    return failures;
  }

  private static void require(List<String> failures, boolean holds, String otherwise) {
    if (!holds) {
      failures.add(otherwise);
    }
  }

  /** The one line for programs. */
  Json json() {
    return Json.object()
        .put("devices", fleet.devices)
        .put("enrolled", fleet.enrolled)
        .put("activeByVersion", fleet.activeByVersion)
        .put(
            "predictions",
            Json.object()
                .put("made", predictions.made)
                .put("stored", predictions.stored)
                .put("lost", predictions.lost())
                .put("duplicates", predictions.duplicates))
        .put(
            "drift",
            Json.object()
                .put("expected", drift.expected())
                .put("flagged", drift.flagged)
                .put("windowsToDetect", drift.windowsToDetect))
        .put(
            "accuracy",
            Json.object()
                .put("cleanBefore", accuracy.cleanBefore)
                .put("cleanAfter", accuracy.cleanAfter)
                .put("degradedBefore", accuracy.degradedBefore)
                .put("degradedAfter", accuracy.degradedAfter))
        .put("promoted", promoted)
        .put("refusals", refusals)
        .put("controllerKills", controllerKills)
        .put("elapsedSeconds", Math.round(elapsedSeconds * 10) / 10.0);
  }

  /** The lines for people. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(line("devices enrolled      %d of %d", fleet.enrolled, fleet.devices));
    lines.add(line("running now           %s", fleet.activeByVersion));
    lines.add(
        line(
            "predictions           %,d made, %,d stored, %d lost, %d duplicates (controller killed %d×)",
            predictions.made,
            predictions.stored,
            predictions.lost(),
            predictions.duplicates,
            controllerKills));
    lines.add(
        line(
            "drift                 %d of %d degraded cameras flagged within %d windows, %d healthy ones",
            drift.flagged.stream().filter(drift.expected()::contains).count(),
            drift.expected().size(),
            drift.windowsToDetect,
            drift.flagged.stream().filter(d -> !drift.expected().contains(d)).count()));
    lines.add(
        line(
            "                      %d blur, which hurts (accuracy %.3f before); %d lose light, which"
                + " hardly hurts (%.3f)",
            drift.blurred.size(),
            accuracy.degradedBefore,
            drift.dimmed.size(),
            accuracy.dimmedBefore));
    lines.add(line("accuracy, clean       %.3f → %.3f", accuracy.cleanBefore, accuracy.cleanAfter));
    lines.add(
        line("accuracy, blurred     %.3f → %.3f", accuracy.degradedBefore, accuracy.degradedAfter));
    refusals.forEach(
        refusal ->
            lines.add(line("refused               %s as %s", refusal.version, refusal.code)));
    lines.add(line("elapsed               %.1f s", elapsedSeconds));
    return lines;
  }

  @SuppressWarnings("AnnotateFormatMethod") // its annotation would cost a dependency for one check
  private static String line(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }
}
