package io.flotilla.controller.governance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.core.BatchRunner;
import io.flotilla.controller.core.MemoryStore;
import io.flotilla.controller.core.StoredRecords;
import io.flotilla.controller.device.DeviceDirectory;
import io.flotilla.controller.device.DeviceRecord;
import io.flotilla.controller.rollout.Assignments;
import io.flotilla.protocol.codec.MessageCodec;
import io.flotilla.protocol.message.VersionRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RunningIntervalsTest {
  private static final VersionRef ONE = new VersionRef("digits", 1, "aa".repeat(32));
  private static final VersionRef TWO = new VersionRef("digits", 2, "bb".repeat(32));

  private final MemoryStore store = new MemoryStore();
  private final DeviceDirectory devices = new DeviceDirectory(store);
  private final RunningIntervals intervals =
      new RunningIntervals(
          new Assignments(
              "default",
              devices,
              (model, version) -> Optional.empty(),
              MessageCodec::encode,
              (device, envelope) -> {}));
  private final IntervalHistory history = new IntervalHistory(new StoredRecords(store));
  private BatchRunner runner = new BatchRunner(store);

  @Test
  void aNewVersionEndsTheOneBefore() {
    say("cam-1", Optional.of(ONE), 100);
    say("cam-1", Optional.of(TWO), 200);

    assertThat(history.at("cam-1", 99)).isEmpty();
    assertThat(history.at("cam-1", 100)).map(RunningInterval::version).contains(ONE);
    assertThat(history.at("cam-1", 199)).map(RunningInterval::version).contains(ONE);
    assertThat(history.at("cam-1", 200)).map(RunningInterval::version).contains(TWO);
    assertThat(history.at("cam-1", Long.MAX_VALUE)).map(RunningInterval::version).contains(TWO);
    assertThat(history.at("cam-2", 150)).isEmpty();
  }

  @Test
  void theSameWordAgainIsNotWritten() {
    say("cam-1", Optional.of(ONE), 100);
    int writes = store.writes();
    String before = String.valueOf(history.at("cam-1", 100));
    say("cam-1", Optional.of(ONE), 300);
    assertThat(store.writes()).isEqualTo(writes + 1);
    assertThat(String.valueOf(history.at("cam-1", 100))).isEqualTo(before);
  }

  @Test
  void aDeviceThatRunsNothingHasAGap() {
    say("cam-1", Optional.of(ONE), 100);
    say("cam-1", Optional.empty(), 200);
    say("cam-1", Optional.of(ONE), 300);
    assertThat(history.at("cam-1", 250)).isEmpty();
    assertThat(history.at("cam-1", 300)).map(RunningInterval::number).contains(2L);
    assertThat(WrittenIntervals.of(store, "cam-1")).hasSize(2);
  }

  @Test
  void aClockThatGoesBackStandsStill() {
    say("cam-1", Optional.of(ONE), 500);
    say("cam-1", Optional.of(TWO), 300);
    say("cam-1", Optional.of(ONE), 400);
    assertThat(WrittenIntervals.of(store, "cam-1")).hasSize(3);
    assertThat(history.at("cam-1", 500)).map(RunningInterval::number).contains(3L);
    assertThat(history.at("cam-1", 499)).isEmpty();
  }

  @Test
  void aRestartGoesOnWhereItStopped() {
    say("cam-1", Optional.of(ONE), 100);
    runner = new BatchRunner(store);
    say("cam-1", Optional.of(ONE), 200);
    say("cam-1", Optional.of(TWO), 300);
    assertThat(WrittenIntervals.of(store, "cam-1"))
        .containsExactly("digits:1 by nobody as 7", "digits:2 by nobody as 7");
  }

  @Test
  void aFleetOfAnEarlierReleaseGetsItsIntervals() {
    runner.decide(
        tx -> {
          DeviceRecord device =
              DeviceRecord.enrolled("cam-1", Map.of(), DeviceRecord.Identity.of(1, "1", "00"))
                  .withPresence(new DeviceRecord.Presence(true, 4_000, Optional.empty()));
          devices.put(tx, device.withRunning(Optional.of(ONE)));
          return true;
        });
    for (int start = 0; start < 2; start++) {
      runner.decide(
          tx -> {
            intervals.recovered(tx, devices, 9_000);
            return true;
          });
    }
    assertThat(history.at("cam-1", 4_000)).map(RunningInterval::version).contains(ONE);
    assertThat(WrittenIntervals.of(store, "cam-1")).hasSize(1);
  }

  @Test
  void whatRanIsFoundAsAPlainSearchWouldFindIt() {
    long seed = 20261103;
    Random random = new Random(seed);
    List<RunningInterval> expected = new ArrayList<>();
    long nowMs = 1_000;
    for (int i = 0; i < 300; i++) {
      nowMs += random.nextInt(50);
      Optional<VersionRef> next = Optional.of(random.nextBoolean() ? ONE : TWO);
      say("cam-1", next, nowMs);
    }
    expected.addAll(page(1, 0, Long.MAX_VALUE));
    expected.addAll(page(2, 0, Long.MAX_VALUE));
    assertThat(expected).as("seed %d", seed).hasSizeGreaterThan(100);
    for (long atMs = 900; atMs < nowMs + 100; atMs += 7) {
      long time = atMs;
      assertThat(history.at("cam-1", time))
          .as("seed %d, time %d", seed, time)
          .isEqualTo(expected.stream().filter(known -> known.contains(time)).findFirst());
    }
  }

  @Test
  void devicesOfAVersionArePagedAndCutByTime() {
    for (int i = 0; i < 25; i++) {
      String device = "cam-%02d".formatted(i);
      say(device, Optional.of(ONE), 100 + i);
      if (i % 2 == 0) {
        say(device, Optional.of(TWO), 1_000 + i);
      }
    }
    assertThat(page(1, 0, Long.MAX_VALUE)).hasSize(25);
    assertThat(page(2, 0, Long.MAX_VALUE)).hasSize(13);
    assertThat(page(1, 0, 101)).extracting(RunningInterval::device).containsExactly("cam-00");
    assertThat(page(1, 1_000, 1_001)).hasSize(25 - 1);
    assertThat(page(1, 5_000, 6_000)).hasSize(12);
    assertThatThrownBy(() -> history.ofVersion("digits", 1, known -> true, "../x", 5))
        .isInstanceOfSatisfying(
            FlotillaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CURSOR_INVALID));
  }

  @Test
  void aPredictionBelongsToTheNearestIntervalOfItsVersion() {
    say("cam-1", Optional.of(ONE), 1_000);
    say("cam-1", Optional.of(TWO), 2_000);
    say("cam-1", Optional.of(ONE), 3_000);
    assertThat(around(1, 1_500)).contains(1L);
    assertThat(around(1, 2_100)).as("by a clock that is fast").contains(1L);
    assertThat(around(1, 2_900)).contains(3L);
    assertThat(around(1, 10)).as("by a clock that is slow").contains(1L);
    assertThat(around(2, 90_000)).contains(2L);
    assertThat(history.around("cam-1", "other", 1, 1_500)).isEmpty();
    assertThat(history.around("cam-9", "digits", 1, 1_500)).isEmpty();
  }

  @Test
  void anIntervalEndsBeforeItsEnd() {
    RunningInterval interval =
        new RunningInterval("d", 1, ONE, 10, OptionalLong.of(20), Optional.empty(), 1);
    assertThat(interval.overlaps(20, 30)).isFalse();
    assertThat(interval.overlaps(19, 20)).isTrue();
    assertThat(interval.overlaps(0, 10)).isFalse();
    assertThat(interval.distance(25)).isEqualTo(5);
    assertThat(interval.distance(15)).isZero();
  }

  private Optional<Long> around(int version, long atMs) {
    return history.around("cam-1", "digits", version, atMs).map(RunningInterval::number);
  }

  private List<RunningInterval> page(int version, long fromMs, long toMs) {
    List<RunningInterval> found = new ArrayList<>();
    Optional<String> after = Optional.of("");
    while (after.isPresent()) {
      IntervalHistory.Page page =
          history.ofVersion(
              "digits", version, known -> known.overlaps(fromMs, toMs), after.get(), 4);
      found.addAll(page.items());
      after = page.next();
    }
    return found;
  }

  private void say(String device, Optional<VersionRef> running, long atMs) {
    runner.decide(
        tx -> {
          intervals.running(tx, device, running, 7, atMs);
          return true;
        });
  }
}
