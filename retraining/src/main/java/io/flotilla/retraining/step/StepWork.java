package io.flotilla.retraining.step;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.retraining.evaluate.Evaluator;
import io.flotilla.retraining.evaluate.Figures;
import io.flotilla.retraining.packaging.BundleContent;
import io.flotilla.retraining.packaging.BundleWriter;
import io.flotilla.retraining.pipeline.Criterion;
import io.flotilla.retraining.pipeline.Step;
import io.flotilla.retraining.table.Table;
import io.flotilla.retraining.train.LinearSettings;
import io.flotilla.retraining.train.LinearTrainer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Carries out one step: reads its inputs, writes its output folder. */
public final class StepWork {
  private final Evaluator evaluator;
  private final StepContext context;

  /** Steps of one run. */
  public StepWork(Evaluator evaluator, StepContext context) {
    this.evaluator = evaluator;
    this.context = context;
  }

  /**
   * Carries out a step.
   *
   * @param inputs by role, in the step's order, of the types that the plan checked
   * @param output an empty folder
   * @throws FlotillaException with the code of whatever was wrong with an input, or {@code
   *     STEP_FAILED}
   */
  public void carryOut(Step step, Map<String, Artifact> inputs, Path output) {
    switch (step.kind()) {
      case PREPARE -> prepare(inputs, output);
      case TRAIN -> train(step, input(inputs, "rows"), output);
      case EVALUATE ->
          StepFiles.writeFigures(
              output,
              evaluator.evaluate(
                  StepFiles.servedModel(input(inputs, "model")),
                  StepFiles.readTable(input(inputs, "rows"))));
      case COMPARE -> compare(step, inputs, output);
      case PACKAGE -> pack(step, inputs, output);
    }
  }

  private static void prepare(Map<String, Artifact> inputs, Path output) {
    List<Table> tables = inputs.values().stream().map(StepFiles::readTable).toList();
    StepFiles.writeTable(output, Table.concatenate(tables).labelled());
  }

  private void train(Step step, Artifact rows, Path output) {
    Table table = StepFiles.readTable(rows);
    requireLabels(step, table);
    LinearSettings settings =
        new LinearSettings(
            step.whole("epochs"),
            step.decimal("learning-rate"),
            step.whole("batch"),
            step.decimal("scale"),
            context.seed());
    StepFiles.writeModel(output, LinearTrainer.train(table, settings));
  }

  /** A label that no row has would silently narrow the model's output. */
  private static void requireLabels(Step step, Table table) {
    String wanted = step.text("labels");
    if (wanted.isEmpty()) {
      return;
    }
    Set<String> expected = new TreeSet<>(Arrays.asList(wanted.strip().split("\\s*,\\s*")));
    Set<String> found =
        table.rows().stream().map(Table.Row::label).collect(Collectors.toCollection(TreeSet::new));
    if (!found.equals(expected)) {
      throw new FlotillaException(
          ErrorCode.DATASET_INVALID,
          "step %s expects rows of the labels %s but finds %s"
              .formatted(step.id(), expected, found));
    }
  }

  private static void compare(Step step, Map<String, Artifact> inputs, Path output) {
    Map<String, Double> metrics = new HashMap<>();
    inputs.forEach(
        (role, artifact) -> {
          Figures figures = StepFiles.readFigures(artifact);
          figures.values().forEach((metric, value) -> metrics.put(role + "." + metric, value));
        });
    List<Criterion.Result> results =
        step.criteria().stream().map(criterion -> criterion.judge(metrics)).toList();
    boolean promoted = results.stream().allMatch(Criterion.Result::holds);
    StepFiles.writeVerdict(output, new Verdict(promoted, results));
  }

  private void pack(Step step, Map<String, Artifact> inputs, Path output) {
    Artifact verdict = inputs.get("verdict");
    if (verdict != null && !StepFiles.readVerdict(verdict).promoted()) {
      return;
    }
    Artifact model = input(inputs, "model");
    BundleContent content =
        new BundleContent(
            context.model(),
            StepFiles.readModel(model),
            StepFiles.onnx(model),
            StepFiles.readTable(input(inputs, "reference")),
            Optional.ofNullable(inputs.get("cohorts")).map(StepFiles::readTable),
            context.lineage());
    BundleWriter.write(content, step, StepFiles.newBundle(output));
  }

  private static Artifact input(Map<String, Artifact> inputs, String role) {
    Artifact artifact = inputs.get(role);
    if (artifact == null) {
      throw new IllegalStateException("the plan checked that the input is there: " + role);
    }
    return artifact;
  }
}
