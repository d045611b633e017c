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
import io.flotilla.hardware.probe.ProbeLimits;
import io.flotilla.hardware.probe.ProbeReport;
import io.flotilla.hardware.probe.ProbeResult;
import io.flotilla.registry.model.BundleInspector;
import io.flotilla.registry.model.Inspection;
import io.flotilla.registry.model.ModelContents;
import io.flotilla.registry.model.Trial;
import io.flotilla.registry.model.VariantInspection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Inspects bundles: every variant's facts, read within limits, and a try of each in a child process
 * with limits of its own. Tries wait for their turn in a {@link ProbingLane}, where models that
 * hang do not hold up the others; whoever called in a turn of {@link Turns} gives it to others
 * meanwhile. Thread-safe.
 */
public final class ProbingInspector implements BundleInspector {
  /** Longest message of a try that is kept, in characters. */
  static final int MAX_MESSAGE_CHARS = 500;

  private static final String DEFAULT_DOMAIN = "ai.onnx";

  private final ProbingLane lane;

  /**
   * An inspector.
   *
   * @param limits the time is that of all tries of a bundle together; the memory is that of each
   *     try, and grows with the model's size
   * @param folder for the processes' own files; nothing stays there
   */
  public ProbingInspector(ProbeLimits limits, Path folder) {
    this.lane = new ProbingLane(limits, folder);
  }

  /**
   * Inspects every variant.
   *
   * @throws FlotillaException {@code MODEL_MALFORMED} if a file is no ONNX, is over a limit of the
   *     reader, or names weights that the bundle lacks; {@code INSPECTION_FAILED} if it crashed,
   *     hung or outgrew the process that tried it, or all variants together took too long; {@code
   *     CONTROLLER_UNREACHABLE} if too many slow models wait to be tried, or the controller is
   *     stopping. What the runtime merely refuses, such as a newer opset, is no failure: it is told
   *     in the trial.
   */
  @Override
  public Inspection inspect(Path bundleDirectory, Manifest manifest) {
    List<VariantInspection> variants = new ArrayList<>();
    ProbingLane.Allowance allowance = lane.allowance();
    for (Variant variant : manifest.variants()) {
      Path file = bundleDirectory.resolve(variant.path());
      OnnxFacts facts = OnnxInspector.read(file);
      requireWhole(variant, facts);
      ProbingLane.Candidate candidate =
          new ProbingLane.Candidate(manifest.name(), file, bytes(file, facts));
      Trial trial = Turns.aside(() -> trial(variant, candidate, allowance));
      variants.add(new VariantInspection(variant.id(), contents(facts), Optional.of(trial)));
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

  /** The size of the model and its weights; each file counts once, however it is named. */
  static long bytes(Path model, OnnxFacts facts) {
    Set<Path> files = new HashSet<>();
    try {
      files.add(model.toRealPath());
      for (ExternalFile weights : facts.contents().externalFiles()) {
        files.add(model.resolveSibling(weights.location()).toRealPath());
      }
      long bytes = 0;
      for (Path file : files) {
        bytes += Files.size(file);
      }
      return bytes;
    } catch (IOException e) {
      throw new FlotillaException(
          ErrorCode.STORAGE_FAILED, "the files of %s cannot be read".formatted(model), e);
    }
  }

  private Trial trial(
      Variant variant, ProbingLane.Candidate candidate, ProbingLane.Allowance allowance) {
    if (allowance.isSpent()) {
      throw new FlotillaException(
          ErrorCode.INSPECTION_FAILED,
          "no time is left to try the variant %s: all variants of a bundle have %d ms together"
              .formatted(variant.id(), allowance.whole().toMillis()));
    }
    ProbeReport report = lane.attempt(candidate, allowance);
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

  private static String bounded(String text) {
    return text.length() <= MAX_MESSAGE_CHARS ? text : text.substring(0, MAX_MESSAGE_CHARS) + "…";
  }
}
