package io.flotilla.bundle.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.fixture.Refusal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;

class TensorTest {
  @Test
  void keepsLittleEndianBytes() {
    Tensor tensor = Tensor.ofFloats(List.of(1L), 1f);
    byte[] bytes = new byte[4];
    tensor.bytes().get(bytes);
    assertThat(bytes).containsExactly(0x00, 0x00, 0x80, 0x3f);
  }

  @Test
  void givesBackItsValues() {
    assertThat(Tensor.ofFloats(List.of(2L, 2L), 1, 2, 3, 4).toFloats()).containsExactly(1, 2, 3, 4);
    assertThat(Tensor.ofLongs(List.of(2L), 5, -6).bytes().asLongBuffer().get(1)).isEqualTo(-6);
  }

  @Test
  void viewsHaveTheirOwnPosition() {
    Tensor tensor = Tensor.ofFloats(List.of(2L), 1, 2);
    tensor.bytes().getFloat();
    assertThat(tensor.bytes().remaining()).isEqualTo(8);
    assertThat(tensor.data().isReadOnly()).isTrue();
  }

  @Test
  void countsElementsOfScalarsAndEmptyTensors() {
    assertThat(Tensor.elements(List.of())).isEqualTo(1);
    assertThat(Tensor.elements(List.of(3L, 0L))).isZero();
  }

  @Test
  void refusesDataThatDoesNotFitTheShape() {
    String message = Refusal.of(ErrorCode.INPUT_INVALID, () -> Tensor.ofFloats(List.of(3L), 1, 2));
    assertThat(message).contains("needs 12 bytes, has 8");
  }

  @Test
  void refusesNegativeAndOverflowingShapes() {
    Refusal.of(ErrorCode.INPUT_INVALID, () -> Tensor.elements(List.of(-1L)));
    Refusal.of(ErrorCode.INPUT_INVALID, () -> Tensor.elements(List.of(Long.MAX_VALUE, 2L)));
    Refusal.of(ErrorCode.INPUT_INVALID, () -> Tensor.elements(List.of(1L << 20, 1L << 20)));
  }

  @Test
  void viewsOnlyFloatsAsFloats() {
    Tensor tensor =
        new Tensor(
            ElementType.UINT8, List.of(1L), ByteBuffer.allocate(1).order(ByteOrder.BIG_ENDIAN));
    assertThatIllegalStateException().isThrownBy(tensor::floats);
  }
}
