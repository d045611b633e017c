package io.flotilla.drift.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.drift.Baseline;
import io.flotilla.drift.SampleRows;
import io.flotilla.drift.WindowCounter;
import io.flotilla.drift.WindowCounters;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DriftCodecTest {
  private static final Baseline BASELINE =
      SampleRows.baseline(SampleRows.normal(new Random(1), 500, 6, 0), 100);
  private static final WindowCounters COUNTERS =
      SampleRows.count(BASELINE, SampleRows.normal(new Random(2), 300, 6, 1));

  @Test
  void writesCountersAsInTheTable() {
    Baseline baseline = SampleRows.baseline(new float[60][1], 10);
    WindowCounter counter = new WindowCounter(baseline);
    counter.add(new float[] {0}, OptionalInt.of(1));
    counter.add(new float[] {-1}, OptionalInt.empty());
    assertThat(HexFormat.of().formatHex(DriftCodec.encode(counter.take())))
        .isEqualTo(
            "84" // four elements
                + "01" // version
                + "02" // rows
                + "8400010001" // predictions: a, b, c, unknown
                + "81" // one feature
                + "850101000000"); // below, cell 0, above, non-finite, null
  }

  @Test
  void readsBackWhatItWrote() {
    assertThat(DriftCodec.decodeCounters(DriftCodec.encode(COUNTERS), BASELINE))
        .isEqualTo(COUNTERS);
    byte[] bytes = DriftCodec.encode(BASELINE);
    assertThat(DriftCodec.decodeBaseline(bytes)).isEqualTo(BASELINE);
    assertThat(DriftCodec.encode(DriftCodec.decodeBaseline(bytes))).isEqualTo(bytes);
  }

  @Test
  void staysSmall() {
    assertThat(DriftCodec.encode(COUNTERS).length).isLessThan(6 * 80 + 20);
  }

  @Test
  void refusesEveryTruncation() {
    byte[] counters = DriftCodec.encode(COUNTERS);
    for (int length = 0; length < counters.length; length++) {
      byte[] cut = Arrays.copyOf(counters, length);
      assertInvalid(() -> DriftCodec.decodeCounters(cut, BASELINE));
    }
    byte[] baseline = DriftCodec.encode(BASELINE);
    for (int length = 0; length < baseline.length; length++) {
      byte[] cut = Arrays.copyOf(baseline, length);
      assertInvalid(() -> DriftCodec.decodeBaseline(cut));
    }
  }

  @Test
  void endsNoiseInATypedErrorOrAnotherValidValue() {
    byte[] counters = DriftCodec.encode(COUNTERS);
    byte[] baseline = DriftCodec.encode(BASELINE);
    for (int seed = 0; seed < 20_000; seed++) {
      Random random = new Random(seed);
      byte[] noisyCounters = noise(random, counters);
      byte[] noisyBaseline = noise(random, baseline);
      assertTypedOrFine(seed, () -> DriftCodec.decodeCounters(noisyCounters, BASELINE));
      assertTypedOrFine(seed, () -> DriftCodec.decodeBaseline(noisyBaseline));
    }
  }

  @Test
  void refusesUnknownVersionsTrailingBytesAndForeignCounters() {
    byte[] counters = DriftCodec.encode(COUNTERS);
    byte[] newer = counters.clone();
    newer[1] = 2;
    assertInvalid(() -> DriftCodec.decodeCounters(newer, BASELINE));
    assertInvalid(
        () -> DriftCodec.decodeCounters(Arrays.copyOf(counters, counters.length + 1), BASELINE));
    Baseline other = SampleRows.baseline(SampleRows.normal(new Random(1), 500, 7, 0), 100);
    assertInvalid(() -> DriftCodec.decodeCounters(counters, other));
  }

  @Test
  void refusesCountersOverTheLimit() {
    assertThatThrownBy(
            () -> DriftCodec.decodeCounters(new byte[DriftCodec.MAX_COUNTERS_BYTES + 1], BASELINE))
        .isInstanceOfSatisfying(
            FlotillaException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.REQUEST_TOO_LARGE));
  }

  private static byte[] noise(Random random, byte[] bytes) {
    byte[] noisy = bytes.clone();
    int flips = 1 + random.nextInt(3);
    for (int i = 0; i < flips; i++) {
      noisy[random.nextInt(random.nextBoolean() ? 40 : noisy.length)] = (byte) random.nextInt(256);
    }
    return noisy;
  }

  private static void assertTypedOrFine(int seed, Runnable decode) {
    try {
      decode.run();
    } catch (FlotillaException e) {
      assertThat(e.code()).as("seed %d", seed).isEqualTo(ErrorCode.INPUT_INVALID);
    }
  }

  private static void assertInvalid(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            FlotillaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INPUT_INVALID));
  }
}
