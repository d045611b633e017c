package io.flotilla.controller.delivery;

import static io.flotilla.controller.delivery.BundleBroadcast.INDEX;
import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.controller.delivery.BundleBroadcast.Decision;
import io.flotilla.protocol.message.Limits;
import io.flotilla.protocol.message.Need;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BundleBroadcastTest {
  private static final long T0 = 5_000;
  private static final int CHUNKS = 10;
  private static final DeliveryLimits ROOMY = new DeliveryLimits(100, 100, 1L << 40);

  @Test
  void waitsForOthersThenSendsEachPartOnce() {
    BundleBroadcast broadcast = broadcast(ROOMY);
    broadcast.ask(chunks(0, 1, 2), T0);
    broadcast.ask(chunks(1, 2, 3), T0 + 60);

    assertThat(broadcast.next(T0 + 99))
        .isEqualTo(new Decision(List.of(), OptionalLong.of(T0 + 100)));
    assertThat(broadcast.next(T0 + 100).parts()).containsExactly(0, 1, 2, 3);
    assertThat(broadcast.next(T0 + 101).parts()).isEmpty();
  }

  @Test
  void sendsTheIndexFirst() {
    BundleBroadcast broadcast = broadcast(ROOMY);
    broadcast.ask(chunks(4), T0);
    broadcast.ask(index(), T0);

    assertThat(broadcast.next(T0 + 100).parts()).containsExactly(INDEX, 4);
  }

  @Test
  void ignoresChunksThatDoNotExist() {
    BundleBroadcast broadcast = broadcast(ROOMY);
    broadcast.ask(chunks(9, 10, 100_000), T0);

    assertThat(broadcast.next(T0 + 100).parts()).containsExactly(9);
  }

  @Test
  void keepsTheNumberInFlightBounded() {
    BundleBroadcast broadcast = broadcast(new DeliveryLimits(0, 2, 1L << 40));
    broadcast.ask(chunks(0, 1, 2), T0);

    assertThat(broadcast.next(T0).parts()).containsExactly(0, 1);
    assertThat(broadcast.next(T0).parts()).isEmpty();
    broadcast.done();
    assertThat(broadcast.next(T0).parts()).containsExactly(2);
  }

  @Test
  void keepsToItsRate() {
    long twoChunksPerSecond = 2L * Limits.CHUNK_BYTES;
    BundleBroadcast broadcast = broadcast(new DeliveryLimits(0, 100, twoChunksPerSecond));
    broadcast.ask(chunks(0, 1, 2), T0);

    Decision first = broadcast.next(T0);
    assertThat(first.parts()).containsExactly(0, 1);
    assertThat(first.wakeAtMs()).hasValue(T0 + 500);
    assertThat(broadcast.next(T0 + 499).parts()).isEmpty();
    assertThat(broadcast.next(T0 + 500).parts()).containsExactly(2);
  }

  @Test
  void aLostPartGoesOutAgainWhenAskedAgain() {
    BundleBroadcast broadcast = broadcast(ROOMY);
    broadcast.ask(chunks(3), T0);
    broadcast.next(T0 + 100);
    broadcast.done();
    assertThat(broadcast.idle()).isTrue();
    broadcast.ask(chunks(3), T0 + 1000);

    assertThat(broadcast.next(T0 + 1100).parts()).containsExactly(3);
  }

  /** Twenty devices lose a third of what is sent and ask again until each has everything. */
  @Test
  void everyDeviceEndsUpWithEveryPart() {
    for (long seed = 1; seed <= 50; seed++) {
      Random random = new Random(seed);
      BundleBroadcast broadcast = broadcast(new DeliveryLimits(100, 3, 20L * Limits.CHUNK_BYTES));
      List<BitSet> missing = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        missing.add(BitSet.valueOf(chunks(0, 1, 2, 3, 4, 5, 6, 7, 8, 9).missing()));
      }
      long now = T0;
      int sent = 0;
      while (missing.stream().anyMatch(device -> !device.isEmpty())) {
        for (BitSet device : missing) {
          if (!device.isEmpty() && random.nextInt(4) == 0) {
            broadcast.ask(new Need(1, "x", false, device.toByteArray()), now);
          }
        }
        for (int part : broadcast.next(now).parts()) {
          missing.forEach(device -> lose(random, device, part));
          broadcast.done();
          sent++;
        }
        now += 50;
        assertThat(now).as("seed " + seed).isLessThan(T0 + 600_000);
      }
      assertThat(sent).as("seed " + seed).isLessThan(20 * CHUNKS);
    }
  }

  private static void lose(Random random, BitSet device, int part) {
    if (random.nextInt(3) > 0) {
      device.clear(part);
    }
  }

  private static BundleBroadcast broadcast(DeliveryLimits limits) {
    return new BundleBroadcast((long) CHUNKS * Limits.CHUNK_BYTES, CHUNKS, limits, T0);
  }

  private static Need index() {
    return new Need(1, "x", true, new byte[0]);
  }

  private static Need chunks(int... wanted) {
    BitSet missing = new BitSet();
    for (int chunk : wanted) {
      missing.set(chunk);
    }
    return new Need(1, "x", false, missing.toByteArray());
  }
}
