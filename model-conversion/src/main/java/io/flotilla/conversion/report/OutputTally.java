package io.flotilla.conversion.report;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.tensor.ElementType;
import io.flotilla.bundle.tensor.Elements;
import io.flotilla.bundle.tensor.Tensor;
import java.util.OptionalDouble;

/** Adds up how one output differs, call by call. */
final class OutputTally {
  private final String output;
  private boolean counted;
  private long values;
  private long broken;
  private double max;
  private double sum;
  private double largest;
  private double magnitudes;
  private long answers;
  private long agreed;

  OutputTally(String output) {
    this.output = output;
  }

  /** Adds one call. */
  void add(Tensor original, Tensor variant) {
    if (original.type() != variant.type() || !original.shape().equals(variant.shape())) {
      throw new FlotillaException(
          ErrorCode.CONVERSION_FAILED,
          "the variant gives the output %s as %s%s, and the original as %s%s"
              .formatted(
                  output, variant.type(), variant.shape(), original.type(), original.shape()));
    }
    Elements before = Elements.of(original);
    Elements after = Elements.of(variant);
    int count = Elements.count(original);
    counted = original.type() != ElementType.FP32 && original.type() != ElementType.FP64;
    for (int i = 0; i < count; i++) {
      if (counted) {
        count(before.at(i) == after.at(i));
      } else {
        compare(before.at(i), after.at(i));
      }
    }
    int rank = original.shape().size();
    long columns = rank < 2 ? 0 : original.shape().getLast();
    if (!counted && columns >= 2) {
      for (int row = 0; row < count; row += (int) columns) {
        answers++;
        agreed += before.largest(row, (int) columns) == after.largest(row, (int) columns) ? 1 : 0;
      }
    }
  }

  private void count(boolean same) {
    values++;
    answers++;
    agreed += same ? 1 : 0;
    sum += same ? 0 : 1;
    max = Math.max(max, same ? 0 : 1);
  }

  private void compare(double before, double after) {
    if (!Double.isFinite(before) || !Double.isFinite(after)) {
      // Equal by bits: the same infinity, or both no number.
      broken += Double.compare(before, after) == 0 ? 0 : 1;
      return;
    }
    double difference = Math.abs(after - before);
    values++;
    sum += difference;
    max = Math.max(max, difference);
    largest = Math.max(largest, Math.abs(before));
    magnitudes += Math.abs(before);
  }

  /** What has come together. */
  OutputDifference result() {
    return new OutputDifference(
        output,
        counted,
        values,
        new OutputDifference.Difference(
            max, values == 0 ? 0 : sum / values, share(max, largest), share(sum, magnitudes)),
        counted ? 1 : largest,
        answers == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) agreed / answers),
        broken);
  }

  private OptionalDouble share(double part, double whole) {
    return counted || whole == 0 ? OptionalDouble.empty() : OptionalDouble.of(part / whole);
  }
}
