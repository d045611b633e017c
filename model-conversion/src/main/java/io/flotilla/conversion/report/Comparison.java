package io.flotilla.conversion.report;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.tensor.Tensor;
import io.flotilla.hardware.LoadedModel;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;

/**
 * Runs two models in turn on the same rows: the first call of each pair changes with every pair, so
 * that neither always meets the warmer caches, and whatever slows the machine slows both.
 */
final class Comparison {
  private static final int WARM_UP = 3;

  /** Fewer pairs than this tell no median; rows are taken again from the first. */
  static final int LEAST_PAIRS = 31;

  /** Pairs beyond the rows given end after this time: 2 s. */
  private static final long EXTRA_NANOS = 2_000_000_000L;

  private final LoadedModel original;
  private final LoadedModel variant;
  private final LongSupplier nanos;

  Comparison(LoadedModel original, LoadedModel variant, LongSupplier nanos) {
    this.original = original;
    this.variant = variant;
    this.nanos = nanos;
  }

  /**
   * What was measured.
   *
   * @param p50Micros median times
   * @param samples what was compared on
   * @param outputs differences in the model's order
   * @param accuracy of labelled rows
   */
  record Outcome(
      Change p50Micros,
      SampleSummary samples,
      List<OutputDifference> outputs,
      Optional<Change> accuracy) {}

  Outcome on(SampleRows samples) {
    return switch (samples) {
      case SampleRows.Given given -> on(given.rows()::get, given.labels(), summary(given));
      case SampleRows.Seeded seeded -> {
        RandomRows random = new RandomRows(original.inputs(), seeded.seed());
        checkRandom(random);
        yield on(
            random::row,
            Optional.empty(),
            new SampleSummary(seeded.count(), 0, OptionalLong.of(seeded.seed())));
      }
    };
  }

  private static SampleSummary summary(SampleRows.Given given) {
    int labelled = given.labels().map(labels -> labels.expected().size()).orElse(0);
    return new SampleSummary(given.rows().size(), labelled, OptionalLong.empty());
  }

  private Outcome on(
      IntFunction<Map<String, Tensor>> rows, Optional<Labels> labels, SampleSummary summary) {
    int count = summary.rows();
    Map<String, OutputTally> tallies = new LinkedHashMap<>();
    original.outputs().forEach(o -> tallies.put(o.name(), new OutputTally(o.name())));
    Optional<AccuracyTally> accuracy = labels.map(AccuracyTally::new);
    for (int i = 0; i < WARM_UP; i++) {
      original.run(rows.apply(0));
      runVariant(rows.apply(0));
    }
    int pairs = Math.max(count, LEAST_PAIRS);
    long[] before = new long[pairs];
    long[] after = new long[pairs];
    int done = 0;
    long deadline = Long.MAX_VALUE;
    while (done < pairs && (done < count || nanos.getAsLong() < deadline)) {
      Map<String, Tensor> row = rows.apply(done % count);
      Pair pair = pair(row, done % 2 == 0);
      before[done] = pair.beforeNanos();
      after[done] = pair.afterNanos();
      if (done < count) {
        int at = done;
        tallies.forEach((name, tally) -> tally.add(pair.before(name), pair.after(name)));
        accuracy.ifPresent(a -> a.add(at, pair.before(), pair.after()));
      }
      done++;
      if (done == count) {
        deadline = nanos.getAsLong() + EXTRA_NANOS;
      }
    }
    return new Outcome(
        new Change(medianMicros(before, done), medianMicros(after, done)),
        summary,
        tallies.values().stream().map(OutputTally::result).toList(),
        accuracy.map(AccuracyTally::result));
  }

  /** The outputs of both models for one row, and how long each took. */
  private record Pair(
      Map<String, Tensor> before, long beforeNanos, Map<String, Tensor> after, long afterNanos) {
    Tensor before(String output) {
      return Objects.requireNonNull(before.get(output), output);
    }

    Tensor after(String output) {
      return Optional.ofNullable(after.get(output))
          .orElseThrow(
              () ->
                  new FlotillaException(
                      ErrorCode.CONVERSION_FAILED, "the variant lacks the output " + output));
    }
  }

  private Pair pair(Map<String, Tensor> row, boolean originalFirst) {
    long start = nanos.getAsLong();
    Map<String, Tensor> first = originalFirst ? original.run(row) : runVariant(row);
    long middle = nanos.getAsLong();
    Map<String, Tensor> second = originalFirst ? runVariant(row) : original.run(row);
    long end = nanos.getAsLong();
    return originalFirst
        ? new Pair(first, middle - start, second, end - middle)
        : new Pair(second, end - middle, first, middle - start);
  }

  private Map<String, Tensor> runVariant(Map<String, Tensor> row) {
    try {
      return variant.run(row);
    } catch (FlotillaException e) {
      throw new FlotillaException(
          ErrorCode.CONVERSION_FAILED,
          "the variant fails on inputs that the original takes: " + e.getMessage(),
          e);
    }
  }

  private void checkRandom(RandomRows random) {
    try {
      original.run(random.row(0));
    } catch (FlotillaException e) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID,
          "the model does not run on random inputs, so give real rows: " + e.getMessage(),
          e);
    }
  }

  private static double medianMicros(long[] nanos, int count) {
    long[] sorted = Arrays.copyOf(nanos, count);
    Arrays.sort(sorted);
    return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2.0 / 1_000;
  }
}
