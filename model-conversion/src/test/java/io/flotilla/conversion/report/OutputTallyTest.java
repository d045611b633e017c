package io.flotilla.conversion.report;

import static io.flotilla.conversion.fixture.Refusals.refused;
import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.tensor.Tensor;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class OutputTallyTest {
  private final OutputTally tally = new OutputTally("y");

  @Test
  void differencesAreAddedUpOverCalls() {
    tally.add(floats(1, 4), floats(1.5f, 4));
    tally.add(floats(3, -2), floats(3, -3));

    OutputDifference result = tally.result();

    assertThat(result.values()).isEqualTo(4);
    assertThat(result.largest()).isEqualTo(4);
    assertThat(result.unit()).isEqualTo(4);
    assertThat(result.difference().maxAbsolute()).isEqualTo(1);
    assertThat(result.difference().meanAbsolute()).isEqualTo(0.375);
    assertThat(result.difference().maxRelative()).hasValue(0.25);
    assertThat(result.difference().meanRelative()).hasValue(0.15);
    assertThat(result.agreement()).hasValue(1);
  }

  @Test
  void agreementCountsRowsWhoseLargestValueStandsAtTheSamePlace() {
    tally.add(
        Tensor.ofFloats(List.of(2L, 2L), 1, 2, 3, 4), Tensor.ofFloats(List.of(2L, 2L), 2, 1, 3, 4));

    assertThat(tally.result().agreement()).hasValue(0.5);
  }

  @Test
  void labelsAreCountedNotSubtracted() {
    tally.add(Tensor.ofLongs(List.of(4L), 1, 2, 3, 4), Tensor.ofLongs(List.of(4L), 1, 900, 3, 4));

    OutputDifference result = tally.result();

    assertThat(result.counted()).isTrue();
    assertThat(result.difference().maxAbsolute()).isEqualTo(1);
    assertThat(result.difference().meanAbsolute()).isEqualTo(0.25);
    assertThat(result.agreement()).hasValue(0.75);
  }

  @Test
  void valuesThatAreNoNumberInOneOnlyAreBroken() {
    tally.add(floats(Float.NaN, 1), floats(Float.NaN, Float.NaN));
    tally.add(floats(Float.POSITIVE_INFINITY, 1), floats(Float.NEGATIVE_INFINITY, 1));

    assertThat(tally.result().broken()).isEqualTo(2);
    assertThat(tally.result().values()).isEqualTo(1);
  }

  @Test
  void nothingIsRelativeToZero() {
    tally.add(floats(0, 0), floats(1, 0));

    assertThat(tally.result().difference().maxRelative()).isEqualTo(OptionalDouble.empty());
    assertThat(tally.result().unit()).isEqualTo(1);
  }

  @Test
  void anotherShapeIsNoVariant() {
    refused(
        ErrorCode.CONVERSION_FAILED,
        () -> tally.add(floats(1, 2), Tensor.ofFloats(List.of(1L, 3L), 1, 2, 3)),
        "[1, 3]");
  }

  private static Tensor floats(float... values) {
    return Tensor.ofFloats(List.of(1L, (long) values.length), values);
  }
}
