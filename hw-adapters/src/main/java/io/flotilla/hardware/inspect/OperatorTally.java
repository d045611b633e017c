package io.flotilla.hardware.inspect;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Counts operators while a file is walked. The opset that a node asks for is known only when all
 * fields of the model or function around it have been seen.
 */
final class OperatorTally {
  private Scope scope = new Scope(new HashMap<>());

  /** Operators of the scopes that have ended. */
  private final Map<Versioned, Count> ended = new HashMap<>();

  private int kinds;

  /** Counts one node. */
  void add(String domain, String type, boolean main) {
    int before = scope.counts.size();
    scope.counts.merge(new Operator(domain, type), new Count(1, main ? 1 : 0), Count::plus);
    kinds += scope.counts.size() - before;
  }

  /** Different operators seen so far, counted once per scope. */
  int kinds() {
    return kinds;
  }

  /** Begins the scope of a function; gives the one around it. */
  Scope begin() {
    Scope outer = scope;
    scope = new Scope(new HashMap<>());
    return outer;
  }

  /** Ends the present scope, with its opset imports, and goes back to the one around it. */
  void end(Map<String, Long> opsets, Scope outer) {
    end(opsets);
    scope = outer;
  }

  /** Ends the outermost scope with the model's opset imports. */
  void end(Map<String, Long> opsets) {
    scope.counts.forEach(
        (operator, count) ->
            ended.merge(
                new Versioned(operator, opsets.getOrDefault(operator.domain, 0L)),
                count,
                Count::plus));
  }

  /** The model's operators sorted. */
  List<OperatorUse> uses() {
    return ended.entrySet().stream()
        .map(
            e ->
                new OperatorUse(
                    e.getKey().operator.domain,
                    e.getKey().operator.type,
                    e.getKey().opset,
                    e.getValue().nodes,
                    e.getValue().main))
        .sorted(OperatorUse.ORDER)
        .toList();
  }

  /** Operators of the model, or of one of its functions. */
  record Scope(Map<Operator, Count> counts) {}

  private record Operator(String domain, String type) {}

  private record Versioned(Operator operator, long opset) {}

  private record Count(long nodes, long main) {
    Count plus(Count other) {
      return new Count(nodes + other.nodes, main + other.main);
    }
  }
}
