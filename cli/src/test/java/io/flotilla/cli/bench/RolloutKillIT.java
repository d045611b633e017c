package io.flotilla.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.bundle.signing.SigningKey;
import io.flotilla.bundle.signing.VerifyingKey;
import io.flotilla.cli.client.ApiClient;
import io.flotilla.cli.client.ApiPath;
import io.flotilla.cli.codec.Json;
import io.flotilla.cli.load.LoadFleet;
import io.flotilla.cli.testing.ControllerProcess;
import io.flotilla.cli.trust.TrustFolder;
import io.flotilla.controller.identity.CertificateAuthority;
import io.flotilla.controller.identity.TlsIdentity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a real controller, with its broker, with SIGKILL while it rolls a version out at a limited
 * pace and then undoes that, to devices that live on. {@code -Dflotilla.rollout.kills=500} makes it
 * long, {@code -Dflotilla.seed=N} another.
 */
class RolloutKillIT {
  private static final int KILLS = Integer.getInteger("flotilla.rollout.kills", 4);
  private static final long SEED = Long.getLong("flotilla.seed", 42);
  private static final int DEVICES_PER_KILL = 4;
  private static final int MIN_DEVICES = 16;
  private static final int PER_MINUTE = 360;
  private static final int MOST_ASSIGNED_BEFORE_A_KILL = 6;
  private static final int MOST_MILLIS_BEFORE_A_KILL = 1500;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final Clock CLOCK = Clock.systemUTC();
  private static final String LIMITS =
      "{\"limits\":{\"perSecond\":100000,\"burst\":100000,\"refusedPerMinute\":120}}";

  @TempDir private Path folder;

  @Test
  void noDeviceIsSkippedRepeatedOrOverTheRateHoweverOftenTheControllerIsKilled() throws Exception {
    int devices = Math.max(MIN_DEVICES, DEVICES_PER_KILL * KILLS / 2);
    System.out.printf("RolloutKillIT: %d kills, %d devices, seed %d%n", KILLS, devices, SEED);
    Random random = new Random(SEED);
    new TrustFolder(folder.resolve("trust"))
        .create("bench", List.of("*"), CLOCK.instant().plus(Duration.ofDays(1)));
    Path data = Files.createDirectories(folder.resolve("controller"));
    Files.writeString(data.resolve("access.json"), LIMITS);
    try (Life life = new Life(data, folder.resolve("trust"))) {
      CertificateAuthority authority =
          CertificateAuthority.open(data.resolve("pki"), List.of(), CLOCK, new SecureRandom());
      Map<String, TlsIdentity> identities =
          new Enrolling(life.api(), authority.server().authority())
              .enrol(devices, devices, done -> {});
      VerifyingKey assignments =
          SigningKey.load(data.resolve("pki/assignment-key.pem")).verifyingKey();
      try (LoadFleet fleet = new LoadFleet(life.broker(), identities, assignments, CLOCK)) {
        fleet.connect(0, devices);
        register(life.api(), 1);
        register(life.api(), 2);
        thereAndBack(new Drill(life, fleet, devices), random);
        Json audit = life.api().post("/audit/verification", Json.object());
        assertThat(audit.get("intact").asBoolean()).as(audit.toString()).isTrue();
      }
    }
  }

  private static void thereAndBack(Drill drill, Random random) {
    String first = drill.create(1, false);
    drill.await(first, "COMPLETED");
    assertThat(drill.assigned()).isEqualTo(drill.devices());

    long there = System.nanoTime();
    String second = drill.create(2, true);
    drill.killWhile(random, KILLS / 2, new Since(there, drill.devices()));
    drill.await(second, "COMPLETED");
    assertThat(drill.assigned()).as("each device once").isEqualTo(2L * drill.devices());
    assertThat(drill.counted(second, "SUCCEEDED")).isEqualTo(drill.devices());

    long back = System.nanoTime();
    drill.undo(second);
    drill.killWhile(random, KILLS - KILLS / 2, new Since(back, 2L * drill.devices()));
    drill.await(second, "UNDONE");
    assertThat(drill.assigned()).as("and back once").isEqualTo(3L * drill.devices());
    assertThat(drill.counted(second, "UNDONE")).isEqualTo(drill.devices());
    assertThat(drill.fleet().tally().forged()).isZero();
  }

