package io.flotilla.retraining.pipeline;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A pipeline whose steps fit together.
 *
 * @param pipeline what was planned
 * @param order its steps such that each comes after those it takes from; among those that could
 *     come next, the one that is written first does
 */
public record Plan(Pipeline pipeline, List<Step> order) {
  /** Copies the list. */
  public Plan {
    order = List.copyOf(order);
  }

  /**
   * Plans.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException {@code PIPELINE_INVALID} if a step takes
   *     something that is not there or of another type, the steps run in a circle, a criterion
   *     needs a figure that its step does not get, or there is more than one package step
   */
  public static Plan of(Pipeline pipeline) {
    Map<String, ArtifactType> types = types(pipeline);
    for (Step step : pipeline.steps()) {
      requireTypes(step, types);
      requireMetrics(step);
    }
    long packages =
        pipeline.steps().stream().filter(step -> step.kind() == StepKind.PACKAGE).count();
    if (packages > 1) {
      throw Pipeline.invalid("a pipeline makes one bundle, so it has one package step at most");
    }
    return new Plan(pipeline, order(pipeline));
  }

  /** The pipeline's inputs that a step is made from, directly or through other steps, sorted. */
  public SortedSet<String> origins(String stepId) {
    Map<String, Step> steps =
        order.stream().collect(Collectors.toMap(Step::id, Function.identity()));
    SortedSet<String> origins = new TreeSet<>();
    collectOrigins(stepId, steps, origins);
    return origins;
  }

  private static void collectOrigins(String name, Map<String, Step> steps, Set<String> origins) {
    Step step = steps.get(name);
    if (step == null) {
      origins.add(name);
    } else {
      step.inputs().values().forEach(source -> collectOrigins(source, steps, origins));
    }
  }

  private static Map<String, ArtifactType> types(Pipeline pipeline) {
    Map<String, ArtifactType> types = new HashMap<>();
    pipeline.inputs().forEach(input -> types.put(input, ArtifactType.TABLE));
    if (pipeline.champion()) {
      types.put(Pipeline.CHAMPION, ArtifactType.MODEL);
    }
    pipeline.steps().forEach(step -> types.put(step.id(), step.kind().makes()));
    return types;
  }

  private static void requireTypes(Step step, Map<String, ArtifactType> types) {
    step.inputs()
        .forEach(
            (role, source) -> {
              ArtifactType given = types.get(source);
              if (given == null) {
                throw Pipeline.invalid(
                    "step %s takes %s, which is neither a step nor an input"
                        .formatted(step.id(), source));
              }
              ArtifactType wanted = step.kind().roles().type(role).orElseThrow();
              if (!given.serves(wanted)) {
                throw Pipeline.invalid(
                    "step %s takes %s as its %s, which must be a %s and not a %s"
                        .formatted(step.id(), source, role, wanted, given));
              }
            });
  }

  private static void requireMetrics(Step step) {
    for (Criterion criterion : step.criteria()) {
      for (String metric : criterion.metrics()) {
        int dot = metric.lastIndexOf('.');
        if (!step.inputs().containsKey(metric.substring(0, dot))
            || !Metric.titles().contains(metric.substring(dot + 1))) {
          throw Pipeline.invalid(
              "step %s has no figure %s for its criterion \"%s\""
                  .formatted(step.id(), metric, criterion.text()));
        }
      }
    }
  }

  private static List<Step> order(Pipeline pipeline) {
    Map<String, Step> waiting = new LinkedHashMap<>();
    pipeline.steps().forEach(step -> waiting.put(step.id(), step));
    List<Step> order = new ArrayList<>();
    while (!waiting.isEmpty()) {
      Step next =
          waiting.values().stream()
              .filter(step -> step.inputs().values().stream().noneMatch(waiting::containsKey))
              .findFirst()
              .orElseThrow(
                  () ->
                      Pipeline.invalid(
                          "these steps wait for each other in a circle: "
                              + String.join(", ", circle(waiting))));
      waiting.remove(next.id());
      order.add(next);
    }
    return order;
  }

  /** One circle among steps of which each waits for another of them. */
  private static Set<String> circle(Map<String, Step> waiting) {
    Set<String> path = new LinkedHashSet<>();
    String at = waiting.keySet().iterator().next();
    while (path.add(at)) {
      Step step = waiting.get(at);
      if (step == null) {
        throw new IllegalStateException("a step in a circle waits for one that waits");
      }
      at = step.inputs().values().stream().filter(waiting::containsKey).findFirst().orElseThrow();
    }
    String first = at;
    return path.stream()
        .dropWhile(id -> !id.equals(first))
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }
}
