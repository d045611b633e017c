package io.flotilla.bundle.golden;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.fixture.Refusal;
import io.flotilla.bundle.tensor.ElementType;
import io.flotilla.bundle.tensor.Tensor;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GoldenCaseTest {
  @Test
  void passesWithinTheSumOfBothTolerances() {
    // 10 ± (0.5 + 0.1 × 10)
    GoldenCase golden = expecting(0.5, 0.1, 10);
    assertThat(golden.firstDeviation(output(11.5f))).isEmpty();
    assertThat(golden.firstDeviation(output(8.5f))).isEmpty();
    assertThat(golden.firstDeviation(output(11.6f)))
        .hasValueSatisfying(
            deviation ->
                assertThat(deviation)
                    .isEqualTo(new Deviation.OtherValue("one", "y", 0, 10, 11.6f, 1.5)));
  }

  @Test
  void namesTheFirstIndexThatDeviates() {
    assertThat(expecting(0, 0, 1, 2, 3).firstDeviation(output(1, 5, 6)))
        .hasValueSatisfying(
            deviation -> assertThat(deviation.describe()).contains("y[1] is 5.0 instead of 2.0"));
  }

  @Test
  void neverPassesNaN() {
    assertThat(expecting(1e9, 1, Float.NaN).firstDeviation(output(Float.NaN))).isPresent();
    assertThat(expecting(1e9, 1, 1).firstDeviation(output(Float.NaN))).isPresent();
  }

  @Test
  void passesEqualInfinitiesOnly() {
    float infinity = Float.POSITIVE_INFINITY;
    assertThat(expecting(0, 0, infinity).firstDeviation(output(infinity))).isEmpty();
    assertThat(expecting(0, 0, infinity).firstDeviation(output(-infinity))).isPresent();
    assertThat(expecting(1, 0, 1).firstDeviation(output(infinity))).isPresent();
  }

  @Test
  void noticesMissingOutputsAndOtherForms() {
    GoldenCase golden = expecting(0, 0, 1);
    assertThat(golden.firstDeviation(Map.of())).contains(new Deviation.MissingOutput("one", "y"));
    assertThat(golden.firstDeviation(Map.of("y", Tensor.ofFloats(List.of(), 1))))
        .containsInstanceOf(Deviation.OtherForm.class);
    assertThat(golden.firstDeviation(Map.of("y", Tensor.ofLongs(List.of(1L), 1))))
        .hasValueSatisfying(
            deviation ->
                assertThat(deviation.describe()).contains("INT64 [1] instead of FP32 [1]"));
  }

  @Test
  void ignoresOutputsThatItDoesNotExpect() {
    assertThat(
            expecting(0, 0, 1)
                .firstDeviation(
                    Map.of(
                        "y", Tensor.ofFloats(List.of(1L), 1),
                        "z", Tensor.ofFloats(List.of(1L), 9))))
        .isEmpty();
  }

  @Test
  void comparesEveryElementType() {
    for (ElementType type : ElementType.values()) {
      Tensor zero = new Tensor(type, List.of(1L), ByteBuffer.allocate(type.bytes()));
      byte[] ones = new byte[type.bytes()];
      Arrays.fill(ones, (byte) 1);
      Tensor other = new Tensor(type, List.of(1L), ByteBuffer.wrap(ones));
      GoldenCase golden = new GoldenCase("one", Map.of("x", zero), Map.of("y", zero), 0, 0);
      assertThat(golden.firstDeviation(Map.of("y", zero))).as(type.name()).isEmpty();
      assertThat(golden.firstDeviation(Map.of("y", other))).as(type.name()).isPresent();
    }
  }

  @Test
  void refusesBadTolerancesAndNames() {
    Refusal.of(ErrorCode.INPUT_INVALID, () -> expecting(-1, 0, 1));
    Refusal.of(ErrorCode.INPUT_INVALID, () -> expecting(0, Double.NaN, 1));
    Refusal.of(ErrorCode.INPUT_INVALID, () -> new GoldenCase("", Map.of(), Map.of(), 0, 0));
    GoldenCase one = expecting(0, 0, 1);
    Refusal.of(ErrorCode.INPUT_INVALID, () -> new GoldenVectors(List.of(one, one)));
  }

  private static GoldenCase expecting(double absolute, double relative, float... values) {
    return new GoldenCase(
        "one", Map.of("x", Tensor.ofFloats(List.of(1L), 0)), output(values), absolute, relative);
  }

  private static Map<String, Tensor> output(float... values) {
    return Map.of("y", Tensor.ofFloats(List.of((long) values.length), values));
  }
}
