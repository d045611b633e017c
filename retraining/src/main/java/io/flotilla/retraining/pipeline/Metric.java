package io.flotilla.retraining.pipeline;

import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** The figures that an evaluate step gives. */
public enum Metric {
  /** Share of the rows whose most likely category is the label, 0 to 1. */
  ACCURACY,
  /** Mean over the labels of the share of each label's rows that were found, 0 to 1. */
  BALANCED_ACCURACY,
  /** Mean negative natural logarithm of the score of the right category; lower is better. */
  LOG_LOSS,
  /** Rows that were scored. */
  ROWS;

  /** As criteria write it. */
  public String title() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** All titles. */
  public static Set<String> titles() {
    return Arrays.stream(values()).map(Metric::title).collect(Collectors.toSet());
  }
}
