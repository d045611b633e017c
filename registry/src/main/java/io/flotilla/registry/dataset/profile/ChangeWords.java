package io.flotilla.registry.dataset.profile;

import io.flotilla.registry.dataset.table.ColumnType;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Says in sentences how a column differs.
 *
 * @param before the column in the earlier table
 * @param after the column in the later table
 */
record ChangeWords(ColumnProfile before, ColumnProfile after) {
  /** Least shift of the mean that is worth a word, in standard deviations: Cohen's "small". */
  private static final double SMALL_SHIFT = 0.2;

  /** Least divergence of Jensen and Shannon that is worth a word. */
  private static final double SMALL_DIVERGENCE = 0.01;

  /** Least difference of missing parts that is worth a word. */
  private static final double SMALL_SHARE = 0.01;

  private static final int MAX_VALUES = 5;

  List<String> words(Optional<NumericShift> numeric, Optional<ValueShift> values) {
    List<String> words = new ArrayList<>();
    if (before.count() > 0 && after.count() > 0 && before.type() != after.type()) {
      say(words, "was %s and is %s".formatted(typeName(before.type()), typeName(after.type())));
    }
    numeric.ifPresent(shift -> sayNumeric(words, shift));
    values.ifPresent(shift -> sayValues(words, shift));
    double missing = after.missingShare() - before.missingShare();
    if (Math.abs(missing) >= SMALL_SHARE) {
      say(
          words,
          "%s of the rows have no value, before %s"
              .formatted(percent(after.missingShare()), percent(before.missingShare())));
    }
    return words;
  }

  /** A type in a word. */
  static String typeName(ColumnType type) {
    return type.name().toLowerCase(Locale.ROOT);
  }

  private void sayNumeric(List<String> words, NumericShift shift) {
    NumericSummary old = before.numeric().orElseThrow();
    NumericSummary now = after.numeric().orElseThrow();
    if (shift.meanShift().isEmpty()) {
      if (old.standardDeviation() == 0 && now.standardDeviation() == 0) {
        say(
            words,
            "was always %s and is always %s".formatted(value(old.mean()), value(now.mean())));
      }
      return;
    }
    double deviations = shift.meanShift().getAsDouble();
    if (Math.abs(deviations) >= SMALL_SHIFT) {
      say(
          words,
          "the mean %s from %s to %s, by %s standard deviations"
              .formatted(
                  deviations > 0 ? "rose" : "fell",
                  value(old.mean()),
                  value(now.mean()),
                  number(Math.abs(deviations))));
    } else if (shift.divergence().jensenShannon() >= SMALL_DIVERGENCE) {
      say(
          words,
          "the mean stays, but the middle half is now %s to %s, before %s to %s"
              .formatted(
                  value(now.quantiles().p25()),
                  value(now.quantiles().p75()),
                  value(old.quantiles().p25()),
                  value(old.quantiles().p75())));
    }
  }

  private void sayValues(List<String> words, ValueShift shift) {
    if (!shift.appeared().isEmpty()) {
      say(words, "new values: " + listed(shift.appeared(), after.count()));
    }
    if (!shift.vanished().isEmpty()) {
      say(words, "values that are gone: " + listed(shift.vanished(), before.count()));
    }
    if (words.isEmpty() && shift.divergence().jensenShannon() >= SMALL_DIVERGENCE) {
      say(
          words,
          "the values are distributed otherwise: the divergence is "
              + number(shift.divergence().jensenShannon()));
    }
  }

  private void say(List<String> words, String what) {
    words.add("%s: %s.".formatted(before.name(), what));
  }

  private static String listed(List<ValueCount> values, long of) {
    String first =
        values.stream()
            .limit(MAX_VALUES)
            .map(
                value ->
                    "\"%s\" (%s)".formatted(value.value(), percent((double) value.count() / of)))
            .collect(Collectors.joining(", "));
    return values.size() > MAX_VALUES
        ? "%s and %d more".formatted(first, values.size() - MAX_VALUES)
        : first;
  }

  /** A number, or a moment in a column of timestamps. */
  private String value(double number) {
    return before.type() == ColumnType.TIMESTAMP
        ? Instant.ofEpochMilli((long) number).toString()
        : number(number);
  }

  private static String number(double number) {
    return String.format(Locale.ROOT, "%.4g", number);
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }
}
