package io.flotilla.retraining.pipeline;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A pipeline as its file says it.
 *
 * @param name of the pipeline
 * @param seed of everything random in it
 * @param inputs names of the datasets it takes
 * @param champion whether it takes the bundle of the model in service
 * @param steps 1 to {@link #MAX_STEPS}, in the order written
 */
public record Pipeline(
    String name, long seed, List<String> inputs, boolean champion, List<Step> steps) {
  /** What steps call the bundle of the model in service. */
  public static final String CHAMPION = "champion";

  /** Most steps of a pipeline. */
  public static final int MAX_STEPS = 100;

  private static final String SEED = "seed";
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");

  /**
   * Checks the names; what steps take from each other is the {@link Plan}'s business.
   *
   * @throws FlotillaException {@code PIPELINE_INVALID} if a name is malformed or used twice, or a
   *     limit is passed
   */
  public Pipeline {
    inputs = List.copyOf(inputs);
    steps = List.copyOf(steps);
    requireName(name);
    if (inputs.isEmpty() || inputs.size() > Step.MAX_INPUTS) {
      throw invalid("a pipeline needs 1 to %d inputs".formatted(Step.MAX_INPUTS));
    }
    if (steps.isEmpty() || steps.size() > MAX_STEPS) {
      throw invalid("a pipeline needs 1 to %d steps".formatted(MAX_STEPS));
    }
    Set<String> names = new HashSet<>(Set.of(CHAMPION));
    inputs.forEach(Pipeline::requireName);
    for (String input : inputs) {
      requireNew(names, input);
    }
    for (Step step : steps) {
      requireNew(names, step.id());
    }
  }

  /**
   * The pipeline with parameters of one run in place of those in the file: {@code seed}, or a
   * step's id and parameter with a dot between.
   *
   * @throws FlotillaException {@code PIPELINE_INVALID} if there is no such parameter or the value
   *     is not allowed
   */
  public Pipeline with(Map<String, String> overrides) {
    long newSeed = seed;
    List<Step> newSteps = new ArrayList<>(steps);
    for (Map.Entry<String, String> override : overrides.entrySet()) {
      if (override.getKey().equals(SEED)) {
        new ParameterSpec.Whole(0, Long.MIN_VALUE, Long.MAX_VALUE)
            .require(SEED, override.getValue());
        newSeed = Long.parseLong(override.getValue());
      } else {
        override(newSteps, override.getKey(), override.getValue());
      }
    }
    return new Pipeline(name, newSeed, inputs, champion, newSteps);
  }

  private static void override(List<Step> steps, String name, String value) {
    for (int i = 0; i < steps.size(); i++) {
      String prefix = steps.get(i).id() + ".";
      if (name.startsWith(prefix)) {
        String parameter = name.substring(prefix.length());
        if (steps.get(i).kind().parameters().containsKey(parameter)) {
          steps.set(i, steps.get(i).with(parameter, value));
          return;
        }
      }
    }
    throw invalid("the pipeline has no parameter %s".formatted(name));
  }

  private static void requireNew(Set<String> names, String name) {
    if (!names.add(name)) {
      throw invalid("the name %s is used twice".formatted(name));
    }
  }

  static void requireName(String name) {
    if (!NAME.matcher(name).matches()) {
      throw invalid(
          "a name in a pipeline has 1 to 64 of a-z, 0-9, '.', '_' and '-', not \"%s\""
              .formatted(name));
    }
  }

  static FlotillaException invalid(String sentence) {
    return new FlotillaException(ErrorCode.PIPELINE_INVALID, sentence);
  }
}
