package io.flotilla.registry.audit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.bundle.Digest;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class VouchedTest {
  private final Vouched vouched = new Vouched();

  @Test
  void fullTableKnowsEveryRecordAndNoOther() {
    for (int i = 0; i < Vouched.MAX_RECORDS; i++) {
      vouched.put(key(i), digest(i), i + 1);
    }
    for (int i = 0; i < Vouched.MAX_RECORDS; i += 997) {
      assertThat(vouched.sequence(key(i))).isEqualTo(i + 1);
      assertThat(vouched.vouches(key(i), digest(i))).isTrue();
      assertThat(vouched.vouches(key(i), digest(i + 1))).isFalse();
      assertThat(vouched.sequence(key(-1 - i))).isZero();
      assertThat(vouched.vouches(key(-1 - i), digest(0))).isFalse();
    }
  }

  @Test
  void newestEntryCounts() {
    vouched.put(key(1), digest(1), 1);
    vouched.put(key(1), digest(2), 5);
    assertThat(vouched.vouches(key(1), digest(2))).isTrue();
    assertThat(vouched.sequence(key(1))).isEqualTo(5);
    assertThat(vouched.lacksSome()).isTrue();

    vouched.put(key(1), AuditEntry.DELETED, 6);
    assertThat(vouched.isDeleted(key(1))).isTrue();
    assertThat(vouched.lacksSome()).isFalse();

    vouched.put(key(2), digest(1), 7);
    vouched.setDone(key(2));
    assertThat(vouched.isDone(key(2))).isTrue();
    assertThat(vouched.lacksSome()).isFalse();
  }

  @Test
  void partsAreEvenAndEveryKeyIsInOne() {
    int[] counts = new int[3];
    for (int i = 0; i < 30_000; i++) {
      counts[key(i).part(3)]++;
    }
    assertThat(Arrays.stream(counts).boxed())
        .allSatisfy(count -> assertThat(count).isBetween(9_500, 10_500));
  }

  private static Vouched.Key key(int i) {
    return Vouched.Key.of("record/" + i);
  }

  private static String digest(int i) {
    return Digest.of(Integer.toString(i).getBytes(UTF_8)).hex();
  }
}
