package io.flotilla.simulator.drift;

import io.flotilla.drift.Baseline;
import io.flotilla.drift.BaselineBuilder;
import io.flotilla.drift.BaselineInput;
import io.flotilla.drift.CohortRows;
import io.flotilla.drift.Cohorts;
import io.flotilla.drift.DeviceDriftState;
import io.flotilla.drift.DriftDetector;
import io.flotilla.drift.WindowCounter;
import io.flotilla.drift.WindowCounters;
import io.flotilla.simulator.camera.Camera;
import io.flotilla.simulator.digits.DigitRow;
import io.flotilla.simulator.digits.Digits;
import io.flotilla.simulator.digits.DigitsSplit;
import io.flotilla.simulator.digits.RowStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** A fleet reduced to what drift is made of: cameras, counters and verdicts, from one seed. */
final class DriftSimulation {
  static final int WINDOW_ROWS = 200;

  /** Captured rows of a cohort that go into its baseline, at most. */
  static final int COHORT_ROWS = 1_200;

  private final DigitsSplit split;
  private final Map<String, Device> devices = new TreeMap<>();
  private Baseline baseline;

  DriftSimulation(Digits digits, long seed, Map<String, Camera> cameras) {
    split = digits.split(seed);
    SplittableRandom random = new SplittableRandom(seed);
    new TreeMap<>(cameras)
        .forEach((id, camera) -> devices.put(id, new Device(camera, split, random.split())));
    baseline = build(Map.of(Baseline.REFERENCE, split.training()));
  }

  /** One window of every device; returns the ids that are flagged after it. */
  List<String> window() {
    devices.forEach((id, device) -> device.window(baseline));
    return flagged();
  }

  List<String> flagged() {
    return devices.entrySet().stream()
        .filter(entry -> entry.getValue().state.flagged())
        .map(Map.Entry::getKey)
        .toList();
  }

  /** Groups the flagged devices, as an operator would ask for it. */
  List<List<String>> cohorts() {
    Map<String, WindowCounters> pooled = new HashMap<>();
    for (String id : flagged()) {
      pooled.put(id, device(id).pooled(baseline));
    }
    return Cohorts.group(pooled, baseline);
  }

  /** Gives each cohort a baseline of the rows that its devices captured, device by device. */
  void rebase(List<List<String>> cohorts) {
    Map<String, List<DigitRow>> rows = new HashMap<>();
    rows.put(Baseline.REFERENCE, split.training());
    for (int i = 0; i < cohorts.size(); i++) {
      String name = "drifted-" + (i + 1);
      int share = COHORT_ROWS / cohorts.get(i).size();
      List<DigitRow> captured = new ArrayList<>();
      for (String id : cohorts.get(i)) {
        List<DigitRow> own = device(id).captured;
        captured.addAll(own.subList(0, Math.min(share, own.size())));
        device(id).cohort = name;
      }
      rows.put(name, captured);
    }
    baseline = build(rows);
  }

  Baseline baseline() {
    return baseline;
  }

  private Device device(String id) {
    Device device = devices.get(id);
    if (device == null) {
      throw new IllegalArgumentException("no device " + id);
    }
    return device;
  }

  private static Baseline build(Map<String, List<DigitRow>> cohorts) {
    Map<String, CohortRows> rows = new HashMap<>();
    cohorts.forEach(
        (name, digits) ->
            rows.put(
                name,
                new CohortRows(
                    digits.stream().map(DigitRow::pixels).toArray(float[][]::new),
                    digits.stream().mapToInt(DigitRow::label).toArray())));
    return BaselineBuilder.build(
        new BaselineInput(Digits.featureNames(), rows, Digits.categories(), WINDOW_ROWS));
  }

  private static final class Device {
    private final Camera camera;
    private final RowStream stream;
    private final List<DigitRow> captured = new ArrayList<>();
    private final List<WindowCounters> windows = new ArrayList<>();
    private String cohort = Baseline.REFERENCE;
    private DeviceDriftState state = DeviceDriftState.NEW;

    Device(Camera camera, DigitsSplit split, SplittableRandom random) {
      this.camera = camera;
      this.stream = new RowStream(split.pool(), random);
    }

    void window(Baseline baseline) {
      WindowCounter counter = new WindowCounter(baseline);
      for (int i = 0; i < WINDOW_ROWS; i++) {
        DigitRow seen = camera.see(stream.next());
        counter.add(seen.pixels(), OptionalInt.of(seen.label()));
        if (camera != Camera.NONE) {
          captured.add(seen);
        }
      }
      WindowCounters window = counter.take();
      if (camera != Camera.NONE) {
        windows.add(window);
      }
      state = state.next(DriftDetector.judge(baseline, cohort, window)).state();
    }

    WindowCounters pooled(Baseline baseline) {
      return windows.stream().reduce(WindowCounters.empty(baseline), WindowCounters::merge);
    }
  }
}
