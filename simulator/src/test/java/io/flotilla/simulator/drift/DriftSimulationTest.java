package io.flotilla.simulator.drift;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.simulator.camera.Camera;
import io.flotilla.simulator.digits.Digits;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What the detector does with real digits, over many seeds. A failure names its seeds. */
class DriftSimulationTest {
  private static final Digits DIGITS = Digits.load();
  private static final int QUIET_RUNS = 100;
  private static final int DRIFT_RUNS = 30;

  /** 14 clean devices, 50 windows each: at least 99 % of the runs raise no flag at all. */
  @Test
  void cleanDevicesStaySilentOverFiftyWindows() {
    List<Long> loud =
        LongStream.rangeClosed(1, QUIET_RUNS)
            .parallel()
            .filter(seed -> !isSilent(seed))
            .boxed()
            .toList();
    assertThat(loud).as("seeds with a false alarm").hasSizeLessThanOrEqualTo(QUIET_RUNS / 100);
  }

  /** 4 blurred and 2 dark cameras among 20, from the flag to the new baselines and beyond. */
  @Test
  void degradedCamerasAreFoundGroupedAndClearedByNewBaselines() {
    List<String> failures =
        LongStream.rangeClosed(1, DRIFT_RUNS)
            .parallel()
            .mapToObj(DriftSimulationTest::failureOf)
            .flatMap(Optional::stream)
            .toList();
    assertThat(failures).isEmpty();
  }

  /** What quiet windows of 200 rows are measured against; the trials of this design had .30. */
  @Test
  void thresholdOfTheTrainingRowsIsThatOfItsOwnBlocks() {
    DriftSimulation fleet = new DriftSimulation(DIGITS, 1, cameras(1, 0, 0));
    assertThat(fleet.baseline().reference().threshold()).isBetween(0.29, 0.31);
  }

  private static boolean isSilent(long seed) {
    DriftSimulation fleet = new DriftSimulation(DIGITS, seed, cameras(14, 0, 0));
    for (int window = 0; window < 50; window++) {
      if (!fleet.window().isEmpty()) {
        return false;
      }
    }
    return true;
  }

  private static Optional<String> failureOf(long seed) {
    DriftSimulation fleet = new DriftSimulation(DIGITS, seed, cameras(14, 4, 2));
    fleet.window();
    fleet.window();
    if (!fleet.window().equals(ids(1, 6))) {
      return Optional.of("seed %d: flagged %s".formatted(seed, fleet.flagged()));
    }
    List<List<String>> cohorts = fleet.cohorts();
    if (!cohorts.equals(List.of(ids(1, 4), ids(5, 6)))) {
      return Optional.of("seed %d: grouped as %s".formatted(seed, cohorts));
    }
    fleet.rebase(cohorts);
    fleet.window();
    for (int window = 2; window <= 20; window++) {
      List<String> flagged = fleet.window();
      if (!flagged.isEmpty()) {
        return Optional.of("seed %d: %s flagged in window %d".formatted(seed, flagged, window));
      }
    }
    return Optional.empty();
  }

  private static List<String> ids(int from, int to) {
    List<String> ids = new ArrayList<>();
    for (int i = from; i <= to; i++) {
      ids.add("sim-%03d".formatted(i));
    }
    return ids;
  }

  private static Map<String, Camera> cameras(int clean, int blurred, int dark) {
    Map<String, Camera> cameras = new HashMap<>();
    ids(1, blurred).forEach(id -> cameras.put(id, Camera.BLUR));
    ids(blurred + 1, blurred + dark).forEach(id -> cameras.put(id, Camera.GAIN));
    ids(blurred + dark + 1, blurred + dark + clean).forEach(id -> cameras.put(id, Camera.NONE));
    return cameras;
  }
}