  private void register(ApiClient api, int version) throws IOException {
    SigningKey key =
        SigningKey.load(new TrustFolder(folder.resolve("trust")).publisherKeyFile("bench"));
    Path made = Files.createDirectories(folder.resolve("made-" + version));
    Path bundle = new BenchBundles(made, key).large("drill", 1000, version);
    api.upload("/models/drill/versions", "application/octet-stream", bundle);
  }

  /** A controller that can be killed and comes back on the same ports. */
  private static final class Life implements AutoCloseable {
    private final Path data;
    private final Path trust;
    private ControllerProcess process;

    Life(Path data, Path trust) throws IOException {
      this.data = data;
      this.trust = trust;
      this.process = ControllerProcess.start(data, trust);
    }

    ApiClient api() {
      return process.api();
    }

    URI broker() {
      return process.broker();
    }

    void killAndReturn() {
      try {
        process.close();
        process = ControllerProcess.start(data, trust);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void close() {
      process.close();
    }
  }

  /** When something began, and how many assignments there were before. */
  private record Since(long nanos, long assigned) {}

  /** What goes on, seen from outside. */
  private record Drill(Life life, LoadFleet fleet, int devices) {
    long assigned() {
      return fleet.tally().assigned();
    }

    String create(int version, boolean paced) {
      Json wish =
          Json.object()
              .put("model", "drill")
              .put("version", version)
              .put("selector", Enrolling.selector())
              .put("confirmDevices", devices);
      if (paced) {
        wish.put("pace", Json.object().put("perMinute", PER_MINUTE));
      }
      return life.api().post("/rollouts", wish).text("id");
    }

    void undo(String rollout) {
      life.api().post(ApiPath.of("rollouts", rollout, "undo").toString(), Json.object());
    }

    /** Kills it again and again, at any moment of its lives, and looks at the rate all the time. */
    void killWhile(Random random, int kills, Since since) {
      for (int kill = 0; kill < kills; kill++) {
        long more = assigned() + 1 + random.nextInt(MOST_ASSIGNED_BEFORE_A_KILL);
        long until =
            System.nanoTime()
                + Duration.ofMillis(random.nextInt(MOST_MILLIS_BEFORE_A_KILL)).toNanos();
        FleetWorld.await(
            "a moment to kill",
            PATIENCE,
            () -> {
              requirePace(since);
              return assigned() >= more || System.nanoTime() > until;
            });
        life.killAndReturn();
      }
      FleetWorld.await(
          "the last device",
          PATIENCE,
          () -> {
            requirePace(since);
            return assigned() >= since.assigned() + devices;
          });
    }

    /** At most rate × (T + 2 s), or one more than rate × T, as docs/rollouts.md says. */
    private void requirePace(Since since) {
      double seconds = (System.nanoTime() - since.nanos()) / 1e9;
      double most = Math.max(PER_MINUTE / 60.0 * (seconds + 2), PER_MINUTE / 60.0 * seconds + 1);
      assertThat((double) (assigned() - since.assigned())).isLessThanOrEqualTo(most);
    }

    void await(String rollout, String state) {
      String path = ApiPath.of("rollouts", rollout).toString();
      FleetWorld.await(
          rollout + " is " + state,
          PATIENCE,
          () -> {
            FleetWorld.pause(50);
            return life.api().get(path).text("state").equals(state);
          });
    }

    int counted(String rollout, String state) {
      return life.api()
          .list(ApiPath.of("rollouts", rollout, "targets").query("state", Optional.of(state)))
          .size();
    }
  }
}
