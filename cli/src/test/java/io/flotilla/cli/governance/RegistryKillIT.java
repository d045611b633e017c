package io.flotilla.cli.governance;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.bundle.signing.SigningKey;
import io.flotilla.cli.client.ApiClient;
import io.flotilla.cli.client.ApiPath;
import io.flotilla.cli.codec.Json;
import io.flotilla.cli.testing.ControllerProcess;
import io.flotilla.cli.testing.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a real controller with SIGKILL while three clients register, tag, alias, delete and
 * collect. {@code -Dflotilla.kills=500} makes it long, {@code -Dflotilla.seed=N} another.
 */
class RegistryKillIT {
  private static final int KILLS = Integer.getInteger("flotilla.kills", 20);
  private static final long SEED = Long.getLong("flotilla.seed", 42);
  private static final int CLIENTS = 3;
  private static final int MOST_STEPS_BEFORE_A_KILL = 15;
  private static final int MOST_MILLIS_INTO_A_STEP = 40;

  @TempDir private Path folder;

  @Test
  void everyStepIsWholeOrNotAtAllHoweverOftenTheControllerIsKilled() throws Exception {
    System.out.printf("RegistryKillIT: %d kills, seed %d%n", KILLS, SEED);
    Path trust = folder.resolve("trust");
    Ran ran =
        Ran.flotilla("trust", "init", "--out", trust, "--publisher", "lab", "--models", "drill*");
    assertThat(ran.status()).as(ran.err()).isZero();
    SigningKey key = SigningKey.load(trust.resolve("keys/lab-key.pem"));
    Random random = new Random(SEED);
    List<DrillModel> models = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      models.add(new DrillModel("drill-" + i, new Random(random.nextLong()), key, folder));
    }
    Path data = folder.resolve("controller");
    for (int kill = 0; kill < KILLS; kill++) {
      try (ControllerProcess controller = ControllerProcess.start(data, trust)) {
        verify(controller.api(), models, data);
        workUntilKilled(controller, models, random);
      }
    }
    try (ControllerProcess controller = ControllerProcess.start(data, trust)) {
      verify(controller.api(), models, data);
    }
  }

  private static void verify(ApiClient api, List<DrillModel> models, Path data) throws IOException {
    Json audit = api.post(ApiPath.of("audit", "verification").toString(), Json.object());
    assertThat(audit.get("intact").asBoolean()).as(audit.toString()).isTrue();
    models.forEach(model -> model.verify(api));
    api.post(ApiPath.of("blobs", "collect").toString(), Json.object());
    Set<String> needed =
        api.list(ApiPath.of("models")).stream()
            .map(version -> version.get("archive").text("digest"))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(stored(data.resolve("blobs"))).isEqualTo(needed);
  }

  private static Set<String> stored(Path blobs) throws IOException {
    try (Stream<Path> files = Files.walk(blobs)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> String.valueOf(file.getFileName()))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  private static void workUntilKilled(
      ControllerProcess controller, List<DrillModel> models, Random random) throws Exception {
    CountDownLatch begun = new CountDownLatch(1 + random.nextInt(MOST_STEPS_BEFORE_A_KILL));
    long millisInto = random.nextInt(MOST_MILLIS_INTO_A_STEP);
    try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
      List<Future<?>> working = new ArrayList<>();
      for (DrillModel model : models) {
        working.add(clients.submit(() -> work(controller, model, begun)));
      }
      assertThat(begun.await(60, TimeUnit.SECONDS)).isTrue();
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millisInto));
      controller.kill();
      for (Future<?> one : working) {
        one.get(60, TimeUnit.SECONDS);
      }
    }
  }

  private static void work(ControllerProcess controller, DrillModel model, CountDownLatch begun) {
    boolean answered = true;
    while (answered) {
      answered = model.step(controller.api(), begun::countDown);
    }
  }
}
