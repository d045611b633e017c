package io.flotilla.cli.demo;

import io.flotilla.agent.scoring.LocalScorer;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.cli.client.ApiPath;
import io.flotilla.cli.codec.Json;
import io.flotilla.hardware.onnx.OnnxAccelerators;
import io.flotilla.simulator.camera.Camera;
import io.flotilla.simulator.digits.DigitRow;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;

/** What the cameras are shown, and what the controller makes of it. */
final class CameraWatch {
  private static final Duration FEED_TIMEOUT = Duration.ofSeconds(90);
  private static final Duration COMMAND_TIMEOUT = Duration.ofSeconds(60);
  private static final int DRAIN_SECONDS = 60;
  private static final int ROWS_PER_WINDOW = 200;
  private static final int EVENTS_PER_PAGE = 500;

  private final DemoWorld world;
  private final Narrator narrator;

  CameraWatch(DemoWorld world, Narrator narrator) {
    this.world = world;
    this.narrator = narrator;
  }

  /**
   * Shows windows of digits to all cameras, and waits until the controller has acknowledged all.
   */
  void feed(int windows) {
    tell(world.fleet().ask(feedCommand(windows), "fed", FEED_TIMEOUT), windows);
  }

  /**
   * The same, with the controller killed when the first device has shown its first window, and
   * started again when all have.
   */
  void feedThroughAKill(int windows) {
    AtomicBoolean killed = new AtomicBoolean();
    Json fed =
        world
            .fleet()
            .ask(
                feedCommand(windows),
                "fed",
                FEED_TIMEOUT,
                progress -> {
                  if (!killed.getAndSet(true)) {
                    world.killController();
                    narrator.line("predictions under way: controller killed (SIGKILL)");
                  }
                });
    if (!killed.get()) {
      throw new FlotillaException(ErrorCode.INTERNAL, "the fleet was fed before the kill");
    }
    world.startController();
    narrator.line("controller is back; devices send what it had not acknowledged");
    tell(fed, windows);
  }

  private static Json feedCommand(int windows) {
    return Json.object().put("cmd", "feed").put("windows", windows).put("rows", ROWS_PER_WINDOW);
  }

  private void tell(Json fed, int windows) {
    drain();
    narrator.line(
        "%,d predictions in %d window%s of %d, all acknowledged by the controller",
        fed.get("predictions").asLong(), windows, windows == 1 ? "" : "s", ROWS_PER_WINDOW);
  }

  /** Waits until every spool is empty. */
  void drain() {
    Json drained =
        world
            .fleet()
            .ask(
                Json.object().put("cmd", "drain").put("timeoutSeconds", DRAIN_SECONDS),
                "drained",
                Duration.ofSeconds(DRAIN_SECONDS + 5));
    if (drained.get("unacknowledged").asLong() != 0) {
      throw new FlotillaException(
          ErrorCode.INTERNAL, "records are still waiting in spools: " + drained);
    }
  }

  void degrade(NavigableSet<String> devices, Camera kind) {
    world
        .fleet()
        .ask(
            Json.object().put("cmd", "degrade").put("devices", devices).put("kind", kind.kind()),
            "degraded",
            COMMAND_TIMEOUT);
  }

  /** Devices with a flag now. */
  NavigableSet<String> flagged() {
    NavigableSet<String> now = new TreeSet<>();
    for (Json device : drift()) {
      if (device.get("flagged").asBoolean()) {
        now.add(device.get("device").asText());
      }
    }
    return now;
  }

  /** Devices that any drift event so far was raised for. */
  NavigableSet<String> raised() {
    NavigableSet<String> devices = new TreeSet<>();
    for (Json event : world.api().list(ApiPath.of("events").query("limit", EVENTS_PER_PAGE))) {
      if (event.get("type").asText().equals("io.flotilla.drift.raised")) {
        devices.add(event.get("data").get("device").asText());
      }
    }
    return devices;
  }

  /** Says who is flagged, by how much, and where. */
  void tellDrift() {
    for (Json device : drift()) {
      if (device.get("flagged").asBoolean()) {
        Json first = device.get("features").get(0);
        Json second = device.get("features").get(1);
        narrator.line(
            "drift: %s deviates %.2f (threshold %.2f), most in %s and %s, effect size (JS) %.2f",
            device.get("device").asText(),
            device.get("deviation").asDouble(),
            device.get("threshold").asDouble(),
            first.get("feature").asText(),
            second.get("feature").asText(),
            first.get("jensenShannon").asDouble());
      }
    }
  }

  private List<Json> drift() {
    return world.api().get(ApiPath.of("drift", "digits").toString()).get("devices").items();
  }

  /** Accuracy of a bundle on rows, with the agent's own scoring. */
  static double accuracy(Path bundle, List<DigitRow> rows) {
    try (LocalScorer scorer = LocalScorer.open(bundle, OnnxAccelerators.cpu())) {
      List<String> categories = scorer.manifest().orElseThrow().outputs().getFirst().categories();
      float[] output = new float[scorer.outputValues()];
      long right =
          rows.stream()
              .filter(
                  row ->
                      categories
                          .get(scorer.scoreRow(row.pixels(), output))
                          .equals(Integer.toString(row.label())))
              .count();
      return (double) right / rows.size();
    }
  }
}
