package io.flotilla.bundle.golden;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.failure.Printable;
import io.flotilla.bundle.tensor.Elements;
import io.flotilla.bundle.tensor.Tensor;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Inputs, and the outputs that the model must give for them.
 *
 * @param name for people, 1 to 128 characters
 * @param inputs by tensor name, at least one
 * @param outputs expected, by tensor name, at least one; outputs not named here are not compared
 * @param absoluteTolerance finite, ≥ 0
 * @param relativeTolerance finite, ≥ 0, as a share of the expected value
 */
public record GoldenCase(
    String name,
    Map<String, Tensor> inputs,
    Map<String, Tensor> outputs,
    double absoluteTolerance,
    double relativeTolerance) {
  private static final int MAX_NAME_CHARS = 128;

  /**
   * Checks names and tolerances.
   *
   * @throws FlotillaException {@code INPUT_INVALID} if the name or a tolerance is out of range, or
   *     inputs or outputs are empty
   */
  public GoldenCase {
    inputs = sorted(inputs);
    outputs = sorted(outputs);
    require(
        !name.isEmpty() && name.length() <= MAX_NAME_CHARS,
        "a golden case needs a name of 1 to " + MAX_NAME_CHARS + " characters");
    require(
        !inputs.isEmpty() && !outputs.isEmpty(),
        "the golden case %s lacks inputs or outputs".formatted(Printable.of(name)));
    require(
        isTolerance(absoluteTolerance) && isTolerance(relativeTolerance),
        "a tolerance of the golden case %s is negative or not finite"
            .formatted(Printable.of(name)));
  }

  /**
   * The first place where actual outputs differ from the expected ones, in order of output name and
   * index. A value passes if it equals the expected one or {@code |actual − expected| ≤
   * absoluteTolerance + relativeTolerance × |expected|}; NaN never passes.
   *
   * @param actual outputs by tensor name; more than expected are allowed
   * @return empty if all pass
   */
  public Optional<Deviation> firstDeviation(Map<String, Tensor> actual) {
    for (Map.Entry<String, Tensor> output : outputs.entrySet()) {
      Optional<Deviation> deviation =
          deviationOf(
              output.getKey(), output.getValue(), Optional.ofNullable(actual.get(output.getKey())));
      if (deviation.isPresent()) {
        return deviation;
      }
    }
    return Optional.empty();
  }

  private Optional<Deviation> deviationOf(
      String output, Tensor expected, Optional<Tensor> possible) {
    if (possible.isEmpty()) {
      return Optional.of(new Deviation.MissingOutput(name, output));
    }
    Tensor actual = possible.get();
    if (actual.type() != expected.type() || !actual.shape().equals(expected.shape())) {
      return Optional.of(new Deviation.OtherForm(name, output, formOf(expected), formOf(actual)));
    }
    long elements = Tensor.elements(expected.shape());
    Elements wanted = Elements.of(expected);
    Elements got = Elements.of(actual);
    for (int i = 0; i < elements; i++) {
      double e = wanted.at(i);
      double a = got.at(i);
      double allowed = absoluteTolerance + relativeTolerance * Math.abs(e);
      if (a != e && !(Math.abs(a - e) <= allowed)) {
        return Optional.of(new Deviation.OtherValue(name, output, i, e, a, allowed));
      }
    }
    return Optional.empty();
  }

  private static String formOf(Tensor tensor) {
    return tensor.type() + " " + tensor.shape();
  }

  private static SortedMap<String, Tensor> sorted(Map<String, Tensor> tensors) {
    return Collections.unmodifiableSortedMap(new TreeMap<>(tensors));
  }

  private static boolean isTolerance(double value) {
    return Double.isFinite(value) && value >= 0;
  }

  private static void require(boolean holds, String sentence) {
    if (!holds) {
      throw new FlotillaException(ErrorCode.INPUT_INVALID, sentence);
    }
  }
}
