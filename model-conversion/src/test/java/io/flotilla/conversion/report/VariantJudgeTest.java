package io.flotilla.conversion.report;

import static io.flotilla.conversion.fixture.Refusals.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.conversion.report.OutputDifference.Difference;
import io.flotilla.conversion.variant.Rewrite;
import io.flotilla.conversion.variant.VariantKind;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class VariantJudgeTest {
  private static final Tolerance TOLERANCE = new Tolerance(0.1, 0.01, 0.02);

  @Test
  void whatIsExactlyAtItsBoundIsTolerated() {
    VariantReport report = report(output(false, 0.1, 0.01, 0), Optional.of(new Change(0.75, 0.73)));

    assertThat(VariantJudge.excesses(report, new Tolerance(0.1, 0.01, 0.75 - 0.73))).isEmpty();
    assertThatCode(() -> VariantJudge.require(report, new Tolerance(0.1, 0.01, 0.021)))
        .doesNotThrowAnyException();
  }

  @Test
  void eachFigureBeyondItsBoundIsNamedWithTheBound() {
    VariantReport report = report(output(false, 0.4, 0.02, 3), Optional.of(new Change(0.9, 0.8)));

    assertThatExceptionOfType(IntolerableVariantException.class)
        .isThrownBy(() -> VariantJudge.require(report, TOLERANCE))
        .returns(ErrorCode.CONVERSION_INTOLERABLE, IntolerableVariantException::code)
        .returns(report, IntolerableVariantException::report)
        .withMessageContaining("broken values of y 3.000 (allowed 0.000)")
        .withMessageContaining("largest difference of y 0.4000 (allowed 0.1000)")
        .withMessageContaining("mean difference of y 0.02000 (allowed 0.01000)")
        .withMessageContaining("drop of accuracy 0.1000 (allowed 0.02000)")
        .satisfies(refusal -> assertThat(refusal.excesses()).hasSize(4));
  }

  @Test
  void logitsAreJudgedByTheirSize() {
    OutputDifference logits =
        new OutputDifference("y", false, 10, difference(0.9, 0.09), 10, OptionalDouble.empty(), 0);

    assertThat(VariantJudge.excesses(report(logits, Optional.empty()), TOLERANCE)).isEmpty();
  }

  @Test
  void labelsAreJudgedByTheShareThatDiffers() {
    assertThat(VariantJudge.excesses(report(output(true, 1, 0.05, 0), Optional.empty()), TOLERANCE))
        .isEmpty();
    assertThat(VariantJudge.excesses(report(output(true, 1, 0.2, 0), Optional.empty()), TOLERANCE))
        .containsExactly(new Excess("share of other values of y", 0.2, 0.1));
  }

  @Test
  void betterAccuracyIsNoExcess() {
    assertThat(
            VariantJudge.excesses(
                report(output(false, 0, 0, 0), Optional.of(new Change(0.5, 0.9))), TOLERANCE))
        .isEmpty();
  }

  @Test
  void impossibleTolerancesAreRefused() {
    refused(ErrorCode.INPUT_INVALID, () -> new Tolerance(-1, 0, 0));
    refused(ErrorCode.INPUT_INVALID, () -> new Tolerance(Double.NaN, 0, 0));
    refused(ErrorCode.INPUT_INVALID, () -> new Tolerance(0, Double.POSITIVE_INFINITY, 0));
    refused(ErrorCode.INPUT_INVALID, () -> new Tolerance(0, 0, 1.1));
  }

  private static OutputDifference output(boolean counted, double max, double mean, long broken) {
    return new OutputDifference(
        "y", counted, 10, difference(max, mean), 1, OptionalDouble.empty(), broken);
  }

  private static Difference difference(double max, double mean) {
    return new Difference(max, mean, OptionalDouble.empty(), OptionalDouble.empty());
  }

  private static VariantReport report(OutputDifference output, Optional<Change> accuracy) {
    return new VariantReport(
        VariantKind.FP16,
        new Rewrite(Map.of("MatMul", 1), List.of()),
        new Change(100, 50),
        new Change(10, 12),
        new SampleSummary(10, 0, OptionalLong.of(42)),
        List.of(output),
        accuracy,
        "ONNX Runtime 1.29.0 CPU");
  }
}
