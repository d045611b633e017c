package io.flotilla.cli.models;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.manifest.Manifest;
import io.flotilla.bundle.manifest.Variant;
import io.flotilla.bundle.signing.BundleVerifier;
import io.flotilla.cli.bundles.Folders;
import io.flotilla.cli.bundles.ModelSource;
import io.flotilla.cli.bundles.OpenBundle;
import io.flotilla.cli.client.ApiClient;
import io.flotilla.cli.client.ApiPath;
import io.flotilla.cli.codec.Json;
import io.flotilla.cli.console.Api;
import io.flotilla.cli.console.CommandGroup;
import io.flotilla.cli.console.Pause;
import io.flotilla.cli.console.Reason;
import io.flotilla.cli.console.Table;
import io.flotilla.cli.console.Terminal;
import io.flotilla.hardware.Accelerator;
import io.flotilla.hardware.onnx.OnnxAccelerators;
import io.flotilla.hardware.profile.ModelProfile;
import io.flotilla.hardware.profile.ModelProfiler;
import io.flotilla.hardware.profile.ProfilePlan;
import io.flotilla.hardware.profile.ProfilePoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code flotilla model profile}. */
@Command(
    name = "profile",
    description = {
      "Measure a model: load time, latency, throughput, processor time, memory, by threads.",
      "Here, or on a device that holds the version, with zeros as inputs. A registered version's figures",
      "are kept by the controller under a device class, and shown with --show."
    },
    footer = {
      "Example:",
      "  flotilla model profile digits:1 --device-class bench-amd64",
      "  flotilla model profile digits:1 --device cam-1",
      "  flotilla model profile digits:1 --show"
    })
public final class ModelProfileCommand extends CommandGroup implements Callable<Integer> {
  private static final Duration POLL = Duration.ofMillis(500);

  @Mixin private final Api api;

  @Parameters(
      paramLabel = "SOURCE",
      description = "A registered version such as digits:3, a bundle, or an ONNX file.")
  private String source = "";

  @Option(
      names = "--device-class",
      paramLabel = "NAME",
      description = "What kind of machine this is; default architecture and accelerator.")
  private @Nullable String deviceClass;

  @Option(
      names = "--threads",
      split = ",",
      paramLabel = "N",
      description = "Numbers of threads to try; default 1, 2, 4 … up to the processors.")
  private @Nullable List<Integer> threads;

  @Option(
      names = "--device",
      paramLabel = "ID",
      description = "Measure on this device, which must hold the version; waits for the figures.")
  private @Nullable String device;

  @Option(names = "--show", description = "Show what was measured before, and measure nothing.")
  private boolean show;

  @Mixin private final Reason reason = new Reason();

  /** The command on this terminal. */
  public ModelProfileCommand(Terminal terminal) {
    super(terminal);
    this.api = new Api(terminal);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (show) {
      try (ApiClient client = api.open()) {
        console()
            .show(
                client.get(
                    VersionName.path(VersionName.resolve(client, source), "profiles").toString()),
                ModelProfileCommand::kept);
      }
      return 0;
    }
    if (device != null) {
      measureOn(device);
      return 0;
    }
    Path work = Files.createTempDirectory("flotilla-profile-");
    try {
      RegisteredBundle found = RegisteredBundle.find(source, api, work.resolve("source.tar"));
      Json profile = measured(found.path());
      if (found.version().isPresent()) {
        try (ApiClient client = api.open()) {
          client.post(
              VersionName.path(found.version().get(), "profiles").toString(), reason.in(profile));
        }
      }
      console().show(profile, ModelProfileCommand::describe);
    } finally {
      Folders.delete(work);
    }
    return 0;
  }

