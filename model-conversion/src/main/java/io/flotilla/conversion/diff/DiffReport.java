package io.flotilla.conversion.diff;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What changed from one model to another.
 *
 * @param identical whether the two files are the same, byte for byte
 * @param versions changes of IR version and opsets
 * @param signature inputs and outputs that were added, removed or changed
 * @param operators operators used more or less often, by name
 * @param nodes how the nodes differ
 * @param weights how the weights differ
 */
public record DiffReport(
    boolean identical,
    List<FieldChange> versions,
    List<FieldChange> signature,
    List<OperatorChange> operators,
    NodeChanges nodes,
    WeightChanges weights) {
  /** Copies the lists. */
  public DiffReport {
    versions = List.copyOf(versions);
    signature = List.copyOf(signature);
    operators = List.copyOf(operators);
  }

  /** The same in sentences, one per line, the coarsest first. */
  public List<String> words() {
    if (identical) {
      return List.of("The two files are the same, byte for byte.");
    }
    List<String> words = new ArrayList<>();
    versions.forEach(change -> words.add(change.words()));
    signature.forEach(change -> words.add(change.words()));
    if (signature.isEmpty()) {
      words.add("Inputs and outputs are the same.");
    }
    if (operators.isEmpty() && nodes.none()) {
      words.add("The graph is the same (nodes: %d).".formatted(nodes.same()));
    } else {
      graph(words);
    }
    if (weights.none()) {
      words.add(
          "The weights are the same (tensors: %d%s)."
              .formatted(
                  weights.same() + weights.renamed(),
                  weights.renamed() == 0
                      ? ""
                      : ", %d under other names".formatted(weights.renamed())));
    } else {
      weights(words);
    }
    return List.copyOf(words);
  }

  private void graph(List<String> words) {
    if (!operators.isEmpty()) {
      words.add(
          operators.stream()
              .map(OperatorChange::words)
              .collect(Collectors.joining(", ", "Operators: ", ".")));
    }
    words.add(
        "Nodes: %d same, %d changed, %d added, %d removed."
            .formatted(nodes.same(), nodes.changed(), nodes.added(), nodes.removed()));
    nodes
        .examples()
        .forEach(n -> words.add("  %s %s: %s".formatted(n.operator(), n.name(), n.what())));
    more(words, nodes.more());
  }

  private void weights(List<String> words) {
    words.add(
        "Weights: %d same, %d renamed, %d changed, %d of another shape, %d added, %d removed."
            .formatted(
                weights.same(),
                weights.renamed(),
                weights.changed(),
                weights.reshaped(),
                weights.added(),
                weights.removed()));
    weights.largest().forEach(w -> words.add("  " + w.words()));
    more(words, weights.more());
  }

  private static void more(List<String> words, int more) {
    if (more > 0) {
      words.add("  and %d more".formatted(more));
    }
  }
}
