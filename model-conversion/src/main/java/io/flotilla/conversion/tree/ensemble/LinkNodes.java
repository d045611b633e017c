package io.flotilla.conversion.tree.ensemble;

import static io.flotilla.conversion.tree.ensemble.GraphWriter.FLOAT;
import static io.flotilla.conversion.tree.ensemble.GraphWriter.INT64;
import static io.flotilla.conversion.tree.ensemble.GraphWriter.integer;

import io.flotilla.conversion.tree.ensemble.EnsembleModel.OutputNames;
import java.util.List;

/** The nodes from the sums of the trees to the outputs. */
final class LinkNodes {
  private LinkNodes() {}

  static void write(GraphWriter graph, TreeEnsemble ensemble, String sums, OutputNames names) {
    if (!ensemble.link().classifier()) {
      prediction(graph, ensemble.link(), sums, names.prediction());
      graph.output(names.prediction(), FLOAT, ensemble.targets());
      return;
    }
    label(graph, ensemble.link(), sums, names.label());
    probabilities(graph, ensemble.link(), sums, names.probabilities());
    graph.output(names.label(), INT64);
    graph.output(names.probabilities(), FLOAT, ensemble.link().classes(ensemble.targets()));
  }

  private static void prediction(GraphWriter graph, Link link, String sums, String output) {
    switch (link) {
      case EXP -> graph.named(output, "Exp", List.of(sums));
      case LOGISTIC -> logistic(graph, sums, output);
      case SIGNED_SQUARE ->
          graph.named(output, "Mul", List.of(sums, graph.node("Abs", List.of(sums))));
      case SOFTPLUS -> graph.named(output, "Softplus", List.of(sums));
      case IDENTITY, BINARY, SOFTMAX, ONE_VS_ALL, SHARES ->
          graph.named(output, "Identity", List.of(sums));
    }
  }

  /** From the sums, since probabilities near 1 are equal where sums still differ. */
  private static void label(GraphWriter graph, Link link, String sums, String output) {
    if (link != Link.BINARY) {
      graph.named(output, "ArgMax", List.of(sums), integer("axis", 1), integer("keepdims", 0));
      return;
    }
    String sum = graph.node("Squeeze", List.of(sums, graph.integers(true, 1)));
    String second = graph.node("Greater", List.of(sum, graph.scalar(0)));
    graph.named(output, "Cast", List.of(second), integer("to", INT64));
  }

  private static void probabilities(GraphWriter graph, Link link, String sums, String output) {
    switch (link) {
      case BINARY -> {
        String first = graph.name("first_class");
        logistic(graph, graph.node("Neg", List.of(sums)), first);
        String second = graph.name("second_class");
        logistic(graph, sums, second);
        graph.named(output, "Concat", List.of(first, second), integer("axis", 1));
      }
      case SOFTMAX -> graph.named(output, "Softmax", List.of(sums), integer("axis", 1));
      case ONE_VS_ALL -> logistic(graph, sums, output);
      case IDENTITY, EXP, LOGISTIC, SIGNED_SQUARE, SOFTPLUS, SHARES ->
          graph.named(output, "Identity", List.of(sums));
    }
  }

  /**
   * 1 / (1 + e<sup>−x</sup>) from its parts: the runtime's Sigmoid ends at ±18, which turns
   * probabilities of 1e-12 into 1.5e-8.
   */
  private static void logistic(GraphWriter graph, String of, String output) {
    String power = graph.node("Exp", List.of(graph.node("Neg", List.of(of))));
    String denominator = graph.node("Add", List.of(power, graph.scalar(1)));
    graph.named(output, "Reciprocal", List.of(denominator));
  }
}
