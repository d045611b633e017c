package io.flotilla.conversion.diff;

import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.failure.StorageFailures;
import io.flotilla.conversion.graph.OnnxFiles;
import io.flotilla.hardware.ModelTensor;
import io.flotilla.hardware.inspect.OnnxFacts;
import io.flotilla.hardware.inspect.OnnxInspector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** Compares two model files. */
public final class ModelDiff {
  /** Most nodes and most weights that a report lists; the rest is counted. */
  public static final int LISTED = 20;

  private ModelDiff() {}

  /**
   * What changed from {@code a} to {@code b}.
   *
   * @throws FlotillaException as {@link OnnxFiles#read}, of either file; {@code STORAGE_FAILED}
   */
  public static DiffReport between(Path a, Path b) {
    OnnxFacts before = OnnxInspector.inspect(a);
    OnnxFacts after = OnnxInspector.inspect(b);
    ModelContent was = new ModelContent(OnnxFiles.read(a));
    ModelContent is = new ModelContent(OnnxFiles.read(b));
    return new DiffReport(
        identical(a, b, before, after),
        changes(versions(before), versions(after)),
        changes(signature(before), signature(after)),
        operators(was.operators(), is.operators()),
        new NodeDiff().between(was.nodes(), is.nodes()),
        new WeightDiff().between(was.weights(), is.weights()));
  }

  /** Weights outside of the files could differ where the files do not. */
  private static boolean identical(Path a, Path b, OnnxFacts before, OnnxFacts after) {
    try {
      return before.externalData().isEmpty()
          && after.externalData().isEmpty()
          && Files.mismatch(a, b) < 0;
    } catch (IOException e) {
      throw StorageFailures.of("compare %s with %s".formatted(a, b), e);
    }
  }

  private static Map<String, String> versions(OnnxFacts facts) {
    Map<String, String> versions = new LinkedHashMap<>();
    versions.put("IR version", Long.toString(facts.irVersion()));
    facts.opsets().forEach((domain, v) -> versions.put("Opset of " + domain, Long.toString(v)));
    return versions;
  }

  private static Map<String, String> signature(OnnxFacts facts) {
    Map<String, String> tensors = new LinkedHashMap<>();
    facts.inputs().forEach(t -> tensors.put("Input " + t.name(), form(t)));
    facts.outputs().forEach(t -> tensors.put("Output " + t.name(), form(t)));
    return tensors;
  }

  private static String form(ModelTensor tensor) {
    return tensor.type() + tensor.shape().toString();
  }

  private static List<FieldChange> changes(Map<String, String> before, Map<String, String> after) {
    List<FieldChange> changes = new ArrayList<>();
    before.forEach(
        (what, was) -> {
          Optional<String> is = Optional.ofNullable(after.get(what));
          if (!is.equals(Optional.of(was))) {
            changes.add(new FieldChange(what, Optional.of(was), is));
          }
        });
    after.forEach(
        (what, is) -> {
          if (!before.containsKey(what)) {
            changes.add(new FieldChange(what, Optional.empty(), Optional.of(is)));
          }
        });
    return changes;
  }

  private static List<OperatorChange> operators(
      Map<String, Integer> before, Map<String, Integer> after) {
    TreeSet<String> all = new TreeSet<>(before.keySet());
    all.addAll(after.keySet());
    return all.stream()
        .map(o -> new OperatorChange(o, before.getOrDefault(o, 0), after.getOrDefault(o, 0)))
        .filter(change -> change.before() != change.after())
        .toList();
  }
}
