package io.flotilla.bundle.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class ElementsTest {
  @Test
  void readsUnsignedBytesAsUnsigned() {
    Tensor high = new Tensor(ElementType.UINT8, List.of(1L), ByteBuffer.wrap(new byte[] {-1}));
    assertThat(Elements.of(high).at(0)).isEqualTo(255);
  }

  @Test
  void theFirstOfEqualsIsTheLargest() {
    Tensor tensor = Tensor.ofFloats(List.of(2L, 3L), 9, 1, 2, 4, 7, 7);

    assertThat(Elements.count(tensor)).isEqualTo(6);
    assertThat(Elements.of(tensor).largest(0, 3)).isZero();
    assertThat(Elements.of(tensor).largest(3, 3)).isEqualTo(1);
  }
}
