package io.flotilla.agent.deployment;

import io.flotilla.agent.capture.CaptureLog;
import io.flotilla.agent.health.HealthLog;
import io.flotilla.agent.scoring.ActiveModel;
import io.flotilla.agent.scoring.ModelRunner;
import io.flotilla.agent.scoring.Recorder;
import io.flotilla.agent.store.AgentFiles;
import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.layout.BundlePaths;
import io.flotilla.bundle.manifest.Manifest;
import io.flotilla.bundle.manifest.Variant;
import io.flotilla.bundle.signing.VerifiedBundle;
import io.flotilla.drift.Baseline;
import io.flotilla.drift.codec.DriftCodec;
import io.flotilla.hardware.Accelerator;
import io.flotilla.hardware.LoadOptions;
import io.flotilla.protocol.message.VersionRef;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Loads verified content onto the accelerator, ready to score and to be recorded. */
public final class VersionLoader {
  private final Accelerator accelerator;
  private final Slots slots;
  private final Logs logs;
  private final int threads;

  /** What takes note of what a loaded version does. */
  public record Logs(CaptureLog capture, HealthLog health) {}

  /** A loader for one accelerator. */
  public VersionLoader(Accelerator accelerator, Slots slots, Logs logs, int threads) {
    this.accelerator = accelerator;
    this.slots = slots;
    this.logs = logs;
    this.threads = threads;
  }

  /**
   * Loads a version; the caller is its first user.
   *
   * @throws FlotillaException {@code MODEL_UNSUPPORTED} if no variant is for this accelerator;
   *     {@code MANIFEST_INVALID} if the baseline cannot be read; otherwise as for {@link
   *     Accelerator#load}
   */
  public ActiveModel load(VersionRef version, VerifiedBundle bundle) {
    Manifest manifest = bundle.manifest();
    String provider = accelerator.info().provider();
    Variant variant =
        manifest
            .variantFor(provider)
            .orElseThrow(
                () ->
                    new FlotillaException(
                        ErrorCode.MODEL_UNSUPPORTED,
                        "no variant of %s is for %s".formatted(version, provider)));
    Recorder recorder =
        logs.capture().recorder(version, manifest.capture(), baselineOf(bundle.directory()));
    Path optimised = slots.optimised(Digest.parse(version.bundle()), variant.id());
    ModelRunner runner =
        ModelRunner.of(
            accelerator.load(
                bundle.directory().resolve(variant.path()),
                new LoadOptions(threads, false, Optional.of(optimised))),
            manifest);
    return new ActiveModel(
        version, manifest, runner, recorder, logs.health().counter(version, runner.categories()));
  }

  private static Optional<Baseline> baselineOf(Path directory) {
    Path file = directory.resolve(BundlePaths.BASELINE);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(DriftCodec.decodeBaseline(AgentFiles.read(file)));
    } catch (FlotillaException e) {
      throw e.code() == ErrorCode.INPUT_INVALID
          ? new FlotillaException(
              ErrorCode.MANIFEST_INVALID, "the bundle's baseline cannot be read", e)
          : e;
    }
  }
}
