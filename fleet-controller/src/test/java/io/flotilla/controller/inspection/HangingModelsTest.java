package io.flotilla.controller.inspection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.flotilla.bundle.manifest.Lineage;
import io.flotilla.controller.catalog.TestRegistry;
import io.flotilla.controller.fleet.TestOnnx;
import io.flotilla.controller.http.TestApi;
import io.flotilla.hardware.probe.ProbeLimits;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Publishers with models that never end, in real processes, and publishers of others. */
class HangingModelsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final int TOO_MANY = 4;

  /** So long that none is over while the test lasts. */
  private static final ProbeLimits LIMITS = new ProbeLimits(Duration.ofMinutes(30), 512L << 20, 64);

  @TempDir Path folder;
  private TestRegistry registry;

  @BeforeEach
  void start() {
    registry = new TestRegistry(folder, new ProbingInspector(LIMITS, folder.resolve("probes")));
  }

  @AfterEach
  void stop() {
    registry.api.client.shutdownNow();
    registry.api.close();
    await()
        .atMost(PATIENCE)
        .until(() -> intakeThreads() == 0 && left(folder.resolve("probes")) == 0);
    registry.fleet.close();
  }

  @Test
  void modelsThatHangAreBoundedAndHoldUpNoOthers() throws IOException {
    List<CompletableFuture<HttpResponse<String>>> hostile = new ArrayList<>();
    for (int i = 0; i < ProbingLane.MAX_PATIENT + TOO_MANY; i++) {
      byte[] archive = bundle("evil", TestOnnx.endless("evil " + i));
      hostile.add(registry.upload("/models/evil/versions", archive));
    }
    for (int i = 0; i < 3; i++) {
      requireRegistered("good " + i);
    }
    await().atMost(PATIENCE).until(() -> done(hostile).count() == TOO_MANY);

    requireRegistered("one more");
    assertThat(done(hostile).map(CompletableFuture::join))
        .hasSize(TOO_MANY)
        .allSatisfy(
            answer -> {
              assertThat(answer.statusCode()).isEqualTo(503);
              assertThat(TestApi.code(answer)).isEqualTo("CONTROLLER_UNREACHABLE");
              assertThat(answer.headers().firstValue("retry-after")).contains("10");
            });
  }

  private void requireRegistered(String content) throws IOException {
    HttpResponse<String> answer =
        registry
            .upload("/models/digits/versions", bundle("digits", TestOnnx.identity(content)))
            .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
            .join();
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
  }

  private static Stream<CompletableFuture<HttpResponse<String>>> done(
      List<CompletableFuture<HttpResponse<String>>> all) {
    return all.stream().filter(CompletableFuture::isDone);
  }

  private byte[] bundle(String model, byte[] onnx) throws IOException {
    return Files.readAllBytes(registry.publisher.bundle(model, onnx, Lineage.UNKNOWN));
  }

  private static long intakeThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("flotilla-http-intake-"))
        .count();
  }

  private static long left(Path probes) throws IOException {
    try (Stream<Path> files = Files.list(probes)) {
      return files.count();
    }
  }
}
