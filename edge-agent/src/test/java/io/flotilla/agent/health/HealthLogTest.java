package io.flotilla.agent.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.agent.spool.Spool;
import io.flotilla.agent.spool.SpoolLimits;
import io.flotilla.agent.store.AgentStore;
import io.flotilla.agent.store.rocksdb.RocksStores;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.protocol.codec.MessageCodec;
import io.flotilla.protocol.message.HealthReport;
import io.flotilla.protocol.message.LatencyBuckets;
import io.flotilla.protocol.message.VersionRef;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HealthLogTest {
  private static final VersionRef ONE = new VersionRef("digits", 1, "a".repeat(64));
  private static final VersionRef TWO = new VersionRef("digits", 2, "b".repeat(64));
  private static final long MICRO = 1_000;

  @TempDir Path folder;
  private final SetClock clock = new SetClock();
  private RocksStores stores;
  private AgentStore store;
  private Spool spool;

  @BeforeEach
  void open() {
    stores = new RocksStores();
    store = stores.open(folder);
    spool = Spool.open(store, SpoolLimits.DEFAULT, () -> "spool-1", "1-boot");
  }

  @AfterEach
  void close() {
    store.close();
    stores.close();
  }

  @Test
  void aPeriodIsToldOnceItIsOver() {
    HealthLog log = log(new HealthLimits(60_000, 1_000));
    HealthCounter counter = log.counter(ONE, List.of("yes", "no"));
    counter.scored(5 * MICRO, OptionalInt.of(0));
    counter.scored(5 * MICRO, OptionalInt.of(1));
    counter.scored(5 * MICRO, OptionalInt.of(0));
    counter.refused();
    counter.failed();
    clock.nowMs += 59_999;
    log.tick();
    assertThat(reports()).isEmpty();
    clock.nowMs++;
    log.tick();
    HealthReport report = reports().getFirst();
    assertThat(report.source()).isEqualTo(ONE);
    assertThat(report.toMs() - report.fromMs()).isEqualTo(60_000);
    assertThat(report.lives()).isEqualTo(3);
    assertThat(report.residentBytes()).isPositive();
    assertThat(report.rows().refused()).isEqualTo(1);
    assertThat(report.rows().failed()).isEqualTo(1);
    assertThat(report.rows().predictions()).isEqualTo(Map.of("yes", 2L, "no", 1L));
    assertThat(report.rows().latency().get(LatencyBuckets.of(5 * MICRO))).isEqualTo(3);
    clock.nowMs += 60_000;
    log.tick();
    assertThat(reports()).as("nothing was scored since").hasSize(1);
  }

  @Test
  void manyRowsEndAPeriodEarly() {
    HealthLog log = log(new HealthLimits(60_000, 10));
    HealthCounter counter = log.counter(ONE, List.of());
    for (int i = 0; i < 10; i++) {
      log.tick();
      counter.scored(i, OptionalInt.empty());
    }
    assertThat(reports()).isEmpty();
    log.tick();
    assertThat(reports()).hasSize(1);
    assertThat(reports().getFirst().rows().scored()).isEqualTo(10);
  }

  @Test
  void everyVersionHasItsOwnReportAndAnEndedOneIsForgotten() {
    HealthLog log = log(HealthLimits.DEFAULT);
    HealthCounter first = log.counter(ONE, List.of());
    HealthCounter second = log.counter(TWO, List.of());
    first.scored(1, OptionalInt.empty());
    second.scored(1, OptionalInt.empty());
    first.end();
    log.flush();
    assertThat(reports()).extracting(HealthReport::source).containsExactly(ONE, TWO);
    first.scored(1, OptionalInt.empty());
    log.flush();
    assertThat(reports()).hasSize(2);
  }

  @Test
  void aFullSpoolOnlyPutsOffWhatIsTold() {
    spool = Spool.open(store, new SpoolLimits(64 << 10, 16 << 10), () -> "spool-1", "1-boot");
    HealthLog log = log(HealthLimits.DEFAULT);
    HealthCounter counter = log.counter(ONE, List.of());
    long made = 0;
    int before;
    do {
      before = reports().size();
      counter.scored(1, OptionalInt.empty());
      made++;
      log.flush();
    } while (reports().size() > before);
    for (int i = 0; i < 5; i++) {
      counter.scored(1, OptionalInt.empty());
      made++;
      log.flush();
    }
    assertThat(reports()).hasSize(before);
    spool.acknowledged("spool-1", before);
    log.flush();
    long told = before;
    for (HealthReport report : reports()) {
      told += report.rows().scored();
    }
    assertThat(told).isEqualTo(made);
  }

  @Test
  void rowsCountedByManyThreadsAreAllToldOnce() throws Exception {
    HealthLog log = log(new HealthLimits(60_000, 1));
    HealthCounter counter = log.counter(ONE, List.of("yes"));
    int threads = 4;
    int each = 20_000;
    CountDownLatch done = new CountDownLatch(threads);
    for (int t = 0; t < threads; t++) {
      Thread.ofPlatform()
          .start(
              () -> {
                for (int i = 0; i < each; i++) {
                  counter.scored(i, OptionalInt.of(0));
                }
                done.countDown();
              });
    }
    do {
      log.tick();
    } while (done.getCount() > 0);
    log.flush();
    assertThat(reports().stream().mapToLong(report -> report.rows().scored()).sum())
        .isEqualTo((long) threads * each);
    assertThat(
            reports().stream()
                .mapToLong(report -> report.rows().predictions().getOrDefault("yes", 0L))
                .sum())
        .isEqualTo((long) threads * each);
  }

  @Test
  void limitsOutsideOfTheirRangesAreRefused() {
    assertThatThrownBy(() -> new HealthLimits(99, 1)).isInstanceOf(FlotillaException.class);
    assertThatThrownBy(() -> new HealthLimits(3_600_001, 1)).isInstanceOf(FlotillaException.class);
    assertThatThrownBy(() -> new HealthLimits(1_000, 0)).isInstanceOf(FlotillaException.class);
  }

  private HealthLog log(HealthLimits limits) {
    return new HealthLog(spool, limits, clock, 3);
  }

  /** What is in the spool and was not acknowledged. */
  private List<HealthReport> reports() {
    spool.sync();
    List<HealthReport> reports = new ArrayList<>();
    for (long n = spool.status().released() + 1; n <= spool.status().last(); n++) {
      reports.add(MessageCodec.decode(spool.envelope(n).orElseThrow().body(), HealthReport.class));
    }
    return reports;
  }

  private static final class SetClock extends Clock {
    private long nowMs = 1_000_000;

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return Instant.ofEpochMilli(nowMs);
    }
  }
}
