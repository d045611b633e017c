package io.flotilla.controller.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.catalog.KnownVersion;
import io.flotilla.controller.catalog.VersionCatalog;
import io.flotilla.controller.core.BatchRunner;
import io.flotilla.controller.core.MemoryStore;
import io.flotilla.controller.core.StoredRecords;
import io.flotilla.controller.device.DeviceDirectory;
import io.flotilla.controller.device.DeviceRecord;
import io.flotilla.controller.event.EventLog;
import io.flotilla.controller.event.LoggedEvent;
import io.flotilla.controller.fleet.TestPublisher;
import io.flotilla.drift.Baseline;
import io.flotilla.drift.WindowCounter;
import io.flotilla.drift.codec.DriftCodec;
import io.flotilla.protocol.message.Assignment;
import io.flotilla.protocol.message.VersionRef;
import io.flotilla.protocol.message.WindowReport;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DriftMonitorTest {
  private static final Baseline ORDINARY = TestPublisher.baseline(0);
  private static final Baseline SHIFTED = TestPublisher.baseline(3);

  private final MemoryStore store = new MemoryStore();
  private final DeviceDirectory devices = new DeviceDirectory(store);
  private final EventLog events = new EventLog(store, Clock.fixed(Instant.EPOCH, ZoneOffset.UTC));
  private final VersionCatalog catalog =
      (model, version) ->
          version > 2
              ? Optional.empty()
              : Optional.of(
                  new KnownVersion(
                      ref(version),
                      new Assignment.Archive(1, "a", "b"),
                      true,
                      Optional.of(version == 1 ? ORDINARY : SHIFTED)));
  private final Random random = new Random(42);
  private BatchRunner runner = new BatchRunner(store);
  private DriftMonitor monitor = new DriftMonitor(catalog, devices, events);
  private long index;

  @BeforeEach
  void enrol() {
    for (String id : List.of("cam-1", "cam-2", "cam-3")) {
      runner.decide(
          tx -> {
            DeviceRecord device =
                DeviceRecord.enrolled(id, Map.of(), DeviceRecord.Identity.of(1, "1", "00"));
            devices.put(tx, device.withRunning(Optional.of(ref(1))));
            return true;
          });
    }
  }

  @Test
  void twoExceedingWindowsRaiseTheFlagAndNameTheFeature() {
    window("cam-1", 1, 0);
    window("cam-1", 1, 3);
    assertThat(types()).isEmpty();
    window("cam-1", 1, 3);

    assertThat(types()).containsExactly("io.flotilla.drift.raised");
    Map<String, Object> data = events.page(0, 1).getFirst().data();
    assertThat(data).containsEntry("device", "cam-1").containsEntry("sinceWindow", 2);
    assertThat((Double) data.get("deviation")).isGreaterThan((Double) data.get("threshold"));
    assertThat(data.get("features")).asString().contains("heat", "jensenShannon");
    assertThat(devices.require("cam-1").drifting()).isTrue();
    assertThat(devices.require("cam-2").drifting()).isFalse();
  }

  @Test
  void stateSurvivesARestart() {
    window("cam-1", 1, 3);
    runner = new BatchRunner(store);
    monitor = new DriftMonitor(catalog, devices, events);
    window("cam-1", 1, 3);

    assertThat(types()).containsExactly("io.flotilla.drift.raised");
  }

  @Test
  void theFlagStaysUpOnANewVersionUntilTwoQuietWindows() {
    window("cam-1", 1, 3);
    window("cam-1", 1, 3);
    window("cam-1", 2, 3);
    assertThat(record("cam-1").state().flagged()).isTrue();
    assertThat(record("cam-1").state().windows()).isEqualTo(1);
    window("cam-1", 2, 3);

    assertThat(types()).containsExactly("io.flotilla.drift.raised", "io.flotilla.drift.cleared");
    assertThat(devices.require("cam-1").drifting()).isFalse();
  }

  @Test
  void aLateWindowOfAnEarlierVersionChangesNothing() {
    runner.decide(
        tx -> {
          devices.put(tx, devices.require(tx, "cam-1").withRunning(Optional.of(ref(2))));
          return true;
        });
    window("cam-1", 2, 3);
    DriftRecord before = record("cam-1");
    window("cam-1", 1, 3);

    assertThat(record("cam-1").state()).isEqualTo(before.state());
    assertThat(record("cam-1").version()).isEqualTo(2);
  }

  @Test
  void devicesThatDriftedAlikeShareACohort() {
    for (int i = 0; i < 2; i++) {
      window("cam-1", 1, 3);
      window("cam-2", 1, -3);
      window("cam-3", 1, 3);
    }
    Map<String, List<String>> cohorts =
        runner.decide(tx -> new CohortAssigner(catalog, devices).assign(tx, "digits"));

    assertThat(cohorts)
        .isEqualTo(Map.of("drifted-1", List.of("cam-1", "cam-3"), "drifted-2", List.of("cam-2")));
    assertThat(devices.require("cam-3").labels()).containsEntry("cohort", "drifted-1");
    assertThat(record("cam-1").membership())
        .contains(new DriftRecord.Membership("drifted-1", 1000));
  }

  @Test
  void refusesWindowsThatCannotBeTrue() {
    assertThatThrownBy(() -> window("cam-1", 3, 0))
        .isInstanceOfSatisfying(
            FlotillaException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.VERSION_NOT_FOUND));
    assertThatThrownBy(() -> report("cam-1", 1, new byte[] {1, 2}))
        .isInstanceOfSatisfying(
            FlotillaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INPUT_INVALID));
  }

  private void window(String device, int version, double shift) {
    WindowCounter counter = new WindowCounter(version == 2 ? SHIFTED : ORDINARY);
    for (int i = 0; i < 200; i++) {
      counter.add(
          new float[] {(float) (random.nextGaussian() + shift), (float) random.nextGaussian()},
          OptionalInt.empty());
    }
    report(device, version, DriftCodec.encode(counter.take()));
  }

  private void report(String device, int version, byte[] counters) {
    long fromMs = 1000 + 100 * index++;
    WindowReport report =
        new WindowReport(
            1,
            ref(version),
            index,
            fromMs,
            fromMs + 99,
            counters,
            new WindowReport.Totals(0, 0, 0));
    runner.decide(
        tx -> {
          monitor.window(tx, device, report);
          return true;
        });
  }

  private static VersionRef ref(int version) {
    return new VersionRef("digits", version, Integer.toString(version).repeat(64));
  }

  private DriftRecord record(String device) {
    return new StoredRecords(store)
        .get(DriftMonitor.RECORDS, DriftMonitor.id("digits", device))
        .orElseThrow();
  }

  private List<String> types() {
    return events.page(0, 100).stream().map(LoggedEvent::type).toList();
  }
}
