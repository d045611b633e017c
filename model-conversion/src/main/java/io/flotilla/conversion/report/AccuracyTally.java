package io.flotilla.conversion.report;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.failure.Printable;
import io.flotilla.bundle.tensor.ElementType;
import io.flotilla.bundle.tensor.Elements;
import io.flotilla.bundle.tensor.Tensor;
import java.util.Map;
import java.util.Optional;

/** Counts the right answers of both models. */
final class AccuracyTally {
  private final Labels labels;
  private int rows;
  private int before;
  private int after;

  AccuracyTally(Labels labels) {
    this.labels = labels;
  }

  /** Adds the call of a row. */
  void add(int row, Map<String, Tensor> original, Map<String, Tensor> variant) {
    long right = labels.expected().get(row);
    rows++;
    before += answer(original) == right ? 1 : 0;
    after += answer(variant) == right ? 1 : 0;
  }

  Change result() {
    return new Change((double) before / rows, (double) after / rows);
  }

  private long answer(Map<String, Tensor> outputs) {
    Tensor output =
        Optional.ofNullable(outputs.get(labels.output()))
            .orElseThrow(
                () ->
                    invalid(
                        "the model has no output %s to compare labels with; it has %s"
                            .formatted(Printable.of(labels.output()), outputs.keySet())));
    Elements elements = Elements.of(output);
    int count = Elements.count(output);
    boolean scores = output.type() == ElementType.FP32 || output.type() == ElementType.FP64;
    boolean one =
        scores
            ? !output.shape().isEmpty() && output.shape().getLast() == count && count >= 2
            : count == 1;
    if (!one) {
      throw invalid(
          "the output %s gives %s%s and not one answer per call; give rows of one, or another output"
              .formatted(labels.output(), output.type(), output.shape()));
    }
    return scores ? elements.largest(0, count) : (long) elements.at(0);
  }

  private static FlotillaException invalid(String sentence) {
    return new FlotillaException(ErrorCode.INPUT_INVALID, sentence);
  }
}
