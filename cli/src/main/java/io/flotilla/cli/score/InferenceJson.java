package io.flotilla.cli.score;

import io.flotilla.agent.scoring.Answer;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.manifest.Manifest;
import io.flotilla.bundle.manifest.TensorSpec;
import io.flotilla.bundle.tensor.ElementType;
import io.flotilla.bundle.tensor.Tensor;
import io.flotilla.cli.codec.Json;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Requests and answers of the Open Inference Protocol v2 as JSON. */
final class InferenceJson {
  private static final int MAX_RANK = 8;

  private InferenceJson() {}

  /** The model metadata response. */
  static Json metadata(String name, LocalModel model) {
    Json inputs = Json.array();
    model.inputs().forEach(input -> inputs.add(tensor(input)));
    Json outputs = Json.array();
    model
        .scorer()
        .manifest()
        .map(Manifest::outputs)
        .orElse(List.of())
        .forEach(output -> outputs.add(tensor(output)));
    return Json.object()
        .put("name", name)
        .put("versions", List.of())
        .put("platform", "onnxruntime_onnx")
        .put("inputs", inputs)
        .put("outputs", outputs);
  }

  private static Json tensor(TensorSpec spec) {
    List<Long> shape =
        spec.shape().stream().map(dimension -> dimension.length().orElse(-1)).toList();
    return Json.object()
        .put("name", spec.name())
        .put("datatype", spec.type().name())
        .put("shape", shape);
  }

  /**
   * The tensors of an inference request.
   *
   * @throws FlotillaException {@code INPUT_INVALID} naming the tensor and what is wrong with it
   */
  static Map<String, Tensor> inputs(Json request, List<TensorSpec> specs) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Json input : request.get("inputs").items()) {
      String name = input.text("name");
      TensorSpec spec =
          specs.stream()
              .filter(candidate -> candidate.name().equals(name))
              .findFirst()
              .orElseThrow(() -> invalid(name, "the model has no such input"));
      if (!input.text("datatype").equals(spec.type().name())) {
        throw invalid(
            name, "it is %s, the model takes %s".formatted(input.text("datatype"), spec.type()));
      }
      tensors.put(name, tensor(name, spec.type(), input));
    }
    return tensors;
  }

  private static Tensor tensor(String name, ElementType type, Json input) {
    List<Long> shape = new ArrayList<>();
    for (Json length : input.get("shape").items()) {
      if (length.asLong() < 0 || shape.size() == MAX_RANK) {
        throw invalid(name, "its shape is not one");
      }
      shape.add(length.asLong());
    }
    List<Json> values = new ArrayList<>();
    flatten(input.get("data"), values, 0, name);
    if (Tensor.elements(shape) != values.size()) {
      throw invalid(
          name, "its shape %s does not fit its %d values".formatted(shape, values.size()));
    }
    ByteBuffer data =
        ByteBuffer.allocate(values.size() * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    values.forEach(value -> put(data, type, value));
    return new Tensor(type, shape, data.flip());
  }

  private static void flatten(Json data, List<Json> values, int depth, String name) {
    if (depth > MAX_RANK) {
      throw invalid(name, "its data are nested too deeply");
    }
    for (Json item : data.items()) {
      if (item.isArray()) {
        flatten(item, values, depth + 1, name);
      } else if (item.isNumber()
          || item.toString().equals("true")
          || item.toString().equals("false")) {
        values.add(item);
      } else {
        throw invalid(name, "its data have %s among them, which is no number".formatted(item));
      }
    }
  }

  private static void put(ByteBuffer data, ElementType type, Json value) {
    switch (type) {
      case FP32 -> data.putFloat((float) value.asDouble());
      case FP64 -> data.putDouble(value.asDouble());
      case BOOL -> data.put((byte) (value.asBoolean() || value.asLong() != 0 ? 1 : 0));
      case UINT8, INT8 -> data.put((byte) value.asLong());
      case INT16 -> data.putShort((short) value.asLong());
      case INT32 -> data.putInt((int) value.asLong());
      case INT64 -> data.putLong(value.asLong());
    }
  }

  /** The inference response, with every output. */
  static Json answer(String model, String id, Answer answer) {
    Json outputs = Json.array();
    for (Map.Entry<String, Tensor> output : answer.outputs().entrySet()) {
      Tensor tensor = output.getValue();
      outputs.add(
          Json.object()
              .put("name", output.getKey())
              .put("datatype", tensor.type().name())
              .put("shape", tensor.shape())
              .put("data", values(tensor)));
    }
    Json response = Json.object().put("model_name", model);
    if (!id.isEmpty()) {
      response.put("id", id);
    }
    answer
        .label()
        .ifPresent(label -> response.put("parameters", Json.object().put("label", label)));
    return response.put("outputs", outputs);
  }

  private static List<Object> values(Tensor tensor) {
    ByteBuffer data = tensor.bytes();
    List<Object> values = new ArrayList<>();
    while (data.hasRemaining()) {
      values.add(
          switch (tensor.type()) {
            case FP32 -> (Object) data.getFloat();
            case FP64 -> data.getDouble();
            case BOOL -> data.get() != 0;
            case UINT8 -> Byte.toUnsignedInt(data.get());
            case INT8 -> data.get();
            case INT16 -> data.getShort();
            case INT32 -> data.getInt();
            case INT64 -> data.getLong();
          });
    }
    return values;
  }

  private static FlotillaException invalid(String input, String what) {
    return new FlotillaException(
        ErrorCode.INPUT_INVALID, "the input %s: %s".formatted(input, what));
  }
}