  private void measureOn(String id) {
    try (ApiClient client = api.open()) {
      Json job =
          client.post(
              VersionName.path(VersionName.resolve(client, source), "profile-jobs").toString(),
              reason.in(Json.object().put("device", id)));
      ApiPath path = ApiPath.of("profile-jobs", job.text("id"));
      console().remark("asked %s, job %s".formatted(id, job.text("id")));
      while (!job.get("profile").isPresent() && !job.get("failure").isPresent()) {
        Pause.of(POLL);
        job = client.get(path.toString());
      }
      Json failure = job.get("failure");
      if (failure.isPresent()) {
        throw new FlotillaException(ErrorCode.PROFILE_FAILED, failure.text("message"));
      }
      console().show(job.get("profile"), ModelProfileCommand::describe);
    }
  }

  private Json measured(Path path) throws IOException, InterruptedException {
    if (!(ModelSource.of(path) instanceof ModelSource.Bundle)) {
      return measure(path);
    }
    try (OpenBundle open = OpenBundle.open(path)) {
      Manifest manifest = BundleVerifier.inspect(open.directory()).manifest();
      String provider = OnnxAccelerators.cpu().info().provider();
      Variant variant = manifest.variantFor(provider).orElse(manifest.variants().getFirst());
      return measure(open.directory().resolve(variant.path()));
    }
  }

  private Json measure(Path onnx) throws InterruptedException {
    Accelerator accelerator = OnnxAccelerators.cpu();
    ProfilePlan usual = ProfilePlan.sweep(Runtime.getRuntime().availableProcessors());
    ProfilePlan plan =
        threads == null
            ? usual
            : new ProfilePlan(
                threads,
                usual.warmUpRuns(),
                usual.runs(),
                usual.time(),
                usual.shapes(),
                usual.slackPercent());
    ModelProfile profile =
        new ModelProfiler(System::nanoTime)
            .profile(accelerator, onnx, plan, line -> console().remark(line));
    Json points = Json.array();
    for (ProfilePoint point : profile.points()) {
      points.add(
          Json.object()
              .put("threads", point.threads())
              .put("loadMillis", point.loadMicros() / 1e3)
              .put("p50Micros", point.latency().p50Micros())
              .put("p95Micros", point.latency().p95Micros())
              .put("p99Micros", point.latency().p99Micros())
              .put("throughputPerSecond", point.throughputPerSecond())
              .put("cpuSecondsPer1000", point.cpuSecondsPerThousand())
              .put("residentBytes", point.residentBytes()));
    }
    Json machine =
        Json.object()
            .put("architecture", profile.architecture())
            .put("cpuCount", profile.cpuCount())
            .put("provider", profile.accelerator().provider())
            .put("simulated", profile.accelerator().simulated())
            .put("runtimeVersion", profile.accelerator().runtimeVersion());
    String named =
        deviceClass == null
            ? profile.architecture() + "-" + profile.accelerator().provider()
            : deviceClass;
    return Json.object()
        .put("deviceClass", named)
        .put("machine", machine)
        .put("points", points)
        .put("recommendedThreads", profile.recommendedThreads())
        .put("atMs", console().clock().millis());
  }

  private static String describe(Json profile) {
    Table table =
        new Table(
            "THREADS", "LOAD ms", "P50 us", "P95 us", "P99 us", "RUNS/s", "CPU s/1000", "MEMORY");
    for (Json point : profile.get("points").items()) {
      table.row(
          point.text("threads"),
          "%.1f".formatted(point.get("loadMillis").asDouble()),
          "%.1f".formatted(point.get("p50Micros").asDouble()),
          "%.1f".formatted(point.get("p95Micros").asDouble()),
          "%.1f".formatted(point.get("p99Micros").asDouble()),
          "%.0f".formatted(point.get("throughputPerSecond").asDouble()),
          "%.4f".formatted(point.get("cpuSecondsPer1000").asDouble()),
          point.text("residentBytes"));
    }
    return "%s: %s threads recommended%n%s"
        .formatted(profile.text("deviceClass"), profile.text("recommendedThreads"), table);
  }

  private static String kept(Json profiles) {
    StringBuilder text = new StringBuilder();
    for (Json profile : profiles.get("items").items()) {
      text.append(text.isEmpty() ? "" : "\n\n").append(describe(profile));
    }
    return text.isEmpty() ? "nothing was measured yet" : text.toString();
  }
}
