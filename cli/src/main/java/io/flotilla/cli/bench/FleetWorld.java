package io.flotilla.cli.bench;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.signing.SigningKey;
import io.flotilla.bundle.signing.VerifyingKey;
import io.flotilla.cli.child.ChildProcess;
import io.flotilla.cli.client.ApiClient;
import io.flotilla.cli.client.OperatorContext;
import io.flotilla.cli.codec.Json;
import io.flotilla.cli.trust.TrustFolder;
import io.flotilla.controller.identity.CertificateAuthority;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The controller of a bench, as a process of its own with the release's settings. */
final class FleetWorld implements AutoCloseable {
  private static final String PUBLISHER = "bench";
  private static final Duration READY = Duration.ofMinutes(2);
  private static final long POLL_MILLIS = 5;
  private static final String LIMITS =
      "{\"limits\":{\"perSecond\":100000,\"burst\":100000,\"refusedPerMinute\":120}}";

  private final Path root;
  private final Clock clock;
  private @Nullable ChildProcess controller;
  private @Nullable ApiClient api;
  private URI broker = URI.create("mqtts://127.0.0.1:1");

  private FleetWorld(Path root, Clock clock) {
    this.root = root;
    this.clock = clock;
  }

  /** Starts a controller in this empty folder. */
  static FleetWorld start(Path root, Clock clock) throws IOException {
    new TrustFolder(root.resolve("trust"))
        .create(PUBLISHER, List.of("*"), clock.instant().plus(Duration.ofDays(1)));
    Files.createDirectories(root.resolve("controller"));
    Files.writeString(root.resolve("controller/access.json"), LIMITS);
    FleetWorld world = new FleetWorld(root, clock);
    world.startController();
    return world;
  }

  /** Starts the controller, on the ports that it had before. */
  void startController() {
    ChildProcess started =
        ChildProcess.start(
            "controller",
            root.resolve("controller.err"),
            List.of(
                "controller",
                "--json",
                "--exit-with-parent",
                "--data",
                root.resolve("controller").toString(),
                "--trust",
                root.resolve("trust").toString(),
                "--http-port",
                "0",
                "--mqtt-port",
                "0"));
    controller = started;
    broker = URI.create(started.await("ready", READY, event -> {}).text("broker"));
    if (api == null) {
      api = new ApiClient(OperatorContext.read(root.resolve("controller/operator.json")));
    }
  }

  ChildProcess controller() {
    return Optional.ofNullable(controller).orElseThrow();
  }

  ApiClient api() {
    return Optional.ofNullable(api).orElseThrow();
  }

  URI broker() {
    return broker;
  }

  Path root() {
    return root;
  }

  /** The authority of the running controller. */
  CertificateAuthority authority() {
    return CertificateAuthority.open(
        root.resolve("controller/pki"), List.of(), clock, new SecureRandom());
  }

  /** What verifies assignments. */
  VerifyingKey assignmentKey() {
    return SigningKey.load(root.resolve("controller/pki/assignment-key.pem")).verifyingKey();
  }

  /** Registers a small model. */
  Json register() throws IOException {
    SigningKey key =
        SigningKey.load(new TrustFolder(root.resolve("trust")).publisherKeyFile(PUBLISHER));
    Path bundle = new BenchBundles(Files.createDirectory(root.resolve("made")), key).small("bench");
    return api().upload("/models/bench/versions", "application/octet-stream", bundle);
  }

  /** What a process holds in memory, in MB; 0 where the system does not tell. */
  static double residentMegabytes(ProcessHandle process) {
    Path status = Path.of("/proc", Long.toString(process.pid()), "status");
    try {
      return Files.readAllLines(status).stream()
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToDouble(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024 / 1e6)
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      return 0;
    }
  }

  /** Seconds of processor time that a process has used. */
  static double cpuSeconds(ProcessHandle process) {
    return process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / 1e9;
  }

  /**
   * Waits for a condition.
   *
   * @return the seconds it took
   * @throws FlotillaException {@code INTERNAL} if it does not come true in time
   */
  static double await(String what, Duration limit, BooleanSupplier condition) {
    long begin = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - begin > limit.toNanos()) {
        throw new FlotillaException(
            ErrorCode.INTERNAL, "waited %d s for %s".formatted(limit.toSeconds(), what));
      }
      pause(POLL_MILLIS);
    }
    return (System.nanoTime() - begin) / 1e9;
  }

  /** Lets time pass while something runs. */
  static void pause(long millis) {
    try {
      // A latch that nobody opens: what is measured goes on by itself.
      new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FlotillaException(ErrorCode.INTERNAL, "interrupted", e);
    }
  }

  /** Everything that the event log has of a type, in order: the text of one member of its data. */
  List<String> events(String type, String member) {
    List<String> found = new ArrayList<>();
    String after = "0";
    while (!after.isEmpty()) {
      Json page = api().get("/events?limit=1000&after=" + after);
      for (Json event : page.get("items").items()) {
        if (event.text("type").equals(type)) {
          found.add(event.text("subject") + " " + event.get("data").text(member));
        }
      }
      after = page.get("next").isPresent() ? page.text("next") : "";
    }
    return found;
  }

  @Override
  public void close() {
    if (controller != null) {
      controller.close();
    }
    if (api != null) {
      api.close();
    }
  }
}
