package io.flotilla.cli.score;

import io.flotilla.agent.scoring.Answer;
import io.flotilla.bundle.tensor.ElementType;
import io.flotilla.bundle.tensor.Tensor;
import io.flotilla.cli.codec.Json;
import java.util.Map;

/** Answers of a model as JSON and in words. */
public final class Answers {
  private static final int MAX_VALUES = 1024;

  private Answers() {}

  /** {@code {"row":1,"label":"7","score":0.98,"outputs":{…}}}; FP32 outputs only, not huge ones. */
  public static Json json(int row, Answer answer) {
    Json outputs = Json.object();
    for (Map.Entry<String, Tensor> output : answer.outputs().entrySet()) {
      Tensor tensor = output.getValue();
      if (tensor.type() == ElementType.FP32 && Tensor.elements(tensor.shape()) <= MAX_VALUES) {
        outputs.put(output.getKey(), tensor.toFloats());
      }
    }
    return Json.object()
        .put("row", row)
        .put("label", answer.label().orElse(null))
        .put("category", answer.category().isPresent() ? answer.category().getAsInt() : null)
        .put("score", answer.score())
        .put("outputs", outputs);
  }

  /** {@code row 1: 7 (0.9800)}. */
  public static String line(Json answer) {
    String label = answer.text("label");
    if (label.isEmpty() && answer.get("category").isPresent()) {
      label = "category " + answer.text("category");
    }
    return "row %d: %s%.4f%s"
        .formatted(
            answer.get("row").asInt(),
            label.isEmpty() ? "" : label + " (",
            answer.get("score").asDouble(),
            label.isEmpty() ? "" : ")");
  }
}
