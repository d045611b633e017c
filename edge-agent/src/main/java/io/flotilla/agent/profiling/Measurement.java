package io.flotilla.agent.profiling;

import io.flotilla.agent.deployment.ContentVerifier;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.manifest.Variant;
import io.flotilla.bundle.signing.VerifiedBundle;
import io.flotilla.hardware.Accelerator;
import io.flotilla.hardware.AcceleratorInfo;
import io.flotilla.hardware.profile.ModelProfile;
import io.flotilla.hardware.profile.ModelProfiler;
import io.flotilla.hardware.profile.ProfilePlan;
import io.flotilla.hardware.profile.ProfilePoint;
import io.flotilla.protocol.message.ProfileCommand;
import io.flotilla.protocol.message.ProfileReport;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures a version in a slot, verified anew, on the device's accelerator. Scoring goes on
 * meanwhile: the figures are those of the device at its work. The model is loaded a second time, so
 * that the device needs memory for both. Thread-safe.
 */
public final class Measurement {
  private static final Logger LOG = LoggerFactory.getLogger(Measurement.class);
  private static final int WARM_UP_RUNS = 20;
  private static final int RUNS = 1_000;
  private static final int SLACK_PERCENT = 25;
  private static final double MICROS_PER_MILLI = 1_000;

  private final Accelerator accelerator;
  private final ContentVerifier verifier;
  private final ModelProfiler profiler;

  /** A measurement on this accelerator of what this verifier finds good. */
  public Measurement(Accelerator accelerator, ContentVerifier verifier, ModelProfiler profiler) {
    this.accelerator = accelerator;
    this.verifier = verifier;
    this.profiler = profiler;
  }

  /**
   * Measures; takes the command's budget and the time to verify. The variant is the one that would
   * score, inputs are zeros with 1 for each open dimension, and for each number of threads there
   * are at most 1,000 runs after 20 to warm up.
   *
   * @param at when the trust policy must be valid; see {@link ContentVerifier#verifySlot}
   * @throws FlotillaException as {@link ContentVerifier#verifySlot} and {@link
   *     ModelProfiler#profile}; {@code MODEL_UNSUPPORTED} if no variant is for this accelerator
   * @throws InterruptedException if this thread was interrupted
   */
  public ProfileReport.Figures measure(ProfileCommand command, Instant at)
      throws InterruptedException {
    VerifiedBundle bundle = verifier.verifySlot(command.version(), at);
    AcceleratorInfo info = accelerator.info();
    Variant variant =
        bundle
            .manifest()
            .variantFor(info.provider())
            .orElseThrow(
                () ->
                    new FlotillaException(
                        ErrorCode.MODEL_UNSUPPORTED,
                        "no variant of %s is for %s"
                            .formatted(command.version(), info.provider())));
    ModelProfile profile =
        profiler.profile(
            accelerator,
            bundle.directory().resolve(variant.path()),
            plan(command),
            done -> LOG.info("{}: {}", command.version(), done));
    return new ProfileReport.Figures(
        info.provider(),
        info.simulated(),
        profile.architecture(),
        profile.cpuCount(),
        profile.points().stream().map(Measurement::point).toList(),
        profile.recommendedThreads());
  }

  private static ProfilePlan plan(ProfileCommand command) {
    List<Integer> threads =
        command.threads().isEmpty()
            ? ProfilePlan.sweep(Runtime.getRuntime().availableProcessors()).threads()
            : command.threads();
    Duration each = Duration.ofMillis(command.budgetMs() / threads.size());
    return new ProfilePlan(threads, WARM_UP_RUNS, RUNS, each, Map.of(), SLACK_PERCENT);
  }

  private static ProfileReport.Point point(ProfilePoint point) {
    return new ProfileReport.Point(
        point.threads(),
        point.loadMicros() / MICROS_PER_MILLI,
        point.latency().p50Micros(),
        point.latency().p95Micros(),
        point.latency().p99Micros(),
        point.throughputPerSecond(),
        point.cpuSecondsPerThousand(),
        point.residentBytes());
  }
}
