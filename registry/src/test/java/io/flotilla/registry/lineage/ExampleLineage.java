package io.flotilla.registry.lineage;

import io.flotilla.bundle.manifest.CaptureDefault;
import io.flotilla.bundle.manifest.Dimension;
import io.flotilla.bundle.manifest.Lineage;
import io.flotilla.bundle.manifest.Manifest;
import io.flotilla.bundle.manifest.TensorSpec;
import io.flotilla.bundle.manifest.Variant;
import io.flotilla.bundle.tensor.ElementType;
import io.flotilla.registry.environment.Environment;
import io.flotilla.registry.environment.EnvironmentSpec;
import io.flotilla.registry.environment.RuntimeRange;
import io.flotilla.registry.lineage.LineageFacts.DatasetFact;
import io.flotilla.registry.lineage.LineageFacts.IntervalFact;
import io.flotilla.registry.lineage.LineageFacts.RolloutFact;
import io.flotilla.registry.lineage.LineageFacts.SignatureFact;
import io.flotilla.registry.model.ModelVersion;
import io.flotilla.registry.run.Run;
import io.flotilla.registry.run.RunState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** A version with a history of every kind. */
final class ExampleLineage {
  static final long START = Instant.parse("2026-11-02T08:14:00Z").toEpochMilli();
  private static final long HOUR = 3_600_000;
  private static final String BUNDLE = "3f1c9a77e0d24b5c".repeat(4);

  private ExampleLineage() {}

  /** As many intervals as asked for, over three rollouts. */
  static LineageFacts facts(int intervals) {
    return new LineageFacts(
        version(
            new Lineage(
                    Optional.of("5f2a0c63d1e7b8490c3f2a1be6d7c8f9a0b1c2d3"),
                    true,
                    List.of(
                        "digits-train:4@sha256:" + "ab".repeat(32),
                        "digits-captured:2@sha256:" + "cd".repeat(32)),
                    Optional.of("recipe:" + "9e".repeat(32)))
                .withOrigin(
                    Optional.of("fix/blurred-cameras"),
                    Optional.of("https://git.example/vision/digits.git"))),
        Optional.of(run()),
        List.of(
            new DatasetFact("digits-train:4", "training", Map.of("rows", "1,000")),
            new DatasetFact("digits-holdout:1", "validation", Map.of("rows", "397"))),
        Optional.of(environment()),
        List.of(new SignatureFact(Optional.of("acme-vision"), Map.of("key", "7d".repeat(32)))),
        List.of(
            new RolloutFact("rollout-000011", "SUCCEEDED", START, 2),
            new RolloutFact("rollout-000012", "SUCCEEDED", START + 26 * HOUR, 40),
            new RolloutFact("rollout-000014", "RUNNING", START + 90 * HOUR, 200)),
        intervals(intervals));
  }

  /** Nothing but the version. */
  static LineageFacts alone() {
    return new LineageFacts(
        version(Lineage.UNKNOWN),
        Optional.empty(),
        List.of(),
        Optional.empty(),
        List.of(),
        List.of(),
        List.of());
  }

  private static List<IntervalFact> intervals(int count) {
    List<IntervalFact> intervals = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String rollout = i < 2 ? "rollout-000011" : i < 9 ? "rollout-000012" : "rollout-000014";
      intervals.add(
          new IntervalFact(
              "cam-lyon-%02d".formatted(i + 1),
              START + i * HOUR,
              i % 3 == 1 ? OptionalLong.of(START + (i + 30) * HOUR) : OptionalLong.empty(),
              Optional.of(rollout)));
    }
    return intervals;
  }

  private static Environment environment() {
    EnvironmentSpec spec =
        new EnvironmentSpec(
            new RuntimeRange(">=1.20 <2"),
            EnvironmentSpec.Limits.NONE,
            List.of("CPUExecutionProvider"),
            java.util.Set.of("avx2"),
            java.util.Set.of(),
            EnvironmentSpec.Needs.NONE,
            Optional.empty(),
            Map.of());
    return new Environment("edge-cpu", 2, spec.digest().hex(), spec, "", "operator", START);
  }

  private static Run run() {
    return new Run(
        "run-000007",
        "digits-retrain",
        RunState.SUCCEEDED,
        new Run.Inputs("digits", "ef".repeat(32), Map.of(), Map.of(), Optional.of("digits:2")),
        START - 2 * HOUR,
        OptionalLong.of(START - HOUR),
        Optional.of(new Run.Outcome(Optional.of(true), List.of(), Map.of(), Map.of())),
        Optional.empty());
  }

  private static ModelVersion version(Lineage lineage) {
    List<Dimension> shape = List.of(Dimension.open("batch"), Dimension.of(64));
    Manifest manifest =
        new Manifest(
            Manifest.FORMAT,
            "digits",
            List.of(TensorSpec.of("input", ElementType.FP32, shape)),
            List.of(TensorSpec.of("output", ElementType.FP32, shape)),
            List.of(new Variant("fp32", "models/model.onnx", 6, Map.of("", 13L), List.of(), 9)),
            lineage,
            CaptureDefault.NONE,
            Map.of());
    return new ModelVersion(
        "digits",
        3,
        BUNDLE,
        new ModelVersion.ArchiveRef(10, "01".repeat(32), "02".repeat(32)),
        Map.of(),
        manifest,
        new ModelVersion.Registration(
            START - HOUR / 2,
            "ada",
            true,
            Optional.of("acme-vision"),
            Optional.empty(),
            Optional.of(
                new ModelVersion.Particulars(
                    "", "blurred cameras in Lyon", Map.of(), List.of(), Optional.empty()))),
        Optional.empty());
  }
}
