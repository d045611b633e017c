package io.flotilla.conversion.diff;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How the weights differ: initialisers and constants, those of subgraphs included, matched by scope
 * and name, and what is left by content.
 *
 * @param same with the same type, shape and values
 * @param renamed with the same content under another name
 * @param changed of the same shape with other values or another type
 * @param reshaped of another shape
 * @param added only in the second model
 * @param removed only in the first
 * @param largest the ones that differ: changed by relative change, then reshaped, added and removed
 *     by size, the largest first; at most {@link ModelDiff#LISTED}
 * @param more how many are not listed
 */
public record WeightChanges(
    int same,
    int renamed,
    int changed,
    int reshaped,
    int added,
    int removed,
    List<WeightChange> largest,
    int more) {
  /** Copies the list. */
  public WeightChanges {
    largest = List.copyOf(largest);
  }

  /** Whether nothing differs but perhaps names. */
  public boolean none() {
    return changed + reshaped + added + removed == 0;
  }

  /** What became of a weight. */
  public enum Fate {
    /** Other values, or another type. */
    CHANGED,
    /** Another shape. */
    RESHAPED,
    /** Not in the first model. */
    ADDED,
    /** Not in the second model. */
    REMOVED
  }

  /**
   * A weight that differs.
   *
   * @param name its scope and name
   * @param fate what became of it
   * @param before type and shape in the first model, as in {@code FLOAT[10, 20]}, if there
   * @param after in the second, if there
   * @param distance how far the values moved, for {@link Fate#CHANGED} numbers
   */
  public record WeightChange(
      String name,
      Fate fate,
      Optional<String> before,
      Optional<String> after,
      Optional<Distance> distance) {
    /** Part of a sentence. */
    String words() {
      return switch (fate) {
        case ADDED -> "%s %s added".formatted(name, after.orElse(""));
        case REMOVED -> "%s %s removed".formatted(name, before.orElse(""));
        case RESHAPED -> "%s from %s to %s".formatted(name, before.orElse(""), after.orElse(""));
        case CHANGED ->
            "%s %s%s: %s"
                .formatted(
                    name,
                    before.orElse(""),
                    before.equals(after) ? "" : " to " + after.orElse(""),
                    distance.map(Distance::words).orElse("other values"));
      };
    }
  }

  /**
   * How far values moved.
   *
   * @param maxAbsolute the largest |b − a|
   * @param meanAbsolute the mean |b − a|
   * @param relative ‖b − a‖₂ / ‖a‖₂; empty if all of a is 0
   * @param cosine a·b / (‖a‖₂ ‖b‖₂); empty if all of one is 0
   */
  public record Distance(
      double maxAbsolute, double meanAbsolute, OptionalDouble relative, OptionalDouble cosine) {
    String words() {
      String far =
          String.format(Locale.ROOT, "largest change %.3g, mean %.3g", maxAbsolute, meanAbsolute);
      String share =
          relative.isPresent()
              ? ", %s %% of its size".formatted(percent(relative.getAsDouble()))
              : "";
      return cosine.isPresent()
          ? far + share + String.format(Locale.ROOT, ", cosine %.4f", cosine.getAsDouble())
          : far + share;
    }

    /** Two digits, or all before the point. */
    private static String percent(double share) {
      return String.format(Locale.ROOT, share >= 0.1 ? "%.0f" : "%.2g", 100 * share);
    }
  }
}
