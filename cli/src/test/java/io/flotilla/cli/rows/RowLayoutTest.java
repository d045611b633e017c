package io.flotilla.cli.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.manifest.Dimension;
import io.flotilla.bundle.manifest.TensorSpec;
import io.flotilla.bundle.tensor.ElementType;
import java.util.List;
import org.junit.jupiter.api.Test;

class RowLayoutTest {
  @Test
  void openDimensionsAreOneLong() {
    assertThat(new RowLayout(List.of(input("a", 3), input("b", 4))).columns()).isEqualTo(7);
  }

  @Test
  void refusesRowsOverTheLimitWithTheInputThatMakesThemSoLong() {
    RowLayout most = new RowLayout(List.of(input("a", RowLayout.MAX_COLUMNS)));
    assertThat(most.columns()).isEqualTo(RowLayout.MAX_COLUMNS);

    RowLayout more = new RowLayout(List.of(input("a", RowLayout.MAX_COLUMNS), input("b", 1)));

    assertThatExceptionOfType(FlotillaException.class)
        .isThrownBy(() -> more.tensors(new double[1]))
        .withMessage(
            "the input 'b' of the shape [batch, 1] makes a row of 16777217 values, and a row has at"
                + " most 16777216")
        .returns(ErrorCode.INPUT_INVALID, FlotillaException::code);
  }

  private static TensorSpec input(String name, long columns) {
    return TensorSpec.of(
        name, ElementType.FP32, List.of(Dimension.open("batch"), Dimension.of(columns)));
  }
}
