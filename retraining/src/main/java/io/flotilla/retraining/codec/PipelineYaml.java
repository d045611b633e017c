package io.flotilla.retraining.codec;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.retraining.pipeline.Criterion;
import io.flotilla.retraining.pipeline.Pipeline;
import io.flotilla.retraining.pipeline.Step;
import io.flotilla.retraining.pipeline.StepKind;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Pipelines from YAML; {@code docs/retraining.md} shows the form. Unknown keys are refused. */
public final class PipelineYaml {
  /** Longest pipeline file in characters. */
  public static final int MAX_CHARS = 1 << 16;

  /** The version of the form that this release reads. */
  public static final int FORMAT = 1;

  private static final int MAX_DEPTH = 8;

  private static final ObjectMapper MAPPER =
      YAMLMapper.builder(
              YAMLFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private PipelineYaml() {}

  /**
   * Reads a pipeline.
   *
   * @throws FlotillaException {@code PIPELINE_INVALID} if it is over {@link #MAX_CHARS}, not YAML,
   *     of another form, or a name, kind, parameter or criterion in it is not allowed
   */
  public static Pipeline decode(String yaml) {
    if (yaml.length() > MAX_CHARS) {
      throw invalid("a pipeline file has at most %d characters".formatted(MAX_CHARS));
    }
    try {
      PipelineForm form = MAPPER.readValue(yaml, PipelineForm.class);
      if (form == null) {
        throw invalid("the pipeline file is empty");
      }
      return form.toPipeline();
    } catch (JsonProcessingException e) {
      throw new FlotillaException(
          ErrorCode.PIPELINE_INVALID,
          "the pipeline file cannot be read: " + firstLine(e.getOriginalMessage()),
          e);
    }
  }

  private static String firstLine(@Nullable String message) {
    return message == null ? "it is not YAML" : message.lines().findFirst().orElse("");
  }

  private static FlotillaException invalid(String sentence) {
    return new FlotillaException(ErrorCode.PIPELINE_INVALID, sentence);
  }

  private static <T> T required(@Nullable T value, String what) {
    if (value == null) {
      throw invalid("the pipeline file lacks " + what);
    }
    return value;
  }

  private record PipelineForm(
      @Nullable Integer format,
      @Nullable String name,
      @Nullable Long seed,
      @Nullable List<String> inputs,
      @Nullable Boolean champion,
      @Nullable List<StepForm> steps) {
    Pipeline toPipeline() {
      int given = required(format, "its format: " + FORMAT);
      if (given != FORMAT) {
        throw invalid("the pipeline has format %d, this release reads %d".formatted(given, FORMAT));
      }
      return new Pipeline(
          required(name, "a name"),
          required(seed, "a seed"),
          required(inputs, "inputs"),
          champion != null && champion,
          required(steps, "steps").stream().map(s -> required(s, "a step").toStep()).toList());
    }
  }

  private record StepForm(
      @Nullable String id,
      @Nullable String kind,
      @Nullable JsonNode inputs,
      @Nullable Map<String, String> parameters,
      @Nullable List<String> criteria) {
    Step toStep() {
      String name = required(id, "the id of a step");
      String title = required(kind, "the kind of step " + name);
      StepKind known =
          StepKind.named(title)
              .orElseThrow(
                  () -> invalid("step %s has an unknown kind \"%s\"".formatted(name, title)));
      if (parameters != null && parameters.containsValue(null)) {
        throw invalid("step %s has a parameter without a value".formatted(name));
      }
      return new Step(
          name,
          known,
          roles(name, required(inputs, "the inputs of step " + name)),
          parameters == null ? Map.of() : parameters,
          criteria == null
              ? List.of()
              : criteria.stream().map(c -> Criterion.parse(required(c, "a criterion"))).toList());
    }

    /** A map of roles, or a list of names that are their own roles. */
    private static Map<String, String> roles(String step, JsonNode node) {
      Map<String, String> roles = new LinkedHashMap<>();
      if (node.isArray()) {
        node.forEach(name -> roles.put(text(step, name), text(step, name)));
        if (roles.size() != node.size()) {
          throw invalid("step %s names an input twice".formatted(step));
        }
      } else if (node.isObject()) {
        node.properties().forEach(e -> roles.put(e.getKey(), text(step, e.getValue())));
      } else {
        throw invalid("the inputs of step %s are neither a list nor a map".formatted(step));
      }
      return roles;
    }

    private static String text(String step, JsonNode node) {
      if (!node.isValueNode() || node.isNull()) {
        throw invalid("an input of step %s is not a name".formatted(step));
      }
      return node.asText();
    }
  }
}
