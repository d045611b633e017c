package io.flotilla.simulator.app;

import io.flotilla.simulator.camera.Camera;
import io.flotilla.simulator.command.FleetEvent.DeviceStatus;
import io.flotilla.simulator.fleet.FleetConfig;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Keeps a fleet busy and prints a line about it every ten seconds, for a person to watch. */
final class Simulation {
  private static final int SECONDS_PER_LINE = 10;

  private final Fleet fleet;
  private final FleetConfig config;
  private final SimulationPlan plan;
  private final PrintStream out;

  Simulation(Fleet fleet, FleetConfig config, SimulationPlan plan, PrintStream out) {
    this.fleet = fleet;
    this.config = config;
    this.plan = plan;
    this.out = out;
  }

  void run(CountDownLatch stop) throws InterruptedException {
    fleet.enrol(done -> {});
    fleet.start(done -> {});
    out.printf("%d devices run with seed %d; Ctrl-C stops them%n", config.devices(), config.seed());
    Map<String, Camera> degraded = plan.degradations().choose(fleet.ids(), config.seed());
    degraded.forEach(
        (id, camera) -> {
          fleet.degrade(List.of(id), camera);
          out.printf("%s has a bad camera: %s%n", id, camera.kind());
        });
    double due = 0;
    for (int second = 1; !stop.await(1, TimeUnit.SECONDS); second++) {
      due += plan.rowsPerSecond();
      int rows = (int) due;
      due -= rows;
      if (rows > 0) {
        fleet.feedScoring(rows);
      }
      if (second % SECONDS_PER_LINE == 0) {
        out.println(summary(fleet.status()));
      }
    }
  }

  static String summary(List<DeviceStatus> devices) {
    Map<String, Integer> versions = new TreeMap<>();
    long made = 0;
    long refused = 0;
    long waiting = 0;
    for (DeviceStatus device : devices) {
      versions.merge(device.running().orElse("nothing yet"), 1, Integer::sum);
      made += device.made();
      refused += device.refused();
      waiting += device.unacknowledged();
    }
    List<String> running = new ArrayList<>();
    versions.forEach((version, count) -> running.add("%d run %s".formatted(count, version)));
    return "%s; %d predictions made, %d refused, %d records waiting"
        .formatted(String.join(", ", running), made, refused, waiting);
  }
}
