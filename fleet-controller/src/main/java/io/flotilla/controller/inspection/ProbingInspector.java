package io.flotilla.controller.inspection;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.manifest.Manifest;
import io.flotilla.bundle.manifest.Variant;
import io.flotilla.hardware.inspect.ExternalFile;
import io.flotilla.hardware.inspect.OnnxContents;
import io.flotilla.hardware.inspect.OnnxFacts;
import io.flotilla.hardware.inspect.OnnxInspector;
import io.flotilla.hardware.inspect.OperatorUse;
import io.flotilla.hardware.probe.ModelProbe;
import io.flotilla.hardware.probe.ProbeLimits;
import io.flotilla.hardware.probe.ProbeReport;
import io.flotilla.hardware.probe.ProbeResult;
import io.flotilla.registry.model.BundleInspector;
import io.flotilla.registry.model.Inspection;
import io.flotilla.registry.model.ModelContents;
import io.flotilla.registry.model.Trial;
import io.flotilla.registry.model.VariantInspection;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;

/**
 * Inspects bundles: every variant's facts, read within limits, and one try of each in a child
 * process with limits of its own. One try at a time, so that a crowd of registrations, or a hostile
 * one, leaves the other core to everyone else; who waits is bounded by the threads that call.
 * Thread-safe.
 */
public final class ProbingInspector implements BundleInspector {
  /** Longest message of a try that is kept, in characters. */
  static final int MAX_MESSAGE_CHARS = 500;

  private static final String DEFAULT_DOMAIN = "ai.onnx";

  private final ProbeLimits limits;
  private final Path folder;
  private final Semaphore turn = new Semaphore(1, true);

  /**
   * An inspector.
   *
   * @param limits of each try; the memory grows with the model's size
   * @param folder for the processes' own files; nothing stays there
   */
  public ProbingInspector(ProbeLimits limits, Path folder) {
    this.limits = limits;
    this.folder = folder;
  }

  /**
   * Inspects every variant.
   *
   * @throws FlotillaException {@code MODEL_MALFORMED} if a file is no ONNX, is over a limit of the
   *     reader, or names weights that the bundle lacks; {@code INSPECTION_FAILED} if it crashed,
   *     hung or outgrew the process that tried it; {@code CONTROLLER_UNREACHABLE} if the controller
   *     is stopping. What the runtime merely refuses, such as a newer opset, is no failure: it is
   *     told in the trial.
   */
  @Override
  public Inspection inspect(Path bundleDirectory, Manifest manifest) {
    List<VariantInspection> variants = new ArrayList<>();
    for (Variant variant : manifest.variants()) {
      Path file = bundleDirectory.resolve(variant.path());
      OnnxFacts facts = OnnxInspector.read(file);
      requireWhole(variant, facts);
      variants.add(
          new VariantInspection(
              variant.id(), contents(facts), Optional.of(trial(variant, file, facts))));
    }
    return new Inspection(variants);
  }

  private static void requireWhole(Variant variant, OnnxFacts facts) {
    for (ExternalFile weights : facts.contents().externalFiles()) {
      if (!weights.exists()) {
        throw new FlotillaException(
            ErrorCode.MODEL_MALFORMED,
            "the variant %s keeps weights in %s, which the bundle lacks: add the file"
                .formatted(variant.id(), weights.location()));
      }
    }
  }

  private static ModelContents contents(OnnxFacts facts) {
    OnnxContents contents = facts.contents();
    Map<String, Integer> operators = new TreeMap<>();
    for (OperatorUse use : contents.operators()) {
      operators.merge(
          name(use), Math.toIntExact(Math.min(use.nodes(), 1 << 30)), ProbingInspector::sum);
    }
    return new ModelContents(
        facts.irVersion(),
        opsets(facts.opsets()),
        operators,
        contents.nodes(),
        contents.initializers().bytes(),
        facts.externalData(),
        contents.metadata().entries());
  }

  /** As manifests have it: the default domain is the empty text. */
  private static Map<String, Long> opsets(Map<String, Long> byDomain) {
    Map<String, Long> opsets = new TreeMap<>();
    byDomain.forEach(
        (domain, version) -> opsets.put(domain.equals(DEFAULT_DOMAIN) ? "" : domain, version));
    return opsets;
  }

  private static String name(OperatorUse use) {
    return use.domain().equals(DEFAULT_DOMAIN) ? use.type() : use.name();
  }

  private static int sum(int a, int b) {
    return Math.min(a + b, 1 << 30);
  }

  private Trial trial(Variant variant, Path file, OnnxFacts facts) {
    long bytes = facts.sizeBytes();
    for (ExternalFile weights : facts.contents().externalFiles()) {
      bytes += weights.bytes().orElse(0);
    }
    ProbeReport report = tried(file, bytes);
    return switch (report.result()) {
      case ProbeResult.Ran ran ->
          new Trial(
              report.runtimeVersion(),
              report.provider(),
              "RAN",
              "",
              ran.loadMillis(),
              ran.runMillis(),
              ran.peakRssBytes());
      case ProbeResult.Refused refused ->
          new Trial(
              report.runtimeVersion(),
              report.provider(),
              refused.loaded() ? "LOADED" : "REFUSED",
              bounded(refused.message()),
              0,
              0,
              0);
      case ProbeResult.Crashed _, ProbeResult.TimedOut _, ProbeResult.OutOfMemory _ ->
          throw new FlotillaException(
              ErrorCode.INSPECTION_FAILED,
              "the variant %s was tried and failed: %s"
                  .formatted(variant.id(), bounded(report.result().message())));
    };
  }

  private ProbeReport tried(Path file, long bytes) {
    try {
      turn.acquire();
      try {
        return new ModelProbe(limits.forModelOf(bytes), folder).probe(file);
      } finally {
        turn.release();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FlotillaException(
          ErrorCode.CONTROLLER_UNREACHABLE, "the controller is stopping: ask again later", e);
    }
  }

  private static String bounded(String text) {
    return text.length() <= MAX_MESSAGE_CHARS ? text : text.substring(0, MAX_MESSAGE_CHARS) + "…";
  }
}
