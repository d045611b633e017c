package io.flotilla.cli.demo;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.cli.child.ChildProcess;
import io.flotilla.cli.client.ApiClient;
import io.flotilla.cli.client.ApiPath;
import io.flotilla.cli.client.OperatorContext;
import io.flotilla.cli.codec.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The processes of a demo, its folders, and the API client. The controller and the fleet are
 * processes of their own, so that one can be killed without the other.
 */
final class DemoWorld implements AutoCloseable {
  private static final Duration READY_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration POLL_TIMEOUT = Duration.ofSeconds(60);
  private static final long POLL_MILLIS = 20;

  private final DemoOptions options;
  private final Path root;
  private @Nullable ChildProcess controller;
  private @Nullable ChildProcess fleet;
  private @Nullable ApiClient api;

  DemoWorld(DemoOptions options, Path root) {
    this.options = options;
    this.root = root;
    try {
      Files.createDirectories(root.resolve("work"));
      Files.createDirectories(root.resolve("logs"));
    } catch (IOException e) {
      throw new FlotillaException(
          ErrorCode.STORAGE_FAILED, "cannot write into " + root + ": " + e.getMessage(), e);
    }
  }

  Path trust() {
    return root.resolve("trust");
  }

  /** A file among the demo's intermediate results. */
  Path work(String name) {
    return root.resolve("work").resolve(name);
  }

  Path logs() {
    return root.resolve("logs");
  }

  /** Starts the controller on the same folder, and so with the same ports, as before. */
  void startController() {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "controller",
                "--json",
                "--exit-with-parent",
                "--drill",
                "--data",
                root.resolve("controller").toString(),
                "--trust",
                trust().toString(),
                "--http-port",
                "0",
                "--mqtt-port",
                "0"));
    options.broker().ifPresent(uri -> arguments.addAll(List.of("--broker", uri.toString())));
    ChildProcess started =
        ChildProcess.start("controller", logs().resolve("controller.log"), arguments);
    controller = started;
    started.await("ready", READY_TIMEOUT, event -> {});
    if (api == null) {
      api = new ApiClient(OperatorContext.read(root.resolve("controller/operator.json")));
    }
  }

  /** Kills the controller with SIGKILL. */
  void killController() {
    required(controller, "controller").kill();
  }

  void startFleet(List<String> claims) {
    try {
      Files.write(work("claims.txt"), claims);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String url = OperatorContext.read(root.resolve("controller/operator.json")).url().toString();
    fleet =
        ChildProcess.start(
            "fleet",
            logs().resolve("fleet.log"),
            List.of(
                "simulate",
                "--stdio",
                "--data",
                root.resolve("fleet").toString(),
                "--controller",
                url,
                "--claims",
                work("claims.txt").toString(),
                "--trust",
                trust().toString(),
                "--devices",
                Integer.toString(options.devices()),
                "--seed",
                Long.toString(options.seed())));
  }

  ChildProcess fleet() {
    return required(fleet, "fleet");
  }

  ApiClient api() {
    return required(api, "controller");
  }

  /** Polls until the condition holds; {@code INTERNAL} after a minute. */
  Json until(String what, Supplier<Json> poll, Predicate<Json> condition) {
    long deadline = System.nanoTime() + POLL_TIMEOUT.toNanos();
    Json last = poll.get();
    while (!condition.test(last)) {
      if (System.nanoTime() > deadline) {
        throw new FlotillaException(
            ErrorCode.INTERNAL,
            "waited %d s for %s; last seen: %s".formatted(POLL_TIMEOUT.toSeconds(), what, last));
      }
      pause();
      last = poll.get();
    }
    return last;
  }

  private static void pause() {
    try {
      // A latch that nobody opens: the API has no call that waits for a state.
      new CountDownLatch(1).await(POLL_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FlotillaException(ErrorCode.INTERNAL, "interrupted", e);
    }
  }

  Json rollout(String id) {
    return api().get(ApiPath.of("rollouts", id).toString());
  }

  /** Starts a pipeline run and waits for its end; {@code STEP_FAILED} if it failed. */
  Json run(Json request) {
    String id = api().post("/runs", request).get("id").asText();
    Json run =
        until(
            "run " + id,
            () -> api().get(ApiPath.of("runs", id).toString()),
            state -> !List.of("QUEUED", "RUNNING").contains(state.get("state").asText()));
    if (!run.get("state").asText().equals("SUCCEEDED")) {
      throw new FlotillaException(
          ErrorCode.STEP_FAILED, "run %s failed: %s".formatted(id, run.get("failure")));
    }
    return run;
  }

  private static <T> T required(@Nullable T part, String name) {
    return Optional.ofNullable(part)
        .orElseThrow(() -> new IllegalStateException(name + " is not started"));
  }

  /** Ends both processes; nothing is left running. */
  @Override
  public void close() {
    if (fleet != null) {
      fleet.close();
    }
    if (controller != null) {
      controller.close();
    }
    if (api != null) {
      api.close();
    }
  }
}
