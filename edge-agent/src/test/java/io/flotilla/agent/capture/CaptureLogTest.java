package io.flotilla.agent.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.agent.scoring.Answer;
import io.flotilla.agent.scoring.Recorder;
import io.flotilla.agent.spool.Spool;
import io.flotilla.agent.spool.SpoolLimits;
import io.flotilla.agent.store.AgentStore;
import io.flotilla.agent.store.rocksdb.RocksStores;
import io.flotilla.agent.testing.TestBundle;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.manifest.CaptureDefault;
import io.flotilla.drift.Baseline;
import io.flotilla.drift.BaselineBuilder;
import io.flotilla.drift.BaselineInput;
import io.flotilla.drift.CohortRows;
import io.flotilla.drift.WindowCounters;
import io.flotilla.drift.codec.DriftCodec;
import io.flotilla.protocol.codec.MessageCodec;
import io.flotilla.protocol.message.Capture;
import io.flotilla.protocol.message.DeviceEvent;
import io.flotilla.protocol.message.SpooledEnvelope;
import io.flotilla.protocol.message.VersionRef;
import io.flotilla.protocol.message.WindowReport;
import io.flotilla.protocol.message.WindowReport.Totals;
import io.flotilla.protocol.topic.UpKind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CaptureLogTest {
  private static final VersionRef VERSION = new VersionRef("tiny", 1, "a".repeat(64));
  private static final VersionRef NEXT = new VersionRef("tiny", 2, "b".repeat(64));
  private static final int WINDOW_ROWS = 20;

  @TempDir Path root;
  private RocksStores stores;
  private AgentStore store;
  private Spool spool;
  private CaptureLog log;
  private long nowMs = 1_000_000;

  @BeforeEach
  void open() {
    stores = new RocksStores();
    start(SpoolLimits.DEFAULT, 7);
  }

  @AfterEach
  void close() {
    store.close();
    stores.close();
  }

  @Test
  void gathersPredictionsInBatchesOfOneVersion() {
    Recorder first = log.recorder(VERSION, new CaptureDefault(0, 1), Optional.empty());
    Recorder second = log.recorder(NEXT, new CaptureDefault(0, 1), Optional.empty());
    score(first, 10);
    score(second, 1);
    log.flush();
    List<Capture> captures = captures();
    assertThat(captures.stream().map(c -> c.predictions().size()).toList())
        .containsExactly(7, 3, 1);
    assertThat(captures.get(2).source()).isEqualTo(NEXT);
    assertThat(captures.stream().flatMap(c -> c.predictions().stream()).map(p -> p.id()))
        .doesNotHaveDuplicates()
        .startsWith("dev-1/boot/1")
        .endsWith("dev-1/boot/11");
    assertThat(log.totals()).isEqualTo(new Totals(11, 11, 0));
  }

  @Test
  void closesABatchThatIsOld() {
    score(log.recorder(VERSION, new CaptureDefault(0, 1), Optional.empty()), 3);
    log.tick();
    assertThat(captures()).isEmpty();
    nowMs += 1_000;
    log.tick();
    assertThat(captures()).hasSize(1);
  }

  @Test
  void countsEveryRowInWindowsThatFollowTheirPredictions() {
    Recorder recorder =
        log.recorder(VERSION, new CaptureDefault(0, WINDOW_ROWS), Optional.of(baseline()));
    score(recorder, 2 * WINDOW_ROWS + 5);
    List<WindowReport> windows =
        messages(UpKind.WINDOWS).stream()
            .map(e -> MessageCodec.decode(e.body(), WindowReport.class))
            .toList();
    assertThat(windows.stream().map(WindowReport::index)).containsExactly(0L, 1L);
    WindowCounters counters = DriftCodec.decodeCounters(windows.get(1).counters(), baseline());
    assertThat(counters.rows()).isEqualTo(WINDOW_ROWS);
    assertThat(counters.predictions()).containsExactly(0L, (long) WINDOW_ROWS, 0L, 0L);
    assertThat(windows.get(1).totals()).isEqualTo(new Totals(40, 40, 0));
    restart();
    recorder = log.recorder(VERSION, new CaptureDefault(0, WINDOW_ROWS), Optional.of(baseline()));
    score(recorder, WINDOW_ROWS);
    WindowReport third =
        MessageCodec.decode(messages(UpKind.WINDOWS).getLast().body(), WindowReport.class);
    assertThat(third.index()).isEqualTo(2);
    assertThat(third.totals()).isEqualTo(new Totals(65, 65, 0));
  }

  @Test
  void samplesInputsAtTheirRate() {
    score(log.recorder(VERSION, new CaptureDefault(0.25, 1), Optional.empty()), 1_000);
    log.flush();
    long sampled =
        captures().stream()
            .flatMap(c -> c.predictions().stream())
            .filter(p -> p.input().isPresent())
            .count();
    assertThat(sampled).isBetween(200L, 300L);
    byte[] input =
        captures().stream()
            .flatMap(c -> c.predictions().stream())
            .flatMap(p -> p.input().stream())
            .findFirst()
            .orElseThrow();
    float[] values = new float[4];
    ByteBuffer.wrap(input).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    assertThat(values).containsExactly(1, 2, 3, 4);
  }

  @Test
  void countsWhatTheFullSpoolRefusesExactlyAndSaysSoOnce() {
    store.close();
    start(new SpoolLimits(64 << 10, 16 << 10), 100);
    Recorder recorder = log.recorder(VERSION, new CaptureDefault(1, 1), Optional.empty());
    score(recorder, 5_000);
    log.flush();
    Totals totals = log.totals();
    assertThat(totals.made()).isEqualTo(5_000);
    assertThat(totals.refused()).isPositive();
    assertThat(totals.captured() + totals.refused()).isEqualTo(5_000);
    long spooled = captures().stream().mapToLong(c -> c.predictions().size()).sum();
    assertThat(spooled).isEqualTo(totals.captured());
    assertThat(messages(UpKind.EVENTS))
        .singleElement()
        .satisfies(
            e ->
                assertThat(MessageCodec.decode(e.body(), DeviceEvent.class).code())
                    .isEqualTo(ErrorCode.SPOOL_FULL.name()));
    store.close();
    start(new SpoolLimits(64 << 10, 16 << 10), 100);
    assertThat(log.totals()).isEqualTo(totals);
  }

  private void score(Recorder recorder, int count) {
    Answer answer = new Answer(Map.of(), OptionalInt.of(1), Optional.of("b"), 0.5f);
    for (int i = 0; i < count; i++) {
      recorder.record(Optional.of(FloatBuffer.wrap(new float[] {1, 2, 3, 4})), answer);
    }
  }

  private static Baseline baseline() {
    float[][] rows = new float[200][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = TestBundle.row(i);
    }
    return BaselineBuilder.build(
        new BaselineInput(
            List.of("f0", "f1", "f2", "f3"),
            Map.of("reference", new CohortRows(rows, new int[rows.length])),
            TestBundle.CATEGORIES,
            WINDOW_ROWS));
  }

  private List<Capture> captures() {
    return messages(UpKind.CAPTURE).stream()
        .map(e -> MessageCodec.decode(e.body(), Capture.class))
        .toList();
  }

  private List<SpooledEnvelope> messages(UpKind kind) {
    spool.sync();
    List<SpooledEnvelope> found = new ArrayList<>();
    for (long n = 1; n <= spool.status().last(); n++) {
      SpooledEnvelope envelope = spool.envelope(n).orElseThrow();
      if (envelope.kind() == kind) {
        found.add(envelope);
      }
    }
    return found;
  }

  private void restart() {
    log.flush();
    store.close();
    start(SpoolLimits.DEFAULT, 7);
  }

  private void start(SpoolLimits limits, int batch) {
    store = stores.open(root.resolve("store-" + batch));
    spool = Spool.open(store, limits, () -> "spool", "boot");
    Clock clock =
        new Clock() {
          @Override
          public Instant instant() {
            return Instant.ofEpochMilli(nowMs);
          }

          @Override
          public ZoneOffset getZone() {
            return ZoneOffset.UTC;
          }

          @Override
          public Clock withZone(ZoneId zone) {
            return this;
          }
        };
    log =
        new CaptureLog(
            store,
            spool,
            new CaptureLimits(batch, 1_000, 200, 1_024),
            new CaptureLog.Sources(clock, new SplittableRandom(42)),
            "dev-1/boot/");
  }
}
