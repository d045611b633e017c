package io.flotilla.drift;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a model version expects its input and predictions to look like, per cohort of devices. It is
 * built with the model, travels in its bundle, and is the only thing a device needs for counting.
 *
 * @param bins the features' cells, in the order of a row; 1 to 1,024
 * @param cohorts baselines by cohort name, kept in ascending order; {@value #REFERENCE} is always
 *     there
 * @param categories the predictions' labels in index order; may be empty
 * @param windowRows rows of one window, 1 to 1,000,000
 */
public record Baseline(
    List<FeatureBins> bins,
    Map<String, CohortBaseline> cohorts,
    List<String> categories,
    int windowRows) {
  /** The cohort of every device that belongs to no other. */
  public static final String REFERENCE = "reference";

  /**
   * Checks that the parts fit each other.
   *
   * @throws FlotillaException {@code INPUT_INVALID} if the reference cohort is missing, counters do
   *     not fit the bins, names repeat or a limit is broken
   */
  public Baseline {
    bins = List.copyOf(bins);
    categories = List.copyOf(categories);
    cohorts = Collections.unmodifiableSortedMap(new TreeMap<>(cohorts));
    requireLimits(bins, cohorts, categories);
    if (windowRows < 1 || windowRows > DriftLimits.MAX_WINDOW_ROWS) {
      throw invalid("a window has 1 to %d rows".formatted(DriftLimits.MAX_WINDOW_ROWS));
    }
    for (Map.Entry<String, CohortBaseline> cohort : cohorts.entrySet()) {
      if (!shaped(cohort.getValue().counters(), bins, categories)) {
        throw invalid("the counters of cohort " + cohort.getKey() + " do not fit the bins");
      }
    }
  }

  /** The baseline of a cohort; of {@value #REFERENCE} if this version knows no such cohort. */
  public CohortBaseline cohort(String name) {
    CohortBaseline known = cohorts.get(name);
    return known == null ? reference() : known;
  }

  /** The baseline of {@value #REFERENCE}. */
  public CohortBaseline reference() {
    CohortBaseline reference = cohorts.get(REFERENCE);
    if (reference == null) {
      throw new IllegalStateException("the constructor demands the reference cohort");
    }
    return reference;
  }

  private static void requireLimits(
      List<FeatureBins> bins, Map<String, CohortBaseline> cohorts, List<String> categories) {
    if (bins.isEmpty() || bins.size() > DriftLimits.MAX_FEATURES) {
      throw invalid("a baseline has 1 to %d features".formatted(DriftLimits.MAX_FEATURES));
    }
    if (categories.size() > DriftLimits.MAX_CATEGORIES
        || new HashSet<>(categories).size() != categories.size()) {
      throw invalid(
          "categories must be unique and at most %d".formatted(DriftLimits.MAX_CATEGORIES));
    }
    if (bins.stream().map(FeatureBins::name).distinct().count() != bins.size()) {
      throw invalid("feature names must be unique");
    }
    if (!cohorts.containsKey(REFERENCE) || cohorts.size() > DriftLimits.MAX_COHORTS) {
      throw invalid(
          "a baseline has the cohort \"%s\" and at most %d in all"
              .formatted(REFERENCE, DriftLimits.MAX_COHORTS));
    }
    for (String name : cohorts.keySet()) {
      if (name.isEmpty() || name.length() > DriftLimits.MAX_NAME_CHARS) {
        throw invalid("a cohort's name has 1 to " + DriftLimits.MAX_NAME_CHARS + " characters");
      }
    }
  }

  private static boolean shaped(
      WindowCounters counters, List<FeatureBins> bins, List<String> categories) {
    if (counters.features().size() != bins.size()
        || counters.predictions().size() != categories.size() + 1) {
      return false;
    }
    for (int i = 0; i < bins.size(); i++) {
      if (counters.features().get(i).cells() != bins.get(i).cells()) {
        return false;
      }
    }
    return true;
  }

  private static FlotillaException invalid(String message) {
    return new FlotillaException(ErrorCode.INPUT_INVALID, message);
  }
}
