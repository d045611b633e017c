package io.flotilla.retraining.pipeline;

import io.flotilla.bundle.failure.FlotillaException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One step of a pipeline.
 *
 * @param id unique among steps and inputs
 * @param kind what it does
 * @param inputs by role, in the order given: names of steps, of inputs, or {@link
 *     Pipeline#CHAMPION}
 * @param parameters those that were given; all are known to the kind and allowed
 * @param criteria of a {@link StepKind#COMPARE} step, at least one; of others none
 */
public record Step(
    String id,
    StepKind kind,
    Map<String, String> inputs,
    Map<String, String> parameters,
    List<Criterion> criteria) {
  /** Most inputs of one step. */
  public static final int MAX_INPUTS = 64;

  /** Most criteria of one step. */
  public static final int MAX_CRITERIA = 64;

  /**
   * Checks the step by itself; what its inputs name is the {@link Plan}'s business.
   *
   * @throws FlotillaException {@code PIPELINE_INVALID}, naming the step
   */
  public Step {
    inputs = Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
    parameters = Map.copyOf(parameters);
    criteria = List.copyOf(criteria);
    Pipeline.requireName(id);
    requireInputs(id, kind, inputs);
    parameters.forEach((name, value) -> spec(id, kind, name).require(id + "." + name, value));
    boolean compares = kind == StepKind.COMPARE;
    if (compares == criteria.isEmpty() || criteria.size() > MAX_CRITERIA) {
      throw Pipeline.invalid(
          compares
              ? "step %s needs 1 to %d criteria".formatted(id, MAX_CRITERIA)
              : "step %s has criteria, which only compare steps have".formatted(id));
    }
  }

  /** The step with one parameter replaced. */
  public Step with(String parameter, String value) {
    Map<String, String> changed = new LinkedHashMap<>(parameters);
    changed.put(parameter, value);
    return new Step(id, kind, inputs, changed, criteria);
  }

  /** A parameter's value, or its default. */
  public String text(String parameter) {
    String given = parameters.get(parameter);
    return given == null ? spec(id, kind, parameter).byDefault() : given;
  }

  /** A whole-number parameter's value, or its default. */
  public int whole(String parameter) {
    return Math.toIntExact(Long.parseLong(text(parameter)));
  }

  /** A number parameter's value, or its default. */
  public double decimal(String parameter) {
    return Double.parseDouble(text(parameter));
  }

  private static void requireInputs(String id, StepKind kind, Map<String, String> inputs) {
    if (inputs.isEmpty() || inputs.size() > MAX_INPUTS) {
      throw Pipeline.invalid("step %s needs 1 to %d inputs".formatted(id, MAX_INPUTS));
    }
    for (String role : inputs.keySet()) {
      if (kind.roles().type(role).isEmpty()) {
        throw Pipeline.invalid(
            "step %s has an input %s, which a %s step does not take"
                .formatted(id, role, kind.title()));
      }
    }
    for (String role : kind.roles().named().keySet()) {
      if (!inputs.containsKey(role) && !kind.roles().optional().contains(role)) {
        throw Pipeline.invalid("step %s lacks its input %s".formatted(id, role));
      }
    }
  }

  private static ParameterSpec spec(String id, StepKind kind, String name) {
    ParameterSpec spec = kind.parameters().get(name);
    if (spec == null) {
      throw Pipeline.invalid("step %s has no parameter %s".formatted(id, name));
    }
    return spec;
  }
}
