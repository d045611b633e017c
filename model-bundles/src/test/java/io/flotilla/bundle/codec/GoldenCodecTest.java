package io.flotilla.bundle.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.fixture.Refusal;
import io.flotilla.bundle.fixture.SmallBundle;
import io.flotilla.bundle.golden.GoldenCase;
import io.flotilla.bundle.golden.GoldenVectors;
import io.flotilla.bundle.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class GoldenCodecTest {
  private static final byte[] CBOR = GoldenCodec.encode(SmallBundle.golden());

  @Test
  void readsWhatItWrites() {
    assertThat(GoldenCodec.decode(CBOR)).isEqualTo(SmallBundle.golden());
  }

  @Test
  void writesTensorsInTheOrderOfTheirNames() {
    assertThat(GoldenCodec.encode(of("a", "b"))).isEqualTo(GoldenCodec.encode(of("b", "a")));
  }

  @Test
  void readsNoCasesAsNone() {
    GoldenVectors none = new GoldenVectors(List.of());
    assertThat(GoldenCodec.decode(GoldenCodec.encode(none))).isEqualTo(none);
  }

  @Test
  void refusesTruncationAtEveryLength() {
    for (int length = 0; length < CBOR.length; length++) {
      byte[] part = Arrays.copyOf(CBOR, length);
      Refusal.of(ErrorCode.BUNDLE_MALFORMED, () -> GoldenCodec.decode(part));
    }
  }

  @Test
  void answersEveryCorruptionWithAVectorOrATypedRefusal() {
    Random random = new Random(42);
    for (int round = 0; round < 4_000; round++) {
      byte[] corrupt = CBOR.clone();
      for (int i = random.nextInt(1, 4); i > 0; i--) {
        corrupt[random.nextInt(corrupt.length)] = (byte) random.nextInt(256);
      }
      try {
        assertThat(GoldenCodec.decode(corrupt)).isNotNull();
      } catch (FlotillaException e) {
        assertThat(e.code()).as("seed 42, round %d", round).isEqualTo(ErrorCode.BUNDLE_MALFORMED);
      }
    }
  }

  private static GoldenVectors of(String first, String second) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put(first, Tensor.ofFloats(List.of(1L), 1));
    tensors.put(second, Tensor.ofFloats(List.of(1L), 1));
    return new GoldenVectors(List.of(new GoldenCase("one", tensors, tensors, 0, 0)));
  }
}
